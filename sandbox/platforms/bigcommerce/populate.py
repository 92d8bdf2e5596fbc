"""Believable orders in bulk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.core import people
from sandbox.platforms.bigcommerce.spec import Line, Person

COUNTRIES = {"US": "United States", "GB": "United Kingdom", "DE": "Germany"}
KINDS: people.Kinds = (
    (60, {}),
    (8, {"pay": "waiting"}),
    (6, {"pay": "authorised", "gateway": "stripe"}),
    (8, {"is_shipped": True}),
    (6, {"is_partly": True}),
    (4, {"cancelled": True}),
    (4, {"fees": {"Insurance": "4.00"}}),
    (4, {"is_guest": True}),
)


def many(count: int, seed: int) -> Iterator[dict[str, Any]]:
    return people.orders(count, seed, KINDS, line, person)


def line(vendor: str, left: int, **words: Any) -> Line:
    return Line(brand=vendor, shipped=left, **words)


def person(country: str, **words: str) -> Person:
    return Person(country=COUNTRIES[country], country_code=country, **words)
