"""Every behaviour nobody could verify, one at a time: no switch makes us do harm or claim what is not so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox import switches
from sandbox.world import World
from stores.canonical.commands import CancelLine, Found, FoundForeign, Unclear
from stores.canonical.receipts import Receipt
from stores.kernel.errors import DeskError, RemoteThrottled
from stores.platforms.modern_dropship import ModernDropship
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.modern_dropship import place
from tests.stores.platforms.modern_dropship.place import MUG, TEA
from tests.stores.platforms.rig import KEY, TAG

BEGUN = replace(MUG, fulfilled=2)
STORIES = {
    "whole": ((MUG, TEA), place.cancel, 8),
    "whole, one shipped": ((BEGUN, TEA), place.cancel, 0),
    "rest": ((BEGUN, TEA), place.rest, 6),
    "rest of a whole": ((MUG,), place.rest, 5),
    "line": ((MUG, TEA), lambda order: place.part(order, keep=0), 5),
    "part": ((MUG, TEA), place.part, 3),
    "part of the begun": ((BEGUN,), place.part, 3),
    "less than shipped": ((BEGUN,), lambda order: place.part(order, keep=1), 0),
    "one of two alike": ((replace(MUG, quantity=3), BEGUN), lambda order: place.part(order, keep=1), 2),
}


@pytest.fixture
def world(world: World) -> World:
    return place.watched(world)


def ids(setting: dict[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in setting.items())


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("setting", [{}, *switches.singles("modern_dropship")], ids=ids)
def test_no_single_switch_makes_us_do_harm(world, setting, story):
    for name, value in setting.items():
        world.switch(name, value)
    lines, make, units = STORIES[story]
    shop = place.on_world(world)
    order = place.made(world, shop, *lines, is_posted="modern_dropship_item_unposted" not in setting)
    command = make(order)
    world.advance(2)  # with two calls a second

    heard = outcome_of(lambda: shop.carry_out(command, key=KEY, tag=TAG))

    taken = [effect.units for effect in world.effects(order.external_id, kind="cancel")]
    assert taken in ([], [units])
    world.advance(2)
    found = shop.find(command, tag=TAG, before=order)
    if isinstance(heard, Receipt):
        assert taken == [units]
        assert isinstance(found, Found)
    elif taken:  # it happened, and the answer did not prove it: looking says so, or asks a person
        assert isinstance(found, Found | FoundForeign | Unclear), found
    else:
        assert isinstance(heard, DeskError)
        assert heard.user_message
    world.advance(2)
    outcome_of(lambda: shop.carry_out(command, key="another", tag=TAG))
    assert [effect.units for effect in world.effects(order.external_id, kind="cancel")] == taken


@pytest.mark.parametrize("setting", [{}, *switches.singles("modern_dropship")], ids=ids)
def test_what_stays_is_read_right_under_every_switch(world, setting):
    """Two cuts into a line of which two have shipped; nothing is ever counted twice."""
    for name, value in setting.items():
        world.switch(name, value)
    shop = place.on_world(world)
    order = place.made(world, shop, BEGUN)
    for keep in (4, 3):
        world.advance(2)
        line = next(line for line in shop.read_order(order.external_id).lines if line.current)
        command = CancelLine(
            order_id=order.external_id, line_id=line.id, stock_key=line.sku, keep=keep, reason=place.part(order).reason
        )
        world.advance(2)
        outcome_of(lambda c=command, k=keep: shop.carry_out(c, key=KEY, tag=f"[op 0000000{k}]"))

    world.advance(2)
    (left,) = [line for line in shop.read_order(order.external_id).lines if line.current]

    knows = setting.get("modern_dropship_fulfilments") != "absent"
    assert (left.current, left.shipped, left.cancellable) == ((3, 2, 1) if knows else (3, 0, 3))


def test_a_published_limit_would_be_heard(world):
    world.switch("modern_dropship_limit", "two")
    shop = place.on_world(world)
    made = world.modern_dropship.make_order()
    for _ in range(2):
        shop.read_order(made.id)

    with pytest.raises(RemoteThrottled) as caught:
        shop.read_order(made.id)

    assert caught.value.retry_after == 1


def test_our_own_pace_is_declared():
    assert (ModernDropship.points_per_second, ModernDropship.bucket_points, ModernDropship.write_cost) == (2, 2, 1)
