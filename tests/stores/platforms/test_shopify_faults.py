"""Every fault of the simulator on every effect: what we say we know is never more than what is so."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sandbox.core import faults
from sandbox.platforms.shopify.spec import Line
from sandbox.world import World
from stores.canonical.commands import Absent, Command, CorrectStock, Found, Unclear
from stores.canonical.order import Order
from stores.canonical.receipts import Outcome
from stores.canonical.request import CancelRequest
from stores.kernel.errors import OutcomeUnknown, RemoteConflict, RemoteThrottled, RemoteUnavailable
from stores.platforms.shopify import Shopify
from tests.stores.platforms import rig
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.rig import KEY, TAG

MUG = Line(title="Enamel mug", price="14.50", sku="MUG-BLU", quantity=3)
OPERATIONS: dict[str, dict[str, str]] = {
    "orderCancel": {},
    "refundCreate": {},
    "orderEditCommit": {"pay": "pending"},
    "transactionVoid": {"pay": "authorised"},
    "inventoryAdjustQuantities": {},
}
# After these an effect may be answered all the same, or is known not to have been processed.
# (A drip in process is a whole answer; over real sockets it is tested with the transport.)
KNOWN = {"delay", "drip", "doubled"}  # beside those that are spent deeper inside
LATE: dict[str, dict[str, Any]] = {"late": {"seconds": 120}, "drip": {"pause": 0.01}, "delay": {"seconds": 1}}


def command_for(shop: Shopify, order: Order, operation: str) -> Command:
    match operation:
        case "orderCancel":
            return rig.cancel(order)
        case "refundCreate":
            units = {order.lines[0].id: Decimal(1)}
            return rig.refund(order, shop.quote(order, CancelRequest(lines=units)), units)
        case "orderEditCommit":
            return rig.edit(order)
        case "transactionVoid":
            return rig.void(order)
    return rig.stock(order)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("fault", sorted(faults.REGISTRY))
def test_after_a_fault_we_know_no_more_than_is_so_and_a_resend_acts_once(world, fault, operation):
    shop = rig.on_world(Shopify, world)
    order = shop.read_order(world.make_order(lines=[MUG], **OPERATIONS[operation]).id)
    command = command_for(shop, order, operation)
    world.fault(fault, on=operation, **detail(fault, operation))

    heard = outcome_of(lambda: shop.carry_out(command, key=KEY, tag=TAG))

    is_as_known(world, fault, operation, command, heard)
    world.clear_faults()
    world.advance(600)  # a late request has landed by now
    found = shop.find(command, tag=TAG, before=order)
    if isinstance(command, CorrectStock):
        assert isinstance(found, Unclear)
    else:
        assert isinstance(found, Found if happened(world, command) else Absent), found
    outcome_of(lambda: shop.carry_out(command, key=KEY, tag=TAG))
    world.advance(100)
    assert count(world, command) <= 1


def is_as_known(world: World, fault: str, operation: str, command: Command, heard: object) -> None:
    if fault == "refused":
        assert isinstance(heard, RemoteUnavailable | OutcomeUnknown)
    elif fault in ("too_many", "throttled"):
        assert isinstance(heard, RemoteThrottled)
        assert not happened(world, command)
    elif fault == "key_running" and operation in ("refundCreate", "inventoryAdjustQuantities"):
        assert isinstance(heard, RemoteConflict)
    elif fault not in KNOWN | faults.INNER:
        assert isinstance(heard, OutcomeUnknown), heard


def detail(fault: str, operation: str) -> dict[str, Any]:
    """A user error's code must be one that the operation knows."""
    if fault == "user_error":
        return {
            "code": {"transactionVoid": "GENERIC_ERROR", "inventoryAdjustQuantities": "INVALID_LOCATION"}.get(
                operation, "INVALID"
            )
        }
    return LATE.get(fault, {})


def happened(world: World, command: Command) -> bool:
    return count(world, command) > 0


def count(world: World, command: Command) -> int:
    kind = {"CancelOrder": "cancel", "RefundOrder": "refund", "VoidPayment": "void"}.get(type(command).__name__)
    if kind:
        return len(world.effects(command.order_id, kind=kind))
    cause = "inventoryAdjustQuantities" if isinstance(command, CorrectStock) else "orderEditCommit"
    return len([effect for effect in world.effects(kind="stock") if effect.cause == cause])


def test_a_stuck_job_stays_accepted(world):
    shop = rig.on_world(Shopify, world)
    order = shop.read_order(world.make_order(lines=[MUG]).id)
    world.fault("stuck_job", on="orderCancel")
    receipt = shop.carry_out(rig.cancel(order), key=KEY, tag=TAG)
    world.advance(900)

    assert shop.poll(rig.cancel(order), receipt).outcome is Outcome.ACCEPTED
    assert isinstance(shop.find(rig.cancel(order), tag=TAG, before=order), Absent)
