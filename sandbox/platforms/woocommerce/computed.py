"""What 11.1 computes: a preview by quantity or by gross amount, and refunds with `compute_totals`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sandbox.core.records import Body, Session
from sandbox.platforms.woocommerce import sums
from sandbox.platforms.woocommerce.refusals import Refused, missing, wrong
from sandbox.platforms.woocommerce.sums import number

KNOWN = {"line_item_id", "quantity", "refund_total"}
REFUNDABLE = ("completed", "processing", "on-hold")
Shares = dict[str, str]


def no(status: int, code: str, message: str) -> Refused:
    return Refused(status, f"woocommerce_rest_{code}", message)


def of_units(order: Body, item: Body, units: int, refunds: Sequence[Body]) -> Decimal:
    """With tax: the line's part, rounded once, and no rest for the last one. Raises Refused above what is left."""
    whole = gross(item)
    due, left = _round(whole * units / int(item["quantity"] or 1), order), whole - sums.gross_back(item, refunds)
    if left <= 0:
        raise no(422, "line_item_already_refunded", "This line item has already been fully refunded.")
    if due > _round(left, order):
        raise no(422, "refund_total_exceeds_remaining", "refund_total cannot exceed the remaining refundable amount.")
    return due


def gross(item: Body) -> Decimal:
    """An item's net, which is kept unrounded, and its tax in all, which is rounded."""
    return number(item["total"]) + number(item["total_tax"])


def of_gross(order: Body, item: Body, amount: Decimal) -> tuple[Decimal, dict[str, Decimal]]:
    """An amount that contains its tax, parted as the item's own total is."""
    whole = number(item["total"]) + sums.taxes(item)
    share = {str(one["id"]): _round(amount * number(one["total"]) / whole, order) for one in item["taxes"] if whole}
    return amount - sums.total(share.values()), share


def _round(amount: Decimal, order: Body) -> Decimal:
    return number(sums.text(amount, order["digits"]))


def _checked(order: Body, refunds: Sequence[Body], asked: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    """(item, what was asked of it) of every entry. Raises Refused."""
    if not asked:
        raise no(400, "missing_line_items", "line_items is required.")
    if order["status"] not in REFUNDABLE or sums.remaining(order, refunds) <= 0:
        raise no(422, "order_not_refundable", "Order is not refundable.")
    found = [(sums.item(order, one.get(name)), one) for one in asked]
    if any(item is None for item, _ in found):
        raise no(400, "line_item_not_found", "Line item not found.")
    ids = [item["id"] for item, _ in found if item]
    if len(ids) != len(set(ids)):
        raise no(400, "duplicate_line_item", "Duplicate line item.")
    for item, one in found:
        left = sums.units_left(item, refunds) if item else 0
        if one.get("quantity", 0) > left:
            raise no(422, "quantity_exceeds_refundable", f"Quantity exceeds the refundable quantity ({left}).")
    return found


def preview(session: Session, order: Body, asked: Any) -> Body:
    """Figures and nothing else; `refund_total` in contains tax, `line_item_id` names the item."""
    wanted = asked.get("line_items") if isinstance(asked, dict) else None
    if not isinstance(wanted, list):
        raise missing("line_items")
    if any(set(one) - KNOWN for one in wanted):
        raise wrong("line_items")
    refunds = session.of("refund", order["id"])
    shown: dict[str, list[Body]] = {kind: [] for kind in sums.GOODS}
    for item, one in _checked(order, refunds, wanted, "line_item_id"):
        net, taxes = _of(order, item, one, refunds)
        kind = next(kind for kind in sums.GOODS if any(known is item for known in order[kind]))
        shown[kind].append(_row(order, item, one, net, sums.total(taxes.values())))
    most = sums.remaining(order, refunds)
    rows = [row for kind in shown.values() for row in kind]
    total = sums.total(number(row["total"]) for row in rows)
    if total > most:
        raise no(422, "preview_exceeds_max_refundable", "The refund exceeds what can be refunded.")
    names = {"lines": "products", "shipping_lines": "shipping", "fee_lines": "fees"}
    return {
        "breakdown": {names[kind]: _sum(found, order) | {"items": found} for kind, found in shown.items()},
        **_sum(rows, order), "total": sums.text(total, order["digits"]),
        "max_refundable": sums.text(most, order["digits"]),
    }  # fmt: skip


def _of(order: Body, item: Body, one: Mapping[str, Any], refunds: Sequence[Body]) -> tuple[Decimal, dict[str, Decimal]]:
    if one.get("refund_total") is not None:
        return of_gross(order, item, _round(number(one["refund_total"]), order))
    return of_gross(order, item, of_units(order, item, int(one.get("quantity") or 0), refunds))


def _row(order: Body, item: Body, one: Mapping[str, Any], net: Decimal, tax: Decimal) -> Body:
    digits = order["digits"]
    net, tax = _round(net, order), _round(tax, order)
    row = {"id": item["id"], "name": item.get("name") or item.get("method_title"), "quantity": one.get("quantity", 0),
            "subtotal": sums.text(net, digits), "tax": sums.text(tax, digits),
            "total": sums.text(net + tax, digits)}  # fmt: skip
    return row | {name: item[name] for name in ("product_id", "variation_id") if name in item}


def _sum(rows: Sequence[Body], order: Body) -> Body:
    return {name: sums.text(sums.total(number(r[name]) for r in rows), order["digits"]) for name in ("subtotal", "tax")}


def wish(
    session: Session, order: Body, refunds: Sequence[Body], wanted: Mapping[str, Any]
) -> tuple[list[Body], Decimal, str]:
    """As refund._wished; `amount` may only raise what was computed."""
    shares, whole = [], Decimal(0)
    for item, one in _checked(order, refunds, wanted.get("line_items", ()), "id"):
        net, taxes = _of(order, item, one, refunds)
        whole += _round(net, order) + sums.total(_round(tax, order) for tax in taxes.values())
        parts: Shares = {rate: sums.text(tax, order["digits"]) for rate, tax in taxes.items()}
        units, said = int(one.get("quantity") or 0), sums.text(net, order["digits"])
        shares.append(sums.share_of(session, item, units, said, parts))
    if wanted.get("amount") not in (None, ""):
        amount = number(wanted["amount"])
        if amount <= 0 or amount < whole:
            raise no(400, "invalid_refund_amount", "Invalid refund amount.")
        whole = amount
    return shares, whole, sums.text(whole, order["digits"])
