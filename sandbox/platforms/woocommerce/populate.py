"""Believable orders in bulk; the same seed makes the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.core import people
from sandbox.platforms.woocommerce.spec import Line, Person

KINDS: people.Kinds = (
    (52, {}),
    (16, {"status": "completed"}),
    (8, {"pay": "waiting"}),
    (8, {"pay": "waiting", "gateway": "bacs"}),
    (5, {"pay": "authorised"}),
    (4, {"fees": {"Gift wrapping": "3.50"}}),
    (4, {"coupon": "5.00"}),
    (3, {"pay": "waiting", "status": "cancelled"}),
)


def many(count: int, seed: int) -> Iterator[dict[str, Any]]:
    return ({"tax_rate": "0.10", **words} for words in people.orders(count, seed, KINDS, line, Person))


def line(vendor: str, left: int, **words: Any) -> Line:
    return Line(**words)
