"""How true the copy of a shop's orders is: said on every page, and never an empty list for a shop that fails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.conf import settings

from stores.kernel import clock
from stores.models import ConnectionHealth, Store, StoreState, StoreSync, SyncPhase

BEHIND: Final = timedelta(minutes=3)  # a listing comes every minute; past this somebody should know


class Truth(StrEnum):
    FRESH = "fresh"
    BEHIND = "behind"  # nothing failed, but nobody looked for a while
    IMPORTING = "importing"
    FAILING = "failing"
    PAUSED = "paused"
    DISCONNECTED = "disconnected"


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """fresh_at: the copy is true as of then (None: never). trouble: in safe words.

    silent_since: a failing shop gives no answer since then; None when it answers, but with a no.

    copied, expected: orders, for progress (expected None: not told). is_polled: no webhooks reach us.
    """

    store: Store
    truth: Truth
    fresh_at: datetime | None
    silent_since: datetime | None = None
    trouble: str = ""
    copied: int = 0
    expected: int | None = None
    is_polled: bool = True

    @property
    def is_trouble(self) -> bool:
        return self.truth in (Truth.FAILING, Truth.DISCONNECTED, Truth.BEHIND)

    @property
    def has_copy(self) -> bool:
        return self.copied > 0


def of_stores(stores: Iterable[Store]) -> list[Freshness]:
    """One line a shop, in the given order. Two queries however many there are."""
    shops = list(stores)
    syncs = {row.store_id: row for row in StoreSync.objects.filter(store__in=shops)}
    accounts = {shop.connection_id for shop in shops}
    healths = {row.connection_id: row for row in ConnectionHealth.objects.filter(connection__in=accounts)}
    now = clock.now()
    return [_of(shop, syncs.get(shop.pk), healths.get(shop.connection_id), now) for shop in shops]


def of_store(store: Store) -> Freshness:
    return of_stores([store])[0]


def _of(store: Store, sync: StoreSync | None, health: ConnectionHealth | None, now: datetime) -> Freshness:
    sync, health = sync or StoreSync(store=store), health or ConnectionHealth(connection_id=store.connection_id)
    truth = _truth(store, sync, health, now)
    return Freshness(
        store=store,
        truth=truth,
        fresh_at=sync.fresh_at,
        silent_since=_silent_since(health) if truth == Truth.FAILING else None,
        trouble=sync.error or (health.last_error if health.breaker_open_since else ""),
        copied=sync.copied,
        expected=sync.expected,
        is_polled=not (settings.PUBLIC_URL and health.hooks_standing),
    )


def _truth(store: Store, sync: StoreSync, health: ConnectionHealth, now: datetime) -> Truth:
    if store.state == StoreState.DISCONNECTED:
        return Truth.DISCONNECTED
    if store.state == StoreState.PAUSED:
        return Truth.PAUSED
    if sync.error or health.breaker_open_since:
        return Truth.FAILING
    if sync.phase == SyncPhase.IMPORT or sync.fresh_at is None:
        return Truth.IMPORTING
    return Truth.BEHIND if now - sync.fresh_at > BEHIND else Truth.FRESH


def _silent_since(health: ConnectionHealth) -> datetime | None:
    """Since when nothing came: the last answer, else the first failure we know of."""
    if not (health.failures or health.breaker_open_since):
        return None
    return health.last_success_at or health.breaker_open_since or health.last_error_at
