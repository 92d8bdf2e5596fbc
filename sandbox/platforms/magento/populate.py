"""Believable orders in bulk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.core import people
from sandbox.platforms.magento.spec import Line, Person

KINDS: people.Kinds = (
    (60, {}),
    (10, {"pay": "unpaid"}),
    (8, {"pay": "authorised"}),
    (8, {"is_shipped": True}),
    (6, {"is_partly": True}),
    (4, {"pay": "unpaid", "cancelled": True}),
    (4, {"pay": "offline"}),
)


def many(count: int, seed: int) -> Iterator[dict[str, Any]]:
    return people.orders(count, seed, KINDS, line, person)


def line(title: str, price: str, sku: str, quantity: int, left: int, **_: Any) -> Line:
    return Line(title=title, price=price, sku=sku, quantity=quantity, shipped=left)


def person(address: str, zip: str, **words: str) -> Person:
    return Person(street=address, postcode=zip, **words)
