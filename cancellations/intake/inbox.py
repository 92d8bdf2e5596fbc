"""Webhooks that were verified and kept (`keep`): read in the background.

A webhook is a hint. It may be early, late, doubled or reordered, so all it causes is a read of the order it names;
the incremental listing finds what no webhook told.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet

from cancellations.models import Inbox, InboxState
from stores.connectors.roles import OrderSource
from stores.effects import leases, retry_policy
from stores.kernel import clock
from stores.kernel.errors import (
    CredentialsRejected,
    DeskError,
    LeaseLost,
    RemoteError,
    RemoteRefused,
    RemoteThrottled,
)
from stores.models import OrderRecord
from stores.services import connections, orders, unreadable

logger = logging.getLogger(__name__)

KEPT: Final = timedelta(days=90)
TIDIED_EVERY: Final = timedelta(hours=1)
AT_ONCE: Final = 1000  # deleted in one statement: nobody else writes to SQLite meanwhile
TRIES: Final = 8
FIRST_PAUSE: Final = timedelta(seconds=2)
LONGEST_PAUSE: Final = timedelta(minutes=15)

_tidied_at: list[datetime] = []  # of this process


def handle(pk: int) -> None:
    """Read what the event points at. Safe to run twice; a failed read is tried again later."""
    row = _claim(pk, clock.now())
    if row is not None:
        with suppress(LeaseLost):  # read meanwhile, as one of several hints at its order
            _handle(row)


def _handle(row: Inbox) -> None:
    try:
        _look(row)
    except RemoteThrottled as exc:
        _again(row, timedelta(seconds=exc.retry_after or 1))
    except CredentialsRejected as exc:
        connections.reject_credentials(row.store.connection, exc)
        _finish(row, InboxState.FAILED)
    except RemoteError:
        _stumble(row)
    except DeskError as exc:
        logger.warning("A webhook could not be read", extra={"store": row.store.uuid, "kind": type(exc).__name__})
        _finish(row, InboxState.FAILED)
    else:
        _finish(row, InboxState.READ)


def tidy(now: datetime) -> None:
    """Once an hour and process, asked at every sweep: a quiet inbox forgets as well."""
    if not _tidied_at or now - _tidied_at[0] >= TIDIED_EVERY:
        _tidied_at[:] = [now]
        forget_old(now)


def forget_old(now: datetime) -> int:
    """Delete what was kept long enough, a little at a time; how many."""
    old = Inbox.objects.filter(received_at__lt=now - KEPT).order_by("received_at").values("pk")
    gone = 0
    while some := Inbox.objects.filter(pk__in=old[:AT_ONCE]).delete()[0]:
        gone += some
    return gone


def _look(row: Inbox) -> None:
    if not row.order_external_id:
        connections.look_at_access(row.store)
        return
    read_at = clock.now()
    record = OrderRecord.objects.filter(store=row.store, external_id=row.order_external_id).first()
    if record and not record.is_summary and record.read_at > row.received_at:
        return  # somebody has read it since
    platform = connections.open_platform(row.store)
    try:
        unreadable.reading(row.store, row.order_external_id, lambda: _read(row, record, platform))
    except RemoteRefused as exc:
        if exc.code != "not_found":
            raise
        orders.forget(row.store, row.order_external_id)
        unreadable.forget(row.store, row.order_external_id)
    _others(row, read_at).update(state=InboxState.READ, handled_at=clock.now(), next_attempt_at=None)


def _read(row: Inbox, record: OrderRecord | None, platform: OrderSource) -> None:
    if record:
        orders.refresh(record, platform=platform)
    else:
        read_at = clock.now()
        orders.save(row.store, platform.read_order(row.order_external_id), read_at)


def _others(row: Inbox, read_at: datetime) -> QuerySet[Inbox]:
    """One read answers every other hint at the same order that came before it."""
    same = Inbox.objects.filter(store=row.store, order_external_id=row.order_external_id, state=InboxState.WAITING)
    return same.filter(received_at__lte=read_at).exclude(pk=row.pk)


def _claim(pk: int, now: datetime) -> Inbox | None:
    rows = Inbox.objects.select_related("store__connection")
    return leases.claim(rows.filter(pk=pk, state=InboxState.WAITING), now=now)


def _finish(row: Inbox, state: InboxState) -> None:
    leases.move(row, state, handled_at=clock.now(), next_attempt_at=None)


def _again(row: Inbox, wait: timedelta, **fields: Any) -> None:
    leases.release(row, next_attempt_at=clock.now() + wait, **fields)


def _stumble(row: Inbox) -> None:
    """Later and later; in the end the listing has to find it."""
    if row.tries + 1 >= TRIES:
        _finish(row, InboxState.FAILED)
    else:
        _again(row, retry_policy.doubling(FIRST_PAUSE, row.tries, LONGEST_PAUSE), tries=row.tries + 1)
