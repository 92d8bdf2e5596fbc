"""Every behaviour nobody could verify, alone and in all pairs that touch money: no switch makes us do harm.

Whatever is set, our own steps move no more than was planned and once, a receipt says no more than the platform's own
ledger, and what is raised is an error of ours with words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from sandbox import switches
from sandbox.world import World
from stores.canonical.commands import CancelOrder, Command, Found, RefundOrder
from stores.canonical.order import Order
from stores.canonical.receipts import Outcome, Receipt
from stores.kernel.errors import DeskError
from stores.platforms.shoplazza import Shoplazza
from tests.stores.platforms.rig import KEY, TAG
from tests.stores.platforms.shoplazza import place
from tests.stores.platforms.shoplazza.place import MUG, TEA

Make = Callable[[World, Shoplazza], tuple[Order, list[Command]]]


def whole(world: World, shop: Shoplazza) -> tuple[Order, list[Command]]:
    order = place.made(world, shop)
    return order, [place.everything(shop, order), place.cancel(order)]


def whole_without_money(world: World, shop: Shoplazza) -> tuple[Order, list[Command]]:
    order = place.made(world, shop)
    return order, [place.cancel(order)]


def authorised(world: World, shop: Shoplazza) -> tuple[Order, list[Command]]:
    order = place.made(world, shop, pay="authorised", channel="card")
    return order, [place.cancel(order)]


def part(world: World, shop: Shoplazza) -> tuple[Order, list[Command]]:
    order = place.made(world, shop)
    return order, [place.part(shop, order)]


def part_of_two_payments(world: World, shop: Shoplazza) -> tuple[Order, list[Command]]:
    order = place.made(world, shop, tender=[("gift_card", "20.00"), ("bogus", "46.30")])
    return order, [place.part(shop, order, 2)]


def rest(world: World, shop: Shoplazza) -> tuple[Order, list[Command]]:
    order = place.made(world, shop, lines=[replace(MUG, shipped=1), TEA])
    return order, [place.everything(shop, order)]


STORIES: dict[str, Make] = {
    "whole": whole, "whole, no refund": whole_without_money, "whole, authorised": authorised, "part": part,
    "part, two payments": part_of_two_payments, "rest": rest,
}  # fmt: skip
MONEY = ("whole", "whole, no refund", "part, two payments")


def ids(setting: dict[str, str]) -> str:
    return ", ".join(f"{name.removeprefix('shoplazza_')}={value}" for name, value in setting.items())


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("setting", list(switches.singles("shoplazza")), ids=ids)
def test_no_single_switch_makes_us_do_harm(world, setting, story):
    tell(world, setting, STORIES[story])


@pytest.mark.prove
@pytest.mark.parametrize("story", MONEY)
@pytest.mark.parametrize("setting", list(switches.money_pairs("shoplazza")), ids=ids)
def test_no_pair_that_touches_money_makes_us_do_harm(world, setting, story):
    tell(world, setting, STORIES[story])


def tell(world: World, setting: dict[str, str], make: Make) -> None:
    for name, value in setting.items():
        world.switch(name, value)
    shop = place.on_world(world)
    order, commands = make(world, shop)
    for command in commands:  # one after another, as the plan has them; the next only after the one before
        heard = through(world, shop, command)
        is_harmless(world, order, commands)
        if isinstance(heard, DeskError):
            assert heard.user_message
            assert not done(world, command)
            return
        if heard.outcome is Outcome.APPLIED:
            assert done(world, command)
            found = shop.find(command, tag=TAG, before=order)
            assert isinstance(found, Found), found
        elif heard.outcome is Outcome.ACCEPTED:  # a provider that never answers
            assert setting.get("shoplazza_refund_seconds") == "never"
            return
    after = shop.look_again(order)
    assert after == shop.read_order(order.external_id)


def through(world: World, shop: Shoplazza, command: Command) -> Receipt | DeskError:
    """What the executor would do: send, then ask after it until it is done or ten minutes are over."""
    try:
        receipt = shop.carry_out(command, key=KEY, tag=TAG)
        for _ in range(6):
            if receipt.outcome is Outcome.APPLIED:
                return receipt
            world.advance(100)
            receipt = shop.poll(command, receipt)
    except DeskError as error:
        return error
    return receipt


def done(world: World, command: Command) -> bool:
    kind = "cancel" if isinstance(command, CancelOrder) else "refund"
    return any(effect.note.endswith(TAG) for effect in world.effects(command.order_id, kind=kind))


def is_harmless(world: World, order: Order, commands: list[Command]) -> None:
    """By the platform's own ledger: our refund at most once and as planned; in all never more than was paid."""
    back = world.effects(order.external_id, kind="refund")
    ours = sum((effect.amount for effect in back if effect.note.endswith(TAG)), Decimal(0))
    planned = sum((p.amount.amount for c in commands if isinstance(c, RefundOrder) for p in c.payments), Decimal(0))
    assert ours in (Decimal(0), planned)
    assert sum((effect.amount for effect in back), Decimal(0)) <= order.totals.received.shop.amount
    assert len(world.effects(order.external_id, kind="cancel")) <= 1


def test_a_cancel_that_refunds_by_itself_finds_nothing_left_to_pay_twice(world):
    """Why the refund goes first: after it the platform has nothing to give back on its own."""
    world.switch("shoplazza_cancel_refunds", "yes")
    shop = place.on_world(world)
    order, (refund, cancel) = whole(world, shop)
    through(world, shop, refund)
    through(world, shop, cancel)
    world.advance(100)

    assert len(world.effects(order.external_id, kind="refund")) == 1


def test_a_cancel_that_refunds_unasked_is_seen_afterwards(world):
    world.switch("shoplazza_cancel_refunds", "yes")
    shop = place.on_world(world)
    order, (cancel,) = whole_without_money(world, shop)
    through(world, shop, cancel)
    world.advance(100)

    assert shop.look_again(order).totals.refunded == order.totals.received


def test_a_falling_quantity_only_errs_to_the_safe_side(world):
    world.switch("shoplazza_line_quantity", "falls")
    shop = place.on_world(world)
    order, (command,) = part(world, shop)
    through(world, shop, command)
    line = shop.look_again(order).lines[0]

    assert line.cancellable < 2 == world.shoplazza.order(order.external_id)["lines"][0]["quantity"] - 1
