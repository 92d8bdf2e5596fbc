"""Limits per cancellation and per rolling 24 hours, in the shop's currency: at confirm and before money moves.

A cancellation counts in one person's day (`counts_for`), from the moment of their word (`counts_from`): who confirmed
it, approved it, or had it tried again. Deciding and counting happen under one lock of person and shop, so that a day
never holds more than its limit, whatever is pressed at once. Before money moves only what was admitted *earlier* is
counted: what was admitted stays so, unless the limit was lowered since.

A platform that keeps one currency per order tells no rate to the shop's. Such an amount cannot be compared: whoever
has a limit asks somebody who has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from cancellations.models import Cancellation, StepKind
from cancellations.states import FINISHED, CancellationState
from stores.kernel.money import Money
from stores.models import Membership, Store, User
from stores.selectors import access

NO_LIMITS = access.RefundLimits(None, None)
DAY = timedelta(hours=24)
COUNTS = [s for s in CancellationState if s not in ("withdrawn", "expired", "refused", "awaiting_approval")]
MOVED = Q(state__in=COUNTS) | Q(state=CancellationState.REFUSED, differs=True)  # refused, and done all the same
MONEY = (StepKind.CANCEL, StepKind.EDIT, StepKind.REFUND, StepKind.VOID)


def lock(person: User, store: Store) -> None:
    """Until the transaction ends nobody else decides for this person in this shop; SQLite holds its one write lock.

    An owner has no row, and no limit to keep.
    """
    list(Membership.objects.select_for_update().filter(person=person, store=store).values_list("pk"))


def counted(person: User, *, at: datetime) -> dict[str, Any]:
    """What a cancellation remembers of the word that lets it go; write it under `lock`."""
    return {"vouched_by": person, "counts_for": person, "counts_from": at}


def spent(person: User, store: Store, *, now: datetime, but: Cancellation | None = None) -> Money:
    """What this person set in motion in this shop within 24 hours, by every word of theirs."""
    rows = _in_the_day_of([person], store, now)
    return _sum(rows.exclude(pk=but.pk) if but else rows, store)


def spent_by(people: Iterable[User], store: Store, *, now: datetime) -> dict[int, Money]:
    """The same of many: {primary key: what each set in motion}. One query."""
    rows = _in_the_day_of(people, store, now).order_by().values("counts_for").annotate(sum=Sum("limit_minor"))
    return {row["counts_for"]: Money.from_minor(row["sum"], store.currency) for row in rows}


def above(person: User, store: Store, amount: Money, *, now: datetime, but: Cancellation | None = None) -> str:
    """Why this amount needs somebody else's approval; "" when it does not. but: itself, where it counts already."""
    limits = access.limits(person, store)
    return _why(limits, store, amount, lambda: spent(person, store, now=now, but=but))


def above_for(person: User, cancellation: Cancellation, *, now: datetime) -> str:
    """Why this person cannot let it go by their own word: approve it, try it again, settle it."""
    return above(person, cancellation.store, _amount(cancellation), now=now, but=cancellation)


def trouble(cancellation: Cancellation, limits: access.RefundLimits | None = None) -> str:
    """The same question again, just before money moves, of the one in whose day it counts. limits: theirs, if known."""
    if limits is None:
        person = cancellation.counts_for or cancellation.approver or cancellation.requester
        limits = access.limits(person, cancellation.store)
    return _why(limits, cancellation.store, _amount(cancellation), lambda: _before(cancellation))


def answers_for(cancellation: Cancellation) -> int:
    """Whose day it counts in: the person's number."""
    return cancellation.counts_for_id or cancellation.approver_id or cancellation.requester_id


def approvers(cancellation: Cancellation, *, now: datetime) -> list[User]:
    """Everybody whose role and limits let them approve it, owners last; never who asked."""
    store, amount = cancellation.store, _amount(cancellation)
    others = User.objects.filter(is_active=True).exclude(pk=cancellation.requester_id)
    desks = Membership.objects.filter(store=store, role__in=sorted(access.DESK)).select_related("person")
    rows = list(desks.filter(person__in=others.filter(is_owner=False)).order_by("pk"))
    days = spent_by([row.person for row in rows], store, now=now)

    def may(row: Membership) -> bool:
        spent_today = days.get(row.person_id, Money.zero(store.currency))
        return not _why(access.limits_of(row, store), store, amount, lambda: spent_today)

    return [*(row.person for row in rows if may(row)), *others.filter(is_owner=True).order_by("pk")]


def moves_money(cancellation: Cancellation) -> bool:
    """Is there a step left that does? Whoever lets it go on answers for the whole with their own limits."""
    return cancellation.steps.filter(kind__in=MONEY).exclude(state__in=FINISHED).exists()


def _why(limits: access.RefundLimits, store: Store, amount: Money, already: Callable[[], Money]) -> str:
    if not amount:
        return ""
    if amount.currency != store.currency:
        return _in_another(amount, store) if limits != NO_LIMITS else ""
    if limits.per_cancellation is not None and amount > limits.per_cancellation:
        return _("This is above your limit per cancellation.")
    if limits.per_day is not None and already() + amount > limits.per_day:
        return _("This would pass your limit for 24 hours.")
    return ""


def _in_another(amount: Money, store: Store) -> str:
    words = _("This order is in %(theirs)s, your limits are in %(ours)s: somebody without limits must approve it.")
    return words % {"theirs": amount.currency, "ours": store.currency}


def _amount(cancellation: Cancellation) -> Money:
    return Money.from_minor(cancellation.limit_minor, cancellation.limit_currency or cancellation.store.currency)


def _in_the_day_of(people: Iterable[User | int], store: Store, now: datetime) -> QuerySet[Cancellation]:
    """Without an upper end: what another machine's clock calls later was admitted all the same."""
    comparable = Q(limit_currency="") | Q(limit_currency=store.currency)
    mine = Q(counts_for__in=list(people), counts_from__gt=now - DAY)
    return Cancellation.objects.filter(comparable, MOVED, mine, store=store)


def _before(cancellation: Cancellation) -> Money:
    """What had been admitted in the 24 hours up to this one."""
    at = cancellation.counts_from or cancellation.created_at
    earlier = Q(counts_from__lt=at) | Q(counts_from=at, pk__lt=cancellation.pk)
    return _sum(_in_the_day_of([answers_for(cancellation)], cancellation.store, at).filter(earlier), cancellation.store)


def _sum(rows: QuerySet[Cancellation], store: Store) -> Money:
    return Money.from_minor(rows.aggregate(sum=Sum("limit_minor"))["sum"] or 0, store.currency)
