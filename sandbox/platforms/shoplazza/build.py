"""From keywords to the body of an order as the world keeps it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.platforms.shoplazza import totals
from sandbox.platforms.shoplazza.spec import Line, Order, Person
from sandbox.platforms.shoplazza.totals import minor

Body = dict[str, Any]
DAY = 86_400.0
STATES = {"paid": "success", "authorised": "authorized", "expired": "expire", "failed": "error", "waiting": "waiting"}
NAMES = {"bogus": "Test payment", "gift_card": "Gift card", "custom": "Bank transfer", "paypal": "PayPal"}


def build(shop: Body, wanted: Order, *, number: str, at: float, ident: Callable[[], str]) -> Body:
    currency = wanted.currency or shop["currency"]
    born = at - wanted.age_days * DAY
    is_paid = wanted.pay == "paid"
    order: Body = {
        "id": wanted.id or ident(), "number": number, "currency": currency, "created_at": born, "updated_at": born,
        "placed_at": None if wanted.is_checkout else born,
        "cancelled_at": at - wanted.age_days * DAY / 2 if wanted.cancelled is not None else None,
        "finished_at": born + DAY if wanted.finished else None, "deleted_at": born if wanted.deleted else None,
        "status": "placed" if is_paid or wanted.pay == "authorised" else "opened",
        "financial": "failed" if wanted.pay == "failed" else "", "cancel_reason": wanted.cancelled or "",
        "shipping": minor(wanted.shipping, currency), "shipping_tax": minor(wanted.shipping_tax, currency),
        "taxes_included": wanted.taxes_included, "tip": minor(wanted.tip, currency),
        "fees": [{"name": name, "price": minor(price, currency)} for name, price in wanted.fees.items()],
        "code": wanted.code, "untold": wanted.untold, "off": minor(wanted.off, currency),
        "primary": list(wanted.primary) if wanted.primary else None, "recovery": wanted.recovery,
        "person": person(wanted.person, ident) if wanted.person else None, "note": wanted.note,
        "customer_note": wanted.customer_note, "tags": wanted.tags, "source": wanted.source,
        "location": {"id": ident(), "location_id": "loc-main", "location_name": "Main Street"}, "payment_lines": [],
        "transactions": [], "refunds": [], "fulfillments": [],
    }  # fmt: skip
    order["lines"] = [to_line(line, wanted, currency, ident) for line in wanted.lines]
    if wanted.cancelled is not None:
        order["status"] = "cancelled"
    elif wanted.finished:
        order["status"] = "finished"
    if wanted.pay != "waiting":
        add_payments(order, wanted, ident)
    add_shipment(order, ident)
    if wanted.refunded:
        add_refund(order, wanted, ident)
    return order


def to_line(line: Line, wanted: Order, currency: str, ident: Callable[[], str]) -> Body:
    price, discount = minor(line.price, currency), minor(line.discount, currency)
    tax = minor(line.tax, currency) if line.tax else rate(price * line.quantity - discount, wanted)
    return {
        "id": ident(), "product_id": ident(), "variant_id": ident(), "title": line.title, "variant": line.variant,
        "sku": line.sku, "vendor": line.vendor, "quantity": line.quantity, "price": price, "discount": discount,
        "tax": tax, "duty": minor(line.duty, currency), "shipped": line.shipped, "refunded": 0, "off": 0,
        "fallen": 0, "ships": line.ships,
    }  # fmt: skip


def rate(net: int, wanted: Order) -> int:
    share = Decimal(wanted.tax_rate)
    exact = net * share / (1 + share) if wanted.taxes_included else net * share
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def add_payments(order: Body, wanted: Order, ident: Callable[[], str]) -> None:
    currency = order["currency"]
    tender = [(channel, minor(amount, currency)) for channel, amount in wanted.tender]
    for channel, amount in tender or [(wanted.channel, totals.total(order))]:
        name = NAMES.get(channel, "Visa" if channel.startswith("card") else channel.title())
        card = "************4242" if channel.startswith(("card", "bogus")) else ""
        line = {"id": ident(), "channel": channel, "name": name, "card": card}
        order["payment_lines"].append(line)
        order["transactions"].append(
            {"id": ident(), "line": line["id"], "channel": channel, "name": name, "amount": amount,
             "status": STATES[wanted.pay], "at": order["created_at"]}
        )  # fmt: skip


def add_shipment(order: Body, ident: Callable[[], str]) -> None:
    sent = [{"line": line["id"], "quantity": line["shipped"]} for line in order["lines"] if line["shipped"]]
    if sent:
        order["fulfillments"].append(
            {"id": ident(), "status": "success", "at": order["created_at"] + DAY / 4, "lines": sent,
             "number": "1Z999AA10123456784", "company": "UPS"}
        )  # fmt: skip


def add_refund(order: Body, wanted: Order, ident: Callable[[], str]) -> None:
    """An earlier refund of waiting units of the first line, made in the shop's own admin."""
    line, units = order["lines"][0], wanted.refunded
    price = line["price"] * units
    line["refunded"] += units
    line["off"] += units
    payment = order["payment_lines"][0]
    state = "pending" if wanted.pending else "finished"
    part = {"id": ident(), "line": payment["id"], "channel": payment["channel"], "price": price, "status": state}
    order["refunds"].append(
        {"id": ident(), "post_sale": ident(), "price": price, "shipping": 0, "tip": 0, "additional": 0,
         "note": "Sent one too many", "status": state, "at": order["created_at"] + DAY / 3,
         "lines": [{"line": line["id"], "units": units, "off": units, "price": price, "restock": False}],
         "payments": [part | {"finished_at": None if wanted.pending else order["created_at"] + DAY / 3}]}
    )  # fmt: skip


def person(who: Person, ident: Callable[[], str]) -> Body:
    return {**vars(who), "id": ident()}
