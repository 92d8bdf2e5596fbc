"""From keywords to the record of an order, with the stock it took."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.core.records import Session
from sandbox.platforms.bigcommerce import amounts, inventory
from sandbox.platforms.bigcommerce.amounts import OFFLINE, ZERO, Body, rounded
from sandbox.platforms.bigcommerce.spec import Line, Order, Person

DAY = 86_400.0
METHODS = {"testgateway": "Test Payment Gateway", "bankdeposit": "Bank Deposit", "cod": "Cash on Delivery",
           "cheque": "Check", "stripe": "Credit Card", "giftcertificate": "Gift Certificate",
           "storecredit": "Store Credit"}  # fmt: skip
PAID = {"paid": "captured", "authorised": "authorized", "waiting": "", "capturing": "capture pending",
        "review": "held for review", "unsettled": "captured"}  # fmt: skip


def record(session: Session, wanted: Order) -> Body:
    currency = wanted.currency or session.shop["currency"]
    number = session.number()
    born = session.at - wanted.age_days * DAY
    addresses = [_address(session, wanted, currency) for _ in range(wanted.addresses)]
    order: Body = {
        "id": number, "at": born, "modified": born, "status_id": 7, "payment_status": PAID[wanted.pay],
        "currency": currency, "rate": wanted.rate, "display": list(wanted.display) if wanted.display else None,
        "inclusive": wanted.taxes_included, "can_refund": wanted.can_refund, "declines": wanted.declines,
        "is_settled": wanted.pay != "unsettled", "is_guest": wanted.is_guest, "channel": wanted.channel,
        "source": wanted.source, "staff_notes": wanted.staff_notes, "customer_message": wanted.customer_message,
        "discount": wanted.discount, "coupon": wanted.coupon, "tax_rate": wanted.tax_rate,
        "gateway": wanted.gateway, "is_deleted": wanted.archived,
        "customer_id": 0 if wanted.is_guest else 11, "person": vars(wanted.person or Person()),
        "addresses": addresses, "fees": [_fee(session, *fee) for fee in wanted.fees.items()],
        "lines": [], "transactions": [], "refunds": [], "shipments": [], "taken": False, "voiding": False,
    }  # fmt: skip
    _lines(session, order, wanted)
    _payments(session, order, wanted)
    _shipments(session, order)
    order["status_id"] = wanted.status if wanted.status is not None else _status(order, wanted)
    inventory.take_at_placing(session, order)
    return order


def _address(session: Session, wanted: Order, currency: str) -> Body:
    made: Body = {"id": session.number(), "shipping_refunded": "0", "handling_refunded": "0"}
    for kind, said in (("shipping", wanted.shipping), ("handling", wanted.handling)):
        ex, inc = _both(Decimal(said), wanted, currency)
        made |= {f"{kind}_ex": str(ex), f"{kind}_inc": str(inc)}
    return made


def _fee(session: Session, name: str, cost: str) -> Body:
    return {"id": session.number(), "name": name, "cost": cost, "refunded": "0"}


def _both(price: Decimal, wanted: Order, currency: str) -> tuple[Decimal, Decimal]:
    """(without tax, with tax) of a price as the store writes prices."""
    rate = Decimal(wanted.tax_rate)
    if wanted.taxes_included:
        return rounded(price / (1 + rate), currency), price
    return price, rounded(price * (1 + rate), currency)


def _lines(session: Session, order: Body, wanted: Order) -> None:
    currency, worth = order["currency"], [Decimal(w.price) * w.quantity for w in wanted.lines]
    left, whole = Decimal(wanted.discount), sum(worth, ZERO)
    for place, (line, value) in enumerate(zip(wanted.lines, worth, strict=True)):
        off = left if place == len(worth) - 1 else rounded(Decimal(wanted.discount) * value / whole, currency)
        left -= off
        order["lines"].append(_line(session, order, wanted, line, off))


def _line(session: Session, order: Body, wanted: Order, line: Line, off: Decimal) -> Body:
    currency = order["currency"]
    ex, inc = _both(Decimal(line.price), wanted, currency)
    cut = Decimal(line.discount) + off
    net_ex, net_inc = _both(Decimal(line.price) * line.quantity - cut, wanted, currency)
    known = inventory.known(session, line)
    parent = order["lines"][line.parent]["id"] if line.parent >= 0 else None
    address = order["addresses"][line.address]["id"] if line.kind == "physical" else 0
    return {
        "id": session.number(), "product_id": known["product_id"], "variant_id": known["variant_id"],
        "title": line.title, "variant": line.variant, "sku": line.sku, "brand": line.brand, "kind": line.kind,
        "quantity": line.quantity, "shipped": line.shipped, "refunded": 0, "wrapped": 0, "address": address,
        "parent": parent, "unit_ex": str(ex), "unit_inc": str(inc), "discount": line.discount, "off": str(off),
        "total_ex": str(ex * line.quantity), "total_inc": str(inc * line.quantity), "net_ex": str(net_ex),
        "net_inc": str(net_inc), "tax": str(net_inc - net_ex), "wrapping": line.wrapping,
        "is_counted": line.stock != "none" and line.kind == "physical",
    }  # fmt: skip


def _payments(session: Session, order: Body, wanted: Order) -> None:
    if wanted.pay == "waiting":
        if wanted.gateway in OFFLINE:
            order["transactions"].append(transaction(session, order, "pending", wanted.gateway, amounts.total(order)))
        return
    event = {"authorised": "authorization", "capturing": "authorization", "review": "authorization"}
    for gateway, amount in wanted.tender or ((wanted.gateway, str(amounts.total(order))),):
        order["transactions"].append(
            transaction(session, order, event.get(wanted.pay, "purchase"), gateway, Decimal(amount))
        )


def transaction(session: Session, order: Body, event: str, gateway: str, amount: Decimal, **more: Any) -> Body:
    at = order["at"] if event in ("purchase", "authorization", "pending") else session.at
    return {"id": session.number(), "event": event, "gateway": gateway, "amount": str(amount), "status": "ok",
            "at": at, "reference": None} | more  # fmt: skip


def _shipments(session: Session, order: Body) -> None:
    sent = [{"order_product_id": line["id"], "quantity": line["shipped"]} for line in order["lines"] if line["shipped"]]
    if sent:
        order["shipments"].append({"id": session.number(), "at": order["at"] + DAY / 4, "items": sent})


def _status(order: Body, wanted: Order) -> int:
    if wanted.cancelled:
        return 5
    units = sum(line["quantity"] for line in order["lines"])
    shipped = sum(line["shipped"] for line in order["lines"])
    if shipped:
        return 2 if shipped == units else 3
    return {"waiting": 7, "review": 12}.get(wanted.pay, 11)
