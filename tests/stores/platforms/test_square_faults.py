"""Every fault of the simulator on every effect: what we say we know is never more than what is so."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from sandbox.core import faults
from sandbox.world import World
from stores.canonical.commands import Absent, Command, Found, RefundOrder
from stores.canonical.order import Order
from stores.kernel.errors import DeskError, OutcomeUnknown, RemoteRefused, RemoteThrottled, RemoteUnavailable
from stores.platforms.square import Square
from tests.stores.platforms import rig
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.rig import KEY, TAG
from tests.stores.platforms.square import place
from tests.stores.platforms.square.place import world as checked

__all__ = ["checked"]

# After these an effect may be answered all the same, or is known not to have been processed.
KNOWN = {"delay", "drip", "doubled", "duplicate_key"} | faults.INNER  # no answer of theirs names `data`
LATE: dict[str, dict[str, Any]] = {"late": {"seconds": 120}, "drip": {"pause": 0.01}, "delay": {"seconds": 1}}
KINDS = {"update": "cancel", "refund": "refund", "void": "void", "stock": "stock"}


@pytest.fixture
def world(checked: World) -> World:
    """The same requests are held against the vendor's description elsewhere."""
    checked.watchers.clear()
    return checked


def case(world: World, shop: Square, operation: str) -> tuple[Order, Command]:
    match operation:
        case "update":
            order = place.made(world, shop, pay="unpaid")
            return order, place.cancel(order)
        case "void":
            order = place.made(world, shop, pay="authorised")
            return order, rig.void(order)
    order = place.made(world, shop)
    return order, place.part(shop, order) if operation == "refund" else place.stock(order)


@pytest.mark.parametrize("operation", KINDS)
def test_after_a_fault_we_know_no_more_than_is_so(world, operation):
    shop = place.on_world(world)
    for number, fault in enumerate(sorted(faults.REGISTRY)):
        order, command = case(world, shop, operation)
        key = f"{KEY}-{number}"
        world.fault(fault, on=operation, **LATE.get(fault, {}))

        heard = outcome_of(partial(shop.carry_out, command, key=key, tag=TAG))

        if fault == "refused":
            assert isinstance(heard, RemoteUnavailable | OutcomeUnknown)
        elif fault == "too_many":
            assert isinstance(heard, RemoteThrottled)
        elif fault not in KNOWN and not (fault == "doubled" and operation == "void"):
            assert isinstance(heard, OutcomeUnknown), (fault, heard)
        world.clear_faults()
        world.advance(600)  # a late request has landed by now
        world.advance(10)  # and the payment provider has answered
        happened = len(world.effects(command.order_id, kind=KINDS[operation]))
        found = shop.find(command, tag=TAG, before=order)
        assert isinstance(found, Found if happened else Absent), (fault, found)
        assert happened <= 1, fault  # the key, or a state that is final, makes two requests one


ALL = tuple(sorted(set(faults.REGISTRY) - faults.INNER))
FEW = ("drop_after", "html", "cut_json", "empty", "error_before", "too_many")


@pytest.mark.parametrize("operation", ["order", "payment", "refund_read", "locations", "changes", "several"])
def test_a_read_under_a_fault_is_right_or_fails_in_words(world, operation):
    shop = place.on_world(world)
    order = place.made(world, shop, earlier=1)
    for fault in ALL if operation == "order" else FEW:
        shop = place.on_world(world)
        world.fault(fault, on=operation, times=5, **LATE.get(fault, {}))

        heard = outcome_of(partial(shop.read_order, order.external_id))

        assert heard == order or (isinstance(heard, DeskError) and heard.user_message), fault
        assert not isinstance(heard, OutcomeUnknown), fault
        world.clear_faults()


def test_a_stale_read_after_a_cancel_is_not_believed_at_once(world):
    """An older state says absent; the two reads that are asked for catch it."""
    shop = place.on_world(world)
    order = place.made(world, shop, pay="unpaid")
    command = place.cancel(order)
    shop.carry_out(command, key=KEY, tag=TAG)
    world.fault("stale", on="order")

    assert isinstance(shop.find(command, tag=TAG, before=order), Absent)
    assert isinstance(shop.find(command, tag=TAG, before=order), Found)


def test_a_refusal_inside_an_effect_is_final_and_nothing_happened(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.part(shop, order)
    world.fault("user_error", on="refund", code="REFUND_DECLINED", message="No.")

    with pytest.raises(RemoteRefused) as caught:
        shop.carry_out(command, key=KEY, tag=TAG)

    assert caught.value.code == "REFUND_DECLINED"
    assert "Pay the customer back in another way" in caught.value.user_message
    assert isinstance(command, RefundOrder)
    assert not world.effects(order.external_id, kind="refund")


def test_a_token_that_ends_in_mid_step_says_so_and_nothing_was_done(world):
    """A personal token cannot be renewed: after the reads went through, the effect is a 401 and the shop waits."""
    from stores.kernel.errors import CredentialsRejected

    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.part(shop, order)
    world.fault("error_before", on="refund", status=401)

    with pytest.raises(CredentialsRejected):
        shop.carry_out(command, key=KEY, tag=TAG)

    place.home(world).add_shop("demo", state="expired")
    with pytest.raises(CredentialsRejected) as caught:
        shop.read_order(order.external_id)
    assert caught.value.code == "ACCESS_TOKEN_EXPIRED"
    assert isinstance(outcome_of(lambda: shop.find(command, tag=TAG, before=order)), CredentialsRejected)
    assert not world.effects(order.external_id, kind="refund")
