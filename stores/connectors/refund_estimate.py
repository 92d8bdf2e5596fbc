"""What goes back where a platform has no calculator: who pays first, how it is split, how it is rounded. Pure.

One policy for all. A refund that covers all payments takes from each in proportion to what it holds; where each payment
is a refund of its own, the largest gives first, so that few calls are made. Less than the parts are worth is one amount
without parts. Facts (what a unit cost, what was kept, what a payment holds) come from the adapter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from stores.canonical.order import Payment
from stores.canonical.recipe import Per
from stores.canonical.request import CancelRequest, Quote, QuotedLine, QuotedPayment
from stores.connectors.errors import refusal
from stores.kernel.money import Money, allocate, total


def share(whole: Money, part: Decimal, of: Decimal) -> Money:
    """What `part` of `of` units are worth, rounded once, half up; nothing of nothing."""
    return Money(whole.amount * part / of, whole.currency).rounded() if of else Money.zero(whole.currency)


def guard_step(request: CancelRequest, step: Money, words: str) -> None:
    """step: the smallest amount that moves. Raises RemoteRefused for a wish that is finer. words: with "%(step)s"."""
    asked = (*request.part.values(), *([request.shipping] if request.shipping else []))
    if any(said.currency == step.currency and said.amount % step.amount for said in asked if said.amount.is_finite()):
        raise refusal("too_fine", str(words) % {"step": f"{step.amount:f}"})


def wanted(request: CancelRequest, most: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Units by line that can be worth something; the planner says what is wrong with the rest. most: by line."""
    asked = ((line, request.lines.get(line, Decimal(0)), units) for line, units in most.items())
    return {line: units for line, units, left in asked if units.is_finite() and 0 < units <= left}


def quote(
    given: Money,
    *,
    maximum: Money,
    lines: Iterable[QuotedLine],
    tax: Money,
    payments: Iterable[QuotedPayment] = (),
    through: Sequence[Payment] = (),
    per: Per = Per.ORDER,
    shipping: Money | None = None,
    duties: Money | None = None,
    fees: Money | None = None,
    is_estimate: bool = True,
) -> Quote:
    """given: all that goes back, with tax, shipping, duties and fees; where it is less than those, it has no parts.

    payments: as the platform's own documents split it; else it is split over those it can go back `through`.
    """
    zero = Money.zero(given.currency)
    payments = tuple(payments) or over(
        through, min(given, total(map(held, through), given.currency)), per=per, fees=fees
    )
    parts = (tax, shipping or zero, duties or zero, fees or zero)
    subtotal = given - parts[0] - parts[1] - parts[2] - parts[3]
    if subtotal < zero:  # less was paid than the parts are worth
        subtotal, parts = given, (zero, zero, zero, zero)
    return Quote(
        currency=given.currency,
        subtotal=subtotal,
        tax=parts[0],
        shipping=parts[1],
        duties=parts[2],
        total=given,
        maximum=maximum,
        lines=tuple(lines),
        payments=tuple(payments),
        is_estimate=is_estimate,
        fees=None if fees is None else parts[3],
    )


def held(payment: Payment) -> Money:
    """What can still go back through it."""
    return payment.refundable or Money.zero(payment.amount.customer.currency)


def by_turn(payments: Iterable[Payment]) -> list[Payment]:
    """Those that hold anything, the largest first: the first one's refund also takes the units."""
    return sorted((payment for payment in payments if payment.refundable), key=lambda p: held(p).amount, reverse=True)


def over(payments: Sequence[Payment], given: Money, *, per: Per, fees: Money | None = None) -> Iterator[QuotedPayment]:
    """`given` over the payments that hold anything. fees: the part of it that travels with the first ones.

    Per.ORDER: in proportion; more than they hold together goes above their maxima, which stops a plan.
    Per.PAYMENT: in turn, each at most what it holds; what none holds is left out.
    """
    holders = by_turn(payments) if per is Per.PAYMENT else [p for p in payments if p.refundable]
    if not given or not holders:
        return
    if per is Per.ORDER:
        parts = allocate(given, [held(payment).amount for payment in holders])
        yield from (_through(payment, part) for payment, part in zip(holders, parts, strict=True))
        return
    fees = fees or Money.zero(given.currency)
    for payment in holders:
        amount = min(given, held(payment))
        part = min(fees, amount)
        given, fees = given - amount, fees - part
        if amount:
            yield _through(payment, amount, fees=part or None)


def _through(payment: Payment, amount: Money, *, fees: Money | None = None) -> QuotedPayment:
    return QuotedPayment(
        payment_id=payment.id,
        gateway=payment.gateway,
        label=payment.label,
        amount=amount,
        maximum=held(payment),
        is_manual=payment.is_manual,
        fees=fees,
    )
