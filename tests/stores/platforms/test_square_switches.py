"""Every behaviour nobody could verify, alone and in all pairs that touch money: no switch makes us do harm.

Whatever is set, our own steps move no more than was planned and once, also when the same step is sent again; a
receipt says no more than the platform's own ledger; and what is raised is an error of ours with words.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest

from sandbox import switches
from sandbox.world import World
from stores.canonical.commands import (
    CancelOrder,
    Command,
    CorrectStock,
    EditOrder,
    Found,
    RefundOrder,
    VoidPayment,
)
from stores.canonical.order import Order
from stores.canonical.receipts import Outcome, Receipt
from stores.kernel.errors import DeskError
from stores.platforms.square import Square
from tests.stores.platforms import rig
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.rig import Sent
from tests.stores.platforms.square import place
from tests.stores.platforms.square.place import world

__all__ = ["world"]
Make = Callable[[World, Square], tuple[Order, list[Command]]]
KINDS = {CancelOrder: "cancel", RefundOrder: "refund", EditOrder: "edit", VoidPayment: "void", CorrectStock: "stock"}


def whole(world: World, shop: Square) -> tuple[Order, list[Command]]:
    order = place.made(world, shop)
    back = [place.stock(order, 3)] if order.lines[0].is_restockable else []
    return order, [place.cancel(order), *place.everything(shop, order), *back]


def unpaid(world: World, shop: Square) -> tuple[Order, list[Command]]:
    order = place.made(world, shop, pay="unpaid")
    return order, [rig.edit(order), place.cancel(order)]


def authorised(world: World, shop: Square) -> tuple[Order, list[Command]]:
    order = place.made(world, shop, pay="authorised")
    return order, [rig.void(order), place.cancel(order)]


def part_of_two_payments(world: World, shop: Square) -> tuple[Order, list[Command]]:
    order = place.made(world, shop, tender=[("CASH", "20.00"), ("CARD", "41.30")])
    return order, [*place.parts(shop, order, 3, 1)]


def ends_by_refund(world: World, shop: Square) -> tuple[Order, list[Command]]:
    order = place.made(world, shop, fulfilment="")
    return order, [*place.everything(shop, order)]


STORIES: dict[str, Make] = {
    "whole": whole, "unpaid": unpaid, "authorised": authorised, "two payments": part_of_two_payments,
    "by refund": ends_by_refund,
}  # fmt: skip
MONEY = ("whole", "two payments")


@pytest.mark.parametrize("story", STORIES)
def test_no_single_switch_makes_us_do_harm(world, story):
    for setting in switches.singles("square"):
        tell(world, setting, STORIES[story])


@pytest.mark.prove
@pytest.mark.parametrize("story", MONEY)
def test_no_pair_that_touches_money_makes_us_do_harm(world, story):
    for setting in switches.money_pairs("square"):
        tell(world, setting, STORIES[story])


def tell(world: World, setting: dict[str, str], make: Make) -> None:
    world.watchers.clear()  # the same requests are held against the vendor's description elsewhere
    with world.store.write() as db:
        db.execute("DELETE FROM switches WHERE name != 'square_limit'")
    for name, value in setting.items():
        world.switch(name, value)
    journal = Sent()
    shop = place.on_world(world, journal=journal)
    order, commands = make(world, shop)
    for number, command in enumerate(commands):  # as the plan has them; the next only after the one before
        tag, key = f"[op 0000000{number}]", f"{order.external_id}-{number}"
        heard = through(world, shop, command, key, tag)
        is_harmless(world, order, commands)
        if isinstance(heard, DeskError):
            assert heard.user_message, setting
            assert not done(world, command, tag), (setting, heard)
            return
        if heard.outcome is Outcome.ACCEPTED:  # a provider that never answers
            assert setting.get("square_refund_seconds") == "never"
            return
        assert done(world, command, tag), (setting, command)
        found = shop.find(command, tag=tag, before=order)
        assert isinstance(found, Found), (setting, found)
        if setting.get("square_key_hours") != "none":  # the same bytes again, as after a lost answer
            outcome_of(partial(place.resend, shop, command, journal.requests[-1]))
            is_harmless(world, order, commands)
    after = shop.look_again(order)
    assert after == shop.read_order(order.external_id), setting


def through(world: World, shop: Square, command: Command, key: str, tag: str) -> Receipt | DeskError:
    """What the executor would do: send, then ask after it until it is done or ten minutes are over."""
    try:
        receipt = shop.carry_out(command, key=key, tag=tag)
        for _ in range(6):
            if receipt.outcome is Outcome.APPLIED:
                return receipt
            world.advance(100)
            receipt = shop.poll(command, receipt)
    except DeskError as error:
        return error
    return receipt


def done(world: World, command: Command, tag: str) -> bool:
    effects = world.effects(command.order_id, kind=KINDS[type(command)])
    return any(effect.note.endswith(tag) or effect.kind == "void" for effect in effects)


def is_harmless(world: World, order: Order, commands: list[Command]) -> None:
    """By the platform's own ledger: at most what was planned in all, and nothing else."""
    effects = world.effects(order.external_id)
    back = sum((effect.amount for effect in effects if effect.kind == "refund"), Decimal(0))
    planned = sum((p.amount.amount for c in commands if isinstance(c, RefundOrder) for p in c.payments), Decimal(0))
    assert back <= planned <= order.totals.received.shop.amount
    for kind in ("cancel", "void", "edit"):
        assert len([effect for effect in effects if effect.kind == kind]) <= 1
