"""Every behaviour nobody could verify, alone and in all pairs that touch money: no switch makes us do harm.

Whatever is set, our own steps move no more than was planned and once, also when what may go again goes again; a receipt
says no more than the platform's own ledger; and what is raised is an error of ours with words. The plans that are
carried through stand in each platform's tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from sandbox import switches
from sandbox.world import World
from stores.canonical.commands import (
    Absent,
    CancelOrder,
    Command,
    CorrectStock,
    Found,
    FoundForeign,
    RefundOrder,
    Unclear,
)
from stores.canonical.order import Order
from stores.canonical.receipts import Outcome, Receipt
from stores.kernel.errors import DeskError, OutcomeUnknown, RemoteRefused
from tests.stores.platforms import tables
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.rig import Platform, Sent
from tests.stores.platforms.tables import Setting, Tables, Told, case, told_as


def under(
    settings: Callable[[str], Iterable[Setting]], stories: Callable[[Tables, Setting], tuple[str, ...]]
) -> list[Any]:
    return [
        case(told, setting, story, named=(story, told_as(setting)))
        for told in tables.every()
        for setting in settings(told.key)
        for story in stories(told, setting)
    ]


def singles(key: str) -> Iterator[Setting]:
    """As it is, then every switch alone."""
    yield {}
    yield from switches.singles(key)


@pytest.mark.parametrize(("told", "setting", "story"), under(singles, Tables.stories_under))
def test_no_single_switch_makes_us_do_harm(world, told, setting, story):
    tell(world, told, setting, story)


@pytest.mark.prove
@pytest.mark.parametrize(
    ("told", "setting", "story"), under(switches.money_pairs, lambda told, setting: told.pairs(setting))
)
def test_no_pair_that_touches_money_makes_us_do_harm(world, told, setting, story):
    tell(world, told, setting, story)


def tell(world: World, told: Tables, setting: Setting, story: str) -> None:
    """One command after another, as the plan has them; the next only after the one before."""
    told.prepare(world)
    for name, value in setting.items():
        world.switch(name, value)
    run = begun(world, told, setting, story)
    if run and all(run.goes_on_after(number) for number in range(len(run.commands))):
        run.ends(story)


def begun(world: World, told: Tables, setting: Setting, story: str) -> Run | None:
    """None where the order cannot be read under this setting, by whatever connection."""
    plan, journal = told.stories[story].made, Sent()
    shop = told.connect(world, journal=journal)
    world.advance(10)
    made = outcome_of(partial(plan, world, shop))
    bar = next((bar for held, bar in told.barred.items() if held in setting.items()), None)
    if bar:
        assert isinstance(made, bar.heard), made
        assert isinstance(made, DeskError)
        assert made.user_message
        assert getattr(made, "retry_after", None) == bar.retry_after
        if bar.mended is None:
            return None
        shop = told.connect(world, journal=journal, **bar.mended)
        made = plan(world, shop)
    assert isinstance(made, tuple), made
    return Run(world, told, setting, told.stories[story].units, shop, journal, *made)


@dataclass(frozen=True)
class Run:
    world: World
    told: Tables
    setting: Setting
    units: int | None
    shop: Platform
    journal: Sent
    order: Order
    commands: list[Command]

    def goes_on_after(self, number: int) -> bool:
        """Sends one command; does the plan go on?"""
        command, tag, key = self.commands[number], f"[op 0000000{number}]", f"6f1c9a52-0000-4000-8000-{number:012}"
        self.world.advance(10)  # a host's limit fills up again
        heard = self.through(command, key, tag)
        self.is_harmless()
        self.world.advance(90)  # what is late, an index or a bank, is there
        count = self.sent(number, tag)
        found = self.shop.find(command, tag=tag, before=self.order)
        self.goes_again_once(command, key, tag)
        if isinstance(heard, DeskError):
            assert heard.user_message
            if isinstance(heard, OutcomeUnknown):
                return self.is_found_out(found, count)
            assert not count, heard
            assert not isinstance(found, Found) or found.is_failed, found
            return False
        if heard.outcome is Outcome.ACCEPTED:  # something that never comes: a person is asked after ten minutes
            assert "never" in self.setting.values()
            return False
        assert count, "a receipt of what did not happen"
        stock = [seen for seen in heard.reported.stock if seen.asked is not None]
        assert all(seen.moved == seen.asked for seen in stock) or self.has(self.told.keeps_stock), stock
        assert self.is_there(found) or (isinstance(command, CorrectStock) and isinstance(found, Unclear)), found
        return True

    def through(self, command: Command, key: str, tag: str) -> Receipt | DeskError:
        """What the executor would do: send, then ask after it until it is done or ten minutes are over."""
        try:
            receipt: Receipt = self.shop.carry_out(command, key=key, tag=tag)
            for _ in range(6):
                if receipt.outcome is Outcome.APPLIED:
                    return receipt
                self.world.advance(100)
                receipt = self.shop.poll(command, receipt)
        except DeskError as error:
            return error
        return receipt

    def sent(self, number: int, tag: str) -> int:
        """How often the ledger has this command: by our mark, else what is left of its kind after those before."""
        command = self.commands[number]
        entries = self.told.happened(self.world, command)
        marked = [entry for entry in entries if entry.note.endswith(tag)]
        before = sum(type(one) is type(command) for one in self.commands[:number])
        return len(marked or entries[before:])

    def is_there(self, found: object) -> bool:
        """Found again; a person may be asked where our mark is thrown away."""
        return isinstance(found, (Found, FoundForeign, Unclear) if self.has(self.told.asks) else Found)

    def is_found_out(self, found: object, count: int) -> bool:
        """What nobody knew was looked for; only what is there for certain lets the plan go on."""
        if count:
            assert self.is_there(found), found
        else:
            assert isinstance(found, Absent) or (isinstance(found, Found) and found.is_failed), found
        return isinstance(found, Found) and not found.is_failed

    def goes_again_once(self, command: Command, key: str, tag: str) -> None:
        """As after a lost answer: what was done stays; what was refused is refused again, or done now."""
        if self.has(self.told.forgets_keys):
            return
        before = len(self.told.happened(self.world, command))
        again = self.told.again(self.shop, command, self.journal, key=key, tag=tag)
        self.world.advance(90)
        assert isinstance(again, Receipt | RemoteRefused | OutcomeUnknown | None), again
        assert len(self.told.happened(self.world, command)) == before or not before
        self.is_harmless()

    def is_harmless(self) -> None:
        """By the platform's own ledger: at most what was planned, each once, and never more than was paid."""
        order, commands = self.order, self.commands
        back = [entry.amount for entry in self.world.effects(order.external_id, kind="refund")]
        paid = sum((payment.refundable.amount for payment in order.payments if payment.refundable), Decimal(0))
        planned = [p.amount.amount for c in commands if isinstance(c, RefundOrder) for p in c.payments]
        gives_all = any(isinstance(command, CancelOrder) and command.refund for command in commands)
        is_unasked = self.has(self.told.unasked)
        assert sum(back) <= order.totals.received.customer.amount
        assert sum(back) <= (paid if gives_all or is_unasked else sum(planned))
        for kind in {type(command) for command in commands}:
            ours = [command for command in commands if type(command) is kind]
            most = sum(len(getattr(one, "payments", ())) or 1 for one in ours)
            assert len(self.told.happened(self.world, ours[0])) <= most or is_unasked, kind
        cancelled = self.world.effects(order.external_id, kind="cancel")
        assert len(cancelled) <= 1
        assert self.units is None or [entry.units for entry in cancelled] in ([], [self.units])
        assert len(self.world.effects(order.external_id, kind="void")) <= 1
        self.told.harmless(self.world, order, commands)

    def has(self, settings: Iterable[tuple[str, str]]) -> bool:
        return any(held in self.setting.items() for held in settings)

    def ends(self, story: str) -> None:
        """All was done: what is read now is what the ledger has."""
        self.world.advance(90)
        after = self.shop.look_again(self.order)
        assert after == self.shop.read_order(self.order.external_id)
        assert after.cancelled_at or not any(isinstance(command, CancelOrder) for command in self.commands)
        self.told.ends(
            Told(
                world=self.world, setting=self.setting, story=story, before=self.order, after=after,
                commands=self.commands,
            )
        )  # fmt: skip
