"""Every fault of the simulator on every effect: what we say we know is never more than what is so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sandbox.core import faults
from sandbox.world import World
from stores.canonical.commands import Absent, Found
from stores.canonical.receipts import Receipt
from stores.kernel.errors import OutcomeUnknown, RemoteRefused, RemoteThrottled, RemoteUnavailable
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.modern_dropship import place
from tests.stores.platforms.modern_dropship.place import MUG, TEA
from tests.stores.platforms.rig import KEY, TAG

COMMANDS = {
    "whole": ("cancelOrder", (MUG, TEA), place.cancel),
    "rest": ("cancelOrder", (replace(MUG, fulfilled=2), TEA), place.rest),
    "part": ("cancelItem", (MUG, TEA), place.part),
}
NOT_HERE = {"stuck_job", "job_fails", "key_running", "stale"}
HARMLESS = {"delay", "drip"}  # they arrive whole all the same
LATE: dict[str, dict[str, Any]] = {"late": {"seconds": 120}, "drip": {"pause": 0.01}, "delay": {"seconds": 1}}


@pytest.fixture
def world(world: World) -> World:
    return place.watched(world)


@pytest.mark.parametrize("story", COMMANDS)
@pytest.mark.parametrize("fault", sorted(set(faults.REGISTRY) - NOT_HERE))
def test_after_a_fault_we_know_no_more_than_is_so_and_a_resend_acts_once(world, fault, story):
    operation, lines, make = COMMANDS[story]
    world.switch("modern_dropship_envelope", "data")
    shop = place.on_world(world)
    order = place.made(world, shop, *lines)
    command = make(order)
    world.fault(fault, on="*" if fault == "throttled" else operation, **LATE.get(fault, {}))

    heard = outcome_of(lambda: shop.carry_out(command, key=KEY, tag=TAG))

    if fault in ("too_many", "throttled"):
        assert isinstance(heard, RemoteThrottled)
    elif fault == "user_error":
        assert isinstance(heard, RemoteRefused)
    elif fault == "refused":
        assert isinstance(heard, RemoteUnavailable | OutcomeUnknown)
    elif fault == "doubled":
        assert isinstance(heard, RemoteRefused)  # the second of the two is refused; looking finds the first
    elif fault not in HARMLESS:
        assert isinstance(heard, OutcomeUnknown), heard
    world.clear_faults()
    world.advance(600)  # a late request has landed by now
    happened = bool(world.effects(order.external_id, kind="cancel"))
    found = shop.find(command, tag=TAG, before=order)
    assert isinstance(found, Found if happened else Absent), found
    again = outcome_of(lambda: shop.carry_out(command, key="another", tag=TAG))
    assert isinstance(again, Receipt | RemoteRefused)
    assert len(world.effects(order.external_id, kind="cancel")) == 1


def test_an_event_about_an_order_of_another_account_finds_nothing(world):
    world.modern_dropship.send_events_to("https://desk.example/hooks/abc")
    world.modern_dropship.foreign_event()
    world.advance(60)
    (row,) = world.hooks.waiting()
    shop = place.on_world(world)
    (event,) = shop.parse_hook({}, bytes(row["body"]))

    with pytest.raises(RemoteRefused) as caught:
        shop.read_order(event.order_id)

    assert caught.value.code == "not_found"
