"""Every fault of the simulator on both effects: what we say we know is never more than what is so."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from sandbox.core import faults
from sandbox.world import World
from stores.canonical.commands import Absent, Command, Found
from stores.canonical.order import Order
from stores.canonical.receipts import Receipt
from stores.kernel.errors import (
    CredentialsRejected,
    DeskError,
    OutcomeUnknown,
    RemoteRefused,
    RemoteThrottled,
    RemoteUnavailable,
)
from stores.platforms.magento import Magento
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.magento import place
from tests.stores.platforms.magento.place import world
from tests.stores.platforms.rig import KEY, TAG

__all__ = ["world"]
# After these an effect may be answered all the same, or is known not to have been processed.
KNOWN = {"delay", "drip"} | faults.INNER
HEAVY = {"bomb", "huge", "deep"}  # once is enough
LATE: dict[str, dict[str, Any]] = {"late": {"seconds": 120}, "drip": {"pause": 0.01}, "delay": {"seconds": 1}}


def command_for(world: World, shop: Magento, operation: str) -> tuple[Order, Command]:
    order = place.made(world, shop, **({"pay": "unpaid"} if operation == "cancel" else {}))
    return order, place.cancel(order) if operation == "cancel" else place.part(shop, order)


def through(shop: Magento, command: Command) -> Receipt:
    """Half of a number is a number: a refund is believed once its credit memo was read."""
    return shop.poll(command, shop.carry_out(command, key=KEY, tag=TAG))


@pytest.mark.parametrize("operation", ["cancel", "refund"])
@pytest.mark.parametrize("fault", sorted(faults.REGISTRY))
def test_after_a_fault_we_know_no_more_than_is_so(world, fault, operation):
    shop = place.on_world(world)
    order, command = command_for(world, shop, operation)
    world.fault(fault, on=operation, **LATE.get(fault, {}))

    heard = outcome_of(lambda: through(shop, command))

    if fault == "refused":
        assert isinstance(heard, RemoteUnavailable | OutcomeUnknown)
    elif fault in ("too_many", "throttled"):
        assert isinstance(heard, RemoteThrottled)
    elif fault not in KNOWN:
        assert isinstance(heard, OutcomeUnknown), heard
    world.clear_faults()
    world.advance(600)  # a late request has landed by now
    happened = len(world.effects(command.order_id, kind=operation))
    found = shop.find(command, tag=TAG, before=order)
    assert isinstance(found, Found if happened else Absent), found
    assert happened <= 1


def test_a_read_under_a_fault_is_right_or_fails_in_words(world):
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[place.MUG], refunded=1)
    for operation in ("order", "invoices", "creditmemos"):
        for fault in sorted(set(faults.REGISTRY) - faults.INNER - (HEAVY if operation != "order" else set())):
            world.fault(fault, on=operation, times=5, **LATE.get(fault, {}))
            heard = outcome_of(partial(shop.read_order, order.external_id))
            assert heard == order or (isinstance(heard, DeskError) and heard.user_message), (operation, fault)
            assert not isinstance(heard, OutcomeUnknown), (operation, fault)
            world.clear_faults()


def test_a_read_that_fails_before_an_effect_means_that_nothing_was_sent(world):
    shop = place.on_world(world)
    for operation, reads in (("cancel", ("order",)), ("refund", ("order", "invoices"))):
        order, command = command_for(world, shop, operation)
        for read in reads:
            world.fault("error_before", on=read, times=3)
            heard = outcome_of(partial(shop.carry_out, command, key=KEY, tag=TAG))
            assert isinstance(heard, RemoteUnavailable)
            world.clear_faults()
        assert world.effects(order.external_id, kind=operation) == []


def test_a_stale_read_after_a_cancel_is_not_believed_at_once(world):
    """An older state says absent; the two reads that are asked for catch it."""
    shop = place.on_world(world)
    order, command = command_for(world, shop, "cancel")
    shop.carry_out(command, key=KEY, tag=TAG)
    world.fault("stale", on="order")

    assert isinstance(shop.find(command, tag=TAG, before=order), Absent)
    assert isinstance(shop.find(command, tag=TAG, before=order), Found)


def test_a_token_that_ends_between_reading_and_writing(world):
    """The right is named, nothing happened, and the next read says that nobody is let in."""
    shop = place.on_world(world)
    order, command = command_for(world, shop, "refund")
    body = {"message": "The consumer isn't authorized to access %resources.", "parameters": {"resources": "self"}}
    world.fault("user_error", on="refund", status=401, body=body)
    heard = outcome_of(lambda: shop.carry_out(command, key=KEY, tag=TAG))
    assert isinstance(heard, RemoteRefused)
    assert world.effects(order.external_id, kind="refund") == []

    world.fault("user_error", on="order", status=401, body=body)
    assert isinstance(outcome_of(lambda: place.on_world(world).read_order(order.external_id)), CredentialsRejected)
