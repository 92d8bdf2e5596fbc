"""Believable orders in bulk: the same seed makes the same people, baskets and troubles."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING, Any

from sandbox.platforms.shopify import shops, stock
from sandbox.platforms.shopify.build import build
from sandbox.platforms.shopify.ids import BLOCK, gid
from sandbox.platforms.shopify.people import FIRST, LAST, PLACES, PRODUCTS
from sandbox.platforms.shopify.spec import Line, Order, Person

if TYPE_CHECKING:
    from sandbox.core.world import World

BATCH = 2_000
# (how many in a hundred, what is special about them)
KINDS: tuple[tuple[int, dict[str, Any]], ...] = (
    (52, {}),
    (12, {"pay": "authorised"}),
    (10, {"pay": "pending"}),
    (10, {"is_shipped": True}),
    (5, {"is_partly_shipped": True}),
    (3, {"cancelled": "CUSTOMER"}),
    (2, {"hold": "INVENTORY_OUT_OF_STOCK"}),
    (2, {"fulfilment": "IN_PROGRESS"}),
    (2, {"tip": "4.00"}),
    (2, {"discount": "5.00", "discount_code": "HELLO5"}),
)


def fill(world: World, shop: str, count: int, seed: int) -> list[str]:
    """Makes `count` orders of the last two months; returns their gids, oldest first."""
    dice = Random(seed)
    home, at = shops.known(world, shop), world.at()
    ids: list[str] = []
    with world.store.write():
        first_id, number = shops.reserve(world, shop, count)
        for start in range(0, count, BATCH):
            places = range(start, min(count, start + BATCH))
            bodies = [
                build(home, words(dice, place, count), order_id=first_id + place * BLOCK, number=number + place, at=at)
                for place in places
            ]
            shops.insert(world, bodies)
            stock.commit_many(world.store.db, shop, bodies)
            ids += [gid("Order", body["id"]) for body in bodies]
    return ids


def words(dice: Random, place: int, count: int) -> Order:
    """One order's specification, older ones first."""
    special = dict(dice.choices([kind for _, kind in KINDS], [share for share, _ in KINDS])[0])
    sent = special.pop("is_shipped", False), special.pop("is_partly_shipped", False)
    lines = tuple(basket(dice, is_shipped=sent[0], is_partly=sent[1]))
    age = 58.0 * (1 - place / max(1, count)) + dice.random() * 0.02
    return Order(lines=lines, person=person(dice), age_days=age + (1 if any(sent) else 0.01), **special)


def basket(dice: Random, *, is_shipped: bool, is_partly: bool) -> Iterator[Line]:
    for title, variant, price, sku, vendor in dice.sample(PRODUCTS, dice.choice((1, 1, 2, 2, 3, 4))):
        units = dice.choice((1, 1, 1, 2, 2, 3))
        units = max(2, units) if is_partly else units
        left = units if is_shipped else units // 2 if is_partly else 0
        place = dice.choice(("Main Street", "Main Street", "North Warehouse"))
        yield Line(
            title=title, variant=variant, price=price, sku=sku, vendor=vendor, quantity=units, at=place, fulfilled=left
        )


def person(dice: Random) -> Person:
    first, last = dice.choice(FIRST), dice.choice(LAST)
    street, city, code, country = dice.choice(PLACES)
    email = f"{first}.{last}{dice.randrange(1, 100)}@example.com".lower()
    address = f"{dice.randrange(1, 200)} {street}"
    return Person(first=first, last=last, email=email, address=address, city=city, zip=code, country=country)
