"""Days as ranges of instants: in one zone, or where no reader's is known in each shop's own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from stores.models import Store


def placed(first: date | None, last: date | None, stores: Sequence[Store], name: str = "") -> Q:
    """Both days included. Shops of one zone share a condition."""
    if first is None and last is None:
        return Q()
    if name:
        return _between(first, last, zone(name))
    by_zone: dict[str, list[Store]] = defaultdict(list)
    for store in stores:
        by_zone[store.time_zone].append(store)
    found = Q(pk__in=[])
    for each, group in by_zone.items():
        asked = _between(first, last, zone(each))
        found |= asked if len(by_zone) == 1 else asked & Q(store_id__in=[store.pk for store in group])
    return found


def zone(name: str) -> ZoneInfo:
    """An unknown one is UTC."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def _between(first: date | None, last: date | None, here: ZoneInfo) -> Q:
    found = Q()
    if first:
        found &= Q(placed_at__gte=_midnight(first, here))
    if last and last < date.max:
        found &= Q(placed_at__lt=_midnight(last + timedelta(days=1), here))
    return found


def _midnight(day: date, here: ZoneInfo) -> datetime:
    try:
        return datetime.combine(day, time(), here).astimezone(UTC)
    except OverflowError:  # the year 1, east of Greenwich
        return datetime.combine(day, time(), UTC)
