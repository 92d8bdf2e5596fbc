"""Whose address a webhook came to, and what may have signed it.

One statement a delivery and nothing kept between two: a rotated secret or a shop that was disconnected counts at once.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.db import connection

from stores.connectors import registry
from stores.connectors.roles import HookSource
from stores.kernel import clock
from stores.kernel.security import vault
from stores.kernel.security.vault import VaultError
from stores.models import Connection, ConnectionSecret, ConnectionState, Store
from stores.services.credentials import FORMER

logger = logging.getLogger(__name__)
OF_ACCOUNT: Final = ("id", "uuid", "connector", "state", "inbox_token")


@dataclass(frozen=True)
class Addressee:
    """`connection`, `shops`: with what a delivery needs, the rest is read when asked for. `sealed`: by name.

    shops: those whose orders the account serves.
    """

    connection: Connection
    shops: tuple[Store, ...]
    hooks: type[HookSource]
    sealed: dict[str, bytes]

    @property
    def has_door(self) -> bool:
        """Where nothing is signed, a disconnected account has none."""
        return self.hooks.hooks_are_signed or self.connection.state != ConnectionState.DISCONNECTED

    def secrets(self) -> list[str]:
        """What may have signed: the secret of today, and for an hour the one before it.

        Raises VaultError when today's does not open; one before it that does not open signs nothing any more.
        """
        found = [self._open(name) for name in (self.hooks.hook_secret,) if name in self.sealed]
        if FORMER in self.sealed:
            try:
                found.append(self._open(FORMER))
            except VaultError:
                logger.warning("A former secret does not open", extra={"connection": self.connection.uuid})
        return [secret for secret in found if secret]

    def _open(self, name: str) -> str:
        row = ConnectionSecret(connection_id=self.connection.pk, name=name)
        return vault.unseal(self.sealed[name], bound_to=row.bound_to).decode()


def find(token: str) -> Addressee | None:
    """None for an address that is nobody's, or of a platform that sends nothing or that this version does not know."""
    if not token.isascii() or not token.isprintable():
        return None  # PostgreSQL takes no NUL
    with connection.cursor() as cursor:
        cursor.execute(_statement(), [*_names(), connection.ops.adapt_datetimefield_value(clock.now()), token])
        rows = cursor.fetchall()
    hooks = _hook_sources().get(rows[0][2]) if rows else None
    if hooks is None:
        return None
    known = dict(zip(OF_ACCOUNT, (rows[0][0], _uuid(rows[0][1]), *rows[0][2:4], token), strict=True))
    account = Connection.from_db(connection.alias, list(known), list(known.values()))
    shops = {row[4]: _shop(account, row[4:7]) for row in rows if row[4]}
    sealed = {name: bytes(value) for *_, name, value in rows if name}
    return Addressee(account, tuple(shops.values()), hooks, sealed)


def _shop(account: Connection, told: Sequence[Any]) -> Store:
    pk, uuid, state = told
    known = {"id": pk, "uuid": _uuid(uuid), "platform": account.connector, "state": state, "connection_id": account.pk}
    store = Store.from_db(connection.alias, list(known), list(known.values()))
    store.connection = account
    return store


@cache
def _names() -> list[str]:
    """Of every secret that may sign."""
    return sorted({kind.hook_secret for kind in _hook_sources().values()} | {FORMER})


@cache
def _hook_sources() -> dict[str, type[HookSource]]:
    return {kind.key: kind for kind in registry.playing(HookSource)}


def _uuid(told: UUID | str) -> UUID:
    """SQLite keeps it as text."""
    return told if isinstance(told, UUID) else UUID(told)


@cache
def _statement() -> str:
    """Written out: making it anew each time would cost the ORM as long as all the rest takes."""
    marks = ", ".join(["%s"] * len(_names()))
    return (
        "SELECT account.id, account.uuid, account.connector, account.state, shop.id, shop.uuid, shop.state,"  # noqa: S608  names of ours
        " secret.name, secret.sealed FROM stores_connection account"
        " LEFT JOIN stores_store shop ON shop.connection_id = account.id"
        f" LEFT JOIN stores_connectionsecret secret ON secret.connection_id = account.id AND secret.name IN ({marks})"
        " AND (secret.expires_at IS NULL OR secret.expires_at > %s) WHERE account.inbox_token = %s ORDER BY shop.id"
    )
