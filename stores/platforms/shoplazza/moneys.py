"""The money of an order: what was paid, what went back, what is left of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from stores.canonical.order import Payment, Totals
from stores.kernel.money import Money, total
from stores.platforms.shoplazza import fields, payments
from stores.platforms.shoplazza.fields import Node
from stores.platforms.shoplazza.rates import Rates


class Left(NamedTuple):
    """What of each part of an order did not go back yet; `goods` holds their tax and duty, and the shipping's tax."""

    goods: Money
    shipping: Money
    tip: Money
    additional: Money


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
    return _back(records, "refund_shipping", rates)


def shipping_left(raw: Node, records: Sequence[Node], rates: Rates) -> Money:
    return _left(raw, "total_shipping", records, "refund_shipping", rates)


def left(raw: Node, records: Sequence[Node], rates: Rates) -> Left:
    """The parts sum to what remains, whichever way earlier refunds were told."""
    goods = remaining(raw, records, rates)
    parts = []
    for name, back in (
        ("total_shipping", "refund_shipping"), ("total_tip_received", "refund_tip"),
        ("additional_total", "additional_total"),
    ):  # fmt: skip
        part = min(_left(raw, name, records, back, rates), goods)
        parts.append(part)
        goods -= part
    return Left(goods, *parts)


def effective(records: Sequence[Node]) -> list[Node]:
    """Records whose money went back or is on its way."""
    return [record for record in records if fields.text(record, "refund_status") != payments.FAILED]


def _back(records: Sequence[Node], name: str, rates: Rates) -> Money:
    return total((fields.amount(record, name, rates.currency) for record in effective(records)), rates.currency)


def _left(raw: Node, name: str, records: Sequence[Node], back: str, rates: Rates) -> Money:
    return max(fields.amount(raw, name, rates.currency) - _back(records, back, rates), Money.zero(rates.currency))
