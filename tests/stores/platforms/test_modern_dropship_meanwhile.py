"""What somebody else does between two of our calls: nothing wrong is cancelled, and a person gets words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stores.canonical.commands import Absent, Found, FoundForeign, Unclear
from stores.kernel.errors import OutcomeUnknown, RemoteRefused
from stores.sandbox.world import World
from tests.stores.platforms.modern_dropship import place
from tests.stores.platforms.modern_dropship.place import MUG, TEA
from tests.stores.platforms.rig import KEY, TAG, Sent


@pytest.fixture
def world(world: World) -> World:
    return place.watched(world)


def ours(world, order):
    return [effect for effect in world.effects(order.external_id) if TAG in effect.note]


def test_a_line_split_meanwhile_is_left_alone(world):
    journal = Sent()
    shop = place.on_world(world, journal=journal)
    order = place.made(world, shop)
    world.modern_dropship.staff(order.external_id).split(order.lines[0].id, keep=4)

    with pytest.raises(RemoteRefused) as caught:
        shop.carry_out(place.part(order, keep=2), key=KEY, tag=TAG)

    assert (caught.value.code, journal.requests) == ("line_cancelled", [])
    assert "split this line" in caught.value.user_message
    assert ours(world, order) == []
    assert isinstance(shop.find(place.part(order), tag=TAG, before=order), FoundForeign)


def test_a_line_split_between_our_read_and_our_call_is_refused_by_the_network(world):
    """A stale read stands for the moment between."""
    shop = place.on_world(world)
    order = place.made(world, shop)
    world.modern_dropship.staff(order.external_id).split(order.lines[0].id, keep=4)
    world.fault("stale", on="order")

    with pytest.raises(RemoteRefused) as caught:
        shop.carry_out(place.part(order, keep=2), key=KEY, tag=TAG)

    assert caught.value.user_message == "Modern Dropship refused: item is already cancelled"
    assert ours(world, order) == []


def test_where_the_network_says_yes_to_what_is_gone_we_do_not_take_it_for_ours(world):
    world.switch("modern_dropship_second_cancel", "ok")
    shop = place.on_world(world)
    order = place.made(world, shop)
    world.modern_dropship.staff(order.external_id).cancel()

    with pytest.raises(OutcomeUnknown):
        shop.carry_out(place.cancel(order), key=KEY, tag=TAG)

    assert isinstance(shop.find(place.cancel(order), tag=TAG, before=order), FoundForeign)


def test_units_that_shipped_meanwhile_stop_the_line(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    world.modern_dropship.staff(order.external_id).ship({order.lines[0].id: 3})

    with pytest.raises(RemoteRefused) as caught:
        shop.carry_out(place.part(order, keep=2), key=KEY, tag=TAG)

    assert caught.value.code == "line_shipped"
    assert world.effects(order.external_id) == []


def test_units_that_shipped_meanwhile_stop_the_whole_order(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    world.modern_dropship.staff(order.external_id).ship({order.lines[1].id: 1})

    with pytest.raises(RemoteRefused) as caught:
        shop.carry_out(place.cancel(order), key=KEY, tag=TAG)

    assert "partially fulfilled" in caught.value.user_message
    assert isinstance(shop.find(place.cancel(order), tag=TAG, before=order), Absent)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"line_id": "6ab2deadbeef"}, "line_gone"),
        ({"stock_key": "SOMETHING-ELSE"}, "line_changed"),
        ({"keep": 5}, "line_smaller"),
        ({"line_id": "../../evil"}, "line_gone"),
    ],
)
def test_what_does_not_stand_as_planned_is_not_sent(world, changes, code):
    journal = Sent()
    shop = place.on_world(world, journal=journal)
    order = place.made(world, shop)

    with pytest.raises(RemoteRefused) as caught:
        shop.carry_out(replace(place.part(order), **changes), key=KEY, tag=TAG)

    assert (caught.value.code, journal.requests) == (code, [])
    assert "othing was" not in caught.value.user_message


def test_a_first_request_that_landed_late_is_not_sent_again(world):
    journal = Sent()
    shop = place.on_world(world, journal=journal)
    order = place.made(world, shop)
    world.fault("late", on="cancelItem", seconds=120)
    with pytest.raises(OutcomeUnknown):
        shop.carry_out(place.part(order), key=KEY, tag=TAG)
    world.advance(121)

    receipt = shop.carry_out(place.part(order), key="another", tag=TAG)

    assert receipt.ids["item"] == order.lines[0].id
    assert len(journal.requests) == len(ours(world, order)) == 1


def test_several_lines_one_after_another_never_touch_what_a_split_made(world):
    shop = place.on_world(world)
    order = place.made(world, shop, MUG, TEA)

    for place_of, keep in ((0, 2), (1, 0)):
        shop.carry_out(place.part(order, keep, place=place_of), key=KEY, tag=f"[op {place_of:08d}]")

    after = shop.look_again(order)
    assert [(line.sku, line.current) for line in after.lines if line.current] == [("MUG-BLU", 2)]
    assert [effect.units for effect in world.effects(order.external_id)] == [3, 3]


def test_what_stays_of_a_line_is_found_by_product_and_quantity(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    shop.carry_out(place.part(order), key=KEY, tag=TAG)

    found = shop.find(place.part(order), tag=TAG, before=order)

    assert isinstance(found, Found)
    new = shop.look_again(order).line(found.ids["new_item"])
    assert (new.sku, new.current) == ("MUG-BLU", 2)


def test_a_rest_of_which_somebody_took_a_part_is_for_a_person(world):
    shop = place.on_world(world)
    order = place.made(world, shop, replace(MUG, fulfilled=2), TEA)
    world.modern_dropship.staff(order.external_id).split(order.lines[1].id, keep=1)

    assert isinstance(shop.find(place.rest(order), tag=TAG, before=order), Unclear)


def test_a_rest_that_shipped_is_somebody_elses_doing(world):
    shop = place.on_world(world)
    order = place.made(world, shop, replace(MUG, fulfilled=2))
    world.modern_dropship.staff(order.external_id).ship({order.lines[0].id: 3})

    assert isinstance(shop.find(place.rest(order), tag=TAG, before=order), FoundForeign)


def test_two_lines_of_one_variant_are_told_apart_by_their_ids(world):
    shop = place.on_world(world)
    order = place.made(world, shop, replace(MUG, quantity=3), replace(MUG, quantity=2, fulfilled=1))

    shop.carry_out(place.part(order, keep=1), key=KEY, tag=TAG)

    after = shop.look_again(order)
    assert [(line.current, line.shipped, line.cancellable) for line in after.lines if line.current] == [
        (2, 1, 1),
        (1, 0, 1),
    ]
