"""Which connections serve a shop beside the one for its orders, and which could."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from stores.connectors import registry
from stores.connectors.roles import BookKeeper, Connector, Messenger, OrderSource, Refunder, StockKeeper
from stores.models import Connection, ConnectionState, ServedRole, Store, StoreRole

PLAYED_BY: Final[Mapping[str, type[Connector]]] = {
    ServedRole.PAYMENTS: Refunder,
    ServedRole.STOCK: StockKeeper,
    ServedRole.BOOKS: BookKeeper,
    ServedRole.MESSAGES: Messenger,
}


@dataclass(frozen=True)
class Served:
    """A further connection of a shop, and what it does there."""

    connection: Connection
    rows: tuple[StoreRole, ...]

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(words(row) for row in self.rows)


def by(store: Store) -> list[Served]:
    """What serves the shop beside the connection for its orders, by name."""
    found: dict[int, list[StoreRole]] = {}
    rows = StoreRole.objects.filter(store=store).select_related("connection__health")
    for row in rows.order_by("connection__name", "pk"):
        found.setdefault(row.connection_id, []).append(row)
    return [Served(rows[0].connection, tuple(rows)) for rows in found.values()]


def words(row: StoreRole) -> str:
    return f"{row.get_role_display()} ({row.method})" if row.method else row.get_role_display()


def roles() -> list[ServedRole]:
    """Those that some connector of this version can play for a shop whose orders are elsewhere."""
    return [role for role in ServedRole if any(plays(kind, role) for kind in registry.playing(PLAYED_BY[role]))]


def plays(kind: type[Connector], role: str) -> bool:
    """An order platform pays back and puts back what it sold itself, and nothing of another shop."""
    return issubclass(kind, PLAYED_BY[role]) and not issubclass(kind, OrderSource)


def to_attach(store: Store) -> list[tuple[ServedRole, Connection]]:
    """Role and connection, for every connection that works, could play it here and does not yet."""
    taken = set(StoreRole.objects.filter(store=store).exclude(role=ServedRole.PAYMENTS).values_list("role", flat=True))
    works = Connection.objects.filter(state=ConnectionState.ACTIVE).order_by("name", "pk")
    return list(_could(roles(), taken, works))


def _could(
    known: Iterable[ServedRole], taken: set[str], connections: Iterable[Connection]
) -> Iterator[tuple[ServedRole, Connection]]:
    rows = list(connections)
    for role in known:
        if role not in taken:
            keys = {kind.key for kind in registry.playing(PLAYED_BY[role]) if plays(kind, role)}
            yield from ((role, row) for row in rows if row.connector in keys)
