"""What the shared stories must be told of Modern Dropship."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sandbox.platforms.modern_dropship.spec import Line
from sandbox.world import World
from stores.canonical.commands import CancelLine, CancelOrder, CancelRest, Command
from stores.canonical.order import Order
from stores.kernel.errors import RemoteRefused
from stores.platforms.modern_dropship import ModernDropship
from tests.stores.platforms.modern_dropship import place
from tests.stores.platforms.modern_dropship.place import MUG, TEA
from tests.stores.platforms.tables import Effect, Entry, Story, Tables, always

BEGUN = replace(MUG, fulfilled=2)
UNPOSTED = "modern_dropship_item_unposted"
THROTTLED = {"throttled": {"on": "*"}}


def effect(on: str, act: Callable[[Order], Command], *lines: Line, reads: tuple[str, ...] = ()) -> Effect:
    def made(world: World, shop: ModernDropship) -> tuple[Order, Command]:
        order = place.made(world, shop, *lines)
        return order, act(order)

    return Effect(on=on, made=made, reads=reads, armed=THROTTLED)


def story(units: int, act: Callable[[Order], Command], *lines: Line) -> Story:
    def made(world: World, shop: ModernDropship) -> tuple[Order, list[Command]]:
        order = place.made(world, shop, *lines, is_posted=world.switches()[UNPOSTED] == "allowed")
        return order, [act(order)]

    return Story(made, units)


def line(order: Order) -> CancelLine:
    return place.part(order, keep=0)


def all_but_one(order: Order) -> CancelLine:
    return place.part(order, keep=1)


TABLES = Tables(
    key="modern_dropship",
    connect=place.on_world,
    prepare=place.watched,
    entries=dict.fromkeys((CancelOrder, CancelRest, CancelLine), Entry("cancel")),
    effects={
        "whole": effect("cancelOrder", place.cancel, MUG, TEA),
        "rest": effect("cancelOrder", place.rest, BEGUN, TEA),
        "part": effect("cancelItem", place.part, MUG, TEA, reads=("order",)),
    },
    heard={"doubled": RemoteRefused},  # of the second; looking finds the first
    order=lambda world, shop: place.made(world, shop, BEGUN, TEA),
    reads=("order",),
    stale=("whole", "order"),
    under_faults={"modern_dropship_envelope": "data"},
    stories={
        "whole": story(8, place.cancel, MUG, TEA),
        "whole, one shipped": story(0, place.cancel, BEGUN, TEA),
        "rest": story(6, place.rest, BEGUN, TEA),
        "rest of a whole": story(5, place.rest, MUG),
        "line": story(5, line, MUG, TEA),
        "part": story(3, place.part, MUG, TEA),
        "part of the begun": story(3, place.part, BEGUN),
        "less than shipped": story(0, all_but_one, BEGUN),
        "one of two alike": story(2, all_but_one, replace(MUG, quantity=3), BEGUN),
    },
    asks=(("modern_dropship_reason", "dropped"),),  # our mark with it
    pairs=always(),  # no money passes through its API
)
