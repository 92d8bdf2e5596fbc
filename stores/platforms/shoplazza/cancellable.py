"""Units of a line: what left, what is gone, what can still be cancelled and what it is worth; and may all of it be.

The worth is our estimate, since Shoplazza has no calculator. A line is its total less the discounts named on it, and
less its share of what the order says was taken off without naming a line. n units are worth n / quantity of that, with
the same share of tax and duty; each is rounded once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from stores.canonical.order import Cancellable, LineItem
from stores.connectors.order_totals import Count
from stores.connectors.refund_estimate import share
from stores.kernel.http import safe_json
from stores.kernel.http.json_readers import Misread, Node, maybe, nodes, text, when
from stores.kernel.http.json_readers import units as units_of
from stores.kernel.money import Money, allocate, summed, total
from stores.platforms.shoplazza import capabilities, money
from stores.platforms.shoplazza.api import Rates, amount_of, flag, ident_of

ZERO = Decimal(0)
DEAD = ("cancelled", "canceled", "failed", "failure", "error")


def is_effective(shipment: Node) -> bool:
    return text(shipment, "status").lower() not in DEAD


def sent(line: Node) -> Decimal:
    """`ship_quantity` where it says something, else `quantity`: whether they can differ is not documented."""
    return units_of(line, "ship_quantity") or units_of(line, "quantity")


def shipped(shipments: Sequence[Node]) -> dict[str, Decimal]:
    lines = (line for one in filter(is_effective, shipments) for line in nodes(one, "line_items"))
    return summed((ident_of(line), sent(line)) for line in lines)


def count(line: Node, shipped_units: Decimal) -> Count:
    return Count(units_of(line, "quantity"), units_of(line, "refund_quantity_total"), shipped_units)


# --- may it be cancelled ------------------------------------------------------------------------------
OPEN = ("opened", "placed")
UNSHIPPED = ("initialled", "waiting")


def cancelled_at(raw: Node) -> datetime | None:
    """Two l from 2025-06 on, one before; the time of the last change where only the state says it."""
    at = when(raw, "cancelled_at") or when(raw, "canceled_at")
    return at or (when(raw, "updated_at") if text(raw, "status") == "cancelled" else None)


# --- may it be cancelled -------------------------------------------------------------------------
def is_open(raw: Node) -> bool:
    return text(raw, "status") in OPEN and cancelled_at(raw) is None and not text(raw, "deleted_at")


def whole_cancel_blockers(raw: Node, records: Sequence[Node]) -> tuple[str, ...]:
    """Our conservative rule: what the platform would do is not documented."""
    found = []
    if text(raw, "deleted_at"):
        found.append(capabilities.DELETED)
    elif not is_open(raw):
        found.append(capabilities.NOT_OPEN)
    is_unshipped = text(raw, "fulfillment_status") in UNSHIPPED
    if is_open(raw) and not (is_unshipped and not any(shipped(nodes(raw, "fulfillments")).values())):
        found.append(capabilities.SHIPPED)
    if any(text(record, "refund_status") == money.PENDING for record in records):
        found.append(capabilities.PENDING_REFUND)
    return tuple(str(word) for word in found)


def how_much(raw: Node, lines: Sequence[LineItem], blockers: Sequence[str], status: str) -> Cancellable:
    if not any(line.cancellable for line in lines):
        return Cancellable.NONE
    if not blockers:
        return Cancellable.ALL
    return Cancellable.PART if status == "placed" else Cancellable.NONE


# --- what units are worth -----------------------------------------------------------------------------
DISCOUNT_NAMES = ("amount", "discount_amount", "total_discount", "discount_price")
BESIDE_GOODS = ("total_shipping", "shipping_tax_total", "total_tip_received", "additional_total", "duty_total")
BESIDE_UNITS = ("refund_shipping", "refund_shipping_tax", "refund_tip", "additional_total")


# --- lines -------------------------------------------------------------------------------------------
def nets(raw: Node, rates: Rates) -> dict[str, Money]:
    """Line id → what it cost, without tax and duty."""
    lines = nodes(raw, "line_items")
    found = [net(line, rates) for line in lines]
    off = unnamed(raw, lines, found, rates)
    if off:
        shares = allocate(off, [worth.amount for worth in found])
        found = [worth - share for worth, share in zip(found, shares, strict=True)]
    return {ident_of(line): worth for line, worth in zip(lines, found, strict=True)}


def net(line: Node, rates: Rates) -> Money:
    """A line after the discounts named on it."""
    whole = amount_of(line, "total_price", rates.currency)
    if not line.get("total_price"):
        whole = amount_of(line, "price", rates.currency) * units_of(line, "quantity")
    return max(whole - discounts(line, rates), Money.zero(rates.currency))


def discounts(line: Node, rates: Rates) -> Money:
    """`discount_applications` is text that holds JSON, of a shape nobody documents: amounts we know, or nothing."""
    try:
        said = safe_json.loads(text(line, "discount_applications") or "[]")
    except ValueError:
        said = []
    return total((_discount(one, rates) for one in said if isinstance(one, dict)) if isinstance(said, list) else (),
                 rates.currency)  # fmt: skip


def _discount(applied: dict[str, Any], rates: Rates) -> Money:
    name = next((name for name in DISCOUNT_NAMES if applied.get(name)), "")
    try:
        found = amount_of(applied, name, rates.currency)
    except Misread:
        return Money.zero(rates.currency)
    return max(found, Money.zero(rates.currency))


def unnamed(raw: Node, lines: Sequence[Node], found: Sequence[Money], rates: Rates) -> Money:
    """What was taken off the order and stands on no line: both its discount and its total must say so."""
    zero = Money.zero(rates.currency)
    included = flag(maybe(raw, "config"), "product_tax_included")
    beside = money.sum_of(raw, rates, *BESIDE_GOODS, *(() if included else ("total_tax",)))
    goods = amount_of(raw, "total_price", rates.currency) - beside
    told = money.sum_of(raw, rates, "total_discount") - total((discounts(one, rates) for one in lines), rates.currency)
    off = min(total(found, rates.currency) - goods, told, total(found, rates.currency))
    return max(off, zero).rounded()


# --- units -------------------------------------------------------------------------------------------
def kept(raw: Node, records: Sequence[Node], rates: Rates) -> Money:
    """What earlier refunds kept of the units they took, a fee: nothing of it is given back by a later one. Where others
    of them gave more than their units were worth, that much of it is not in the till any more."""
    worths = nets(raw, rates)
    lines = {ident_of(line): line for line in nodes(raw, "line_items")}
    found = Money.zero(rates.currency)
    for record in money.effective(records):
        taken = [one for one in nodes(record, "refund_line_items") if text(one, "line_item_id") in lines]
        worth = total((_worth_taken(raw, one, lines, worths, rates) for one in taken), rates.currency)
        worth += money.sum_of(record, rates, *BESIDE_UNITS)
        short = worth - amount_of(record, "refund_price", rates.currency)
        rounding = Money.from_minor(len(taken), rates.currency)
        if short > rounding or (taken and short + rounding < Money.zero(rates.currency)):
            found += short
    return max(found, Money.zero(rates.currency))


def _worth_taken(raw: Node, refunded: Node, lines: dict[str, Node], worths: dict[str, Money], rates: Rates) -> Money:
    """Units of one line as a refund took them, with tax and duty."""
    line = lines[text(refunded, "line_item_id")]
    count, of = units_of(refunded, "refund_quantity"), units_of(line, "quantity")
    if not of:  # a shop that takes refunded units off the line
        return amount_of(line, "price", rates.currency) * count
    included = flag(maybe(raw, "config"), "product_tax_included")
    parts = [worths[ident_of(line)], amount_of(line, "duty_price", rates.currency)]
    parts += [] if included else [amount_of(line, "tax_price", rates.currency)]
    return total((share(part, count, of) for part in parts), rates.currency)
