"""The part of the contract that is about what never leaves: what cannot be told, and what no longer stands as planned.

Somebody acts between the plan and the send; the acts and the codes of the refusals stand in each connector's `desk.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from sandbox import colleagues
from sandbox.world import World
from stores.canonical.commands import Absent, CancelOrder, Command, RefundOrder, Unclear
from stores.canonical.order import Order
from stores.canonical.receipts import Outcome, Receipt
from stores.canonical.recipe import Refunds, Restock
from stores.kernel.errors import DeskError, JobFailed, RemoteRefused, Unsupported
from stores.kernel.money import Money
from tests.stores.platforms.desk_contract import TABLES
from tests.stores.platforms.rig import KEY, OTHER_TAG, TAG, Platform, Sent

REFUSALS = (400, 401, 403, 404, 409, 422, 423, 429, 500)


class SendingContract:
    """Mixed into PlatformContract, which says how orders, commands and shops are made."""

    platform: ClassVar[type[Platform]]

    def connect(self, world: World, journal: Sent | None = None) -> Platform:
        raise NotImplementedError

    def commands(self, world: World, shop: Platform) -> Mapping[type, tuple[Order, Command]]:
        raise NotImplementedError

    def carry_through(self, world: World, shop: Platform, command: Command) -> Receipt:
        raise NotImplementedError

    def test_what_somebody_did_since_the_plan_stops_the_send(self, world):
        """Refused with words before any request that changes something, and nothing happens."""
        acts = TABLES[self.platform.key].meanwhile if self.platform.key in TABLES else ()
        for case in acts:
            journal = Sent()
            shop = self.connect(world, journal)
            order, command = self.commands(world, shop)[case.kind]
            case.act(colleagues.of(world, self.platform.key, order.external_id), order)
            there = len(world.effects(order.external_id))

            heard = heard_of(partial(shop.carry_out, command, key=KEY, tag=TAG))

            assert isinstance(heard, RemoteRefused), (case, heard)
            assert (heard.code, journal.requests) == (case.code or heard.code, []), case
            assert case.words in heard.user_message, case
            assert heard.user_message, case
            assert "othing was" not in heard.user_message  # the journal knows what was sent, not the adapter
            assert len(world.effects(order.external_id)) == there, case
            world.advance(60)  # for its rate limit

    def test_what_a_command_cannot_tell_is_not_sent(self, world):
        journal = Sent()
        shop = self.connect(world, journal)
        made = self.commands(world, shop)
        for wrong in (*self.untellable_cancels(made), *self.untellable_refunds(made)):
            heard = heard_of(partial(shop.carry_out, wrong, key=KEY, tag=TAG))
            assert isinstance(heard, Unsupported), wrong
            assert heard.user_message
        assert journal.requests == []

    def untellable_cancels(self, made: Mapping[type, Any]) -> Iterator[Command]:
        recipe = self.platform.recipe
        if recipe.cancel is None or not recipe.moves_money:
            return
        _, command = made[CancelOrder]
        if recipe.cancel.refunds is not Refunds.WITH_CANCEL:
            yield replace(command, refund=True)
        if not self.platform.capabilities.notify_customer.is_offered:
            yield replace(command, notify=True)
        if recipe.cancel.restocks is Restock.NEVER:
            yield replace(command, restock=True)

    def untellable_refunds(self, made: Mapping[type, Any]) -> Iterator[Command]:
        """Of nothing, where units do not leave for nothing."""
        refund = self.platform.recipe.refund
        if refund is None or refund.of_nothing:
            return
        _, command = made[RefundOrder]
        yield replace(command, payments=())
        yield replace(command, payments=(amounting(command, "0"),))

    # --- asked after: only what will not happen fails the job ---------------------------------------
    def test_a_question_that_is_refused_fails_no_job(self, world):
        """What the platform has begun goes on, whatever stands in front of it says to our asking."""
        shop = self.connect(world)
        for _, command in self.commands(world, shop).values():
            receipt = shop.carry_out(command, key=KEY, tag=TAG)
            if receipt.outcome is Outcome.APPLIED:
                continue
            for status in REFUSALS:
                world.fault("error_before", on="*", times=9, status=status)
                heard = heard_of(partial(shop.poll, command, receipt))
                world.clear_faults()
                world.advance(1)
                assert isinstance(heard, DeskError), (command, status)
                assert not isinstance(heard, JobFailed), (command, status)
            world.advance(120)
            assert shop.poll(command, receipt).outcome is Outcome.APPLIED, command

    # --- what a look tells apart ------------------------------------------------------------------
    def test_our_mark_with_another_amount_is_for_a_person_and_what_stood_before_is_nobodys(self, world):
        shop = self.connect(world)
        if self.platform.recipe.refund is None:
            return
        order, command = self.commands(world, shop)[RefundOrder]
        assert isinstance(command, RefundOrder)
        self.carry_through(world, shop, command)
        world.advance(120)
        less = replace(command, payments=(amounting(command, "1.00"),))
        later = shop.read_order(order.external_id)

        assert isinstance(shop.find(less, tag=TAG, before=order), Unclear)
        assert isinstance(shop.find(command, tag=OTHER_TAG, before=later), Absent)


def amounting(command: Any, amount: str) -> Any:
    """The command's first payment with another amount."""
    payment = command.payments[0]
    return replace(payment, amount=Money(Decimal(amount), payment.amount.currency))


def heard_of(act: Any) -> object:
    try:
        return act()
    except DeskError as error:
        return error
