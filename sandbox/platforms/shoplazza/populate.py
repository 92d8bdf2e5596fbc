"""Believable orders in bulk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.core import people
from sandbox.platforms.shoplazza.spec import Line, Person

KINDS: people.Kinds = (
    (60, {}),
    (8, {"pay": "waiting"}),
    (6, {"pay": "authorised", "channel": "card"}),
    (8, {"is_shipped": True}),
    (6, {"is_partly": True}),
    (4, {"cancelled": "changed mind"}),
    (4, {"tip": "4.00"}),
    (4, {"pay": "waiting", "is_checkout": True, "recovery": "waiting"}),
)


def many(count: int, seed: int) -> Iterator[dict[str, Any]]:
    return people.orders(count, seed, KINDS, lambda left, **words: Line(shipped=left, **words), Person)
