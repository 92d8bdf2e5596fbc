"""What the shared stories must be told of Shoplazza."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sandbox.world import World
from stores.canonical.commands import CancelOrder, Command, RefundOrder
from stores.canonical.order import Order
from stores.platforms.shoplazza import Shoplazza
from tests.stores.platforms.shoplazza import place
from tests.stores.platforms.shoplazza.place import MUG, TEA
from tests.stores.platforms.tables import Effect, Entry, Story, Tables, always

Act = Callable[[Shoplazza, Order], Command]


def cancel(shop: Shoplazza, order: Order) -> Command:
    return place.cancel(order)


def two(shop: Shoplazza, order: Order) -> Command:
    return place.part(shop, order, 2)


def effect(on: str, act: Act, **words: Any) -> Effect:
    def made(world: World, shop: Shoplazza) -> tuple[Order, Command]:
        order = place.made(world, shop)
        return order, act(shop, order)

    return Effect(on=on, made=made, **words)


def story(*acts: Act, **order: Any) -> Story:
    def made(world: World, shop: Shoplazza) -> tuple[Order, list[Command]]:
        found = place.made(world, shop, **order)
        return found, [act(shop, found) for act in acts]

    return Story(made)


def harmless(world: World, order: Order, commands: list[Command]) -> None:
    """Of the refunds that bear a mark: all that was planned, or nothing."""
    back = world.effects(order.external_id, kind="refund")
    ours = sum((entry.amount for entry in back if "[op " in entry.note), Decimal(0))
    planned = sum((p.amount.amount for c in commands if isinstance(c, RefundOrder) for p in c.payments), Decimal(0))
    assert ours in (Decimal(0), planned)


TABLES = Tables(
    key="shoplazza",
    connect=place.on_world,
    entries={CancelOrder: Entry("cancel"), RefundOrder: Entry("refund")},
    effects={
        "cancel": effect("cancel", cancel),
        "refund": effect("refund", place.part, reads=("order", "refunds"), doubles=True),
    },
    order=lambda world, shop: place.made(world, shop),
    reads=("order", "refunds", "transactions"),
    stale=("cancel", "order"),
    stories={
        "whole": story(place.everything, cancel),
        "whole, no refund": story(cancel),
        "whole, authorised": story(cancel, pay="authorised", channel="card"),
        "part": story(place.part),
        "part, two payments": story(two, tender=[("gift_card", "20.00"), ("bogus", "46.30")]),
        "rest": story(place.everything, lines=[replace(MUG, shipped=1), TEA]),
    },
    pairs=always("whole", "whole, no refund", "part, two payments"),
    unasked=(("shoplazza_cancel_refunds", "yes"),),
    harmless=harmless,
)
