"""What a cancellation would give back: our estimate, since Square has no calculator for refunds.

In whole minor units: the first n units of a line are worth floor(total × n / quantity), so that the last unit takes
what rounding left over. Everything, with nothing handed over: with it all service charges and tips; what was kept
back of units that went before stays with the shop. The largest payment gives first, each at most what it still holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal

from stores.canonical.order import Order, Payment
from stores.canonical.recipe import Per
from stores.canonical.request import CancelRequest, Quote, QuotedLine, RefundChoice
from stores.connectors import refund_estimate
from stores.kernel.http.json_readers import Node
from stores.kernel.money import Money, total
from stores.platforms.square import units
from stores.platforms.square.fields import currency_of, money
from stores.platforms.square.mapping import is_tax_included
from stores.platforms.square.units import Count, uid


def estimate(raw: Node, order: Order, request: CancelRequest) -> Quote:
    """raw: the order as it stands; its refunds and payments are taken from `order`."""
    currency = currency_of(raw)
    zero, included = Money.zero(currency), is_tax_included(raw)
    counts = units.counts(raw, order.refunds)
    holders = refund_estimate.by_turn(order.payments)
    most = total((refund_estimate.held(payment) for payment in holders), currency)
    asked = {ident: n for ident, n in request.lines.items() if ident in counts and 0 < n <= counts[ident].waiting}
    lines = list(quoted(raw, asked, counts, bearer(holders, request), included=included))
    tax = zero if included else total((line.tax for line in lines), currency)
    goods = total((line.amount for line in lines), currency)
    whole = is_everything(asked, counts)
    given = min(all_of(raw, order, goods + tax, most), most) if whole else min(goods + tax, most)
    fees = max(given - goods - tax, zero)
    return refund_estimate.quote(
        given,
        maximum=most,
        lines=lines,
        payments=refund_estimate.over(holders, given, per=Per.PAYMENT, fees=fees),
        tax=tax,
        fees=fees,
    )


def all_of(raw: Node, order: Order, worth: Money, most: Money) -> Money:
    """The units that are left with every charge and tip; to the last cent, but not what was kept back of others.

    A cent for each earlier refund: the till may have rounded its units in another way.
    """
    priced = total((money(line, "total_money", worth.currency) for line in units.lines_of(raw)), worth.currency)
    paid = max(money(raw, "total_money", worth.currency), order.totals.received.customer)
    found = worth + max(paid - priced, Money.zero(worth.currency))
    cents = Money.from_minor(sum(bool(refund.lines) for refund in order.refunds), worth.currency)
    return most if most <= found + cents else found


def bearer(holders: Sequence[Payment], request: CancelRequest) -> str:
    """The payment whose refund records the units: the first that gives anything back."""
    if request.refund is RefundChoice.PART:
        holders = [payment for payment in holders if request.part.get(payment.id)] or holders
    return holders[0].id if holders else ""


def quoted(
    raw: Node, asked: Mapping[str, Decimal], counts: Mapping[str, Count], first: str, *, included: bool
) -> Iterator[QuotedLine]:
    """The units of all lines are recorded with the refund of one payment, `first`."""
    for line in units.lines_of(raw):
        if wanted := asked.get(uid(line)):
            worth, tax = (share(line, name, counts[uid(line)], wanted) for name in ("total_money", "total_tax_money"))
            amount = worth if included else worth - tax
            yield QuotedLine(line_id=uid(line), units=wanted, amount=amount, tax=tax, payment_id=first)


def share(line: Node, name: str, count: Count, wanted: Decimal) -> Money:
    """What `wanted` more units are worth after those that went before."""
    whole = money(line, name, currency_of(line))
    return upto(whole, count.taken + wanted, count.ordered) - upto(whole, count.taken, count.ordered)


def upto(whole: Money, first: Decimal, of: Decimal) -> Money:
    if not of:
        return Money.zero(whole.currency)
    return Money.from_minor(int((whole.minor * first / of).to_integral_value(ROUND_FLOOR)), whole.currency)


def is_everything(asked: Mapping[str, Decimal], counts: Mapping[str, Count]) -> bool:
    wanted = {ident: count.left for ident, count in counts.items() if count.left}
    return bool(wanted) and dict(asked) == wanted and not units.any_left(counts)
