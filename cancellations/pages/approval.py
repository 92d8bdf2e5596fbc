"""What somebody must see before they approve: why it needs them, whose order it is, every line, the money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cancellations.lifecycle import refund_limits
from cancellations.lifecycle.refund_limits import Above
from cancellations.models import Cancellation
from cancellations.planning.plan import LineEnd, Plan
from cancellations.states import CancellationState
from stores.kernel import clock
from stores.kernel.i18n import units as counted
from stores.kernel.money import Money
from stores.models import User

NAMED = 5  # of those who may approve


@dataclass(frozen=True)
class Line:
    """units: to be cancelled, of those on the order; refund: its part, where the platform's figures say so."""

    title: str
    sku: str
    units: str
    of: str
    refund: Money | None


@dataclass(frozen=True)
class Approval:
    why: str
    customer: str
    address: str  # of mail
    lines: Sequence[Line]
    total: Money
    in_books: Money | None  # the same in the shop's currency, where the customer paid in another
    approvers: str  # names; who asked reads whom it waits for

    @property
    def has_refunds(self) -> bool:
        return any(line.refund for line in self.lines)


def of(cancellation: Cancellation, plan: Plan) -> Approval | None:
    """None unless it waits for an approval."""
    if cancellation.state != CancellationState.AWAITING_APPROVAL:
        return None
    order, total, books = cancellation.order, plan.sums.total, plan.limit_amount
    return Approval(
        why=why(cancellation, plan),
        customer=order.customer_name,
        address=order.customer_email,
        lines=[_line(end) for end in plan.expected.lines if end.before != end.after or end.refund],
        total=total,
        in_books=books if books.currency != total.currency else None,
        approvers=_names(refund_limits.approvers(cancellation, now=clock.now())),
    )


def why(cancellation: Cancellation, plan: Plan) -> str:
    """In the words of whoever did not ask."""
    if cancellation.asked_why == refund_limits.DISPUTED or plan.second_person:
        return plan.second_person
    words = {
        Above.PER_CANCELLATION: _("It is above the limit of %(person)s for one cancellation."),
        Above.PER_DAY: _("With it %(person)s would pass their limit for 24 hours."),
        Above.ALL_PER_DAY: _("With it %(person)s would pass their limit for 24 hours in all currencies together."),
        Above.CURRENCY: _("It is in %(currency)s, in which %(person)s has no limit."),
        Above.NO_RATE: _("The day of %(person)s holds several currencies, and one of them has no exchange rate of the "
                         "last 7 days."),
    }  # fmt: skip
    known = {str(code): text for code, text in words.items()}
    said = known.get(cancellation.asked_why, _("It is above the limit of %(person)s."))
    return said % {"person": cancellation.requester, "currency": plan.limit_amount.currency}


def _line(end: LineEnd) -> Line:
    return Line(end.title, end.sku, counted(end.before - end.after), counted(end.before), end.refund)


def _names(people: Sequence[User]) -> str:
    names = [str(person) for person in people]
    shown = ", ".join(names[:NAMED])
    more = len(names) - NAMED
    return _("%(names)s and %(n)s more") % {"names": shown, "n": more} if more > 0 else shown
