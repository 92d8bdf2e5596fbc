"""Connectors by key, whatever they connect. None is known here by itself: each app hands in its own when it is ready.

So a connection is opened by its row's key alone, and nothing below learns of platforms, ledgers or channels.
"""

from __future__ import annotations

from typing import Any, TypeVar

from stores.connectors.roles import Connector
from stores.kernel.errors import UnknownConnector

_known: dict[str, type[Connector]] = {}
R = TypeVar("R", bound=Connector)


def register(*kinds: type[Connector]) -> None:
    """Handing one in again changes nothing. Raises ValueError for a key that another class has."""
    for kind in kinds:
        if _known.setdefault(kind.key, kind) is not kind:
            raise ValueError(f"{kind.__name__} and {_known[kind.key].__name__} have one key: {kind.key}")


def get(key: str) -> type[Connector]:
    """Raises UnknownConnector for a connector that this version does not know."""
    try:
        return _known[key]
    except KeyError:
        raise UnknownConnector(key) from None


def playing(role: type[R]) -> list[type[R]]:
    """Those that play a role, in the order in which they were handed in."""
    kinds: list[Any] = list(_known.values())
    return [kind for kind in kinds if issubclass(kind, role)]
