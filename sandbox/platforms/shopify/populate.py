"""Believable orders in bulk: the same seed makes the same people, baskets and troubles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from random import Random
from typing import Any

from sandbox.core import people
from sandbox.core.world import World
from sandbox.platforms.shopify import shops, stock
from sandbox.platforms.shopify.build import build
from sandbox.platforms.shopify.ids import BLOCK, Body, gid
from sandbox.platforms.shopify.spec import Line, Order, Person

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


def fill(world: World, shop: Body | None, wanted: Iterable[Order], count: int) -> list[str]:
    """Puts these orders into the shop, in batches; returns their gids. Raises KeyError for no shop."""
    if shop is None:
        raise KeyError("no such shop")
    orders, ids = iter(wanted), list[str]()
    with world.store.write() as db:
        first_id, number = shops.reserve(world, shop["name"], count)
        while bodies := [
            build(shop, one, order_id=first_id + place * BLOCK, number=number + place, at=world.at())
            for place, one in enumerate(islice(orders, BATCH), start=len(ids))
        ]:
            shops.insert(db, bodies)
            stock.commit_many(db, shop["name"], bodies)
            ids += [gid("Order", body["id"]) for body in bodies]
    return ids


def many(count: int, seed: int) -> Iterator[Order]:
    """Orders of the last two months, older ones first."""
    dice = Random(seed)
    for place in range(count):
        special = dict(dice.choices([kind for _, kind in KINDS], [share for share, _ in KINDS])[0])
        sent = special.pop("is_shipped", False), special.pop("is_partly_shipped", False)
        lines = tuple(basket(dice, is_shipped=sent[0], is_partly=sent[1]))
        age = 58.0 * (1 - place / max(1, count)) + dice.random() * 0.02
        person = Person(**people.person(dice))
        yield Order(lines=lines, person=person, age_days=age + (1 if any(sent) else 0.01), **special)


def basket(dice: Random, *, is_shipped: bool, is_partly: bool) -> Iterator[Line]:
    for title, variant, price, sku, vendor in dice.sample(people.PRODUCTS, dice.choice((1, 1, 2, 2, 3, 4))):
        units = dice.choice((1, 1, 1, 2, 2, 3))
        units = max(2, units) if is_partly else units
        left = units if is_shipped else units // 2 if is_partly else 0
        place = dice.choice(("Main Street", "Main Street", "North Warehouse"))
        yield Line(
            title=title, variant=variant, price=price, sku=sku, vendor=vendor, quantity=units, at=place, fulfilled=left
        )
