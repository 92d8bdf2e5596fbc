"""Limits per cancellation and per rolling 24 hours, per currency: at confirm and before money moves.

A cancellation counts in one person's day (`counts_for`), from the moment of their word (`counts_from`): who confirmed
it, approved it, or had it tried again. Deciding and counting happen under one lock of person and shop, so that a day
never holds more than its limit, whatever is pressed at once. Before money moves only what was admitted *earlier* is
counted: what was admitted stays so, unless the limit was lowered since.

A platform that keeps one currency per order tells no rate to the shop's. Such an amount is held against a limit in its
own currency; who has none in it asks somebody who has, or who has no limits at all. A day in several currencies is also
summed in the installation's, at the stored rates and rounded up: without a rate nothing can be compared, and somebody
without limits is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from cancellations.models import Cancellation, StepKind
from cancellations.states import FINISHED, CancellationState
from stores.kernel.money import Money
from stores.models import Membership, Store, User
from stores.selectors import access, rates

DAY = timedelta(hours=24)
COUNTS = [s for s in CancellationState if s not in ("withdrawn", "expired", "refused", "awaiting_approval")]
MOVED = Q(state__in=COUNTS) | Q(state=CancellationState.REFUSED, differs=True)  # refused, and done all the same
MONEY = (StepKind.CANCEL, StepKind.EDIT, StepKind.REFUND, StepKind.VOID)
DISPUTED = "disputed"  # not by a limit: whoever asks, a second person looks
Day = Mapping[str, Money]  # what somebody set in motion within 24 hours, per currency


class Above(StrEnum):
    """Why an amount needs somebody else's word."""

    PER_CANCELLATION = "per_cancellation"
    PER_DAY = "per_day"
    ALL_PER_DAY = "all_per_day"  # of all currencies together
    CURRENCY = "currency"  # no limit, so no right, in the order's
    NO_RATE = "no_rate"  # the day holds several currencies, and one of them cannot be compared


@dataclass(frozen=True)
class Asked:
    """May this amount go by this person's own word? elsewhere: their limits in its currency, where it is another than

    the shop's; day: what they set in motion before. Both are asked for only when they matter.
    """

    store: Store
    amount: Money
    limits: access.RefundLimits
    elsewhere: Callable[[], access.RefundLimits | None]
    day: Callable[[], Day]
    at: datetime

    def above(self) -> Above | None:
        if not self.amount or self.limits == access.NO_LIMITS:
            return None
        own = self.limits if self.amount.currency == self.store.currency else self.elsewhere()
        if own is None:
            return Above.CURRENCY
        if own.per_cancellation is not None and self.amount > own.per_cancellation:
            return Above.PER_CANCELLATION
        if own.per_day is None and self.limits.all_per_day is None:
            return None
        day = dict(self.day())
        day[self.amount.currency] = day.get(self.amount.currency, Money.zero(self.amount.currency)) + self.amount
        if own.per_day is not None and day[self.amount.currency] > own.per_day:
            return Above.PER_DAY
        return self._above_all(day)

    def _above_all(self, day: Day) -> Above | None:
        """A day in the shop's currency alone is its own limit's business, whatever that currency is worth."""
        most = self.limits.all_per_day
        if most is None or set(day) == {self.store.currency}:
            return None
        whole = rates.as_of(self.at).total(day.values(), settings.CURRENCY)
        if whole is None:
            return Above.NO_RATE
        return Above.ALL_PER_DAY if whole > most else None


def lock(person: User, store: Store) -> None:
    """Until the transaction ends nobody else decides for this person in this shop; SQLite holds its one write lock.

    An owner has no row, and no limit to keep.
    """
    list(Membership.objects.select_for_update().filter(person=person, store=store).values_list("pk"))


def counted(person: User, *, at: datetime) -> dict[str, Any]:
    """What a cancellation remembers of the word that lets it go; write it under `lock`."""
    return {"vouched_by": person, "counts_for": person, "counts_from": at}


def spent(person: User, store: Store, *, now: datetime, but: Cancellation | None = None) -> Money:
    """What this person set in motion in this shop's currency within 24 hours, by every word of theirs."""
    return _day(person.pk, store, now, but).get(store.currency, Money.zero(store.currency))


def why(person: User, store: Store, amount: Money, *, now: datetime, but: Cancellation | None = None) -> Above | None:
    """Why this amount needs somebody else's approval; None when it does not. but: itself, where it counts already."""
    return Asked(
        store=store,
        amount=amount,
        limits=access.limits(person, store),
        elsewhere=lambda: access.limits_in(amount.currency, store, [person.pk]).get(person.pk),
        day=lambda: _day(person.pk, store, now, but),
        at=now,
    ).above()


def above(person: User, store: Store, amount: Money, *, now: datetime, but: Cancellation | None = None) -> str:
    """The same in words for that person; "" when it does not."""
    return words(why(person, store, amount, now=now, but=but), store, amount)


