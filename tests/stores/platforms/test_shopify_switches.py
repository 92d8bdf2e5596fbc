"""Every behaviour nobody could verify, alone and in all pairs that touch money: no switch makes us do harm.

Whatever is set, an effect happens at most once, its receipt says no more than the platform's own ledger, and
what is raised is an error of ours with words.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from sandbox import switches
from sandbox.platforms.shopify.spec import Line
from sandbox.world import World
from stores.canonical.commands import Command, EditOrder, Found
from stores.canonical.order import Order
from stores.canonical.receipts import Outcome, Receipt
from stores.canonical.request import CancelRequest
from stores.kernel.errors import DeskError, RemoteThrottled
from stores.platforms.shopify import Shopify
from tests.stores.platforms import rig
from tests.stores.platforms.rig import KEY, TAG

MUG = Line(title="Enamel mug", price="14.50", sku="MUG-BLU", quantity=3)
TEA = Line(title="Mountain tea", price="8.90", sku="TEA-100", quantity=2)
Make = Callable[[World, Shopify], tuple[Order, Command]]


def whole(world: World, shop: Shopify) -> tuple[Order, Command]:
    order = shop.read_order(world.make_order(lines=[MUG, TEA]).id)
    return order, rig.cancel(order)


def whole_unpaid(world: World, shop: Shopify) -> tuple[Order, Command]:
    order = shop.read_order(world.make_order(lines=[MUG], pay="authorised").id)
    return order, rig.cancel(order, refund=False)


def part(world: World, shop: Shopify) -> tuple[Order, Command]:
    order = shop.read_order(world.make_order(lines=[MUG, TEA]).id)
    return order, part_of(shop, order)


def part_of(shop: Shopify, order: Order) -> Command:
    units = {order.lines[0].id: Decimal(1)}
    return rig.refund(order, shop.quote(order, CancelRequest(lines=units)), units)


def part_slow(world: World, shop: Shopify) -> tuple[Order, Command]:
    order = shop.read_order(world.make_order(lines=[MUG], gateway="bogus_pending").id)
    return order, part_of(shop, order)


def part_split(world: World, shop: Shopify) -> tuple[Order, Command]:
    tender = [("gift_card", "20.00"), ("bogus", "32.85")]
    order = shop.read_order(world.make_order(lines=[MUG], tender=tender).id)
    units = {order.lines[0].id: Decimal(2)}
    return order, rig.refund(order, shop.quote(order, CancelRequest(lines=units)), units)


def part_unpaid(world: World, shop: Shopify) -> tuple[Order, Command]:
    order = shop.read_order(world.make_order(lines=[MUG], pay="pending", app="other").id)
    units = {order.lines[0].id: Decimal(1)}
    return order, rig.refund(order, shop.quote(order, CancelRequest(lines=units)), units)


def edited(world: World, shop: Shopify) -> tuple[Order, Command]:
    order = shop.read_order(world.make_order(lines=[MUG], pay="pending").id)
    return order, rig.edit(order)


def held(world: World, shop: Shopify) -> tuple[Order, Command]:
    order = shop.read_order(world.make_order(lines=[MUG], pay="authorised").id)
    return order, rig.void(order)


def on_hold(world: World, shop: Shopify) -> tuple[Order, Command]:
    order = shop.read_order(world.make_order(lines=[MUG], hold="OTHER").id)
    return order, rig.cancel(order)


STORIES: dict[str, Make] = {
    "whole": whole, "whole, authorised": whole_unpaid, "part": part, "part, slow bank": part_slow,
    "part, two payments": part_split, "part, unpaid": part_unpaid, "edit": edited, "void": held, "on hold": on_hold,
}  # fmt: skip
MONEY = ("whole", "part", "part, two payments", "part, unpaid")


def ids(setting: dict[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in setting.items())


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("setting", list(switches.singles()), ids=ids)
def test_no_single_switch_makes_us_do_harm(world, setting, story):
    tell(world, setting, STORIES[story])


@pytest.mark.prove
@pytest.mark.parametrize("story", MONEY)
@pytest.mark.parametrize("setting", list(switches.money_pairs()), ids=ids)
def test_no_pair_that_touches_money_makes_us_do_harm(world, setting, story):
    tell(world, setting, STORIES[story])


def tell(world: World, setting: dict[str, str], make: Make) -> None:
    for name, value in setting.items():
        world.switch(name, value)
    shop = rig.on_world(Shopify, world)
    if setting.get("limit") == "slow":  # its bucket never holds a whole order
        with pytest.raises(RemoteThrottled, match="throttled") as slow:
            make(world, shop)
        assert slow.value.retry_after == 300
        return
    order, command = make(world, shop)

    receipt = through(world, shop, command)
    once(world, order, command)
    if isinstance(receipt, Receipt) and receipt.outcome is Outcome.APPLIED:
        is_as_receipt_says(world, shop, order, command)
    elif isinstance(receipt, DeskError):
        assert receipt.user_message
        assert nothing_moved(world, order) or "pending" in str(setting) or isinstance(command, EditOrder)

    again = through(world, shop, command)  # the same key, the same bytes
    assert isinstance(again, Receipt | DeskError)
    if setting.get("key_hours") != "none":
        once(world, order, command)


def through(world: World, shop: Shopify, command: Command) -> Receipt | DeskError:
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


def once(world: World, order: Order, command: Command) -> None:
    """The platform's own ledger: never more than one of the effect, never more money than was taken."""
    for kind in ("cancel", "void"):
        assert len(world.effects(order.external_id, kind=kind)) <= 1
    back = [effect for effect in world.effects(order.external_id, kind="refund")]
    planned = sum((p.amount.amount for p in getattr(command, "payments", ())), Decimal(0))
    paid = sum((p.refundable.amount for p in order.payments if p.refundable), Decimal(0))
    assert sum((effect.amount for effect in back), Decimal(0)) <= (planned or paid)


def nothing_moved(world: World, order: Order) -> bool:
    return not [e for e in world.effects(order.external_id) if e.kind in ("refund", "cancel", "void")]


def is_as_receipt_says(world: World, shop: Shopify, order: Order, command: Command) -> None:
    """Applied means: found again, and read back."""
    world.advance(90)  # a stale index and a slow bank
    found = shop.find(command, tag=TAG, before=order)
    assert isinstance(found, Found), found
    after = shop.look_again(order)
    assert after == shop.read_order(order.external_id)
    assert any(e.note.endswith(TAG) or e.kind == "void" for e in world.effects(order.external_id))
