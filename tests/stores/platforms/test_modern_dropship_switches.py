"""What Modern Dropship's doubts come to where its own words decide, beside the stories of every platform."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox import switches
from sandbox.world import World
from stores.canonical.commands import CancelLine
from stores.kernel.errors import RemoteRefused, RemoteThrottled
from stores.platforms.modern_dropship import ModernDropship
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.modern_dropship import place
from tests.stores.platforms.modern_dropship.place import MUG
from tests.stores.platforms.rig import KEY
from tests.stores.platforms.tables import told_as

BEGUN = replace(MUG, fulfilled=2)


@pytest.fixture
def world(world: World) -> World:
    return place.watched(world)


@pytest.mark.parametrize("setting", [{}, *switches.singles("modern_dropship")], ids=told_as)
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


def test_an_event_about_an_order_of_another_account_finds_nothing(world):
    world.modern_dropship.send_events_to("https://desk.example/hooks/abc")
    world.modern_dropship.foreign_event()
    world.advance(60)
    (row,) = world.hooks.waiting()
    shop = place.on_world(world)
    (event,) = shop.parse_hook({}, bytes(row["body"]))

    with pytest.raises(RemoteRefused) as caught:
        shop.read_order(event.order_id)

    assert caught.value.code == "not_found"
