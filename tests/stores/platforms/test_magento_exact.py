"""Money to the cent: tax mode by discount by shipping by partial sequence, our arithmetic against the simulator's.

Whole = paid, parts sum, no cent is left over, and what a credit memo came to is what was promised.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product
from random import Random
from typing import Any

import pytest

from sandbox.platforms.magento.simulator import MagentoSimulator
from sandbox.platforms.magento.spec import Line
from sandbox.world import World
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest
from stores.kernel.money import Money
from stores.platforms.magento import Magento
from tests.stores.platforms import rig
from tests.stores.platforms.magento import place
from tests.stores.platforms.magento.place import world
from tests.stores.platforms.rig import KEY, Sent

__all__ = ["world"]
PRICES = [(False, False), (True, False), (False, True), (True, True)]
DISCOUNTS = ("none", "goods", "goods and shipping")
CONFIGS = ["excluding", "including"]
ORDERS, SEED = int(os.environ.get("EXACT_ORDERS", "2")), os.environ.get("EXACT_SEED", "")  # of each kind
RATES = ("0.19", "0.20", "0.077", "0")


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def words_of(dice: Random, prices: tuple[bool, bool], discount: str) -> dict[str, Any]:
    """Prices that do not divide; half of the orders are billed in two invoices."""
    rate = dice.choice(RATES)
    lines = [line_of(dice, place_, discount) for place_ in range(dice.randrange(1, 4))]
    shipping = f"{dice.randrange(300, 1200) / 100:.2f}"
    off = Decimal(dice.randrange(1, 99)) / 100 if discount == "goods and shipping" else Decimal(0)
    first = tuple(dice.randrange(0, line.quantity + 1) for line in lines)
    rest = tuple(line.quantity - count for line, count in zip(lines, first, strict=True))
    has_two = dice.random() < 0.5 and any(first) and any(rest)
    return {
        "lines": lines, "tax_rate": rate, "prices_include_tax": prices[0], "shipping_includes_tax": prices[1],
        "shipping": shipping, "shipping_discount": f"{Decimal(shipping) * off:.2f}",
        "tax_after_discount": dice.random() < 0.8, "invoices": [first, rest] if has_two else (),
    }  # fmt: skip


def line_of(dice: Random, place_: int, discount: str) -> Line:
    price, count = Decimal(dice.randrange(100, 9999)) / 100, dice.randrange(1, 6)
    share = Decimal(dice.randrange(1, 60)) / 100 if discount.startswith("goods") else Decimal(0)
    off = f"{price * count * share:.2f}"
    kind = dice.choice(("simple", "simple", "configurable", "virtual"))
    return Line(sku=f"S{place_}", price=f"{price:.2f}", quantity=count, discount=off, kind=kind)


INCL = {"prices_include_tax": True, "shipping_includes_tax": True, "tax_rate": "0.20", "shipping": "6.00"}
MUG = Line(price="24.00", discount="2.40")  # 21.60 were paid: 20.00 + 3.60 + 0.40 - 2.40

# discount of the shipping of 6.00, how the shop reads it, what we were told -> what is left of it, whole, number, extra
DISCOUNTED = [
    ("0", "excluding", "excluding", "6.00", "27.60", 5, 0),
    ("3.00", "excluding", "excluding", "3.00", "24.60", 5, 0),
    ("3.00", "including", "including", "3.00", "24.60", 6, 0),
    ("3.00", "including", "", "3.00", "24.60", 0, 3),
    ("6.00", "excluding", "excluding", "0.00", "21.60", 0, 0),
]


@pytest.mark.parametrize(("off", "config", "told", "left", "whole", "argument", "extra"), DISCOUNTED)
def test_discounted_shipping_inside_of_prices_with_tax(world, off, config, told, left, whole, argument, extra):
    """What the discount took off the tax (0.40 of the goods, 0.50 of the shipping) was left out: too little went back,
    and the order stayed open."""
    world.switch("magento_shipping_config", config)
    journal = Sent()
    shop = place.on_world(world, journal=journal, **({"shipping_prices": told} if told else {}))
    order = place.made(world, shop, lines=[MUG], shipping_discount=off, **INCL)
    assert order.shipping_refundable == usd(left)
    (command,) = place.everything(shop, order)

    shop.carry_out(command, key=KEY, tag=rig.TAG)

    sent = json.loads(journal.requests[0].body)["arguments"]
    assert (sent["shipping_amount"], sent["adjustment_positive"], sent["adjustment_negative"]) == (argument, extra, 0)
    assert [str(e.amount) for e in world.effects(order.external_id, kind="refund")] == [whole]
    after = shop.look_again(order)
    assert (after.totals.net.shop, after.shipping_refundable) == (usd("0.00"), usd("0.00"))
    assert after.cancelled_at


@pytest.mark.parametrize(("units", "amount"), [(1, "8.99"), (2, "17.98"), (3, "26.97")])
def test_units_of_a_discounted_line_inside_of_prices_with_tax(world, units, amount):
    """Three of 9.99 with 3.00 off: 26.97."""
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[Line(price="9.99", quantity=3, discount="3.00")], **INCL)
    wanted = CancelRequest(lines=place.some(order, units), shipping=usd("0.00"))

    assert shop.quote(order, wanted).total == usd(amount)


def test_half_of_discounted_shipping_is_half_of_what_was_paid_for_it(world):
    world.switch("magento_shipping_config", "including")
    shop = place.on_world(world, shipping_prices="including")
    order = place.made(world, shop, lines=[replace(MUG, quantity=2, discount="4.80")], shipping_discount="3.00", **INCL)
    one = Told(world, shop, order)

    one.step(CancelRequest(lines=place.some(order), shipping=usd("1.50")))

    raw = MagentoSimulator(world).order(order.external_id)
    assert (raw["shipping_refunded"], raw["shipping_tax_refunded"]) == ("2.50", "0.25")
    assert (raw["adjust_pos"], raw["adjust_neg"], one.moved) == ("0", "0", Decimal("23.10"))
    assert shop.look_again(order).shipping_refundable == usd("1.50")


@dataclass
class Told:
    """One order taken to its end by steps of units and shipping."""

    world: World
    shop: Magento
    order: Order
    sent: Decimal = Decimal(0)

    def step(self, request: CancelRequest) -> None:
        now = self.shop.read_order(self.order.external_id)
        for command in place.refunds(now, self.shop.quote(now, request)):
            receipt = self.shop.poll(command, self.shop.carry_out(command, key=KEY, tag=f"[op {len(now.refunds):08x}]"))
            assert receipt.reported.refunded == command.payments[0].amount
            self.sent += command.payments[0].amount.amount
        assert self.moved == self.sent

    @property
    def moved(self) -> Decimal:
        return sum((e.amount for e in self.world.effects(self.order.external_id, kind="refund")), Decimal(0))


def is_open(order: Order) -> bool:
    return any(line.cancellable for line in order.lines) and bool(order.totals.net.shop)


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("told", [True, False], ids=["told", "not told"])
@pytest.mark.parametrize(("prices", "discount"), list(product(PRICES, DISCOUNTS)), ids=str)
def test_whole_is_paid_and_parts_sum(world, prices, discount, config, told):
    world.switch("magento_shipping_config", config)
    shop = place.on_world(world, shipping_prices=config if told else "")
    world.watchers.clear()
    dice = Random(f"{prices}{discount}{config}{told}{SEED}")
    for _ in range(ORDERS):
        words = words_of(dice, prices, discount)
        one = Told(world, shop, place.made(world, shop, **words))
        if dice.random() < 0.7:
            parts(dice, one)
        now = shop.read_order(one.order.external_id)
        if is_open(now):
            one.step(rig.everything(now))

        after = shop.read_order(one.order.external_id)
        assert one.moved == one.order.totals.received.shop.amount, words
        assert (after.totals.net.shop, after.shipping_refundable) == (usd("0.00"), usd("0.00")), words
        assert after.cancelled_at
        assert MagentoSimulator(world).order(one.order.external_id)["state"] == "closed"
        assert shop.look_again(one.order) == after
        if told and one.order.shipping_refundable:
            goes_as_shipping(world, one.order)


def parts(dice: Random, one: Told) -> None:
    """Up to three steps of some units, with nothing, some or all of the shipping."""
    for _ in range(dice.randrange(1, 4)):
        now = one.shop.read_order(one.order.external_id)
        lines = {line.id: Decimal(dice.randrange(0, int(line.cancellable) + 1)) for line in now.lines}
        lines = {line_id: count for line_id, count in lines.items() if count}
        if not lines or all(lines.get(line.id, 0) == line.current for line in now.lines):
            continue
        left = now.shipping_refundable.amount if now.shipping_refundable else Decimal(0)
        share = dice.choice((Decimal(0), Decimal(dice.randrange(0, 100)) / 100, Decimal(1)))
        one.step(CancelRequest(lines=lines, shipping=Money(left * share, "USD").rounded()))


def goes_as_shipping(world: World, order: Order) -> None:
    """Where the shop's reading is known, Magento's books show all of the shipping as refunded, and its tax."""
    raw = MagentoSimulator(world).order(order.external_id)
    cents = Decimal("0.03")  # of several parts
    assert abs(Decimal(raw["shipping_refunded"]) - Decimal(raw["shipping"])) <= cents
    assert abs(Decimal(raw["shipping_tax_refunded"]) - Decimal(raw["shipping_tax"])) <= cents
    assert Decimal(raw["adjust_pos"]) <= 2 * cents
