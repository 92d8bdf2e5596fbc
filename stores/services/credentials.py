"""A shop's secrets: written sealed, read only to make a connection, never shown again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db.models import QuerySet

from stores.effects import leases
from stores.kernel import clock
from stores.kernel.errors import RemoteThrottled
from stores.kernel.security import vault
from stores.kernel.security.vault import VaultError
from stores.models import Store, StoreHealth, StoreSecret

TOKEN = "access_token"  # noqa: S105  the name of a fetched token's row, beside those that people entered
FRESH_SHARE = 0.8  # of a token's life; then a new one is fetched while the old one still holds
LEASE = "token_lease_until"
REFRESH_LEASE = timedelta(seconds=60)
FORMER = "former_hook_secret"  # signs for a while after it was replaced
FORMER_LIFE = timedelta(hours=1)
REFRESH_WAITS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.5, 0.5, 0.5)  # seconds, while another worker fetches the first token


def read(store: Store) -> dict[str, str]:
    """What people entered, in clear. Raises VaultError for a value that does not open."""
    rows = StoreSecret.objects.filter(store=store).exclude(name__in=(TOKEN, FORMER))
    return {row.name: _open(row) for row in rows}


def keep(store: Store, values: Mapping[str, str], *, hook_secret: str = "") -> None:
    """Replace all secrets of the shop, its fetched token included. The caller's transaction holds them together.

    hook_secret: the name of the one that signs webhooks; its old value stays good for an hour.
    """
    former = _former(store, hook_secret) if values else ""
    StoreSecret.objects.filter(store=store).delete()
    for name, value in values.items():
        if value:
            _save(store, name, value)
    if former and former != values.get(hook_secret):
        _save(store, FORMER, former, clock.now() + FORMER_LIFE)


def _former(store: Store, name: str) -> str:
    """ "" for one that does not open: it signs nothing any more, and entering it again is the cure."""
    row = StoreSecret.objects.filter(store=store, name=name).first()
    try:
        return _open(row) if row else ""
    except VaultError:
        return ""


def _open(row: StoreSecret) -> str:
    return vault.unseal(row.sealed, bound_to=row.bound_to).decode()


def _save(store: Store, name: str, value: str, expires_at: datetime | None = None) -> None:
    row = StoreSecret(store=store, name=name)
    StoreSecret.objects.update_or_create(
        store=store,
        name=name,
        defaults={
            "sealed": vault.seal(value.encode(), bound_to=row.bound_to),
            "updated_at": clock.now(),
            "expires_at": expires_at,
        },
    )


class TokenCache:
    """The fetched token of one shop, shared by all processes through its row.

    One worker at a time fetches: it holds a lease on the health row, since no transaction may wait for a network.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.used: StoreSecret | None = None

    def __call__(self, fetch: Callable[[], tuple[str, float]]) -> str:
        """The token; `fetch` gives (token, life in seconds) when there is none or most of its life is over."""
        row = self._row()
        if row and clock.now() < _refresh_at(row):
            return self._use(row)
        until = leases.hold(self._health, LEASE, now=clock.now(), length=REFRESH_LEASE)
        if until is None:
            return self._use(row if row and not _is_over(row) else self._awaited())
        try:
            token, life = fetch()
            _save(self.store, TOKEN, token, clock.now() + timedelta(seconds=life))
            self.used = self._row()
            return token
        finally:
            leases.held(self._health, LEASE, until).update(**{LEASE: None})

    def forget(self) -> None:
        """Drop the token that was refused, but not a newer one that another worker fetched meanwhile."""
        if self.used:
            StoreSecret.objects.filter(pk=self.used.pk, updated_at=self.used.updated_at).delete()
        self.used = None

    def _row(self) -> StoreSecret | None:
        """None as well for one that does not open: another is fetched in its place."""
        row = StoreSecret.objects.filter(store=self.store, name=TOKEN).first()
        try:
            return row if row and _open(row) else None
        except VaultError:
            return None

    def _use(self, row: StoreSecret) -> str:
        self.used = row
        return _open(row)

    @property
    def _health(self) -> QuerySet[StoreHealth]:
        return StoreHealth.objects.filter(store=self.store)

    def _awaited(self) -> StoreSecret:
        for seconds in REFRESH_WAITS:
            clock.wait(seconds)
            if (row := self._row()) and not _is_over(row):
                return row
        raise RemoteThrottled("another worker fetches the token", code="token", retry_after=5)


def _refresh_at(row: StoreSecret) -> datetime:
    return row.updated_at + (row.expires_at - row.updated_at) * FRESH_SHARE if row.expires_at else row.updated_at


def _is_over(row: StoreSecret) -> bool:
    return row.expires_at is None or row.expires_at <= clock.now()
