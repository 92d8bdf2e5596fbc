"""Believable orders in bulk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.core import people
from sandbox.platforms.square.seeds import BEANS
from sandbox.platforms.square.seeds import line as seed_line
from sandbox.platforms.square.spec import Line, Person

WEIGHED = ("0.5", "0.75", "1.25")
KINDS: people.Kinds = (
    (55, {}),
    (8, {"pay": "unpaid"}),
    (6, {"pay": "authorised", "fulfilment": "SHIPMENT"}),
    (10, {"state": "COMPLETED"}),
    (8, {"fulfilment": "", "is_versioned": False, "source_name": "Square Point of Sale", "person": None}),
    (5, {"tip": "3.00", "charge": "4.00", "fulfilment": "DELIVERY"}),
    (4, {"pay": "unpaid", "state": "CANCELED", "order_state": "CANCELED"}),
    (4, {"earlier": 1}),
)


def many(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Every tenth order has something weighed."""
    for place, words in enumerate(people.orders(count, seed, KINDS, line, person)):
        if place % 10 == 9:
            words["lines"] += (seed_line(BEANS, quantity=WEIGHED[place % 3]),)
        yield {"tax_rate": "8.5", **words}


def line(title: str, price: str, sku: str, quantity: int, **_: Any) -> Line:
    return Line(title=title, price=price, sku=sku, quantity=quantity)


def person(first: str, last: str, email: str, **_: str) -> Person:
    return Person(first=first, last=last, email=email)
