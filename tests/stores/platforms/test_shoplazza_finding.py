"""Looking for an effect after a lost answer: ours, somebody else's, not there, or not to be told."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from stores.canonical.commands import (
    Absent,
    CancelOrder,
    CorrectStock,
    Found,
    FoundForeign,
    PaymentBack,
    RefundOrder,
    Unclear,
)
from stores.canonical.request import CancelRequest, Reason
from stores.kernel.errors import OutcomeUnknown, Unsupported
from stores.kernel.money import Money
from tests import make
from tests.stores.platforms.rig import KEY, OTHER_TAG, TAG
from tests.stores.platforms.shoplazza import place, recorded
from tests.stores.platforms.shoplazza.place import MUG, TEA


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


@pytest.mark.parametrize("units", [0, 1])
def test_the_same_refund_by_hand_is_foreign_and_is_not_repeated(world, shop, units):
    """With its units, or as money alone, which is how people give money back."""
    order = place.made(world, shop)
    command = place.part(shop, order)
    world.shoplazza.staff(order.external_id).refund("14.50", note="by hand", units=units)
    world.advance(3)
    assert isinstance(shop.find(command, tag=TAG, before=order), FoundForeign)


def test_a_colleagues_refund_is_foreign_while_it_is_on_its_way_and_not_when_it_failed(world, shop):
    for channel, expected in (("custom", FoundForeign), ("bogus_fail", Absent)):
        order = place.made(world, shop, channel=channel)
        command = place.part(shop, order)
        world.shoplazza.staff(order.external_id).refund("14.50", note="by hand", units=1)
        world.advance(3)
        assert isinstance(shop.find(command, tag=TAG, before=order), expected), channel


@pytest.mark.parametrize(("amount", "units"), [("14.49", 1), ("14.50", 2)])
def test_another_refund_by_hand_is_not_ours(world, shop, amount, units):
    order = place.made(world, shop)
    command = place.part(shop, order)
    world.shoplazza.staff(order.external_id).refund(amount, note="by hand", units=units)
    world.advance(3)
    assert isinstance(shop.find(command, tag=TAG, before=order), Absent)


def test_another_step_of_ours_with_other_units_is_no_twin(world, shop):
    order = place.made(world, shop, lines=[MUG, replace(TEA, price="14.50")])
    first, second = (
        place.refund(order, shop.quote(order, CancelRequest(lines=units)), units)
        for units in ({line.id: Decimal(1)} for line in order.lines)
    )
    shop.carry_out(first, key=KEY, tag=OTHER_TAG)
    world.advance(3)
    assert isinstance(shop.find(second, tag=TAG, before=order), Absent)
    assert isinstance(shop.find(first, tag=TAG, before=order), FoundForeign)


def test_money_that_no_record_explains_is_for_a_person(network):
    told = {"order_status": "placed", "order_financial_status": "partially_refunded", "records": []}
    network.get(place.ANY, json=recorded.SUCCESS | {"data": told})
    found = place.on_network().find(command_of("1"), tag=TAG, before=make.canonical_order())
    assert isinstance(found, Unclear)


@pytest.mark.parametrize(
    "change", [{"refund_price": None}, {"refund_status": None}, {"id": None}, {"refund_line_items": 3}], ids=str
)
def test_a_record_that_is_told_in_part_proves_nothing(change, network):
    network.get(place.ANY, json=recorded.refunds(**change))
    with pytest.raises(OutcomeUnknown):
        place.on_network().find(command_of("1"), tag=TAG, before=make.canonical_order())


@pytest.mark.parametrize("change", [{"status": None}, {"line_items": None}, {"id": "2"}], ids=str)
def test_an_order_that_is_told_in_part_is_not_taken_for_uncancelled(change, network):
    network.get(place.ANY, json=recorded.order(**({"id": "1"} | change)))
    command = CancelOrder(order_id="1", reason=Reason.OTHER, refund=False, restock=False, notify=False)
    with pytest.raises(OutcomeUnknown):
        place.on_network().find(command, tag=TAG, before=make.canonical_order())


def command_of(order_id):
    paid = PaymentBack(payment_id="9", gateway="card", amount=Money(Decimal("14.50"), "USD"))
    return RefundOrder(order_id=order_id, currency="USD", lines=(), payments=(paid,), shipping=None)


def test_a_cancel_is_ours_or_somebody_elses(world, shop):
    order = place.made(world, shop)
    command = place.cancel(order)
    assert isinstance(shop.find(command, tag=TAG, before=order), Absent)
    shop.carry_out(command, key=KEY, tag=TAG)
    assert isinstance(shop.find(command, tag=TAG, before=order), Found)
    assert isinstance(shop.find(command, tag=OTHER_TAG, before=order), FoundForeign)


def test_our_reason_on_an_order_that_is_open_again_is_for_a_person(world, shop):
    order = place.made(world, shop)
    shop.carry_out(place.cancel(order), key=KEY, tag=TAG)
    world.shoplazza.staff(order.external_id).write(status="placed")
    assert isinstance(shop.find(place.cancel(order), tag=TAG, before=order), Unclear)


def test_a_deleted_order_is_somebody_elses_doing(world, shop):
    order = place.made(world, shop)
    world.shoplazza.staff(order.external_id).delete()
    assert isinstance(shop.find(place.cancel(order), tag=TAG, before=order), FoundForeign)


def test_what_is_never_sent_is_never_looked_for(world, shop):
    order = place.made(world, shop)
    with pytest.raises(Unsupported):
        shop.find(CorrectStock(order_id=order.external_id, changes=()), tag=TAG, before=order)
