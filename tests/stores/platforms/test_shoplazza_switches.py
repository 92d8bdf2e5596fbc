"""What Shoplazza's doubts come to where its own words decide, beside the stories of every platform."""

from __future__ import annotations

from stores.canonical.commands import Unclear
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.rig import KEY, TAG
from tests.stores.platforms.shoplazza import place


def test_a_cancel_that_refunds_by_itself_finds_nothing_left_to_pay_twice(world):
    """Why the refund goes first: after it the platform has nothing to give back on its own."""
    world.switch("shoplazza_cancel_refunds", "yes")
    shop = place.on_world(world)
    order = place.made(world, shop)
    shop.carry_out(place.everything(shop, order), key=KEY, tag=TAG)
    world.advance(100)
    shop.carry_out(place.cancel(order), key=KEY, tag=TAG)
    world.advance(100)

    assert len(world.effects(order.external_id, kind="refund")) == 1


def test_a_cancel_that_refunds_unasked_is_seen_afterwards(world):
    world.switch("shoplazza_cancel_refunds", "yes")
    shop = place.on_world(world)
    order = place.made(world, shop)
    shop.carry_out(place.cancel(order), key=KEY, tag=TAG)
    world.advance(100)

    assert shop.look_again(order).totals.refunded == order.totals.received


def test_a_falling_quantity_only_errs_to_the_safe_side(world):
    world.switch("shoplazza_line_quantity", "falls")
    shop = place.on_world(world)
    order = place.made(world, shop)
    shop.carry_out(place.part(shop, order), key=KEY, tag=TAG)
    world.advance(100)
    line = shop.look_again(order).lines[0]

    assert line.cancellable < 2 == world.shoplazza.order(order.external_id)["lines"][0]["quantity"] - 1


def test_a_lost_refund_is_never_taken_for_a_strangers(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.part(shop, order)
    world.fault("drop_after", on="refund")
    outcome_of(lambda: shop.carry_out(command, key=KEY, tag=TAG))

    assert not isinstance(shop.find(command, tag=TAG, before=order), Unclear)
