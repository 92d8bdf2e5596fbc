"""Figures of an order that follow from a few that a platform tells: units of a line, totals. One rule for all. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from stores.canonical.order import Cancellable, MoneyPair, PaymentState, Totals
from stores.kernel.money import Money

ZERO = Decimal(0)


class Count(NamedTuple):
    """Units of a line. refunded: taken off by refunds that were paid or are on their way."""

    ordered: Decimal
    refunded: Decimal
    shipped: Decimal

    @property
    def current(self) -> Decimal:
        return max(ZERO, self.ordered - self.refunded)

    @property
    def waiting(self) -> Decimal:
        """Too low where shipped units were refunded, which is the safe side: nobody tells which were."""
        return max(ZERO, self.ordered - self.refunded - self.shipped)

    @property
    def cancelled(self) -> Decimal:
        return min(self.refunded, max(ZERO, self.ordered - self.shipped))

    def of_line(self, *, closed: bool) -> dict[str, Any]:
        """The units of a `LineItem`. closed: nothing of it can be cancelled."""
        return {
            "ordered": self.ordered,
            "current": self.current,
            "shipped": self.shipped,
            "cancelled": self.cancelled,
            "refundable": self.current,
            "unfulfilled": self.waiting,
            "cancellable": ZERO if closed else self.waiting,
        }


def how_much(units: Iterable[Decimal], *, is_all: bool) -> Cancellable:
    """units: of each line that can be cancelled; is_all: where there are some, these are the whole order."""
    if not any(units):
        return Cancellable.NONE
    return Cancellable.ALL if is_all else Cancellable.PART


def to_totals(
    pair: Callable[[Money], MoneyPair],
    whole: Money,
    *,
    paid: Money,
    back: Money,
    held: Money,
    is_over: bool,
    gone: Money | None = None,
    due: Money | None = None,
    **parts: MoneyPair | None,
) -> Totals:
    """whole: as it was placed; gone: what came off it without money; due: what is owed, where that is told.

    pair: an amount in both currencies. parts: subtotal, tax, shipping, … by name.
    """
    zero = Money.zero(whole.currency)
    stands = whole - (gone or zero)
    owed = max(stands - paid, zero) if due is None else due
    named: dict[str, Any] = dict(parts)
    return Totals(
        original=pair(whole),
        current=pair(zero if is_over else max(stands - back, zero)),
        received=pair(paid),
        refunded=pair(back),
        net=pair(paid - back),
        outstanding=pair(zero if is_over else owed),
        capturable=pair(held),
        **named,
    )


def payment_state(
    totals: Totals,
    *,
    is_void: bool,
    is_settled: bool | None = None,
    is_repaid: bool | None = None,
    if_free: PaymentState = PaymentState.PENDING,
) -> PaymentState:
    """By what came in and what went back. is_void: released, or cancelled unpaid. is_settled: nothing more is owed,
    is_repaid: nothing more can go back; None: by the totals. if_free: of an order for which nothing was to pay."""
    got, gone, whole = totals.received.customer, totals.refunded.customer, totals.original.customer
    if not got:
        if totals.capturable.customer:
            return PaymentState.AUTHORISED
        return PaymentState.VOIDED if is_void else PaymentState.PENDING if whole else if_free
    if gone:
        is_all = gone >= got if is_repaid is None else is_repaid
        return PaymentState.REFUNDED if is_all else PaymentState.PARTLY_REFUNDED
    is_all = got >= whole if is_settled is None else is_settled
    return PaymentState.PAID if is_all else PaymentState.PARTLY_PAID
