"""Every fault of the simulator on both effects: what we say we know is never more than what is so."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.core import faults
from sandbox.world import World
from stores.canonical.commands import Absent, Command, Found, Unclear
from stores.canonical.order import Order
from stores.kernel.errors import DeskError, OutcomeUnknown, RemoteThrottled, RemoteUnavailable
from stores.platforms.shoplazza import Shoplazza
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.rig import KEY, TAG
from tests.stores.platforms.shoplazza import place

# After these an effect may be answered all the same, or is known not to have been processed.
KNOWN = {"delay", "drip", "doubled"} | faults.INNER
LATE: dict[str, dict[str, Any]] = {"late": {"seconds": 120}, "drip": {"pause": 0.01}, "delay": {"seconds": 1}}


def command_for(shop: Shoplazza, order: Order, operation: str) -> Command:
    return place.cancel(order) if operation == "cancel" else place.part(shop, order)


def count(world: World, command: Command, operation: str) -> int:
    return len(world.effects(command.order_id, kind=operation))


@pytest.mark.parametrize("operation", ["cancel", "refund"])
@pytest.mark.parametrize("fault", sorted(faults.REGISTRY))
def test_after_a_fault_we_know_no_more_than_is_so(world, fault, operation):
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = command_for(shop, order, operation)
    world.fault(fault, on=operation, **LATE.get(fault, {}))

    heard = outcome_of(lambda: shop.carry_out(command, key=KEY, tag=TAG))

    if fault == "refused":
        assert isinstance(heard, RemoteUnavailable | OutcomeUnknown)
    elif fault in ("too_many", "throttled"):
        assert isinstance(heard, RemoteThrottled)
    elif fault not in KNOWN:
        assert isinstance(heard, OutcomeUnknown), heard
    world.clear_faults()
    world.advance(600)  # a late request has landed by now
    world.advance(10)  # and its payment provider has answered
    happened = count(world, command, operation)
    found = shop.find(command, tag=TAG, before=order)
    assert isinstance(found, Found if happened else Absent), found
    assert happened <= (2 if fault == "doubled" and operation == "refund" else 1)


@pytest.mark.parametrize("operation", ["order", "refunds", "transactions"])
@pytest.mark.parametrize("fault", sorted(set(faults.REGISTRY) - faults.INNER))
def test_a_read_under_a_fault_is_right_or_fails_in_words(world, fault, operation):
    shop = place.on_world(world)
    order = place.made(world, shop)
    world.fault(fault, on=operation, times=5, **LATE.get(fault, {}))

    heard = outcome_of(lambda: shop.read_order(order.external_id))

    assert heard == order or (isinstance(heard, DeskError) and heard.user_message)
    assert not isinstance(heard, OutcomeUnknown)


def test_a_stale_read_after_a_cancel_is_not_believed_at_once(world):
    """An older state says absent; the two reads that are asked for catch it."""
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.cancel(order)
    shop.carry_out(command, key=KEY, tag=TAG)
    world.fault("stale", on="order")

    assert isinstance(shop.find(command, tag=TAG, before=order), Absent)
    assert isinstance(shop.find(command, tag=TAG, before=order), Found)


def test_a_lost_refund_is_never_taken_for_a_strangers(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.part(shop, order)
    world.fault("drop_after", on="refund")
    outcome_of(lambda: shop.carry_out(command, key=KEY, tag=TAG))

    assert not isinstance(shop.find(command, tag=TAG, before=order), Unclear)
