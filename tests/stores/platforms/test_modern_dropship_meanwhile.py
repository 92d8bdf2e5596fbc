"""What somebody else does between two of our calls: nothing wrong is cancelled, and a person gets words."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sandbox.world import World
from stores.canonical.commands import Absent, CancelLine, CancelOrder, CancelRest, Found, FoundForeign, Unclear
from stores.canonical.request import Reason
from stores.kernel.errors import JobFailed, OutcomeUnknown, RemoteError, RemoteRefused, RemoteUnavailable
from tests import make
from tests.stores.platforms.modern_dropship import place
from tests.stores.platforms.modern_dropship.place import MUG, TEA
from tests.stores.platforms.rig import KEY, TAG, Sent


@pytest.fixture
def world(world: World) -> World:
    return place.watched(world)


def ours(world, order):
    return [effect for effect in world.effects(order.external_id) if TAG in effect.note]


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


# --- whose it is, and what proves nothing --------------------------------------------------------
def test_a_retailer_who_copies_our_mark_is_still_not_us(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    world.modern_dropship.staff(order.external_id).cancel(reason=f"bye {TAG}", by="buyer")

    assert isinstance(shop.find(place.cancel(order), tag=TAG, before=order), FoundForeign)
    assert isinstance(shop.find(place.part(order), tag=TAG, before=order), FoundForeign)


def test_a_colleague_says_why_in_what_a_person_reads(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    world.modern_dropship.staff(order.external_id).split(order.lines[0].id, keep=2, reason="Broken in the store")

    found = shop.find(place.part(order, keep=2), tag=TAG, before=order)

    assert found == FoundForeign(detail="Somebody else cancelled or split this line: Broken in the store")


def test_a_colleague_cancels_one_line_and_we_the_rest(world):
    """Our whole cancellation is there, although one line of it is somebody else's."""
    shop = place.on_world(world)
    order = place.made(world, shop)
    world.modern_dropship.staff(order.external_id).split(order.lines[1].id, keep=0)
    assert isinstance(shop.find(place.cancel(order), tag=TAG, before=order), Unclear)

    shop.carry_out(place.cancel(order), key=KEY, tag=TAG)

    found = shop.find(place.cancel(order), tag=TAG, before=order)
    assert isinstance(found, Found)
    assert found.ids == {"order": order.external_id}


def test_our_mark_on_some_lines_only_is_for_a_person(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    shop.carry_out(place.part(order, keep=0), key=KEY, tag=TAG)

    for command in (place.cancel(order), place.rest(order)):
        assert isinstance(shop.find(command, tag=TAG, before=order), Unclear)


def test_lines_that_were_cancelled_before_are_nobodys_answer(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    world.modern_dropship.staff(order.external_id).split(order.lines[1].id, keep=0)
    order = shop.look_again(order)

    assert isinstance(shop.find(place.cancel(order), tag=TAG, before=order), Absent)


LINE = {"_id": "6ab2aaaa", "sellerVariantCode": "MUG-BLU", "quantity": 5}
OTHER = {"_id": "6ab2bbbb", "sellerVariantCode": "TEA-100", "quantity": 3}
COMMANDS = (
    CancelOrder(order_id="6ab1", reason=Reason.OTHER, refund=False, restock=False, notify=False),
    CancelRest(order_id="6ab1", reason=Reason.OTHER),
    CancelLine(order_id="6ab1", line_id="6ab2aaaa", stock_key="MUG-BLU", keep=Decimal(0), reason=Reason.OTHER),
)
HALF: tuple[Any, ...] = (
    {},
    None,
    [],
    {"data": None},
    {"data": {}},
    {"_id": "6ab1"},
    {"_id": "6ab1", "items": None},
    {"_id": "6ab1", "items": []},
    {"_id": "6ab1", "items": [{"_id": "6ab2aaaa"}]},
    {"_id": "6ab1", "items": [{"quantity": 5}]},
    {"_id": "6ab1", "items": [None]},
    {"_id": "6ab1", "items": [LINE], "fulfillments": 3},
    {"_id": "6ab1", "items": [], "shipped": True},
    {"_id": "other", "items": [LINE]},
    {"items": [LINE]},
    {"error": "not now"},
)


@pytest.mark.parametrize("told", HALF, ids=str)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_half_an_answer_proves_nothing(network, command, told):
    """Neither that it is there, nor that it is not, nor that the line is gone."""
    network.get(f"{place.BASE}/orders/6ab1", json=told)

    with pytest.raises((OutcomeUnknown, RemoteUnavailable)):
        place.on_network().find(command, tag=TAG, before=make.canonical_order())


def test_a_line_that_is_gone_from_a_whole_answer_is_for_a_person(network):
    network.get(f"{place.BASE}/orders/6ab1", json={"_id": "6ab1", "items": [OTHER]})

    assert isinstance(place.on_network().find(COMMANDS[2], tag=TAG, before=make.canonical_order()), Unclear)


@pytest.mark.parametrize("told", HALF, ids=str)
def test_half_an_answer_before_a_line_is_sent_refuses_nothing_for_good(network, told):
    network.get(f"{place.BASE}/orders/6ab1", json=told)

    with pytest.raises(RemoteUnavailable):
        place.on_network().carry_out(COMMANDS[2], key=KEY, tag=TAG)

    assert {call.request.method for call in network.calls} == {"GET"}


@pytest.mark.parametrize("told", [*HALF, {"_id": "6ab1", "shipped": True}], ids=str)
def test_half_an_answer_to_a_cancellation_is_looked_into(network, told):
    network.post(f"{place.BASE}/orders/6ab1/cancel", json=told)

    for command in COMMANDS[:2]:
        with pytest.raises(OutcomeUnknown):
            place.on_network().carry_out(command, key=KEY, tag=TAG)


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_a_look_that_is_refused_proves_nothing(network, status):
    network.get(f"{place.BASE}/orders/6ab1", status=status, json={"error": "not found"})

    for command in COMMANDS:
        with pytest.raises(RemoteError) as caught:
            place.on_network().find(command, tag=TAG, before=make.canonical_order())
        assert not isinstance(caught.value, JobFailed)


def test_an_answer_that_shows_open_lines_proves_no_cancellation(network):
    network.post(f"{place.BASE}/orders/6ab1/cancel", json={"_id": "6ab1", "items": [LINE, OTHER | {"cancelled": True}]})

    for command in COMMANDS[:2]:
        with pytest.raises(OutcomeUnknown):
            place.on_network().carry_out(command, key=KEY, tag=TAG)


def test_what_stays_of_a_line_is_not_taken_for_another_new_line(network):
    cancelled = LINE | {"cancelled": True, "cancelledBy": "seller", "cancelledReason": TAG}
    others = [LINE | {"_id": "6ab2cccc", "quantity": 4}, LINE | {"_id": "6ab2dddd", "quantity": 2}]
    network.get(f"{place.BASE}/orders/6ab1", json={"_id": "6ab1", "items": [cancelled, *others]})

    found = place.on_network().find(replace(COMMANDS[2], keep=Decimal(2)), tag=TAG, before=make.canonical_order())

    assert isinstance(found, Found)
    assert found.ids == {"item": "6ab2aaaa", "new_item": "6ab2dddd"}
