"""What a cancellation would give back: our estimate, since Shoplazza has no calculator.

Some units: what they are worth (worth.py). Everything, with nothing shipped: all that was paid and neither given back
nor kept by an earlier refund, with shipping, tips and fees. Never more than is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from stores.canonical.order import Order
from stores.canonical.recipe import Per
from stores.canonical.request import CancelRequest, Quote, QuotedLine, QuotedPayment, RefundChoice
from stores.connectors import refund_estimate
from stores.connectors.refund_estimate import share
from stores.kernel.errors import RemoteRefused
from stores.kernel.money import Money, total
from stores.platforms.shoplazza import capabilities, fields, moneys, payments, refund_math, units
from stores.platforms.shoplazza.api import Api, understood
from stores.platforms.shoplazza.fields import Node
from stores.platforms.shoplazza.rates import Rates
from stores.platforms.shoplazza.reading import order_and_records


def quote(api: Api, order: Order, request: CancelRequest) -> Quote:
    """Raises RemoteRefused where two payments cannot be told apart: then a person names the amounts."""
    with understood():
        raw, records = order_and_records(api, order.external_id)
        return estimate(raw, records, order, request)


def estimate(raw: Node, records: Sequence[Node], order: Order, request: CancelRequest) -> Quote:
    rates, zero = Rates.of(raw), Money.zero(order.customer_currency)
    most = moneys.remaining(raw, records, rates)
    lines = list(_lines(raw, request, rates))
    whole, left = _is_everything(raw, lines), moneys.left(raw, records, rates)
    shipping = (left.shipping if whole else zero) if request.shipping is None else min(request.shipping, left.shipping)
    included = fields.flag(fields.maybe(raw, "config"), "product_tax_included")
    tax = zero if included else total((line.tax for line in lines), zero.currency)
    duties = total((_duty(raw, line, rates) for line in lines), zero.currency)
    fees = left.tip + left.additional if whole else zero
    due = total((line.amount for line in lines), zero.currency) + tax + duties + shipping
    if whole:
        unasked = left.shipping - shipping
        due = most - refund_math.kept(raw, records, rates) - unasked - _shipping_tax(raw, unasked, rates)
        tax += _shipping_tax(raw, shipping, rates)
    given = max(min(due, most), zero).rounded()
    return refund_estimate.quote(
        given,
        maximum=most,
        lines=lines,
        payments=_over(raw, order, given, most, is_named=request.refund is RefundChoice.PART),
        tax=tax,
        shipping=shipping,
        duties=duties,
        fees=fees or None,
    )


def _lines(raw: Node, request: CancelRequest, rates: Rates) -> Iterator[QuotedLine]:
    """What of the wish can be estimated; the planner says what is wrong with the rest."""
    shipped = units.shipped(fields.items(raw, "fulfillments"))
    worths = refund_math.nets(raw, rates)
    for line in fields.items(raw, "line_items"):
        line_id = fields.ident(line)
        asked = request.lines.get(line_id, Decimal(0))
        known = units.count(line, shipped.get(line_id, units.ZERO))
        if asked.is_finite() and 0 < asked <= known.waiting:
            yield QuotedLine(
                line_id=line_id,
                units=asked,
                amount=share(worths[line_id], asked, known.ordered),
                tax=share(fields.amount(line, "tax_price", rates.currency), asked, known.ordered),
            )


def _duty(raw: Node, quoted: QuotedLine, rates: Rates) -> Money:
    line = next(line for line in fields.items(raw, "line_items") if fields.ident(line) == quoted.line_id)
    return share(fields.amount(line, "duty_price", rates.currency), quoted.units, fields.units(line, "quantity"))


def _shipping_tax(raw: Node, shipping: Money, rates: Rates) -> Money:
    """The share of it that belongs to so much of the shipping."""
    whole = fields.amount(raw, "total_shipping", rates.currency)
    return share(fields.amount(raw, "shipping_tax_total", rates.currency), shipping.amount, whole.amount)


def _is_everything(raw: Node, quoted: Sequence[QuotedLine]) -> bool:
    """Every unit still on the order goes and none ever left."""
    if any(units.shipped(fields.items(raw, "fulfillments")).values()):
        return False
    wanted = {line.line_id: line.units for line in quoted}
    goods = [(fields.ident(line), units.count(line, units.ZERO).current) for line in fields.items(raw, "line_items")]
    return bool(wanted) and all(wanted.get(line_id, units.ZERO) == count for line_id, count in goods)


def _over(raw: Node, order: Order, given: Money, most: Money, *, is_named: bool) -> tuple[QuotedPayment, ...]:
    """Over the payments by what each still holds; none where nothing goes back.

    is_named: a person says how much through each, which also tells payments apart that share a channel.
    """
    parents = [(p, p.refundable) for p in order.payments if p.refundable]
    if not given or not parents:
        return ()
    shared, held = payments.shared_channels(raw), total((left for _, left in parents), given.currency)
    is_untold = len(parents) > 1 and held > most  # each could give back what only all together hold
    if is_untold or any(payment.gateway in shared for payment, _ in parents):
        if is_named:
            return ()
        raise RemoteRefused("payments share a channel", code="divide", user_message=str(capabilities.DIVIDE))
    return tuple(refund_estimate.over(order.payments, min(given, held), per=Per.ORDER))
