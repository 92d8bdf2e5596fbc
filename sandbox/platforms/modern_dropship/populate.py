"""Believable orders in bulk: the same seed makes the same baskets and troubles."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from sandbox.platforms.modern_dropship.spec import Line, Person
from sandbox.platforms.shopify.people import FIRST, LAST, PLACES, PRODUCTS

# (how many in a hundred, what is special about them)
KINDS = ((60, ""), (15, "shipped"), (10, "partly"), (6, "cancelled"), (5, "not posted"), (4, "billed"))


def many(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Words of `count` orders of the last two months, oldest first."""
    dice = Random(seed)
    for place in range(count):
        kind = dice.choices([name for _, name in KINDS], [share for share, _ in KINDS])[0]
        age = 58.0 * (1 - place / max(1, count)) + dice.random() * 0.02
        yield {
            "lines": tuple(basket(dice, kind)),
            "person": person(dice),
            "retailer": dice.randrange(3),
            "is_posted": kind != "not posted",
            "is_billed": kind == "billed",
            "age_days": age + 0.05,
        }


def basket(dice: Random, kind: str) -> Iterator[Line]:
    for title, _variant, price, sku, _vendor in dice.sample(PRODUCTS, dice.choice((1, 1, 2, 2, 3))):
        units = dice.choice((1, 2, 2, 3, 5))
        units = max(2, units) if kind == "partly" else units
        left = units if kind == "shipped" else units // 2 if kind == "partly" else 0
        by = "buyer" if kind == "cancelled" else ""
        yield Line(title=title, sku=sku, price=price, quantity=units, fulfilled=left, cancelled=by)


def person(dice: Random) -> Person:
    street, city, code, country = dice.choice(PLACES)
    address = f"{dice.randrange(1, 200)} {street}"
    first, last = dice.choice(FIRST), dice.choice(LAST)
    return Person(first=first, last=last, address=address, city=city, state="", zip=code, country=country)
