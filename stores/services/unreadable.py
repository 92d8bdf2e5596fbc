"""Orders that could not be read: kept with their reason, tried again by themselves, gone once they are read.

They hold nothing up: a listing goes on past them, and a webhook that names one is not lost.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from stores.connectors import rows
from stores.connectors.roles import OrderSource
from stores.connectors.rows import Unreadable
from stores.effects import retry_policy
from stores.kernel import clock, search_text
from stores.kernel.errors import CredentialsRejected, RemoteError, RemoteRefused, RemoteUnavailable
from stores.models import Store, UnreadableOrder
from stores.services import connections, orders

T = TypeVar("T")
logger = logging.getLogger(__name__)

FIRST_PAUSE: Final = timedelta(hours=1)
LONGEST_PAUSE: Final = timedelta(hours=24)
FORGOTTEN_AFTER: Final = timedelta(days=30)  # a row without an id that no list has shown since
AT_ONCE: Final = 20  # of one turn
TURN_SECONDS: Final = 10.0
BATCH: Final = 200
TELLS: Final = ["external_id", "number", "search", "reason", "updated_at", "last_tried_at"]


class Ended(StrEnum):
    """How another try ended."""

    READ = "read"
    GONE = "gone"  # the platform no longer knows it
    UNREADABLE = "unreadable"


# --- keeping -------------------------------------------------------------------------------------------
def keep(store: Store, found: Sequence[Unreadable], read_at: datetime) -> None:
    """Remember rows of a listing; one that is known stays as old as it is and keeps its schedule."""
    entries = {entry.key: entry for entry in (_entry(store, row, read_at) for row in found)}
    if not entries:
        return
    logger.warning("Orders could not be read", extra={"store": store.uuid, "count": len(entries)})
    UnreadableOrder.objects.bulk_create(
        entries.values(), BATCH, update_conflicts=True, update_fields=TELLS, unique_fields=["store", "key"]
    )


def reading(store: Store, external_id: str, read: Callable[[], T]) -> T:
    """What a read of one order gives. One that is not understood is remembered, and told as RemoteUnavailable."""
    try:
        return read()
    except rows.UNREADABLE as exc:
        _note(store, external_id, exc)
        raise RemoteUnavailable("misread order", code=rows.BAD_SHAPE) from exc
    except RemoteUnavailable as exc:
        if exc.code == rows.BAD_SHAPE:
            _note(store, external_id, exc)
        raise


def forget(store: Store, external_id: str) -> None:
    """The platform no longer knows it."""
    UnreadableOrder.objects.filter(store=store, external_id=external_id).delete()


def _note(store: Store, external_id: str, exc: Exception) -> None:
    known = orders.number_of(store, external_id)
    keep(store, [Unreadable(external_id, known, rows.reason(exc))], clock.now())


def _entry(store: Store, row: Unreadable, read_at: datetime) -> UnreadableOrder:
    tail = row.external_id.rpartition("/")[2]
    return UnreadableOrder(
        store=store,
        key=row.external_id or f"row:{row.digest}",
        external_id=row.external_id,
        number=row.number,
        search=search_text.search_text(row.number, [tail])[:400],
        reason=row.reason[:300],
        updated_at=row.updated_at,
        first_seen_at=read_at,
        last_tried_at=read_at,
        next_try_at=clock.now() + FIRST_PAUSE if row.external_id else None,
    )


# --- trying again --------------------------------------------------------------------------------------
def retry_due(store: Store, platform: OrderSource) -> None:
    """Read again what is due. A shop that does not answer leaves all of it for later."""
    now, ends_at = clock.now(), clock.monotonic() + TURN_SECONDS
    mine = UnreadableOrder.objects.filter(store=store)
    for entry in mine.filter(next_try_at__lte=now).order_by("next_try_at")[:AT_ONCE]:
        try:
            _again(entry, platform)
        except (RemoteUnavailable, CredentialsRejected):
            return
        except RemoteError:
            _postpone(entry, entry.reason)
        if clock.monotonic() > ends_at:
            return
    mine.filter(external_id="", last_tried_at__lt=now - FORGOTTEN_AFTER).delete()


def try_again(entry: UnreadableOrder, *, read_timeout: float) -> Ended:
    """Now, since a person asks. Raises RemoteError when the shop gives no answer about this order."""
    return _again(entry, connections.open_platform(entry.store, read_timeout=read_timeout))


def try_all_again(store: Store) -> int:
    """All that have an id are due now; the next turn of the shop's copy reads them. How many."""
    return UnreadableOrder.objects.filter(store=store).exclude(external_id="").update(next_try_at=clock.now())


def _again(entry: UnreadableOrder, platform: OrderSource) -> Ended:
    read_at = clock.now()
    try:
        orders.save(entry.store, platform.read_order(entry.external_id), read_at)  # and the entry is gone
    except rows.UNREADABLE as exc:
        _postpone(entry, rows.reason(exc))
    except RemoteUnavailable as exc:
        if exc.code != rows.BAD_SHAPE:
            raise
        _postpone(entry, rows.reason(exc))
    except RemoteRefused as exc:
        if exc.code != "not_found":
            raise
        orders.forget(entry.store, entry.external_id)
        entry.delete()
        return Ended.GONE
    else:
        return Ended.READ
    return Ended.UNREADABLE


def _postpone(entry: UnreadableOrder, reason: str) -> None:
    """Later and later, at least once a day."""
    now = clock.now()
    pause = retry_policy.doubling(FIRST_PAUSE, entry.tries + 1, LONGEST_PAUSE)
    UnreadableOrder.objects.filter(pk=entry.pk).update(
        reason=reason[:300], last_tried_at=now, next_try_at=now + pause, tries=entry.tries + 1
    )