def above_for(person: User, cancellation: Cancellation, *, now: datetime) -> str:
    """Why this person cannot let it go by their own word: approve it, try it again, settle it."""
    return above(person, cancellation.store, amount_of(cancellation), now=now, but=cancellation)


def trouble(cancellation: Cancellation, limits: access.RefundLimits | None = None) -> str:
    """The same question again, just before money moves, of the one in whose day it counts. limits: theirs, if known.

    At the rates of the day on which they gave their word.
    """
    store, amount, whose = cancellation.store, amount_of(cancellation), answers_for(cancellation)
    if limits is None:
        person = cancellation.counts_for or cancellation.approver or cancellation.requester
        limits = access.limits(person, store)
    asked = Asked(
        store=store,
        amount=amount,
        limits=limits,
        elsewhere=lambda: access.limits_in(amount.currency, store, [whose]).get(whose),
        day=lambda: _before(cancellation),
        at=cancellation.counts_from or cancellation.created_at,
    )
    return words(asked.above(), store, amount)


def words(why: Above | None, store: Store, amount: Money) -> str:
    """To the person whose limits they are; "" for None."""
    if why is None:
        return ""
    said = {
        Above.PER_CANCELLATION: _("This is above your limit per cancellation."),
        Above.PER_DAY: _("This would pass your limit for 24 hours."),
        Above.ALL_PER_DAY: _("This would pass your limit for 24 hours in all currencies together."),
        Above.CURRENCY: _("This order is in %(theirs)s, your limits are in %(ours)s: somebody with a limit in "
                          "%(theirs)s, or without limits, must approve it."),
        Above.NO_RATE: _("Your day holds several currencies, and one of them has no exchange rate of the last 7 days: "
                         "somebody without limits must approve it."),
    }[why]  # fmt: skip
    return said % {"theirs": amount.currency, "ours": store.currency}


def answers_for(cancellation: Cancellation) -> int:
    """Whose day it counts in: the person's number."""
    return cancellation.counts_for_id or cancellation.approver_id or cancellation.requester_id


def approvers(cancellation: Cancellation, *, now: datetime) -> list[User]:
    """Everybody whose role and limits let them approve it, owners last; never who asked."""
    store, amount = cancellation.store, amount_of(cancellation)
    others = User.objects.filter(is_active=True).exclude(pk=cancellation.requester_id)
    desks = Membership.objects.filter(store=store, role__in=sorted(access.DESK)).select_related("person")
    rows = list(desks.filter(person__in=others.filter(is_owner=False)).order_by("pk"))
    people = [row.person_id for row in rows]
    days = _days(_in_the_day_of(people, store, now), store)
    elsewhere = access.limits_in(amount.currency, store, people) if amount.currency != store.currency else {}

    def may(row: Membership) -> bool:
        limits, who = access.limits_of(row, store), row.person_id
        asked = Asked(store, amount, limits, lambda: elsewhere.get(who), lambda: days.get(who, {}), now)
        return asked.above() is None

    return [*(row.person for row in rows if may(row)), *others.filter(is_owner=True).order_by("pk")]


def moves_money(cancellation: Cancellation) -> bool:
    """Is there a step left that does? Whoever lets it go on answers for the whole with their own limits."""
    return cancellation.steps.filter(kind__in=MONEY).exclude(state__in=FINISHED).exists()


def amount_of(cancellation: Cancellation) -> Money:
    """What limits compare: in the shop's currency, or in the order's where no rate to it is told."""
    return Money.from_minor(cancellation.limit_minor, cancellation.limit_currency or cancellation.store.currency)


def _in_the_day_of(people: Iterable[int], store: Store, now: datetime) -> QuerySet[Cancellation]:
    """Without an upper end: what another machine's clock calls later was admitted all the same."""
    mine = Q(counts_for__in=list(people), counts_from__gt=now - DAY)
    return Cancellation.objects.filter(MOVED, mine, store=store)


def _day(person: int, store: Store, now: datetime, but: Cancellation | None) -> Day:
    rows = _in_the_day_of([person], store, now)
    return _days(rows.exclude(pk=but.pk) if but else rows, store).get(person, {})


def _before(cancellation: Cancellation) -> Day:
    """What had been admitted in the 24 hours up to this one."""
    at, whose = cancellation.counts_from or cancellation.created_at, answers_for(cancellation)
    earlier = Q(counts_from__lt=at) | Q(counts_from=at, pk__lt=cancellation.pk)
    rows = _in_the_day_of([whose], cancellation.store, at).filter(earlier)
    return _days(rows, cancellation.store).get(whose, {})


def _days(rows: QuerySet[Cancellation], store: Store) -> dict[int, dict[str, Money]]:
    """{person: their day}, of those who set anything of worth in motion. One query."""
    days: dict[int, dict[str, Money]] = {}
    for row in rows.order_by().values("counts_for", "limit_currency").annotate(sum=Sum("limit_minor")):
        currency = row["limit_currency"] or store.currency
        day = days.setdefault(row["counts_for"], {})
        if row["sum"]:
            day[currency] = day.get(currency, Money.zero(currency)) + Money.from_minor(row["sum"], currency)
    return days
