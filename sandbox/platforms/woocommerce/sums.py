"""Amounts as WooCommerce keeps and writes them: lines unrounded, sums with the store's digits; and what lines took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.core.records import Body, Session

GOODS = ("lines", "shipping_lines", "fee_lines")


def text(amount: Decimal, digits: int) -> str:
    """-0.00 is never written."""
    rounded = amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return format(abs(rounded) if rounded == 0 else rounded, "f")


def fine(amount: Decimal) -> str:
    """What a line keeps of its net and of each tax: six digits, without zeros at the end."""
    return format(amount.quantize(Decimal("0.000001"), ROUND_HALF_UP).normalize() + 0, "f")


def round_tax(amount: Decimal, digits: int, *, included: bool) -> Decimal:
    """A tax as it is summed: half a unit goes down where prices contain it, so that net and tax do not both grow."""
    return amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_DOWN if included else ROUND_HALF_UP)


def taxes(item: Body) -> Decimal:
    """All taxes of an item, unrounded."""
    return total(number(tax["total"]) for tax in item["taxes"])


def number(said: Any) -> Decimal:
    """What PHP would make of a number in a body: "" and nonsense are zero."""
    try:
        return Decimal(str(said))
    except ArithmeticError:
        return Decimal(0)


def total(values: Iterable[Decimal]) -> Decimal:
    return sum(values, Decimal(0))


def items(order: Body) -> list[Body]:
    """Everything a refund can name: products, shipping, fees."""
    return [item for kind in GOODS for item in order[kind]]


def item(order: Body, ident: Any) -> Body | None:
    return next((found for found in items(order) if str(found["id"]) == str(ident)), None)


def remaining(order: Body, refunds: Iterable[Body]) -> Decimal:
    """max_refundable"""
    return number(order["total"]) - total(number(refund["amount"]) for refund in refunds)


def back(refunds: Iterable[Body], ident: Any) -> list[Body]:
    """The shares of one item in refunds, as positive numbers."""
    return [share for refund in refunds for share in refund["items"] if str(share["item"]) == str(ident)]


def gross_back(line: Body, refunds: Iterable[Body]) -> Decimal:
    """What went back of an item, its taxes with it."""
    shares = back(refunds, line["id"])
    return total(number(share["total"]) + total(map(number, share["taxes"].values())) for share in shares)


def units_left(line: Body, refunds: Iterable[Body]) -> int:
    return int(line["quantity"]) - sum(int(share["quantity"]) for share in back(refunds, line["id"]))


def share_of(session: Session, item: Body, units: int, net: str, taxes: Mapping[str, str]) -> Body:
    return {"id": session.number(), "item": item["id"], "quantity": units, "total": net, "taxes": dict(taxes)}


# --- Stock: what a line took is written at the line, and only that comes back ---------------------
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
