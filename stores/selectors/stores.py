"""Shops with what is known of the way to them, for lists and health cards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from stores.kernel import clock
from stores.models import ConnectionHealth, Store, StoreState, StoreSync, SyncPhase, User
from stores.selectors import access

LATE = timedelta(minutes=10)  # a copy older than this is told as old: the listing is asked every minute
FULL = 100


@dataclass(frozen=True)
class ShopCard:
    """One shop, and in what state its copy and its connection are."""

    store: Store
    health: ConnectionHealth
    sync: StoreSync

    @property
    def is_importing(self) -> bool:
        return self.store.state == StoreState.ACTIVE and self.sync.phase == SyncPhase.IMPORT

    @property
    def silent_since(self) -> datetime | None:
        """Since when it does not answer: never passed off as an empty shop."""
        failed, answered = self.health.last_error_at, self.health.last_success_at
        if self.health.breaker_open_since:
            return self.health.breaker_open_since
        return failed if failed and (answered is None or failed > answered) else None

    @property
    def is_late(self) -> bool:
        fresh = self.sync.fresh_at
        return fresh is not None and self.store.state == StoreState.ACTIVE and clock.now() - fresh > LATE

    @property
    def head_room(self) -> int | None:
        """Per cent of the platform's allowance that is left; None before the first answer told it."""
        left, size = self.health.bucket_left, self.health.bucket_size
        return None if left is None or not size else max(0, min(FULL, round(FULL * left / size)))

    @property
    def is_polled(self) -> bool:
        """Nothing outside can reach us, so there are no webhooks: changes are asked for every minute."""
        return not settings.PUBLIC_URL


def cards(viewer: User) -> list[ShopCard]:
    """Every shop the viewer may see, by name; the same number of queries however many there are."""
    return [_card(store) for store in _with_state(access.stores_for(viewer, "stores.view"))]


def card(store: Store) -> ShopCard:
    """As the store was read: with its connection, health and copy where it came from `get_store_or_404`."""
    return _card(store)


def _with_state(stores: QuerySet[Store]) -> QuerySet[Store]:
    return stores.select_related("connection__health", "sync")


def _card(store: Store) -> ShopCard:
    return ShopCard(store, store.connection.health, store.sync)
