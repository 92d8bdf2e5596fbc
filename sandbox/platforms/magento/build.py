"""From keywords to the records of an order: items, invoices, shipments, transactions, and what staff did before."""

from __future__ import annotations

from sandbox.core.base_simulator import Made
from sandbox.core.records import Session
from sandbox.platforms.magento import amounts, billing, refund, stock
from sandbox.platforms.magento.amounts import ZERO, Body, cents, dec, taxed, text
from sandbox.platforms.magento.spec import Line, Order

DAY = 86_400.0
METHODS = {"free": "free"}
ONLINE = {"paid": "sandbox_card", "authorised": "sandbox_card", "payment_review": "sandbox_card"}
STATES = {"pending_payment": "pending_payment", "payment_review": "payment_review", "authorised": "processing"}


def build(session: Session, wanted: Order) -> Made:
    order = bare(session, wanted)
    for line in wanted.lines:
        order["items"].extend(to_items(session, line, wanted))
    charge(order, wanted)
    for item in amounts.real(order):
        stock.placed(session, item, item["ordered"])
    if wanted.pay in ("paid", "offline", "free"):
        settle(session, order, wanted)
    if wanted.pay == "authorised":
        order["authorised"] = order["grand"]
        billing.transaction(session, order, "authorization", is_closed=False)
    ship(session, order, wanted)
    if wanted.refunded:
        first = next(amounts.real(order))
        refund.by_staff(session, order, {first["id"]: wanted.refunded})
    if wanted.cancelled:
        billing.apply(session, order, cause="staff")
    if wanted.held:
        order["hold_before"] = order["state"]
        amounts.set_state(order, "holded")
    born = order["created_at"]
    session.put("order", order["id"], order, at=born)
    lines = tuple(str(item["id"]) for item in amounts.real(order))
    return Made(str(order["id"]), order["increment"], session.shop["name"], lines)


def bare(session: Session, wanted: Order) -> Body:
    number = session.number()
    born = session.at - wanted.age_days * DAY
    base = session.shop["currency"]
    is_online = wanted.pay in ONLINE
    order: Body = {
        "id": number, "increment": f"{number:09d}", "created_at": born, "updated_at": born,
        "base": base, "currency": wanted.currency or base, "rate": wanted.rate,
        "person": vars(wanted.person) | {"id": session.number()} if wanted.person else None,
        "method": (ONLINE | METHODS).get(wanted.pay, "checkmo"), "is_online": is_online, "authorised": "0",
        "voided": "0", "trans": f"txn-{number}" if is_online else "", "items": [], "shipping": "0", "shipping_tax": "0",
        "shipping_discount": wanted.shipping_discount, "shipping_invoiced": "0", "shipping_refunded": "0",
        "shipping_tax_refunded": "0", "grand": "0", "total_paid": "0", "total_invoiced": "0", "total_refunded": "0",
        "total_canceled": "0", "adjust_pos": "0", "adjust_neg": "0", "offline_refunded": "0", "online_refunded": "0",
        "shipping_incl": "0", "shipping_compensation": "0", "tax_invoiced": "0", "compensation_invoiced": "0",
        "tax_after_discount": wanted.tax_after_discount, "memos": 0,
        "hold_before": None, "extras": dict(wanted.extras), "histories": [], "coupon": wanted.coupon,
        "note": wanted.note,
    }  # fmt: skip
    amounts.set_state(order, STATES.get(wanted.pay, "new"))
    return order


def to_items(session: Session, line: Line, wanted: Order) -> list[Body]:
    """One item, or the parent and its children."""
    if line.kind == "configurable":
        parent = item(session, line, wanted, stock_sku=f"{line.sku}-M")
        child = item(session, line, wanted, parent=parent, sku=f"{line.sku}-M", price="0")
        return [parent, child | {"dummy": True, "type": "simple"}]
    if line.kind in ("bundle", "fixed_bundle"):
        return bundle(session, line, wanted)
    return [item(session, line, wanted)]


