"""Invoices, shipments and transactions of an order, as the shop makes them."""

from __future__ import annotations

from collections.abc import Mapping

from stores.sandbox.magento import units
from stores.sandbox.magento.amounts import ZERO, Rounder, dec, plus, text
from stores.sandbox.magento.units import Body
from stores.sandbox.records import Session


def invoice(
    session: Session, order: Body, chosen: Mapping[int, int], *, is_paid: bool = True, at: float | None = None
) -> Body:
    """Bills these units by item id; the first invoice carries the shipping. Paid online where the method can."""
    number, rounded = session.number(), Rounder()
    lines = [share(item, chosen[item["id"]], rounded) for item in units.real(order) if chosen.get(item["id"])]
    shipping = dec(order["shipping"]) - dec(order["shipping_invoiced"])
    has_shipping = bool(shipping)
    goods = sum((dec(line["row"]) - dec(line["discount"]) + dec(line["tax"]) for line in lines), ZERO)
    tax = dec(order["shipping_tax"]) if has_shipping else ZERO
    off = dec(order["shipping_discount"]) if has_shipping else ZERO
    grand = min(goods + shipping + tax - off, dec(order["grand"]) - dec(order["total_invoiced"]))
    made: Body = {
        "id": number, "increment": f"{number:09d}", "order": order["id"], "at": session.at if at is None else at,
        "state": 2 if is_paid else 1, "txn": f"{order['trans']}-{number}" if order["is_online"] and is_paid else "",
        "items": lines, "shipping": text(shipping), "shipping_tax": text(tax), "shipping_discount": text(off),
        "grand": text(grand), "refunded": "0", "used": 0,
    }  # fmt: skip
    for line in lines:
        item = units.item_of(order, line["item"]) or {}
        item["invoiced"] += line["qty"]
        for name in ("row", "discount", "tax"):
            plus(item, f"{name}_invoiced", dec(line[name]))
    plus(order, "shipping_invoiced", shipping)
    plus(order, "total_invoiced", grand)
    if is_paid:
        plus(order, "total_paid", grand)
        if order["is_online"]:
            transaction(session, order, "capture", txn=made["txn"])
    session.put("invoice", number, made, parent=order["id"])
    units.set_state(order, units.resolve(order))
    return made


def share(item: Body, count: int, rounded: Rounder) -> Body:
    is_last = count == units.to_invoice(item)
    open_units = item["ordered"] - item["invoiced"]
    parts = {}
    for name in ("row", "discount", "tax"):
        left = dec(item[name]) - dec(item[f"{name}_invoiced"])
        parts[name] = text(left if is_last else rounded(left / open_units * count, negative=name == "discount"))
    return {"item": item["id"], "qty": count} | parts


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
