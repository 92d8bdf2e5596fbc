"""The money of an order: what was asked, taken and given back, and whether all of it is in one currency."""

from __future__ import annotations

from collections.abc import Sequence

from stores.canonical.order import Payment, Totals
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.money import Money, total
from stores.platforms.bigcommerce import moneys, parts, payments
from stores.platforms.bigcommerce.moneys import Rates

FIRST = ("purchase", "authorization", "pending")  # events that begin a payment


def to_totals(raw: Node, records: Sequence[Node], paid: Sequence[Payment], rates: Rates, *, is_over: bool) -> Totals:
    zero = rates.zero
    whole = moneys.amount(raw, rates.currency, "total_inc_tax")
    got = total((p.amount.customer for p in paid if p.refundable is not None), rates.currency)
    back = payments.refunded(records, rates)
    held = total((p.capturable for p in paid if p.capturable), rates.currency)
    kinds = ("handling_cost_ex_tax", "wrapping_cost_ex_tax")
    fees = total((moneys.amount(raw, rates.currency, name) for name in kinds), rates.currency)
    listed = raw.get("fees")
    own = json_readers.nodes(raw, "fees") if isinstance(listed, list) else []
    fees = fees + total((moneys.amount(fee, rates.currency, *parts.FEE_COST) for fee in own), rates.currency)
    return Totals(
        original=rates.pair(whole),
        current=rates.pair(zero if is_over else max(whole - back, zero)),
        subtotal=rates.read(raw, "subtotal_ex_tax"),
        tax=rates.read(raw, "total_tax"),
        shipping=rates.read(raw, "shipping_cost_ex_tax"),
        discounts=rates.pair(
            moneys.amount(raw, rates.currency, "discount_amount")
            + moneys.amount(raw, rates.currency, "coupon_discount")
        ),
        received=rates.pair(got),
        refunded=rates.pair(back),
        refunded_shipping=rates.pair(_shipping_back(records, rates)),
        outstanding=rates.pair(zero if is_over or held else max(whole - got, zero)),
        capturable=rates.pair(held),
        net=rates.pair(got - back),
        fees=rates.pair(fees) if fees else None,
    )


def _shipping_back(records: Sequence[Node], rates: Rates) -> Money:
    done = (record for record in records if not parts.is_declined(record))
    items = (item for record in done for item in json_readers.nodes(record, "items"))
    back = (
        moneys.amount(item, rates.currency, "requested_amount")
        for item in items
        if json_readers.text(item, "item_type") == "SHIPPING"
    )
    return total(back, rates.currency)


def is_clear(raw: Node, rows: Sequence[Node], rates: Rates) -> bool:
    """Are all amounts in the currency that was paid? Where another was shown, only the payments can tell."""
    if any(moneys.code(row, "currency") not in ("", rates.currency) for row in rows):
        return False
    if rates.shown == rates.currency or not rows:  # nothing was paid: no money moves
        return True
    whole = moneys.amount(raw, rates.currency, "total_inc_tax")
    first = (
        row for row in rows if json_readers.text(row, "event") in FIRST and json_readers.text(row, "status") != "error"
    )
    return total((moneys.amount(row, rates.currency, "amount") for row in first), whole.currency) == whole
