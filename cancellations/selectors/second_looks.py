"""How far the nightly second looks of a shop are, for its health card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.db.models.functions import Coalesce

from cancellations.models import Cancellation
from stores.models import Store

EVERY = timedelta(hours=24)
LATE = timedelta(hours=6)  # past its day: a night's looks take a while, this is more


@dataclass(frozen=True)
class SecondLooks:
    """watched: orders that are looked at again each day; behind: those whose look is late, the first `since` then."""

    watched: int
    behind: int
    since: datetime | None


def of_shop(store: Store, *, now: datetime) -> SecondLooks:
    """Counts what was acted on within a fortnight; tries that failed put nothing off here."""
    rows = Cancellation.objects.filter(store=store, look_again_at__isnull=False)
    late = rows.annotate(last=Coalesce("reread_at", "finished_at")).filter(last__lt=now - EVERY - LATE)
    found = late.aggregate(count=Count("pk"), first=Min("last"))
    since = found["first"] + EVERY if found["first"] else None
    return SecondLooks(watched=rows.count(), behind=found["count"], since=since)
