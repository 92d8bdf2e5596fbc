"""Every behaviour nobody could verify, alone and in all pairs that touch money: no switch makes us do harm.

Whatever is set, our own steps move no more than was planned and once, a receipt says no more than the store's own
ledger, and what is raised is an error of ours with words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial

import pytest

from sandbox import switches
from sandbox.world import World
from stores.canonical.commands import Command, Found, FoundForeign, RefundOrder
from stores.canonical.order import Order
from stores.kernel.errors import CredentialsRejected, DeskError, OutcomeUnknown
from stores.platforms.woocommerce import WooCommerce
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.rig import KEY, TAG
from tests.stores.platforms.woocommerce import place
from tests.stores.platforms.woocommerce.place import MUG, TEA

Make = Callable[[World, WooCommerce], tuple[Order, list[Command]]]


def whole(world: World, shop: WooCommerce) -> tuple[Order, list[Command]]:
    order = place.made(world, shop)
    return order, [place.everything(shop, order), place.cancel(order)]


def whole_kept(world: World, shop: WooCommerce) -> tuple[Order, list[Command]]:
    order = place.made(world, shop)
    command = place.everything(shop, order)
    return order, [replace(command, lines=tuple(replace(line, restock=False) for line in command.lines))]


def unpaid(world: World, shop: WooCommerce) -> tuple[Order, list[Command]]:
    order = place.made(world, shop, pay="waiting", gateway="bacs")
    return order, [place.cancel(order)]


def authorised(world: World, shop: WooCommerce) -> tuple[Order, list[Command]]:
    order = place.made(world, shop, pay="authorised")
    return order, [place.cancel(order)]


def part(world: World, shop: WooCommerce) -> tuple[Order, list[Command]]:
    order = place.made(world, shop, tax_rate="0.19")
    return order, [place.part(shop, order)]


def rest(world: World, shop: WooCommerce) -> tuple[Order, list[Command]]:
    order = place.made(world, shop, lines=[replace(MUG, fulfilled=1), TEA])
    units = {line.id: line.cancellable for line in order.lines}
    if not any(units.values()):  # what has left cannot be read: then nothing is offered
        assert all("marked as shipped" in line.why_not for line in order.lines)
        return order, []
    quote = shop.quote(order, place.CancelRequest(lines=units))
    return order, [place.refund(order, quote, units)]


STORIES: dict[str, Make] = {
    "whole": whole, "whole, stock kept": whole_kept, "unpaid": unpaid, "authorised": authorised, "part": part,
    "rest": rest,
}  # fmt: skip
MONEY = ("whole", "whole, stock kept", "authorised", "part")


def ids(setting: dict[str, str]) -> str:
    return ", ".join(f"{name.removeprefix('woocommerce_')}={value}" for name, value in setting.items())


@pytest.fixture
def world(world: World) -> World:
    world.switch("woocommerce_limit", "none")
    return world


@pytest.mark.parametrize("setting", list(switches.singles("woocommerce")), ids=ids)
def test_no_single_switch_makes_us_do_harm(world, setting):
    for story in STORIES.values():
        tell(world, setting, story)


@pytest.mark.prove
@pytest.mark.parametrize("setting", list(switches.money_pairs("woocommerce")), ids=ids)
def test_no_pair_that_touches_money_makes_us_do_harm(world, setting):
    for story in MONEY:
        tell(world, setting, STORIES[story])


def tell(world: World, setting: dict[str, str], make: Make) -> None:
    for name, value in setting.items():
        world.switch(name, value)
    shop = place.on_world(world)
    world.advance(10)  # a host's limit fills up again, here and before each act
    made = outcome_of(lambda: make(world, shop))
    if setting.get("woocommerce_login") == "oauth":
        assert isinstance(made, CredentialsRejected)  # told at the first connection, and how to mend it
        shop = place.on_world(world, login="oauth")
        made = make(world, shop)
    assert isinstance(made, tuple), made
    order, commands = made
    for command in commands:  # one after another, as the plan has them; the next only after the one before
        world.advance(10)
        heard = outcome_of(partial(shop.carry_out, command, key=KEY, tag=TAG))
        is_harmless(world, order, commands)
        world.advance(10)
        found = shop.find(command, tag=TAG, before=order)
        if isinstance(heard, DeskError):
            assert heard.user_message
            is_told_exactly(world, command, heard, found)
            return
        assert happened(world, command)
        assert isinstance(found, Found | FoundForeign), found  # foreign: our mark was thrown away, a person is asked
    world.advance(10)
    after = shop.look_again(order)
    assert after == shop.read_order(order.external_id)
    assert (after.cancelled_at is not None) == (make in (whole, unpaid, authorised) or _ends(setting, make))


def _ends(setting: dict[str, str], make: Make) -> bool:
    return make is whole_kept and setting.get("woocommerce_refunded_status") != "stays"


def is_told_exactly(world: World, command: Command, heard: DeskError, found: object) -> None:
    """What broke off is looked for; a record without the gateway's yes is for a person, paid or not."""
    if isinstance(found, Found):
        assert isinstance(heard, OutcomeUnknown)
        assert found.is_failed
    else:
        assert not happened(world, command)


def happened(world: World, command: Command) -> bool:
    kind = "refund" if isinstance(command, RefundOrder) else "cancel"
    return bool(world.effects(command.order_id, kind=kind))


def is_harmless(world: World, order: Order, commands: list[Command]) -> None:
    """By the store's own ledger: our refund at most once and as planned, the cancel at most once."""
    back = world.effects(order.external_id, kind="refund")
    planned = sum((p.amount.amount for c in commands if isinstance(c, RefundOrder) for p in c.payments), Decimal(0))
    assert sum((effect.amount for effect in back), Decimal(0)) in (Decimal(0), planned)
    assert len(back) <= 1
    assert len(world.effects(order.external_id, kind="cancel")) <= 1
