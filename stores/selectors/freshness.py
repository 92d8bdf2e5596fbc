"""How true the copy of a shop's orders is: said on every page, and never an empty list for a shop that fails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.conf import settings
from django.db.models import F, QuerySet

from stores.kernel import clock
from stores.models import Store, StoreState, SyncPhase

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


# what is asked of a shop's copy and its connection, to be read in the query that reads the shop
ASKED: Final = {
    "sync_phase": "sync__phase",
    "sync_error": "sync__error",
    "sync_fresh_at": "sync__fresh_at",
    "sync_copied": "sync__copied",
    "sync_expected": "sync__expected",
    "failures": "connection__health__failures",
    "breaker_open_since": "connection__health__breaker_open_since",
    "last_success_at": "connection__health__last_success_at",
    "last_error_at": "connection__health__last_error_at",
    "last_error": "connection__health__last_error",
    "hooks_standing": "connection__health__hooks_standing",
}


def told(stores: QuerySet[Store]) -> QuerySet[Store]:
    """The same shops, each with what `of_stores` needs to know of it: no further query for a list that has many."""
    found: QuerySet[Store] = stores.annotate(**{f"told_{name}": F(path) for name, path in ASKED.items()})
    return found


@dataclass(frozen=True)
class _State:
    """Of a shop's copy and its connection; what no row says is as it is before the first reading."""

    sync_phase: str
    sync_error: str
    sync_fresh_at: datetime | None
    sync_copied: int
    sync_expected: int | None
    failures: int
    breaker_open_since: datetime | None
    last_success_at: datetime | None
    last_error_at: datetime | None
    last_error: str
    hooks_standing: int


def of_stores(stores: Iterable[Store]) -> list[Freshness]:
    """One line a shop, in the given order. One query however many there are, none for those of `told`."""
    shops = list(stores)
    if shops and not hasattr(shops[0], "told_sync_phase"):
        known = {shop.pk: shop for shop in told(Store.objects.filter(pk__in=[shop.pk for shop in shops]))}
        return _lines([(shop, known[shop.pk]) for shop in shops])
    return _lines([(shop, shop) for shop in shops])


def _lines(shops: Iterable[tuple[Store, Any]]) -> list[Freshness]:
    now = clock.now()
    return [_of(shop, _state(row), now) for shop, row in shops]


def _state(row: Any) -> _State:
    values = {name: getattr(row, f"told_{name}") for name in ASKED}
    if values["sync_phase"] is None:
        values |= {"sync_phase": SyncPhase.IMPORT, "sync_error": "", "sync_copied": 0}
    if values["failures"] is None:
        values |= {"failures": 0, "last_error": "", "hooks_standing": 0}
    return _State(**values)


def of_store(store: Store) -> Freshness:
    return of_stores([store])[0]


def _of(store: Store, state: _State, now: datetime) -> Freshness:
    truth = _truth(store, state, now)
    return Freshness(
        store=store,
        truth=truth,
        fresh_at=state.sync_fresh_at,
        silent_since=_silent_since(state) if truth == Truth.FAILING else None,
        trouble=state.sync_error or (state.last_error if state.breaker_open_since else ""),
        copied=state.sync_copied,
        expected=state.sync_expected,
        is_polled=not (settings.PUBLIC_URL and state.hooks_standing),
    )


def _truth(store: Store, state: _State, now: datetime) -> Truth:
    if store.state == StoreState.DISCONNECTED:
        return Truth.DISCONNECTED
    if store.state == StoreState.PAUSED:
        return Truth.PAUSED
    if state.sync_error or state.breaker_open_since:
        return Truth.FAILING
    if state.sync_phase == SyncPhase.IMPORT or state.sync_fresh_at is None:
        return Truth.IMPORTING
    return Truth.BEHIND if now - state.sync_fresh_at > BEHIND else Truth.FRESH


def _silent_since(state: _State) -> datetime | None:
    """Since when nothing came: the last answer, else the first failure we know of."""
    if not (state.failures or state.breaker_open_since):
        return None
    return state.last_success_at or state.breaker_open_since or state.last_error_at
