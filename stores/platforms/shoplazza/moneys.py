"""The money of an order: what was paid, what went back, what is left of it."""

from __future__ import annotations

from collections.abc import Sequence

from stores.canonical.order import Payment, Totals
from stores.kernel.money import Money, total
from stores.platforms.shoplazza import fields, payments
from stores.platforms.shoplazza.fields import Node
from stores.platforms.shoplazza.rates import Rates


def remaining(raw: Node, records: Sequence[Node], rates: Rates) -> Money:
    """Paid and neither given back nor on its way back."""
    paid = fields.amount(raw, "total_paid", rates.currency)
    back = fields.amount(raw, "total_refund_price", rates.currency)
    left = paid - back - payments.pending(records, rates.currency)
    return max(left, Money.zero(rates.currency))


def to_totals(raw: Node, records: Sequence[Node], paid: Sequence[Payment], rates: Rates) -> Totals:
    zero = Money.zero(rates.currency)
    whole, back = (fields.amount(raw, name, rates.currency) for name in ("total_price", "total_refund_price"))
    got = fields.amount(raw, "total_paid", rates.currency)
    held = zero if got else total((p.capturable for p in paid if p.capturable), rates.currency)
    is_dead = fields.text(raw, "status") == "cancelled"
    return Totals(
        original=rates.pair(whole),
        current=rates.pair(zero if is_dead else max(whole - back, zero)),
        subtotal=rates.read(raw, "sub_total"),
        tax=rates.pair(sum_of(raw, rates, "total_tax", "shipping_tax_total")),
        shipping=rates.read(raw, "total_shipping"),
        discounts=rates.pair(sum_of(raw, rates, "total_discount")),
        received=rates.pair(got),
        refunded=rates.pair(back),
        refunded_shipping=rates.pair(shipping_back(records, rates)),
        outstanding=rates.pair(zero if is_dead else max(whole - got, zero)),
        capturable=rates.pair(held),
        net=rates.pair(got - back),
        duties=rates.read(raw, "duty_total"),
        fees=rates.read(raw, "additional_total"),
        tips=rates.read(raw, "total_tip_received"),
    )


def sum_of(raw: Node, rates: Rates, *names: str) -> Money:
    return total((fields.amount(raw, name, rates.currency) for name in names), rates.currency)


def shipping_back(records: Sequence[Node], rates: Rates) -> Money:
    done = [record for record in records if fields.text(record, "refund_status") != payments.FAILED]
    return total((fields.amount(record, "refund_shipping", rates.currency) for record in done), rates.currency)


def shipping_left(raw: Node, records: Sequence[Node], rates: Rates) -> Money:
    left = fields.amount(raw, "total_shipping", rates.currency) - shipping_back(records, rates)
    return max(left, Money.zero(rates.currency))
