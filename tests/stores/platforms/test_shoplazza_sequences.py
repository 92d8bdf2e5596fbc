"""Orders cancelled bit by bit to their end: quoted amounts, fees kept, shipping given early, money given by hand."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sandbox.platforms.shoplazza.spec import Line
from sandbox.world import World
from stores.canonical.commands import RefundOrder
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest
from stores.kernel.money import Money
from stores.platforms.shoplazza import Shoplazza
from tests.stores.platforms import rig
from tests.stores.platforms.shoplazza import place

CENT = Decimal("0.01")
SEEDS = 60


def cents(rng: random.Random, least: int, most: int) -> str:
    return f"{Decimal(rng.randint(least, most)) / 100:.2f}"


def words(rng: random.Random) -> dict[str, Any]:
    """Taxes in and beside the price, discounts named and unnamed, duty, shipping with tax, tip, fee."""
    lines = [
        Line(sku=f"S{n}", price=cents(rng, 500, 9000), quantity=rng.randint(1, 4), discount=cents(rng, 0, 300),
             duty=rng.choice(["0", cents(rng, 1, 200)]))
        for n in range(rng.randint(1, 4))
    ]  # fmt: skip
    return {
        "lines": lines, "tax_rate": rng.choice(["0", "0.07", "0.19", "0.2125"]), "taxes_included": rng.random() < 0.5,
        "shipping": rng.choice(["0", "5.00", "4.99"]), "shipping_tax": rng.choice(["0", "0.95"]),
        "tip": rng.choice(["0", "2.00"]), "fees": rng.choice([{}, {"Wrapping": "3.50"}]),
        "off": rng.choice(["0", "0", cents(rng, 1, 400)]),
    }  # fmt: skip


def bits(rng: random.Random, order: Order) -> Iterator[dict[str, Decimal]]:
    """Its units in a random order, some at a time; the last bit is what is left."""
    left = [line.id for line in order.lines for _ in range(int(line.current))]
    rng.shuffle(left)
    while left:
        taken = [left.pop() for _ in range(min(len(left), rng.randint(1, 3)))]
        yield {line: Decimal(taken.count(line)) for line in set(taken)}


def sent(world: World, shop: Shoplazza, command: RefundOrder, number: int) -> None:
    shop.carry_out(command, key=f"k{number}", tag=f"[op {number:08x}]")
    world.advance(3)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_what_is_left_at_the_end_is_what_was_kept(world, seed):
    rng, shop = random.Random(seed), place.on_world(world)
    order = place.made(world, shop, **words(rng))
    paid, kept, number = order.totals.received.customer, Money.zero("USD"), 0
    steps = list(bits(rng, order))
    for number, units in enumerate(steps, 1):
        early = rng.choice([None, None, Money(CENT * 100, "USD")]) if order.shipping_refundable else None
        quote = shop.quote(order, CancelRequest(lines=units, shipping=early if number < len(steps) else None))
        assert quote.total == sum((p.amount for p in quote.payments), Money.zero("USD")) <= quote.maximum
        command = place.refund(order, quote, units)
        fee = Money(Decimal(rng.randint(10, 300)) / 100, "USD")
        if rng.random() < 0.3 and number < len(steps) and quote.total > fee + (quote.shipping or fee):
            less = replace(command.payments[0], amount=command.payments[0].amount - fee)
            command, kept = replace(command, payments=(less,)), kept + fee
        if command.payments:
            sent(world, shop, command, number)
        if rng.random() < 0.2 and number < len(steps):
            world.shoplazza.staff(order.external_id).refund("0.50", note="sorry")
            world.advance(3)
        order = shop.look_again(order)

    assert paid - order.totals.refunded.customer == kept
    assert not any(line.current for line in order.lines)
    assert not order.shipping_refundable
    told = world.shoplazza.order(order.external_id)["refunds"]
    assert [record["price"] for record in told if record["tip"]] in ([], [told[-1]["price"]])


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_bits_of_an_order_sum_to_the_whole(world, seed):
    """Asked at once or one after another: the same money, to the cent."""
    rng, shop = random.Random(seed), place.on_world(world)
    wanted = words(rng)
    order, whole = place.made(world, shop, **wanted), place.made(world, shop, **wanted)
    for number, units in enumerate(bits(rng, order)):
        quote = shop.quote(order, CancelRequest(lines=units))
        sent(world, shop, place.refund(order, quote, units), number)
        order = shop.look_again(order)

    assert order.totals.refunded.customer == shop.quote(whole, rig.everything(whole)).total
