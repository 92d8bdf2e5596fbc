"""Every fault of the simulators on every effect of every platform: what we say we know is never more than what is so.

Which effects there are, and where a platform answers otherwise, stands in its tables.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from sandbox.core import faults
from sandbox.world import World
from stores.canonical.commands import Absent, Command, Found, Unclear
from stores.canonical.receipts import Outcome, Receipt
from stores.kernel.errors import (
    CredentialsRejected,
    DeskError,
    OutcomeUnknown,
    RemoteConflict,
    RemoteRefused,
    RemoteThrottled,
    RemoteUnavailable,
)
from tests.stores.platforms import tables
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.rig import KEY, TAG, Platform, Sent
from tests.stores.platforms.tables import Effect, Kinds, Tables, case

HEARD: dict[str, Kinds] = {
    "refused": (RemoteUnavailable, OutcomeUnknown),
    "too_many": RemoteThrottled,
    "throttled": RemoteThrottled,
    "delay": Receipt,
    "drip": Receipt,  # in process a whole answer; over real sockets it is tested with the transport
    "doubled": Receipt,
    "stuck_job": Receipt,
    "user_error": RemoteRefused,
    "key_running": RemoteConflict,
}  # of every other: OutcomeUnknown; of one that the simulator does not know on this request: Receipt
ARMED: dict[str, dict[str, Any]] = {"late": {"seconds": 120}, "drip": {"pause": 0.01}, "delay": {"seconds": 1}}
READ = sorted(set(faults.REGISTRY) - faults.INNER)
OF_A_QUOTE = ("drop_after", "html", "error_before", "too_many", "cut_json")


def of_effects(names: Callable[[Effect], tuple[str, ...]]) -> list[Any]:
    return [
        case(told, effect, name, named=(title, name))
        for told in tables.every()
        for title, effect in told.effects.items()
        for name in names(effect)
    ]


def of_reads(reads: Callable[[Tables], tuple[str, ...]], names: tuple[str, ...]) -> list[Any]:
    return [
        case(told, read, name, named=(read, name)) for told in tables.every() for read in reads(told) for name in names
    ]


def ready(world: World, told: Tables, journal: Sent | None = None) -> Platform:
    told.prepare(world)
    for name, value in told.under_faults.items():
        world.switch(name, value)
    return told.connect(world, journal=journal)


def through(shop: Platform, command: Command) -> Receipt:
    """Half of a number is a number: where a receipt is taken for granted only later, it is asked after once."""
    receipt: Receipt = shop.carry_out(command, key=KEY, tag=TAG)
    return receipt if receipt.outcome is Outcome.APPLIED else shop.poll(command, receipt)


@pytest.mark.parametrize(("told", "effect", "fault"), of_effects(lambda effect: tuple(sorted(faults.REGISTRY))))
def test_after_a_fault_we_know_no_more_than_is_so_and_what_may_go_again_acts_once(world, told, effect, fault):
    journal = Sent()
    shop = ready(world, told, journal)
    order, command = effect.made(world, shop)
    words = effect.armed.get(fault, ARMED.get(fault, {}))
    world.fault(fault, **({"on": effect.on} | words))

    heard = outcome_of(partial(through, shop, command))

    is_spent = fault in world.counters()["faults"]
    usual = HEARD.get(fault, OutcomeUnknown) if is_spent else Receipt
    assert isinstance(heard, effect.heard.get(fault, told.heard.get(fault, usual))), heard
    assert isinstance(heard, Receipt) or heard.user_message
    world.clear_faults()
    world.advance(600)  # a late request has landed by now
    world.advance(10)  # and its payment provider has answered
    count = len(told.happened(world, command))
    found = shop.find(command, tag=TAG, before=order)
    expected = (Found if count else Absent) if effect.is_found else Unclear
    assert isinstance(found, expected), found
    assert count <= (2 if effect.doubles and fault == "doubled" else 1)
    assert not (isinstance(heard, RemoteThrottled | RemoteUnavailable) and count), "not sent means not done"
    again = told.again(shop, command, journal, key=KEY, tag=TAG)
    world.advance(100)
    assert isinstance(again, Receipt | RemoteRefused | None), again
    is_said_again = fault == "user_error" and isinstance(again, RemoteRefused)  # a no that is kept with its key
    expected_count = count if again is None or is_said_again else 1
    assert len(told.happened(world, command)) == expected_count, "what was done stays, what was not is done"


@pytest.mark.parametrize(("told", "effect", "read"), of_effects(lambda effect: effect.reads))
def test_a_read_that_fails_before_an_effect_means_that_nothing_was_sent(world, told, effect, read):
    shop = ready(world, told)
    _, command = effect.made(world, shop)
    world.fault("error_before", on=read, times=3)

    heard = outcome_of(partial(shop.carry_out, command, key=KEY, tag=TAG))

    assert isinstance(heard, RemoteUnavailable), heard
    assert told.happened(world, command) == []


@pytest.mark.parametrize(("told", "effect", "fault"), of_effects(lambda effect: ("401",)))
def test_a_token_that_ends_between_reading_and_writing(world, told, effect, fault):
    """It is said so, or the right is named; nothing happened, and the next read says that nobody is let in."""
    shop = ready(world, told)
    order, command = effect.made(world, shop)
    name, words = told.unauthorised
    world.fault(name, on=effect.on, **words)

    heard = outcome_of(partial(shop.carry_out, command, key=KEY, tag=TAG))

    assert isinstance(heard, told.at_401 or CredentialsRejected), heard
    assert told.happened(world, command) == []
    world.fault(name, on=told.reads[0], times=5, **words)
    assert isinstance(outcome_of(partial(told.connect(world).read_order, order.external_id)), CredentialsRejected)


@pytest.mark.parametrize(("told", "read", "fault"), of_reads(lambda told: told.reads, tuple(READ)))
def test_a_read_under_a_fault_is_right_or_fails_in_words(world, told, read, fault):
    order = told.order(world, ready(world, told))
    world.fault(fault, on=read, times=5, **ARMED.get(fault, {}))

    heard = outcome_of(partial(told.connect(world).read_order, order.external_id))

    assert world.counters()["faults"], f"reading asks for no {read}"
    assert heard == order or (isinstance(heard, DeskError) and heard.user_message)
    assert not isinstance(heard, OutcomeUnknown)


@pytest.mark.parametrize(("told", "read", "fault"), of_reads(lambda told: told.quotes, OF_A_QUOTE))
def test_a_quote_that_breaks_off_fails_in_words(world, told, read, fault):
    shop = ready(world, told)
    world.fault(fault, on=read, times=5)

    heard = outcome_of(partial(told.effects["refund"].made, world, shop))

    assert isinstance(heard, DeskError), heard
    assert heard.user_message
    assert not isinstance(heard, OutcomeUnknown)


@pytest.mark.parametrize("told", list(tables.every()), ids=lambda told: told.key)
def test_a_stale_read_after_a_cancel_is_not_believed_at_once(world, told):
    """An older state says absent; the two reads that are asked for catch it."""
    shop = ready(world, told)
    name, read = told.stale
    order, command = told.effects[name].made(world, shop)
    through(shop, command)
    world.advance(10)
    world.fault("stale", on=read)

    assert isinstance(shop.find(command, tag=TAG, before=order), Absent)
    assert isinstance(shop.find(command, tag=TAG, before=order), Found)