def bundle(session: Session, line: Line, wanted: Order) -> list[Body]:
    is_dynamic = line.kind == "bundle"
    whole = sum((dec(price) for _, price in line.parts), ZERO) if is_dynamic else dec(line.price)
    parent = item(session, line, wanted, price=text(whole)) | {"type": "bundle", "dummy": is_dynamic}
    children = [
        item(session, line, wanted, parent=parent, sku=sku, price=price if is_dynamic else "0")
        | {"type": "simple", "dummy": not is_dynamic, "name": f"{line.title}: {sku}", "shipped": line.shipped}
        for sku, price in line.parts
    ]
    return [parent, *children]


def item(
    session: Session, line: Line, wanted: Order, *, parent: Body | None = None, sku: str = "", price: str = "",
    stock_sku: str = "",
) -> Body:  # fmt: skip
    rate, is_incl = dec(wanted.tax_rate), wanted.prices_include_tax
    whole = cents(dec(price or line.price)) * line.quantity  # rows are made of rounded prices, in every currency
    discount = ZERO if parent else cents(dec(line.discount))
    row, tax, off = taxed(whole, discount, rate, is_incl=is_incl, after=wanted.tax_after_discount)
    return {
        "id": session.number(), "parent": parent["id"] if parent else None, "product": session.number(),
        "type": {"fixed_bundle": "bundle"}.get(line.kind, line.kind), "sku": sku or line.sku,
        "stock_sku": stock_sku or sku or line.sku, "name": line.title,
        "price": text(cents(row / line.quantity)) if is_incl else price or line.price,
        "ordered": line.quantity, "invoiced": 0, "shipped": line.shipped, "canceled": 0, "refunded": 0,
        "virtual": line.kind == "virtual", "dummy": False, "decimal": line.is_decimal, "percent": text(rate * 100),
        "row": text(row), "discount": text(discount), "tax": text(tax), "compensation": text(off),
        "incl": text(whole if is_incl else row + cents(row * rate)),
        "row_invoiced": "0", "discount_invoiced": "0", "tax_invoiced": "0", "compensation_invoiced": "0",
        "row_refunded": "0", "discount_refunded": "0", "tax_refunded": "0", "compensation_refunded": "0",
    }  # fmt: skip


def charge(order: Body, wanted: Order) -> None:
    """Shipping and the grand total; store credit and gift cards take their part."""
    is_shipped = any(not item["virtual"] for item in order["items"])
    asked, rate = cents(dec(wanted.shipping)) if is_shipped else ZERO, dec(wanted.tax_rate)
    is_incl, discount = wanted.shipping_includes_tax, cents(dec(wanted.shipping_discount)) if is_shipped else ZERO
    order["shipping_discount"] = text(discount)
    net, tax, off = taxed(asked, discount, rate, is_incl=is_incl, after=wanted.tax_after_discount)
    order["shipping"], order["shipping_tax"], order["shipping_compensation"] = text(net), text(tax), text(off)
    order["shipping_incl"] = text(asked if is_incl else net + cents(net * rate))
    goods = sum((amounts.worth(item) for item in amounts.real(order)), ZERO)
    order["grand"] = text(goods + net + tax + off - discount - amounts.credit(order))


def settle(session: Session, order: Body, wanted: Order) -> None:
    """Invoices of everything, or of the units named."""
    rows = wanted.invoices or [[item["ordered"] for item in amounts.real(order)]]
    for place, counts in enumerate(rows, start=1):
        chosen = {item["id"]: count for item, count in zip(amounts.real(order), counts, strict=False) if count}
        is_open = wanted.open_invoice and place == len(rows)
        billing.invoice(session, order, chosen, is_paid=not is_open, at=order["created_at"] + place * 60)


def ship(session: Session, order: Body, wanted: Order) -> None:
    sent = [item for item in order["items"] if item["shipped"] and (not item["dummy"] or item["type"] == "bundle")]
    if not sent:
        return
    billing.shipment(session, order, {item["id"]: item["shipped"] for item in sent}, at=order["created_at"] + DAY / 4)
    for item in amounts.real(order):
        stock.shipped(session, item, item["shipped"])
    amounts.set_state(order, amounts.resolve(order))
