"""Every behaviour nobody could verify, alone and in all pairs that touch money: no switch makes us do harm.

Whatever is set, our own steps move no more than was planned and once, a receipt says no more than the platform's own
ledger, stock that did not move as planned is told, and what is raised is an error of ours with words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from sandbox import switches
from sandbox.world import World
from stores.canonical.commands import CancelOrder, Command, CorrectStock, Found, RefundOrder, VoidPayment
from stores.canonical.order import Order
from stores.canonical.receipts import Outcome, Receipt
from stores.kernel.errors import DeskError
from stores.platforms.bigcommerce import BigCommerce
from tests import make
from tests.stores.platforms import rig
from tests.stores.platforms.bigcommerce import place
from tests.stores.platforms.bigcommerce.place import MUG, TEA
from tests.stores.platforms.rig import KEY, TAG

Story = tuple[Order, list[Command]]


def whole(world: World, shop: BigCommerce) -> Story:
    order = place.made(world, shop, addresses=2)
    return order, [place.everything(shop, order), place.cancel(order)]


def unpaid(world: World, shop: BigCommerce) -> Story:
    order = place.made(world, shop, pay="waiting")
    return order, [place.cancel(order)]


def authorised(world: World, shop: BigCommerce) -> Story:
    order = place.made(world, shop, pay="authorised", gateway="stripe")
    return order, [rig.void(order), place.cancel(order)]


def part(world: World, shop: BigCommerce) -> Story:
    order = place.made(world, shop, tax_rate="0.0825")
    return order, [place.part(shop, order), place.stock(order)]


def two_payments(world: World, shop: BigCommerce) -> Story:
    order = place.made(world, shop, tender=[("giftcertificate", "20.00"), ("testgateway", "46.30")])
    return order, [place.everything(shop, order), place.cancel(order)]


def rest(world: World, shop: BigCommerce) -> Story:
    order = place.made(world, shop, lines=[replace(MUG, shipped=1), TEA])
    return order, [place.everything(shop, order)]


def shown_in_another_currency(world: World, shop: BigCommerce) -> Story:
    order = place.made(world, shop, currency="EUR", rate="0.90", display=("CAD", "1.47"))
    if not any(line.cancellable for line in order.lines):  # left to a person, in words
        assert any("two currencies" in said for said in order.whole_cancel_blockers)
        return order, []
    return order, [place.part(shop, order)]


def declined(world: World, shop: BigCommerce) -> Story:
    order = place.made(world, shop, declines="later")
    return order, [place.part(shop, order)]


STORIES: dict[str, Callable[[World, BigCommerce], Story]] = {
    "whole": whole, "unpaid": unpaid, "authorised": authorised, "part": part, "two payments": two_payments,
    "rest": rest, "another currency": shown_in_another_currency, "declined": declined,
}  # fmt: skip
# Of lists, words and the rest of the world: every story would be the same.
PLAIN = {f"bigcommerce_{name}" for name in ("limit", "list_most", "archived", "refund_modifies", "tax_word")}
PLAIN |= {"hooks", "clock", "bigcommerce_refund_shape"}
KINDS = {CancelOrder: "cancel", RefundOrder: "refund", VoidPayment: "void"}


@pytest.mark.parametrize("story", STORIES)
def test_no_single_switch_makes_us_do_harm(world, story):
    for setting in switches.singles("bigcommerce"):
        if story == "whole" or not PLAIN & set(setting):
            tell(world, setting, story)


@pytest.mark.prove
@pytest.mark.parametrize("story", ["authorised", "declined", "two payments"])
def test_no_pair_that_touches_money_makes_us_do_harm(world, story):
    """Each pair in the story that meets it."""
    for setting in switches.money_pairs("bigcommerce"):
        if story_of(setting) == story:
            tell(world, setting, story)


def story_of(setting: dict[str, str]) -> str:
    if any("void" in name for name in setting):
        return "authorised"
    return "declined" if "bigcommerce_declined_units" in setting else "two payments"


def tell(world: World, setting: dict[str, str], story: str) -> None:
    if setting.get("bigcommerce_limit") == "small":
        return  # its own test: requests are refused, which is no harm
    for name, value in setting.items():
        world.switch(name, value)
    shop = place.on_world(world)
    order, commands = STORIES[story](world, shop)
    for command in commands:  # one after another, as the plan has them; the next only after the one before
        heard = through(world, shop, command)
        is_harmless(world, order, commands, setting)
        if isinstance(heard, DeskError):
            assert heard.user_message, setting
            assert not done(world, command) or getattr(heard, "code", "") == "stock_differs", (setting, heard)
            break
        if heard.outcome is Outcome.ACCEPTED:  # something that never comes: a person is asked after ten minutes
            assert "never" in setting.values(), (setting, command)
            break
        assert done(world, command), (setting, command)
        if not isinstance(command, CorrectStock):
            found = shop.find(command, tag=TAG, before=order)
            assert isinstance(found, Found), (setting, found)
        if setting.get("bigcommerce_status_after_refund") != "nothing":
            assert make.moved(heard) == make.asked(heard), setting
    after = shop.look_again(order)
    assert after == shop.read_order(order.external_id), setting
    for name in setting:
        world.switch(name, switches.everything()[name].default)


def through(world: World, shop: BigCommerce, command: Command) -> Receipt | DeskError:
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


def done(world: World, command: Command) -> int:
    if isinstance(command, CorrectStock):
        return len([effect for effect in world.effects(command.order_id) if effect.cause == "adjust"])
    return len(world.effects(command.order_id, kind=KINDS[type(command)]))


def is_harmless(world: World, order: Order, commands: list[Command], setting: dict[str, str]) -> None:
    """Never more money than planned, and each effect of ours at most once."""
    planned = sum((p.amount.amount for c in commands if isinstance(c, RefundOrder) for p in c.payments), Decimal(0))
    moved = sum((effect.amount for effect in world.effects(order.external_id, kind="refund")), Decimal(0))
    assert moved <= planned, setting
    for command in commands:
        parts = len(command.payments) if isinstance(command, RefundOrder) else 1
        assert done(world, command) <= parts, (setting, command)


# --- what each doubt comes to ------------------------------------------------------------------------
def test_stock_that_a_status_did_not_give_back_is_told_by_its_counts(world):
    world.switch("bigcommerce_status_after_refund", "nothing")
    shop = place.on_world(world)
    order, commands = whole(world, shop)
    assert isinstance(through(world, shop, commands[0]), Receipt)

    heard = through(world, shop, commands[1])

    assert isinstance(heard, Receipt)
    mug, tea = (line.stock_item_id for line in order.lines)
    assert heard.reported.stock == make.counts(f"{mug}@:97:97:3;{tea}@:98:98:2")
    assert isinstance(shop.find(commands[1], tag=TAG, before=order), Found)


def test_units_that_were_put_back_before_are_not_put_back_again(world):
    """An order of which units went back is never cancelled by its status: a refund of the rest ends it."""
    for value in ("whole", "open"):
        world.switch("bigcommerce_restock_counts", value)
        shop = place.on_world(world)
        order = place.made(world, shop, refunded=1)
        assert (order.cancel_restocks, order.ends_by_refund) == (False, True)


def test_an_order_in_a_currency_the_shop_does_not_use(world):
    """The customer's currency moves; the shop's own is by the order's rate."""
    shop = place.on_world(world)
    order = place.made(world, shop, currency="EUR", rate="0.90")
    assert (order.currency, order.customer_currency) == ("USD", "EUR")
    assert order.totals.original.customer.amount == Decimal("66.30")
    assert order.totals.original.shop.amount == Decimal("73.67")
    assert place.part(shop, order).payments[0].amount.currency == "EUR"
