"""From keywords to the record of an order: shapes of REST, amounts as decimal text, times as seconds."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sandbox.core.records import Body, Session
from sandbox.platforms.woocommerce import sums
from sandbox.platforms.woocommerce.spec import Line, Order, Person
from sandbox.platforms.woocommerce.sums import number

DAY = 86_400.0
RATE = "12"  # the id of the only tax rate
TITLES = {"stripe": "Credit card (Stripe)", "bacs": "Direct bank transfer", "cod": "Cash on delivery", "": ""}
STATUS = {"paid": "processing", "authorised": "on-hold", "waiting": "pending"}
TAKES_STOCK = ("processing", "on-hold", "completed")
FULL_STOCK = 100


def build(session: Session, wanted: Order) -> Body:
    """The record, not yet kept; products are made as they are needed."""
    shop, ident = session.shop, session.number()
    born = session.at - wanted.age_days * DAY
    status = wanted.status or ("on-hold" if _waits_for_transfer(wanted) else STATUS[wanted.pay])
    paid = born + 60 if wanted.pay == "paid" else None
    order: Body = {
        "id": ident, "number": wanted.number or str(ident), "status": status,
        "currency": wanted.currency or shop["currency"], "digits": shop["digits"],
        "prices_include_tax": wanted.prices_include_tax, "created": born, "modified": born, "paid": paid,
        "completed": born + DAY / 2 if status == "completed" else None, "gateway": wanted.gateway,
        "gateway_title": TITLES.get(wanted.gateway, wanted.gateway.title()),
        "transaction": f"ch_{ident}" if wanted.gateway == "stripe" and wanted.pay != "waiting" else "",
        "customer_note": wanted.note, "person": _person(wanted.person), "meta_data": [], "held": wanted.pay,
    }  # fmt: skip
    order["lines"] = list(_lines(session, wanted, order))
    order["shipping_lines"] = [
        _other(session, wanted, wanted.shipping, method_title="Flat rate", method_id="flat_rate")
    ]
    order["fee_lines"] = [_other(session, wanted, amount, name=name) for name, amount in wanted.fees.items()]
    if not number(wanted.shipping):
        order["shipping_lines"] = []
    order["coupon_lines"] = [_coupon(session, wanted, shop["digits"])] if number(wanted.coupon) else []
    return order | _totals(order, wanted)


def _waits_for_transfer(wanted: Order) -> bool:
    return wanted.pay == "waiting" and wanted.gateway == "bacs"


def _lines(session: Session, wanted: Order, order: Body) -> Iterator[Body]:
    goods = sums.total(number(line.price) * line.quantity for line in wanted.lines)
    takes = order["status"] in TAKES_STOCK
    for line in wanted.lines:
        whole = number(line.price) * line.quantity
        off = number(wanted.coupon) * whole / goods if goods else Decimal(0)
        yield _line(session, wanted, line, whole, whole - off, takes=takes)


def _line(session: Session, wanted: Order, line: Line, before: Decimal, after: Decimal, *, takes: bool) -> Body:
    product = _product(session, line, takes)
    net, tax = _split(wanted, after)
    net_before, tax_before = _split(wanted, before)
    meta = [_meta(session, "_reduced_stock", str(line.quantity))] if takes and line.tracked else []
    if line.variant:
        meta.append(_meta(session, "pa_kind", line.variant))
    return {
        "id": session.number(), "name": f"{line.title} - {line.variant}" if line.variant else line.title,
        "parent_name": line.title if line.variant else None, "product_id": product,
        "variation_id": session.number() if line.variation else 0, "sku": line.sku, "quantity": line.quantity,
        "total": sums.fine(net), "total_tax": _tax(session, wanted, tax),
        "subtotal": sums.fine(net_before), "subtotal_tax": _tax(session, wanted, tax_before),
        "taxes": [{"id": int(RATE), "total": sums.fine(tax), "subtotal": sums.fine(tax_before)}] if tax_before else [],
        "meta_data": meta, "fulfilled": line.fulfilled,
    }  # fmt: skip


def _tax(session: Session, wanted: Order, amount: Decimal) -> str:
    """A line's tax in all is rounded, each tax of it is not."""
    digits = session.shop["digits"]
    return sums.text(sums.round_tax(amount, digits, included=wanted.prices_include_tax), digits)


def _product(session: Session, line: Line, takes: bool) -> int:
    """Its stock is what is left after this order took its part."""
    known = {found["name"]: found for found in session.all("product")} if line.product else {}
    made = known.get(line.product) or {"id": session.number(), "name": line.product, "stock": FULL_STOCK}
    made |= {"tracked": line.tracked, "stock": made["stock"] - line.quantity * (takes and line.tracked)}
    session.put("product", made["id"], made)
    return int(made["id"])


def _split(wanted: Order, amount: Decimal) -> tuple[Decimal, Decimal]:
    """(net, tax) of an amount as entered."""
    rate = number(wanted.tax_rate)
    if wanted.prices_include_tax:
        net = amount / (1 + rate)
        return net, amount - net
    return amount, amount * rate


def _other(session: Session, wanted: Order, amount: str, **more: Any) -> Body:
    """Shipping and fees are entered without tax."""
    net = number(amount)
    tax = net * number(wanted.tax_rate)
    return {
        "id": session.number(), "total": sums.fine(net), "total_tax": _tax(session, wanted, tax),
        "taxes": [{"id": int(RATE), "total": sums.fine(tax), "subtotal": ""}] if tax else [], "quantity": 1,
        "meta_data": [],
    } | more  # fmt: skip


def _coupon(session: Session, wanted: Order, digits: int) -> Body:
    return {"id": session.number(), "code": "spring", "discount": sums.text(number(wanted.coupon), digits),
            "discount_tax": "0.00", "meta_data": []}  # fmt: skip


def _totals(order: Body, wanted: Order) -> Body:
    """The sums of an order: each line and each tax is rounded before it is added, the usual setting."""
    digits = order["digits"]

    def say(kinds: tuple[str, ...], name: str) -> Decimal:
        return sums.total(number(sums.text(number(item[name]), digits)) for kind in kinds for item in order[kind])

    goods, shipping = ("lines", "fee_lines"), ("shipping_lines",)
    tax = say(goods, "total_tax") + say(shipping, "total_tax")
    off = sums.total(number(line["subtotal"]) - number(line["total"]) for line in order["lines"])
    amounts = {
        "discount_total": off,
        "discount_tax": sums.total(number(i["subtotal_tax"]) - number(i["total_tax"]) for i in order["lines"]),
        "shipping_total": say(shipping, "total"), "shipping_tax": say(shipping, "total_tax"),
        "cart_tax": say(goods, "total_tax"), "total_tax": tax,
        "total": say(goods, "total") + say(shipping, "total") + tax,
    }  # fmt: skip
    return {name: sums.text(amount, digits) for name, amount in amounts.items()}


def _meta(session: Session, key: str, value: Any) -> Body:
    return {"id": session.number(), "key": key, "value": value}


def _person(who: Person | None) -> Body:
    return vars(who or Person(first="", last="", email="", phone="", address="", city="", zip="", country=""))
