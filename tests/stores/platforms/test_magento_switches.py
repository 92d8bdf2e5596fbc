"""Every way in which shops differ, alone and in all pairs that touch money: no switch makes us do harm.

Whatever is set, our own steps move no more than was planned and once, a receipt says no more than the platform's own
ledger, and what is raised is an error of ours with words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sandbox import switches
from sandbox.platforms.magento.simulator import MagentoSimulator
from sandbox.world import World
from stores.canonical.commands import CancelOrder, Command, Found, RefundOrder
from stores.canonical.order import Order
from stores.canonical.receipts import Outcome, Receipt
from stores.kernel.errors import DeskError, OutcomeUnknown
from stores.platforms.magento import Magento
from tests.stores.platforms.magento import place
from tests.stores.platforms.magento.place import MUG, TEA, world
from tests.stores.platforms.rig import KEY, TAG

__all__ = ["world"]
Make = Callable[[World, Magento], tuple[Order, list[Command]]]


def refunding(**words: Any) -> Make:
    def make(world: World, shop: Magento) -> tuple[Order, list[Command]]:
        order = place.made(world, shop, **words)
        return order, list(place.everything(shop, order, notify="tax_rate" in words))

    return make


def unpaid(world: World, shop: Magento) -> tuple[Order, list[Command]]:
    order = place.made(world, shop, pay="authorised", extras={"gift_cards_amount": "10.00"})
    return order, [place.cancel(order)]


def part(world: World, shop: Magento) -> tuple[Order, list[Command]]:
    order = place.made(world, shop, tax_rate="0.19")
    return order, [place.part(shop, order)]


def mixed(world: World, shop: Magento) -> tuple[Order, list[Command]]:
    order = place.made(world, shop, invoices=[(1, 1)])
    return order, [*place.everything(shop, order), place.cancel(order)]


STORIES: dict[str, Make] = {
    "whole": refunding(tax_rate="0.19"), "two invoices": refunding(invoices=[(2, 2), (1, 0)]), "unpaid": unpaid,
    "part": part, "mixed": mixed, "rest": refunding(lines=[replace(MUG, shipped=1), TEA]),
}  # fmt: skip
MONEY = ("whole", "mixed")
QUIET = {"hooks", "clock", "magento_limit", "magento_bearer", "magento_input_limits"}  # change nothing of an effect


def ids(setting: dict[str, str]) -> str:
    return ", ".join(f"{name.removeprefix('magento_')}={value}" for name, value in setting.items())


@pytest.mark.parametrize("setting", list(switches.singles("magento")), ids=ids)
def test_no_single_switch_makes_us_do_harm(world, setting):
    for story in MONEY[-1:] if QUIET & set(setting) else STORIES:
        tell(world, setting, STORIES[story])


@pytest.mark.prove
@pytest.mark.parametrize("setting", list(switches.money_pairs("magento")), ids=ids)
def test_no_pair_that_touches_money_makes_us_do_harm(world, setting):
    for story in MONEY:
        tell(world, setting, STORIES[story])


def tell(world: World, setting: dict[str, str], make: Make) -> None:
    for name, value in setting.items():
        world.switch(name, value)
    shop = place.on_world(world)
    order, commands = make(world, shop)
    for place_, command in enumerate(commands):  # one after another, as the plan has them
        world.advance(10)
        heard = through(world, shop, command)
        is_harmless(world, order, commands)
        if isinstance(heard, OutcomeUnknown):  # then it is looked up, and the plan goes on only when it is there
            assert isinstance(shop.find(command, tag=TAG, before=order), Found) == done(world, order, place_, commands)
            continue
        if isinstance(heard, DeskError):
            assert heard.user_message
            assert not done(world, order, place_, commands)
            return
        assert heard.outcome is Outcome.APPLIED
        assert done(world, order, place_, commands)
        assert isinstance(shop.find(command, tag=TAG, before=order), Found)
    after = shop.look_again(order)
    assert after == shop.read_order(order.external_id)
    planned = sum((p.amount.amount for c in commands if isinstance(c, RefundOrder) for p in c.payments), Decimal(0))
    assert after.totals.refunded.shop.amount == planned


def through(world: World, shop: Magento, command: Command) -> Receipt | DeskError:
    """What the executor would do: send, then ask after it until it is done."""
    try:
        receipt = shop.carry_out(command, key=KEY, tag=TAG)
        return receipt if receipt.outcome is Outcome.APPLIED else shop.poll(command, receipt)
    except DeskError as error:
        return error


def done(world: World, order: Order, position: int, commands: list[Command]) -> bool:
    """By the platform's own ledger: as many of the kind as were sent up to here."""
    kind = CancelOrder if isinstance(commands[position], CancelOrder) else RefundOrder
    sent = sum(isinstance(command, kind) for command in commands[: position + 1])
    name = "cancel" if kind is CancelOrder else "refund"
    return len(world.effects(order.external_id, kind=name)) == sent


def is_harmless(world: World, order: Order, commands: list[Command]) -> None:
    """Our refunds at most as planned, each once; never more than was paid; the money by the way that was promised."""
    back = world.effects(order.external_id, kind="refund")
    planned = [p.amount.amount for c in commands if isinstance(c, RefundOrder) for p in c.payments]
    assert [effect.amount for effect in back] == planned[: len(back)]
    assert sum((effect.amount for effect in back), Decimal(0)) <= order.totals.received.shop.amount
    assert all(effect.detail["online"] for effect in back)
    assert len(world.effects(order.external_id, kind="cancel")) <= 1


def test_under_either_stock_units_that_go_back_can_be_sold_again(world):
    for mood in ("msi", "legacy"):
        world.switch("magento_stock", mood)
        shop = place.on_world(world)
        before = MagentoSimulator(world).stock("MUG-BLU")["salable"]
        order = place.made(world, shop, lines=[MUG])
        through(world, shop, place.part(shop, order))
        assert MagentoSimulator(world).stock("MUG-BLU")["salable"] == before - 2
        unpaid_ = place.made(world, shop, lines=[MUG], pay="unpaid")
        through(world, shop, place.cancel(unpaid_))
        assert MagentoSimulator(world).stock("MUG-BLU")["salable"] == before - 2


def test_a_cancel_that_lies_is_caught_by_reading(world):
    world.switch("magento_cancel_answer", "lies")
    world.switch("magento_cancel_forbidden", "yes")
    shop = place.on_world(world)
    order = place.made(world, shop, pay="unpaid")

    heard = through(world, shop, place.cancel(order))

    assert getattr(heard, "code", "") == "not_cancelled"
    assert "did not cancel" in heard.user_message
    assert world.effects(order.external_id, kind="cancel") == []


def test_a_mail_that_fails_after_the_refund_hides_nothing(world):
    world.switch("magento_mail", "fails")
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.part(shop, order, notify=True)

    heard = through(world, shop, command)

    assert isinstance(heard, OutcomeUnknown)
    assert heard.request_id.startswith("webapi-")
    assert isinstance(shop.find(command, tag=TAG, before=order), Found)


def test_a_plugin_that_leaves_a_refunded_order_complete_does_not_hide_its_end(world):
    world.switch("magento_after_refund", "complete")
    shop = place.on_world(world)
    order = place.made(world, shop)
    for command in place.everything(shop, order):
        through(world, shop, command)
    after = shop.look_again(order)
    assert after.cancelled_at
    assert after.cancel_reason == "Cancelled by refund"
    assert after.closed_at is None
