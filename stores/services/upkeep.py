"""What would only ever grow: cleared once a day by the sweep, so that no operator has to remember a timer."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from stores.models import OrderList
from stores.services import orders

EVERY = timedelta(days=1)
BATCH = 1000  # rows a statement: one writer at a time on SQLite

LISTS_KEPT = timedelta(days=7)  # chosen or pasted orders
DESCRIBED = 300  # rows of an older version that one sweep writes again: a third of a second

_last: list[datetime] = []  # of this process; two that clear are harmless
_all_described: list[bool] = []  # of this process: whoever writes a row writes it as this version does


def daily(now: datetime) -> int:
    """Clear what is past, unless this process did so within a day; how many rows went."""
    if _last and now - _last[0] < EVERY:
        return 0
    _last[:] = [now]
    return forget_ended_sessions(now) + forget_order_lists(now)


def forget_ended_sessions(now: datetime) -> int:
    """Sessions that no browser can use any more; by the index of `expire_date`, a batch at a time."""
    gone = 0
    while keys := list(Session.objects.filter(expire_date__lt=now).values_list("pk", flat=True)[:BATCH]):
        gone += Session.objects.filter(pk__in=keys).delete()[0]
    return gone


def forget_order_lists(now: datetime) -> int:
    """Lists that somebody chose or pasted some days ago, with their rows."""
    return OrderList.objects.filter(created_at__lt=now - LISTS_KEPT).delete()[0]


def describe_orders() -> int:
    """A few orders that an older version copied, until none is left: what lists show and search of them."""
    if _all_described:
        return 0
    done = orders.describe_again(DESCRIBED)
    if done < DESCRIBED:
        _all_described.append(True)
    return done
