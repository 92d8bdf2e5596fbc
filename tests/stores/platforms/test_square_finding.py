"""What each look at a Square order proves: our mark, somebody else's, or nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from sandbox.world import World
from stores.canonical.commands import (
    Absent,
    CancelOrder,
    EditedLine,
    EditOrder,
    Found,
    FoundForeign,
    RefundOrder,
    Unclear,
    VoidPayment,
)
from stores.connectors.records import Standing
from stores.kernel.errors import OutcomeUnknown
from stores.kernel.money import Money
from stores.platforms.square import Square
from tests import make
from tests.stores.platforms import rig
from tests.stores.platforms.rig import KEY, OTHER_TAG, TAG
from tests.stores.platforms.square import place, recorded
from tests.stores.platforms.square.place import MUG, TEA, world

__all__ = ["world"]


@pytest.fixture
def shop(world: World) -> Square:
    return place.on_world(world)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def test_a_refund_is_told_with_reason_payment_units_and_state(world, shop):
    order = place.made(world, shop)
    (command,) = place.parts(shop, order, 2, 1)
    shop.carry_out(command, key=KEY, tag=TAG)

    (during,) = shop.records(command, before=order).records
    world.advance(10)
    (after,) = shop.records(command, before=order).records

    assert (during.standing, after.standing) == (Standing.PENDING, Standing.DONE)
    assert during.text is not None
    assert during.text.endswith(TAG)
    assert after.money == {order.payments[0].id: usd("37.90")}
    assert after.units == {order.lines[0].id: 2, order.lines[1].id: 1}


def test_everything_that_was_left_is_told_by_line_although_the_reason_does_not_name_it(world, shop):
    """So many lines that the reason only says how many units, and an earlier refund took one of them."""
    lines = [replace(MUG, title=f"Mug {n}", sku=f"M-{n}", quantity=2) for n in range(30)]
    order = place.made(world, shop, lines=lines)
    command = place.part(shop, order, *[2] * 30)
    shop.carry_out(command, key=KEY, tag=TAG)

    (record,) = shop.records(command, before=order).records

    assert "{all 60}" in str(record.text)
    assert record.units == {line.id: 2 for line in order.lines}


def test_the_same_return_at_the_till_is_foreign_and_one_of_another_line_is_not(world, shop):
    lines = [MUG, replace(TEA, price=MUG.price)]
    for line, expected in ((0, FoundForeign), (1, Absent)):
        order = place.made(world, shop, lines=lines)
        command = place.part(shop, order)
        place.home(world).staff(order.external_id).take_back(1, line=line)

        assert isinstance(shop.find(command, tag=TAG, before=order), expected)


def test_a_refund_that_the_bank_rejected_is_ours_as_failed_and_nobody_elses_twin(world, shop):
    order = place.made(world, shop, outcome="REJECTED")
    command = place.part(shop, order)
    shop.carry_out(command, key=KEY, tag=TAG)
    world.advance(10)

    ours = shop.find(command, tag=TAG, before=order)

    assert isinstance(ours, Found)
    assert ours.is_failed
    assert isinstance(shop.find(command, tag=OTHER_TAG, before=order), Absent)


def test_a_refund_through_the_other_payment_is_no_twin(world, shop):
    order = place.made(world, shop, tender=[("CARD", "50.00"), ("CASH", "11.30")])
    command = place.part(shop, order)
    other = next(n for n, paid in enumerate(order.payments) if paid.id != command.payments[0].payment_id)
    place.home(world).staff(order.external_id).refund(str(command.payments[0].amount.amount)[:4], payment=other)

    assert isinstance(shop.find(command, tag=TAG, before=order), Absent)


def test_an_answer_without_its_state_says_nothing(network):
    """An id alone is no proof that the payment still stands, nor that the order is open."""
    bare = {"order": {"id": recorded.ORDER}, "payment": {"id": recorded.PAYMENT}}
    network.assert_all_requests_are_fired = False
    network.get(f"{place.BASE}/orders/{recorded.ORDER}", json={"order": bare["order"]})
    network.get(f"{place.BASE}/payments/{recorded.PAYMENT}", json={"payment": bare["payment"]})
    shop = place.on_network()
    order = make.canonical_order(external_id=recorded.ORDER)
    for kind in (CancelOrder, EditOrder, RefundOrder, VoidPayment):
        with pytest.raises(OutcomeUnknown) as caught:
            shop.find(recorded.COMMANDS[kind], tag=TAG, before=order)
        assert caught.value.code == "bad_shape", kind


# --- the order ------------------------------------------------------------------------------------------
def test_a_cancel_in_the_dashboard_is_foreign(world, shop):
    order = place.made(world, shop, pay="unpaid")
    place.home(world).staff(order.external_id).cancel()

    assert isinstance(shop.find(place.cancel(order), tag=TAG, before=order), FoundForeign)


@pytest.mark.parametrize(("keep", "expected"), [(2, Found), (1, Unclear)])
def test_an_edit_is_ours_by_its_mark_and_other_quantities_are_unclear(world, shop, keep, expected):
    order = place.made(world, shop, pay="unpaid")
    assert isinstance(shop.find(rig.edit(order, keep=2), tag=TAG, before=order), Absent)
    shop.carry_out(rig.edit(order, keep=2), key=KEY, tag=TAG)

    assert isinstance(shop.find(rig.edit(order, keep=keep), tag=TAG, before=order), expected)
    assert isinstance(shop.find(rig.edit(order, keep=2), tag=OTHER_TAG, before=order), FoundForeign)


def test_an_order_cancelled_meanwhile_does_not_pass_for_our_edit(world, shop):
    order = place.made(world, shop, pay="unpaid")
    place.home(world).staff(order.external_id).cancel()
    gone = EditedLine(line_id=order.lines[0].id, keep=Decimal(0), restock=True)

    found = shop.find(replace(rig.edit(order), lines=(gone,)), tag=TAG, before=order)

    assert found == FoundForeign(detail="The whole order was cancelled meanwhile.")


# --- stock ----------------------------------------------------------------------------------------------
def test_an_adjustment_is_ours_by_its_reference_and_an_earlier_steps_is_not(world, shop):
    order = place.made(world, shop)
    shop.carry_out(place.stock(order, 1), key="earlier", tag=OTHER_TAG)
    command = place.stock(order, 1)
    assert isinstance(shop.find(command, tag=TAG, before=order), Absent)
    shop.carry_out(command, key=KEY, tag=TAG)

    assert isinstance(shop.find(command, tag=TAG, before=order), Found)
    assert isinstance(shop.find(place.stock(order, 2), tag=TAG, before=order), Unclear)
