"""Every fault of the simulator on every effect: what we say we know is never more than what is so."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.core import faults
from sandbox.world import World
from stores.canonical.commands import Absent, Command, Found, Unclear
from stores.canonical.order import Order
from stores.canonical.receipts import Outcome, Receipt
from stores.kernel.errors import DeskError, OutcomeUnknown, RemoteThrottled, RemoteUnavailable
from stores.platforms.bigcommerce import BigCommerce
from tests.stores.platforms import rig
from tests.stores.platforms.bigcommerce import place
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.rig import KEY, TAG

# After these an effect may be answered all the same, or is known not to have been processed.
KNOWN = {"delay", "drip", "doubled"} | faults.INNER
TAX_GONE = {"data": [{"order_id": 1, "status": 503, "error": "Tax service gone away"}], "meta": {}}
LATE: dict[str, dict[str, Any]] = {
    "late": {"seconds": 120},
    "drip": {"pause": 0.01},
    "delay": {"seconds": 1},
    "user_error": {"status": 503, "body": TAX_GONE},
}
QUICK = ("html", "empty", "internal_error", "cut_json", "drop_before", "error_before", "too_many", "nan", "redirect")
KINDS = {"status": "cancel", "refund": "refund", "void": "void", "adjust": "stock"}


def case(world: World, shop: BigCommerce, operation: str) -> tuple[Order, Command]:
    pay = {"pay": "authorised", "gateway": "stripe"} if operation == "void" else {}
    order = place.made(world, shop, **pay)
    match operation:
        case "status":
            return order, place.cancel(order)
        case "refund":
            return order, place.part(shop, order)
        case "void":
            return order, rig.void(order)
    return order, place.stock(order)


def count(world: World, command: Command, operation: str) -> int:
    return len(world.effects(command.order_id, kind=KINDS[operation])) if operation != "adjust" else len(
        [e for e in world.effects(command.order_id) if e.cause == "adjust"])  # fmt: skip


@pytest.mark.parametrize("operation", KINDS)
def test_after_a_fault_we_know_no_more_than_is_so(world, operation):
    shop = place.on_world(world)
    for fault in sorted(faults.REGISTRY):
        order, command = case(world, shop, operation)
        world.fault(fault, on=operation, **LATE.get(fault, {}))

        heard = outcome_of(lambda command=command: shop.carry_out(command, key=KEY, tag=TAG))

        if fault == "refused":
            assert isinstance(heard, RemoteUnavailable | OutcomeUnknown), (fault, heard)
        elif fault in ("too_many", "throttled"):
            assert isinstance(heard, RemoteThrottled), (fault, heard)
        elif fault == "doubled" or (fault == "duplicate_key" and operation in ("status", "adjust")):
            assert isinstance(heard, Receipt), (fault, heard)
        elif fault not in KNOWN or fault == "user_error":
            assert isinstance(heard, OutcomeUnknown), (fault, heard)
        world.clear_faults()
        world.advance(600)  # a late request has landed by now
        world.advance(10)  # and its payment provider has answered
        happened = count(world, command, operation)
        found = shop.find(command, tag=TAG, before=order)
        if operation == "adjust":
            assert isinstance(found, Unclear)
        else:
            assert isinstance(found, Found if happened else Absent), (fault, found)
        assert happened <= (2 if fault == "doubled" and operation == "adjust" else 1), fault


@pytest.mark.parametrize("operation", ["order", "refunds", "transactions", "settings", "items", "shipments"])
def test_a_read_under_a_fault_is_right_or_fails_in_words(world, operation):
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[place.MUG, place.Line(sku="X", quantity=2, shipped=1)])
    for fault in sorted(set(faults.REGISTRY) - faults.INNER) if operation == "order" else QUICK:
        fresh = place.on_world(world)
        world.fault(fault, on=operation, times=5, **LATE.get(fault, {}))

        heard = outcome_of(lambda fresh=fresh: fresh.read_order(order.external_id))

        assert heard == order or (isinstance(heard, DeskError) and heard.user_message), (fault, heard)
        assert not isinstance(heard, OutcomeUnknown), fault
        world.clear_faults()


def test_a_stale_read_after_a_cancel_is_not_believed_at_once(world):
    """An older state says absent; the two reads that are asked for catch it."""
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.cancel(order)
    shop.carry_out(command, key=KEY, tag=TAG)
    world.fault("stale", on="order")

    assert isinstance(shop.find(command, tag=TAG, before=order), Absent)
    assert isinstance(shop.find(command, tag=TAG, before=order), Found)


def test_a_refund_is_not_sent_again_while_its_mark_is_there(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.part(shop, order)
    world.fault("drop_after", on="refund")
    outcome_of(lambda: shop.carry_out(command, key=KEY, tag=TAG))
    world.advance(5)

    heard = outcome_of(lambda: shop.carry_out(command, key=KEY, tag=TAG))

    assert getattr(heard, "code", "") == "already"
    assert count(world, command, "refund") == 1


def test_a_running_refund_of_somebody_else_is_waited_for(world):
    """Before ours is sent; and where it began just after our look, the refusal says so."""
    world.switch("bigcommerce_refund_seconds", "60")
    shop = place.on_world(world)
    order = place.made(world, shop)
    first, second = place.part(shop, order), place.stock(order)
    shop.carry_out(first, key=KEY, tag="[op 11111111]")

    heard = outcome_of(lambda: shop.carry_out(first, key=KEY, tag=TAG))

    assert (type(heard), getattr(heard, "code", "")) == (RemoteUnavailable, "refund_running")
    assert second
    world.fault("user_error", on="refund", status=422, body={"data": [
        {"status": 422, "title": "Another refund of this order is running.", "type": "", "errors": {}}]})  # fmt: skip
    other = place.made(world, shop)
    heard = outcome_of(lambda: shop.carry_out(place.part(shop, other), key=KEY, tag=TAG))
    assert (type(heard), getattr(heard, "retry_after", 0)) == (RemoteUnavailable, 10.0)


def test_a_void_that_was_doubled_goes_on(world):
    shop = place.on_world(world)
    _, command = case(world, shop, "void")
    world.fault("doubled", on="void")

    receipt = shop.carry_out(command, key=KEY, tag=TAG)

    assert receipt.outcome is Outcome.ACCEPTED
    world.advance(3)
    assert shop.poll(command, receipt).outcome is Outcome.APPLIED
