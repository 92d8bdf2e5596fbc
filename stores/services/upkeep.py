"""What would only ever grow: cleared once a day by the sweep, so that no operator has to remember a timer."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

EVERY = timedelta(days=1)
BATCH = 1000  # rows a statement: one writer at a time on SQLite

_last: list[datetime] = []  # of this process; two that clear are harmless


def daily(now: datetime) -> int:
    """Clear what is past, unless this process did so within a day; how many rows went."""
    if _last and now - _last[0] < EVERY:
        return 0
    _last[:] = [now]
    return forget_ended_sessions(now)


def forget_ended_sessions(now: datetime) -> int:
    """Sessions that no browser can use any more; by the index of `expire_date`, a batch at a time."""
    gone = 0
    while keys := list(Session.objects.filter(expire_date__lt=now).values_list("pk", flat=True)[:BATCH]):
        gone += Session.objects.filter(pk__in=keys).delete()[0]
    return gone
