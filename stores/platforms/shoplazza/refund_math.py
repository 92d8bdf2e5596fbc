"""What lines and units are worth: our estimate, since Shoplazza has no calculator. Pure.

A line is its total less the discounts named on it, and less its share of what the order says was taken off without
naming a line. n units are worth n / quantity of that, with the same share of tax and duty; each is rounded once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stores.connectors.refund_estimate import share
from stores.kernel.http import safe_json
from stores.kernel.money import Money, allocate, total
from stores.platforms.shoplazza import fields, moneys
from stores.platforms.shoplazza.fields import Node
from stores.platforms.shoplazza.rates import Rates

DISCOUNT_NAMES = ("amount", "discount_amount", "total_discount", "discount_price")
BESIDE_GOODS = ("total_shipping", "shipping_tax_total", "total_tip_received", "additional_total", "duty_total")
BESIDE_UNITS = ("refund_shipping", "refund_shipping_tax", "refund_tip", "additional_total")


# --- lines -------------------------------------------------------------------------------------------
def nets(raw: Node, rates: Rates) -> dict[str, Money]:
    """Line id → what it cost, without tax and duty."""
    lines = fields.items(raw, "line_items")
    found = [net(line, rates) for line in lines]
    off = unnamed(raw, lines, found, rates)
    if off:
        shares = allocate(off, [worth.amount for worth in found])
        found = [worth - share for worth, share in zip(found, shares, strict=True)]
    return {fields.ident(line): worth for line, worth in zip(lines, found, strict=True)}


def net(line: Node, rates: Rates) -> Money:
    """A line after the discounts named on it."""
    whole = fields.amount(line, "total_price", rates.currency)
    if not line.get("total_price"):
        whole = fields.amount(line, "price", rates.currency) * fields.units(line, "quantity")
    return max(whole - discounts(line, rates), Money.zero(rates.currency))


def discounts(line: Node, rates: Rates) -> Money:
    """`discount_applications` is text that holds JSON, of a shape nobody documents: amounts we know, or nothing."""
    try:
        said = safe_json.loads(fields.text(line, "discount_applications") or "[]")
    except ValueError:
        said = []
    return total((_discount(one, rates) for one in said if isinstance(one, dict)) if isinstance(said, list) else (),
                 rates.currency)  # fmt: skip


def _discount(applied: dict[str, Any], rates: Rates) -> Money:
    name = next((name for name in DISCOUNT_NAMES if applied.get(name)), "")
    try:
        found = fields.amount(applied, name, rates.currency)
    except fields.Misread:
        return Money.zero(rates.currency)
    return max(found, Money.zero(rates.currency))


def unnamed(raw: Node, lines: Sequence[Node], found: Sequence[Money], rates: Rates) -> Money:
    """What was taken off the order and stands on no line: both its discount and its total must say so."""
    zero = Money.zero(rates.currency)
    included = fields.flag(fields.maybe(raw, "config"), "product_tax_included")
    beside = moneys.sum_of(raw, rates, *BESIDE_GOODS, *(() if included else ("total_tax",)))
    goods = fields.amount(raw, "total_price", rates.currency) - beside
    told = moneys.sum_of(raw, rates, "total_discount") - total((discounts(one, rates) for one in lines), rates.currency)
    off = min(total(found, rates.currency) - goods, told, total(found, rates.currency))
    return max(off, zero).rounded()


# --- units -------------------------------------------------------------------------------------------
def kept(raw: Node, records: Sequence[Node], rates: Rates) -> Money:
    """What earlier refunds kept of the units they took, a fee: nothing of it is given back by a later one. Where others
    of them gave more than their units were worth, that much of it is not in the till any more."""
    worths = nets(raw, rates)
    lines = {fields.ident(line): line for line in fields.items(raw, "line_items")}
    found = Money.zero(rates.currency)
    for record in moneys.effective(records):
        taken = [one for one in fields.items(record, "refund_line_items") if fields.text(one, "line_item_id") in lines]
        worth = total((_taken(raw, one, lines, worths, rates) for one in taken), rates.currency)
        worth += moneys.sum_of(record, rates, *BESIDE_UNITS)
        short = worth - fields.amount(record, "refund_price", rates.currency)
        rounding = Money.from_minor(len(taken), rates.currency)
        if short > rounding or (taken and short + rounding < Money.zero(rates.currency)):
            found += short
    return max(found, Money.zero(rates.currency))


def _taken(raw: Node, refunded: Node, lines: dict[str, Node], worths: dict[str, Money], rates: Rates) -> Money:
    """Units of one line as a refund took them, with tax and duty."""
    line = lines[fields.text(refunded, "line_item_id")]
    count, of = fields.units(refunded, "refund_quantity"), fields.units(line, "quantity")
    if not of:  # a shop that takes refunded units off the line
        return fields.amount(line, "price", rates.currency) * count
    included = fields.flag(fields.maybe(raw, "config"), "product_tax_included")
    parts = [worths[fields.ident(line)], fields.amount(line, "duty_price", rates.currency)]
    parts += [] if included else [fields.amount(line, "tax_price", rates.currency)]
    return total((share(part, count, of) for part in parts), rates.currency)
