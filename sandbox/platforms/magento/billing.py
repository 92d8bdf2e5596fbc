"""What bills, sends and cancels: invoices, shipments and transactions, and the end of what was not invoiced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sandbox.core.records import Session
from sandbox.platforms.magento import amounts, stock
from sandbox.platforms.magento.amounts import ZERO, Body, Rounder, dec, plus, text
from sandbox.platforms.magento.totals import NAMES


def invoice(
    session: Session, order: Body, chosen: Mapping[int, int], *, is_paid: bool = True, at: float | None = None
) -> Body:
    """Bills these units by item id; the first invoice carries the shipping, and takes as much of the store credit as it
    can (CustomerBalance/Model/Total/Invoice). Paid online where the method can."""
    number = session.number()
    lines = shares([(item, chosen[item["id"]]) for item in amounts.real(order) if chosen.get(item["id"])])
    shipping = dec(order["shipping"]) - dec(order["shipping_invoiced"])
    goods = sum(map(amounts.worth, lines), ZERO)
    tax, discount, off = (
        dec(order[f"shipping_{name}"]) if shipping else ZERO for name in ("tax", "discount", "compensation")
    )
    whole = goods + shipping + tax + off - discount
    credit = min(whole, amounts.credit(order) - dec(order.get("credit_invoiced")))
    grand = whole - credit
    goods_tax, goods_off = (sum((dec(line[name]) for line in lines), ZERO) for name in ("tax", "compensation"))
    made: Body = {
        "id": number, "increment": f"{number:09d}", "order": order["id"], "at": session.at if at is None else at,
        "state": 2 if is_paid else 1, "txn": f"{order['trans']}-{number}" if order["is_online"] and is_paid else "",
        "items": lines, "shipping": text(shipping), "shipping_tax": text(tax), "shipping_discount": text(discount),
        "shipping_compensation": text(off), "tax_total": text(goods_tax + tax), "compensation": text(goods_off),
        "shipping_incl": order["shipping_incl"] if shipping else "0",
        "grand": text(grand), "refunded": "0", "paid_back": "0", "used": 0,
    }  # fmt: skip
    for line in lines:
        item = amounts.item_of(order, line["item"]) or {}
        item["invoiced"] += line["qty"]
        for name in NAMES:
            plus(item, f"{name}_invoiced", dec(line[name]))
    plus(order, "shipping_invoiced", shipping)
    plus(order, "tax_invoiced", goods_tax + tax)
    plus(order, "compensation_invoiced", goods_off)
    plus(order, "total_invoiced", grand)
    plus(order, "credit_invoiced", credit)
    if is_paid:
        plus(order, "total_paid", grand)
        if order["is_online"]:
            transaction(session, order, "capture", txn=made["txn"])
    session.put("invoice", number, made, parent=order["id"])
    amounts.set_state(order, amounts.resolve(order))
    return made


def shares(chosen: Sequence[tuple[Body, int]]) -> list[Body]:
    """The invoice's own collectors: the rows, the discounts, then tax and compensation line by line."""
    rounded = Rounder()
    lines: list[Body] = [{"item": item["id"], "qty": count} for item, count in chosen]
    for names in (("row",), ("discount",), ("tax", "compensation")):
        for (item, count), line in zip(chosen, lines, strict=True):
            for name in names:
                line[name] = text(part(item, name, count, rounded))
    return lines


def part(item: Body, name: str, count: int, rounded: Rounder) -> Decimal:
    left = dec(item[name]) - dec(item[f"{name}_invoiced"])
    if count == amounts.to_invoice(item):
        return left
    return rounded(left / (item["ordered"] - item["invoiced"]) * count, negative=name == "discount")


def shipment(session: Session, order: Body, sent: Mapping[int, int], *, at: float | None = None) -> None:
    number = session.number()
    made = {"id": number, "increment": f"{number:09d}", "order": order["id"], "at": session.at if at is None else at,
            "items": [{"item": item_id, "qty": count} for item_id, count in sent.items()],
            "track": "1Z999AA10123456784"}  # fmt: skip
    session.put("shipment", number, made, parent=order["id"])


def transaction(
    session: Session, order: Body, kind: str, *, txn: str = "", parent: str = "", is_closed: bool = True
) -> None:
    number = session.number()
    made = {"id": number, "order": order["id"], "type": kind, "txn": txn or f"{order['trans']}-{kind}",
            "parent": parent, "closed": int(is_closed), "at": session.at}  # fmt: skip
    session.put("transaction", number, made, parent=order["id"])


# --- Cancelling what was not invoiced. `false` and nothing done where the rule forbids it ---------
def cancel(session: Session, order: Body) -> bool:
    """The answer of the API: what it says, not what happened."""
    if not amounts.can_cancel(order) or session.switch("cancel_forbidden") == "yes":
        return session.switch("cancel_answer") == "lies"
    apply(session, order, cause="cancel")
    save(session, order)
    return True


def apply(session: Session, order: Body, *, cause: str) -> None:
    """The state is canceled unless something invoiced stays; then the rest alone goes."""
    taken = 0
    state = "canceled"
    for item in amounts.real(order):
        count = amounts.to_cancel(item)
        if state == "canceled" and amounts.to_refund(item):
            state = "processing" if amounts.to_ship(item) > count else "complete"
        item["canceled"] += count
        taken += count
        stock.released(session, order, item, count, cause=cause)
    order["total_canceled"] = text(dec(order["grand"]) - dec(order["total_paid"]))
    amounts.set_state(order, state)
    session.effect("cancel", order["id"], cause=cause, currency=order["base"], units=taken, state=state)
    void(session, order, cause=cause)
    if session.switch("extras_return") == "yes" and order["extras"]:
        order["extras"] = {name: "0" for name in order["extras"]}


def void(session: Session, order: Body, *, cause: str) -> None:
    """The payment method's own cancel: what was authorised and never captured is released."""
    held = dec(order["authorised"]) - dec(order["voided"]) - dec(order["total_paid"])
    if held > ZERO and order["is_online"]:
        plus(order, "voided", held)
        transaction(session, order, "void", parent=f"{order['trans']}-authorization")
        session.effect("void", order["id"], cause=cause, currency=order["base"], amount=text(held))


def save(session: Session, order: Body) -> None:
    order["updated_at"] = session.at
    session.put("order", order["id"], order)
