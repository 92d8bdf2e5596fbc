"""Looking for an effect after a lost answer: ours, somebody else's, not there, or not to be told."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from stores.canonical.commands import Absent, CorrectStock, Found, FoundForeign, Unclear
from stores.kernel.errors import Unsupported
from stores.kernel.money import Money
from tests.stores.platforms.rig import KEY, OTHER_TAG, TAG
from tests.stores.platforms.shoplazza import place


@pytest.fixture
def shop(world):
    return place.on_world(world)


def test_a_refund_is_found_by_its_mark_in_every_state(world, shop):
    for channel, wait, expected in (
        ("bogus", 3, (False, False)),
        ("bogus_pending", 3, (True, False)),
        ("bogus_fail", 3, (False, True)),
        ("custom", 3, (True, False)),
    ):
        order = place.made(world, shop, channel=channel)
        command = place.part(shop, order)
        shop.carry_out(command, key=KEY, tag=TAG)
        world.advance(wait)
        found = shop.find(command, tag=TAG, before=order)
        assert isinstance(found, Found)
        assert (found.is_pending, found.is_failed) == expected, channel
        assert found.ids["refund"]


def test_the_same_refund_by_hand_is_for_a_person(world, shop):
    order = place.made(world, shop)
    command = place.part(shop, order)
    world.shoplazza.staff(order.external_id).refund("14.50", note="by hand", units=1)
    world.advance(3)
    assert isinstance(shop.find(command, tag=TAG, before=order), Unclear)


@pytest.mark.parametrize(("amount", "units"), [("14.50", 0), ("14.49", 1)])
def test_another_refund_by_hand_is_not_ours(world, shop, amount, units):
    order = place.made(world, shop)
    command = place.part(shop, order)
    world.shoplazza.staff(order.external_id).refund(amount, note="by hand", units=units)
    world.advance(3)
    assert isinstance(shop.find(command, tag=TAG, before=order), Absent)


def test_a_refund_that_stood_before_is_not_taken_for_ours(world, shop):
    order = place.made(world, shop, refunded=1)
    assert isinstance(shop.find(place.part(shop, order), tag=TAG, before=order), Absent)


def test_our_mark_on_another_amount_is_for_a_person(world, shop):
    order = place.made(world, shop)
    command = place.part(shop, order)
    shop.carry_out(command, key=KEY, tag=TAG)
    world.advance(3)
    less = replace(command.payments[0], amount=Money(Decimal("1.00"), "USD"))
    assert isinstance(shop.find(replace(command, payments=(less,)), tag=TAG, before=order), Unclear)


def test_a_cancel_is_ours_or_somebody_elses(world, shop):
    order = place.made(world, shop)
    command = place.cancel(order)
    assert isinstance(shop.find(command, tag=TAG, before=order), Absent)
    shop.carry_out(command, key=KEY, tag=TAG)
    assert isinstance(shop.find(command, tag=TAG, before=order), Found)
    assert isinstance(shop.find(command, tag=OTHER_TAG, before=order), FoundForeign)


def test_what_is_never_sent_is_never_looked_for(world, shop):
    order = place.made(world, shop)
    with pytest.raises(Unsupported):
        shop.find(CorrectStock(order_id=order.external_id, changes=()), tag=TAG, before=order)
