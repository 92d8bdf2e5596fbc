"""Believable orders in bulk."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from sandbox.platforms.shoplazza.seeds import LAMP, MUG, SHIRT, TEA, line
from sandbox.platforms.shoplazza.spec import Person

FIRST = ("Ada", "Ben", "Carla", "Dev", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kira", "Leo", "Mei", "Noor")
LAST = ("Novak", "Silva", "Okafor", "Tanaka", "Meyer", "Rossi", "Haddad", "Lind", "Byrne", "Costa", "Sato", "Weber")
PLACES = (("12 Harbour Lane", "Portsmouth", "03801", "US"), ("Rue du Lac 4", "Lyon", "69003", "FR"),
          ("Am Markt 9", "Bremen", "28195", "DE"), ("Via Roma 30", "Parma", "43121", "IT"))  # fmt: skip
KINDS: tuple[tuple[int, dict[str, Any]], ...] = (
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
    """Words of `count` orders of the last two months, oldest first."""
    dice = Random(seed)
    for place in range(count):
        special = dict(dice.choices([kind for _, kind in KINDS], [share for share, _ in KINDS])[0])
        is_shipped, is_partly = special.pop("is_shipped", False), special.pop("is_partly", False)
        lines = []
        for product in dice.sample((MUG, TEA, LAMP, SHIRT), dice.choice((1, 1, 2, 3))):
            units = max(2, dice.randrange(1, 4)) if is_partly else dice.randrange(1, 4)
            lines.append(line(product, quantity=units, shipped=units if is_shipped else units // 2 * is_partly))
        age = 58.0 * (1 - place / max(1, count)) + 0.02
        yield {"lines": lines, "person": person(dice), "age_days": age + (is_shipped or is_partly), **special}


def person(dice: Random) -> Person:
    first, last = dice.choice(FIRST), dice.choice(LAST)
    street, city, code, country = dice.choice(PLACES)
    email = f"{first}.{last}{dice.randrange(1, 100)}@example.com".lower()
    return Person(first=first, last=last, email=email, address=street, city=city, zip=code, country=country)
