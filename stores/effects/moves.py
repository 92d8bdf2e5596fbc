"""Tables of allowed moves: which state may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ForbiddenMove(ValueError):
    """A move that the table does not list: a bug of ours, never a person's."""


def check(moves: Mapping[Any, frozenset[Any]], now: str, to: str) -> None:
    """Raise ForbiddenMove unless `now` → `to` stands in the table. States of a StrEnum equal their words."""
    if to not in moves.get(now, frozenset()):
        raise ForbiddenMove(f"{now} → {to}")
