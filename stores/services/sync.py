"""Copying a shop's orders: the first import, then what changed, a page at a time, resumed where it stopped.

The StoreSync row is leased like a step. Each page's orders and the row's new cursor are saved in one transaction,
so a killed worker repeats at most one page.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from stores.connectors.roles import Listing, OrderSource
from stores.effects import leases, retry_policy
from stores.kernel import clock, queue
from stores.kernel.errors import (
    CredentialsRejected,
    DeskError,
    InputRejected,
    LeaseLost,
    RemoteRefused,
    RemoteThrottled,
)
from stores.kernel.security.vault import VaultError
from stores.models import OrderRecord, Store, StoreState, StoreSync, SyncPhase
from stores.platforms import registry
from stores.services import connections, orders, prefetch, unreadable

logger = logging.getLogger(__name__)

TURN_SECONDS: Final = 20.0  # then others get the worker; the next turn follows at once
OVERLAP: Final = timedelta(minutes=5)  # the platform's search index lags, and clocks differ
FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(minutes=10)
RESTART_AFTER: Final = 3  # refusals in a row of a stored cursor


def due(now: datetime, limit: int) -> list[UUID]:
    """Uuids of shops whose copy is to be continued."""
    rows = leases.due(StoreSync.objects.filter(store__state=StoreState.ACTIVE), now)
    return list(rows.order_by("next_attempt_at").values_list("store__uuid", flat=True)[:limit])


def wake(store: Store) -> None:
    """Look now, not at the next minute."""
    StoreSync.objects.filter(store=store).update(next_attempt_at=clock.now())
    queue.enqueue_on_commit("stores.sync", str(store.uuid))


def advance(store_uuid: str | UUID) -> None:
    """Copy pages for one turn. Safe to run twice; does nothing when it is not due or another worker has it."""
    row = _claim(store_uuid, clock.now())
    if row is None:
        return
    try:
        _turn(row, connections.open_platform(row.store))
    except LeaseLost:
        logger.info("Another worker copies this shop now", extra={"store": row.store.uuid})
    except RemoteThrottled as exc:
        _wait(row, timedelta(seconds=exc.retry_after or 1), **_words_of(exc))
    except DeskError as exc:
        _stumble(row, exc)


def _turn(row: StoreSync, platform: OrderSource) -> None:
    ends_at = clock.monotonic() + TURN_SECONDS
    unreadable.retry_due(row.store, platform)
    if not row.cursor:
        _begin(row)
    for listing, read_at in prefetch.pages(
        platform, since=row.since, cursor=row.cursor, is_over=lambda: clock.monotonic() > ends_at
    ):
        _keep(row, listing, read_at)
    connections.prove(row.store.connection, platform)
    if row.cursor:
        _wait(row, timedelta())
        queue.enqueue_on_commit("stores.sync", str(row.store.uuid))


def _begin(row: StoreSync) -> None:
    """A new run: everything for an import, else what changed since the last one."""
    is_import = row.phase != SyncPhase.FOLLOW
    since = None if is_import or row.watermark is None else row.watermark - OVERLAP
    begun: dict[str, Any] = {"since": since, "run_started_at": clock.now()}
    if is_import:
        begun |= {"phase": SyncPhase.IMPORT, "copied": 0}
    leases.note(row, **begun)


def _keep(row: StoreSync, listing: Listing, read_at: datetime) -> None:
    """Save a page and our place after it, together."""
    rows = orders.rows_of(row.store, listing.orders, read_at)
    with transaction.atomic():
        new = orders.keep(row.store, rows)
        unreadable.keep(row.store, listing.unreadable, read_at)
        is_import = row.phase == SyncPhase.IMPORT
        place: dict[str, Any] = {
            "cursor": listing.cursor,
            "copied": row.copied + (len(listing.orders) if is_import else new),
            "lease_until": leases.ends(clock.now()),
            "tries": 0,
            "error": "",
        }
        if is_import and listing.total is not None:
            place["expected"] = listing.total
        if newest := _newest(listing, read_at):
            place["watermark"] = _later(row.watermark, newest)
        if not listing.cursor:
            place |= _finished(row)
        leases.note(row, **place)


def _newest(listing: Listing, read_at: datetime) -> datetime | None:
    """The newest change of a page, also of rows that nobody can read: they must not be asked for again and again.

    A time that lies ahead of us is no reason to skip what changes until then.
    """
    told = [order.updated_at for order in listing.orders]
    told += [row.updated_at for row in listing.unreadable if row.updated_at]
    return min(max(told), read_at) if told else None


def _finished(row: StoreSync) -> dict[str, Any]:
    """The copy is true as of the instant the run began."""
    ended: dict[str, Any] = {
        "phase": SyncPhase.FOLLOW,
        "fresh_at": row.run_started_at,
        "next_attempt_at": clock.now() + timedelta(seconds=_pause(row)),
        "lease_owner": "",
        "lease_until": None,
    }
    if row.phase == SyncPhase.IMPORT:
        ended["copied"] = OrderRecord.objects.filter(store=row.store).count()  # once: pages may overlap
    return ended


def _pause(row: StoreSync) -> float:
    """Until its next look; a platform without a filter for what changed is asked less often."""
    return registry.get(row.store.platform).follow_seconds


def _wait(row: StoreSync, wait: timedelta, **fields: Any) -> None:
    """Give the lease back; the sweep comes again when the time is over. Losing it here is no trouble."""
    with suppress(LeaseLost):
        leases.release(row, next_attempt_at=clock.now() + wait, **fields)


def _words_of(exc: RemoteThrottled) -> dict[str, str]:
    """Waiting for a slot is no trouble; a shop that does not answer, or is paused, is."""
    return {"error": exc.user_message[:300]} if exc.code in ("breaker", "paused") else {}


def _stumble(row: StoreSync, exc: DeskError) -> None:
    """Keep our place and the reason in words; try again later and later.

    Credentials that are refused, or no longer open, disconnect the shop.
    """
    logger.warning("Copying a shop stopped", extra={"store": row.store.uuid, "kind": type(exc).__name__})
    fields: dict[str, Any] = {"error": exc.user_message[:300], "tries": row.tries + 1}
    if isinstance(exc, (RemoteRefused, InputRejected)) and row.cursor and row.tries + 1 >= RESTART_AFTER:
        fields |= {"cursor": "", "tries": 0}  # a cursor the platform no longer knows
    _wait(row, retry_policy.doubling(FIRST_PAUSE, row.tries, LONGEST_PAUSE), **fields)
    if isinstance(exc, CredentialsRejected):
        connections.reject_credentials(row.store.connection, exc)
    elif isinstance(exc, VaultError):
        connections.lose_secrets(row.store.connection)


def _claim(store_uuid: str | UUID, now: datetime) -> StoreSync | None:
    shops = StoreSync.objects.select_related("store__connection")
    return leases.claim(shops.filter(store__uuid=store_uuid, store__state=StoreState.ACTIVE), now=now)


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None or other > one else one
