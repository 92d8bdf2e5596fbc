"""Stock: what a line took is written at the line, and only that comes back."""

from __future__ import annotations

from sandbox.core.records import Body, Session

TAKEN, RETURNED = "_reduced_stock", "_restock_refunded_items"


def meta(item: Body, key: str) -> int:
    return int(next((one["value"] for one in item["meta_data"] if one["key"] == key), 0))


def write(session: Session, item: Body, key: str, value: int | None) -> None:
    kept = [one for one in item["meta_data"] if one["key"] != key]
    item["meta_data"] = kept if value is None else [*kept, {"id": session.number(), "key": key, "value": str(value)}]


def give_back(session: Session, order: Body, line: Body, units: int, *, cause: str) -> None:
    """The order's note is the only place where the store says so."""
    product = session.get("product", line["product_id"])
    if not product or not product["tracked"] or units <= 0:
        return
    before, product["stock"] = product["stock"], product["stock"] + units
    session.put("product", product["id"], product)
    say(session, order, f"Item #{product['id']} stock increased from {before} to {product['stock']}.")
    session.effect("stock", order["id"], cause=cause, currency=order["currency"], units=units, sku=line["sku"])


def restore_all(session: Session, order: Body, *, cause: str) -> None:
    """`cancelled` and `pending`: every unit a line took and has not given back; no switch avoids it."""
    for line in order["lines"]:
        give_back(session, order, line, meta(line, TAKEN), cause=cause)
        write(session, line, TAKEN, None)


def restore_refunded(session: Session, order: Body, line: Body, units: int, *, cause: str) -> None:
    taken = meta(line, TAKEN)
    if not taken:
        return
    give_back(session, order, line, min(units, taken), cause=cause)
    write(session, line, TAKEN, max(0, taken - units))
    write(session, line, RETURNED, meta(line, RETURNED) + min(units, taken))


def say(session: Session, order: Body, words: str, *, customer: bool = False) -> Body:
    ident = session.number()
    made = {"id": ident, "note": words, "customer_note": customer, "at": session.at}
    session.put("note", ident, made, parent=order["id"])
    return made
