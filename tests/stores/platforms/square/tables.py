"""What the shared stories must be told of Square."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.world import World
from stores.canonical.commands import CancelOrder, Command, CorrectStock, EditOrder, RefundOrder, VoidPayment
from stores.canonical.order import Order
from stores.canonical.receipts import Receipt
from stores.kernel.errors import RemoteRefused
from stores.platforms.square import Square
from tests.stores.platforms import rig
from tests.stores.platforms.square import place
from tests.stores.platforms.tables import Effect, Entry, Story, Tables, always

Act = Callable[[Square, Order], list[Command]]


def cancel(shop: Square, order: Order) -> list[Command]:
    return [place.cancel(order)]


def void(shop: Square, order: Order) -> list[Command]:
    return [rig.void(order)]


def part(shop: Square, order: Order) -> list[Command]:
    return [place.part(shop, order)]


def edit(shop: Square, order: Order) -> list[Command]:
    return [rig.edit(order)]


def stock(shop: Square, order: Order) -> list[Command]:
    return [place.stock(order)]


def everything(shop: Square, order: Order) -> list[Command]:
    return [*place.everything(shop, order)]


def some_of_each(shop: Square, order: Order) -> list[Command]:
    return [*place.parts(shop, order, 3, 1)]


def stock_back(shop: Square, order: Order) -> list[Command]:
    return [place.stock(order, 3)] if order.lines[0].is_restockable else []


def effect(on: str, act: Act, order: Mapping[str, Any], **words: Any) -> Effect:
    def made(world: World, shop: Square) -> tuple[Order, Command]:
        found = place.made(world, shop, **order)
        return found, act(shop, found)[0]

    return Effect(on=on, made=made, **words)


def story(*acts: Act, **order: Any) -> Story:
    def made(world: World, shop: Square) -> tuple[Order, list[Command]]:
        found = place.made(world, shop, **order)
        return found, [command for act in acts for command in act(shop, found)]

    return Story(made)


def prepare(world: World) -> None:
    """Hardly any limit; the same requests are held against the vendor's description elsewhere."""
    world.switch("square_limit", "wide")


TABLES = Tables(
    key="square",
    connect=place.on_world,
    prepare=prepare,
    resend=place.resend,
    entries={
        CancelOrder: Entry("cancel"),
        RefundOrder: Entry("refund"),
        EditOrder: Entry("edit"),
        VoidPayment: Entry("void"),
        CorrectStock: Entry("stock"),
    },
    effects={
        "cancel": effect("update", cancel, {"pay": "unpaid"}, reads=("order",)),
        "edit": effect("update", edit, {"pay": "unpaid"}, reads=("order",)),
        "refund": effect("refund", part, {}, reads=("order", "payment")),
        "void": effect("void", void, {"pay": "authorised"}, heard={"doubled": RemoteRefused}),
        "stock": effect("stock", stock, {}),
    },
    heard={"duplicate_key": Receipt},  # no answer of theirs names `data`
    order=lambda world, shop: place.made(world, shop, earlier=1),
    reads=("order", "payment", "refund_read", "locations", "changes", "several", "disputes"),
    stale=("cancel", "order"),
    stories={
        "whole": story(cancel, everything, stock_back),
        "unpaid": story(edit, cancel, pay="unpaid"),
        "authorised": story(void, cancel, pay="authorised"),
        "two payments": story(some_of_each, tender=[("CASH", "20.00"), ("CARD", "41.30")]),
        "by refund": story(everything, fulfilment=""),
    },
    pairs=always("whole", "two payments"),
    forgets_keys=(("square_key_hours", "none"),),
)
