"""Every fault of the simulator on both effects: what we say we know is never more than what is so."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.core import faults
from stores.canonical.commands import Absent, Found
from stores.kernel.errors import DeskError, OutcomeUnknown, RemoteThrottled, RemoteUnavailable
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.rig import KEY, TAG
from tests.stores.platforms.woocommerce import place

# After these an effect may be answered all the same, or is known not to have been processed.
# Its doubled key is `data`, which an order here does not have: whole JSON with one key more.
KNOWN = {"delay", "drip", "doubled", "duplicate_key"} | faults.INNER
BIG = {"bomb", "huge"}  # slow to make, and all the same wherever they are met
LATE: dict[str, dict[str, Any]] = {"late": {"seconds": 120}, "drip": {"pause": 0.01}, "delay": {"seconds": 1}}


@pytest.fixture
def world(world):
    world.switch("woocommerce_limit", "none")
    return world


@pytest.mark.parametrize("operation", ["order_update", "refund_create"])
@pytest.mark.parametrize("fault", sorted(faults.REGISTRY))
def test_after_a_fault_we_know_no_more_than_is_so(world, fault, operation):
    shop = place.on_world(world)
    order = place.made(world, shop)
    kind = "cancel" if operation == "order_update" else "refund"
    command = place.cancel(order) if kind == "cancel" else place.part(shop, order)
    detail = {"status": 500, "body": {"code": "woocommerce_rest_cannot_create_order_refund", "message": "x"}}
    world.fault(fault, on=operation, **(detail if fault == "user_error" else LATE.get(fault, {})))

    heard = outcome_of(lambda: shop.carry_out(command, key=KEY, tag=TAG))

    if fault == "refused":
        assert isinstance(heard, RemoteUnavailable | OutcomeUnknown)
    elif fault in ("too_many", "throttled"):
        assert isinstance(heard, RemoteThrottled)
    elif fault not in KNOWN:
        assert isinstance(heard, OutcomeUnknown), heard
    world.clear_faults()
    world.advance(600)  # a late request has landed by now
    happened = len(world.effects(command.order_id, kind=kind))
    found = shop.find(command, tag=TAG, before=order)
    assert isinstance(found, Found if happened else Absent), found
    assert happened <= (2 if fault == "doubled" and kind == "refund" else 1)


@pytest.mark.parametrize("fault", sorted(set(faults.REGISTRY) - faults.INNER))
def test_a_read_under_a_fault_is_right_or_fails_in_words(world, fault):
    order = place.made(world, place.on_world(world))
    for operation in ("order",) if fault in BIG else ("order", "refunds", "gateway"):
        world.fault(fault, on=operation, times=1 if fault in BIG else 5, **LATE.get(fault, {}))

        heard = outcome_of(lambda: place.on_world(world).read_order(order.external_id))

        assert heard == order or (isinstance(heard, DeskError) and heard.user_message)
        assert not isinstance(heard, OutcomeUnknown)
        world.clear_faults()


@pytest.mark.parametrize("fault", ["drop_after", "html", "error_before", "too_many", "cut_json"])
def test_a_quote_whose_preview_breaks_off_fails_in_words(world, fault):
    shop = place.on_world(world)
    order = place.made(world, shop)
    world.fault(fault, on="refund_preview", times=5)
    heard = outcome_of(lambda: place.part(shop, order))
    assert isinstance(heard, DeskError)
    assert heard.user_message
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
