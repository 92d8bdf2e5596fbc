"""Believable orders in bulk."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from sandbox.platforms.square.seeds import BEANS, LAMP, MUG, TEA, line
from sandbox.platforms.square.spec import Person

FIRST = ("Ada", "Ben", "Carla", "Dev", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kira", "Leo", "Mei", "Noor")
LAST = ("Novak", "Silva", "Okafor", "Tanaka", "Meyer", "Rossi", "Haddad", "Lind", "Byrne", "Costa", "Sato", "Weber")
KINDS: tuple[tuple[int, dict[str, Any]], ...] = (
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
    """Words of `count` orders of the last two months, oldest first."""
    dice = Random(seed)
    for place in range(count):
        special = dict(dice.choices([kind for _, kind in KINDS], [share for share, _ in KINDS])[0])
        products = dice.sample((MUG, TEA, LAMP), dice.choice((1, 1, 2, 3)))
        lines = [line(product, quantity=dice.randrange(1, 4)) for product in products]
        if dice.random() < 0.1:
            lines.append(line(BEANS, quantity=dice.choice(("0.5", "0.75", "1.25"))))
        age = 58.0 * (1 - place / max(1, count)) + 0.02
        yield {"lines": lines, "person": person(dice), "age_days": age, "tax_rate": "8.5", **special}


def person(dice: Random) -> Person:
    first, last = dice.choice(FIRST), dice.choice(LAST)
    email = f"{first}.{last}{dice.randrange(1, 100)}@example.com".lower()
    return Person(first=first, last=last, email=email)
