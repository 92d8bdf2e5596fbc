"""Who has an order open, and who looked at it: one row for each person and order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from cancellations.models import OrderVisit
from stores.kernel import clock
from stores.models import OrderRecord, User

STILL_THERE = timedelta(minutes=2)  # an open page tells once a minute
A_MOMENT = timedelta(seconds=20)  # between two that are worth a write
MOST = 20


def note(actor: User, record: OrderRecord) -> None:
    """`actor` has it open now."""
    now = clock.now()
    mine = OrderVisit.objects.filter(person=actor, order=record)
    if mine.filter(last_at__gt=now - A_MOMENT).exists() or mine.update(last_at=now):
        return
    OrderVisit.objects.get_or_create(person=actor, order=record, defaults={"first_at": now, "last_at": now})


def others(viewer: User, record: OrderRecord) -> Sequence[OrderVisit]:
    """Who else has it open; who looked last stands first."""
    return [visit for visit in looked(viewer, record) if visit.last_at >= clock.now() - STILL_THERE]


def looked(viewer: User, record: OrderRecord) -> Sequence[OrderVisit]:
    """Who else looked at it, the last of their looks each."""
    rows = OrderVisit.objects.filter(order=record).exclude(person=viewer)
    return list(rows.select_related("person").order_by("-last_at")[:MOST])
