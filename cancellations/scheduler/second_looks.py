"""Whose second look comes next: until none is due, at each shop's own pace (RELIABILITY 10).

One look a shop at a time, and never more than half of the workers' threads in all; a shop with steps that are due is
left to them. A look takes its slot as all background work does, so whoever waits at a page goes first. When one ends
the next begins: the pace is the shop's.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery

from cancellations.models import Cancellation, Step
from cancellations.models.step import IS_CLAIMABLE
from stores.effects import leases
from stores.kernel import queue
from stores.models import Store, StoreState

HELD = "looking_until"
LEASE = timedelta(minutes=2)  # longer than the longest read
STEPS = 1000  # due ones that are looked at to see which shops are busy


def ring_for_next(now: datetime) -> list[str]:
    """Take the ones that may begin now and ring for them."""
    found = take_next(now)
    for uuid in found:
        queue.enqueue_on_commit("cancellations.reread", uuid)
    return found


def take_next(now: datetime) -> list[str]:
    """Uuids, longest due first, taken for LEASE: nobody else begins them, or another one of the shop."""
    first = _due(now).filter(store=OuterRef("pk")).order_by("look_again_at")
    shops = Store.objects.filter(state=StoreState.ACTIVE).annotate(next=Subquery(first.values("pk")[:1]))
    waiting = dict(shops.exclude(next=None).values_list("pk", "next"))
    if not waiting:
        return []
    under_way = set(Cancellation.objects.filter(looking_until__gte=now).values_list("store", flat=True))
    room = max(1, settings.WORKER_THREADS // 2) - len(under_way)
    taken = under_way | _busy(now)
    free = [pk for store, pk in waiting.items() if store not in taken]
    rows = Cancellation.objects.filter(pk__in=free).order_by("look_again_at").values_list("pk", "uuid")
    return [str(uuid) for pk, uuid in rows[: max(room, 0)] if _hold(pk, now)]


def _hold(pk: int, now: datetime) -> bool:
    return leases.hold(_due(now).filter(pk=pk), HELD, now=now, length=LEASE) is not None


def _due(now: datetime) -> QuerySet[Cancellation]:
    return Cancellation.objects.filter(leases.is_free(now, HELD), look_again_at__lte=now)


def _busy(now: datetime) -> set[int]:
    """Shops in which something is to be done now: that goes first."""
    steps = Step.objects.filter(IS_CLAIMABLE, next_attempt_at__lte=now).order_by("next_attempt_at")
    return set(steps.values_list("cancellation__store", flat=True)[:STEPS])
