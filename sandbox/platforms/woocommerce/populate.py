"""Believable orders in bulk; the same seed makes the same."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from sandbox.platforms.shopify.people import FIRST, LAST, PLACES, PRODUCTS
from sandbox.platforms.woocommerce.spec import Line, Person

# (how many in a hundred, what is special about them)
KINDS: tuple[tuple[int, dict[str, Any]], ...] = (
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
    """Words of `count` orders of the last two months, oldest first."""
    dice = Random(seed)
    for place in range(count):
        special = dice.choices([kind for _, kind in KINDS], [share for share, _ in KINDS])[0]
        age = 58.0 * (1 - place / max(1, count)) + 0.02
        yield {"lines": tuple(basket(dice)), "person": person(dice), "age_days": age, "tax_rate": "0.10", **special}


def basket(dice: Random) -> Iterator[Line]:
    for title, variant, price, sku, _vendor in dice.sample(PRODUCTS, dice.choice((1, 1, 2, 2, 3))):
        yield Line(title=title, variant=variant, sku=sku, price=price, quantity=dice.choice((1, 1, 2, 3)))


def person(dice: Random) -> Person:
    street, city, code, country = dice.choice(PLACES)
    first, last = dice.choice(FIRST), dice.choice(LAST)
    email = f"{first}.{last}{dice.randrange(1, 100)}@example.com".lower()
    address = f"{dice.randrange(1, 200)} {street}"
    return Person(first=first, last=last, email=email, address=address, city=city, zip=code, country=country)
