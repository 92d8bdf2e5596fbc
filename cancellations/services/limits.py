"""Limits per cancellation and per rolling 24 hours, in the shop's currency: at confirm and before money moves.

A platform that keeps one currency per order tells no rate to the shop's. Such an amount cannot be compared: whoever
has a limit asks somebody who has none.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from cancellations.models import Cancellation
from stores.kernel.money import Money
from stores.kernel.states import CancellationState
from stores.models import Store, User
from stores.selectors import access

NO_LIMITS = access.Limits(None, None)
DAY = timedelta(hours=24)
COUNTS = [s for s in CancellationState if s not in ("withdrawn", "expired", "refused", "awaiting_approval")]


def spent(person: User, store: Store, *, now: datetime, except_pk: int | None = None) -> Money:
    """What this person set in motion in this shop within 24 hours: requests of their own and their approvals."""
    comparable = Q(limit_currency="") | Q(limit_currency=store.currency)
    mine = Cancellation.objects.filter(comparable, store=store, created_at__gt=now - DAY, state__in=COUNTS).exclude(
        pk=except_pk or 0
    )
    asked = mine.filter(requester=person, approver=None).aggregate(sum=Sum("limit_minor"))["sum"] or 0
    approved = mine.filter(approver=person).aggregate(sum=Sum("limit_minor"))["sum"] or 0
    return Money.from_minor(asked + approved, store.currency)


def above(person: User, store: Store, amount: Money, *, now: datetime, except_pk: int | None = None) -> str:
    """Why this amount needs somebody else's approval; "" when it does not."""
    limits = access.limits(person, store)
    if amount.currency != store.currency:
        return _in_another(amount, store) if amount and limits != NO_LIMITS else ""
    if limits.per_cancellation is not None and amount > limits.per_cancellation:
        return _("This is above your limit per cancellation.")
    if limits.per_day is not None and spent(person, store, now=now, except_pk=except_pk) + amount > limits.per_day:
        return _("This would pass your limit for 24 hours.")
    return ""


def _in_another(amount: Money, store: Store) -> str:
    words = _("This order is in %(theirs)s, your limits are in %(ours)s: somebody without limits must approve it.")
    return words % {"theirs": amount.currency, "ours": store.currency}


def trouble(cancellation: Cancellation, *, now: datetime, who: User | None = None) -> str:
    """The same question again, just before money moves. who: default the one who answers for it, the approver first."""
    who = who or cancellation.approver or cancellation.requester
    amount = Money.from_minor(cancellation.limit_minor, cancellation.limit_currency or cancellation.store.currency)
    return above(who, cancellation.store, amount, now=now, except_pk=cancellation.pk)
