"""A connection's secrets: written sealed, read only to make a connection, never shown again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from django.db import transaction
from django.db.models import QuerySet

from stores.effects import leases
from stores.kernel import clock
from stores.kernel.errors import RemoteThrottled
from stores.kernel.security import vault
from stores.kernel.security.vault import VaultError
from stores.models import Connection, ConnectionHealth, ConnectionSecret

TOKEN = "access_token"  # noqa: S105  the name of a fetched token's row, beside those that people entered
FRESH_SHARE = 0.8  # of a token's life; then a new one is fetched while the old one still holds
LEASE = "token_lease_until"
REFRESH_LEASE = timedelta(seconds=60)
FORMER = "former_hook_secret"  # signs for a while after it was replaced
FORMER_LIFE = timedelta(hours=1)
REFRESH_WAITS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.5, 0.5, 0.5)  # seconds, while another worker fetches the first token


def read(connection: Connection) -> dict[str, str]:
    """What people entered, in clear. Raises VaultError for a value that does not open."""
    rows = list(_entered(connection).defer("moved_from"))
    connection.entered_with = frozenset(row.pk for row in rows)
    return {row.name: _open(row) for row in rows}


def were_replaced(connection: Connection) -> bool:
    """Has somebody entered others since they were read for this object? What the old ones were told is no news then."""
    stand = _entered(connection).values_list("pk", flat=True)
    return connection.entered_with is not None and connection.entered_with != frozenset(stand)


def _entered(connection: Connection) -> QuerySet[ConnectionSecret]:
    return ConnectionSecret.objects.filter(connection=connection).exclude(name__in=(TOKEN, FORMER))


def keep(
    connection: Connection,
    values: Mapping[str, str],
    *,
    hook_secret: str = "",
    ends: Mapping[str, datetime] = MappingProxyType({}),
) -> None:
    """Replace all secrets of the connection, its fetched token included. The caller's transaction holds them together.

    hook_secret: the name of the one that signs webhooks; its old value stays good for an hour. ends: of each,
    by name, where the platform tells it.
    """
    _health(connection).update(**{LEASE: None})  # a token that is being fetched with the old ones is kept by nobody
    former = _former(connection, hook_secret) if values else ""
    ConnectionSecret.objects.filter(connection=connection).delete()
    for name, value in values.items():
        if value:
            _save(connection, name, value, ends.get(name))
    if former and former != values.get(hook_secret):
        _save(connection, FORMER, former, clock.now() + FORMER_LIFE)


def has_moved(connection: Connection) -> bool:
    return ConnectionSecret.objects.filter(connection=connection, moved_from__isnull=False).exists()


def forget_moved(connection: Connection) -> int:
    """What its secrets were moved from is needed no more: they were used, and the account let us in; how many."""
    return ConnectionSecret.objects.filter(connection=connection, moved_from__isnull=False).update(moved_from=None)


def _former(connection: Connection, name: str) -> str:
    """ "" for one that does not open: it signs nothing any more, and entering it again is the cure."""
    row = ConnectionSecret.objects.filter(connection=connection, name=name).first()
    try:
        return _open(row) if row else ""
    except VaultError:
        return ""


def _open(row: ConnectionSecret) -> str:
    return vault.unseal(row.sealed, bound_to=row.bound_to).decode()


def _save(connection: Connection, name: str, value: str, expires_at: datetime | None = None) -> None:
    row = ConnectionSecret(connection=connection, name=name)
    ConnectionSecret.objects.update_or_create(
        connection=connection,
        name=name,
        defaults={
            "sealed": vault.seal(value.encode(), bound_to=row.bound_to),
            "updated_at": clock.now(),
            "expires_at": expires_at,
            "moved_from": None,
        },
    )


class TokenCache:
    """The fetched token of one connection, shared by all processes through its row.

    One worker at a time fetches: it holds a lease on the health row, since no transaction may wait for a network.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.used: ConnectionSecret | None = None

    def __call__(self, fetch: Callable[[], tuple[str, float]]) -> str:
        """The token; `fetch` gives (token, life in seconds) when there is none or most of its life is over."""
        row = self._row()
        if row and clock.now() < _refresh_at(row):
            return self._use(row)
        health = _health(self.connection)
        until = leases.hold(health, LEASE, now=clock.now(), length=REFRESH_LEASE)
        if until is None:
            return self._use(row if row and not _is_over(row) else self._awaited())
        try:
            token, life = fetch()
        except BaseException:
            leases.held(health, LEASE, until).update(**{LEASE: None})
            raise
        with transaction.atomic():  # whoever took its secrets away meanwhile, or fetches by now, goes first
            if leases.held(health, LEASE, until).update(**{LEASE: None}):
                _save(self.connection, TOKEN, token, clock.now() + timedelta(seconds=life))
        self.used = self._row()
        return token

    def forget(self) -> None:
        """Drop the token that was refused, but not a newer one that another worker fetched meanwhile."""
        if self.used:
            ConnectionSecret.objects.filter(pk=self.used.pk, updated_at=self.used.updated_at).delete()
        self.used = None

    def _row(self) -> ConnectionSecret | None:
        """None as well for one that does not open: another is fetched in its place."""
        row = ConnectionSecret.objects.filter(connection=self.connection, name=TOKEN).first()
        try:
            return row if row and _open(row) else None
        except VaultError:
            return None

    def _use(self, row: ConnectionSecret) -> str:
        self.used = row
        return _open(row)

    def _awaited(self) -> ConnectionSecret:
        for seconds in REFRESH_WAITS:
            clock.wait(seconds)
            if (row := self._row()) and not _is_over(row):
                return row
        raise RemoteThrottled("another worker fetches the token", code="token", retry_after=5)


def _health(connection: Connection) -> QuerySet[ConnectionHealth]:
    return ConnectionHealth.objects.filter(connection=connection)


def _refresh_at(row: ConnectionSecret) -> datetime:
    return row.updated_at + (row.expires_at - row.updated_at) * FRESH_SHARE if row.expires_at else row.updated_at


def _is_over(row: ConnectionSecret) -> bool:
    return row.expires_at is None or row.expires_at <= clock.now()
