"""Random lives of an order: whatever is asked, money and units stay whole."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.platforms.shopify import totals
from sandbox.platforms.shopify.shops import Made
from sandbox.platforms.shopify.spec import Line
from sandbox.world import World
from tests.sandbox import documents, test_cancel, test_edit, test_refund
from tests.sandbox.conftest import Client

Act = Callable[[World, Client, Made, int], Any]


def some_units(world: World, client: Client, made: Made, number: int) -> None:
    line = test_refund.taking(made, 1 + number % 3, ("CANCEL", "RETURN", "NO_RESTOCK")[number % 3], number % 2)
    told = client.ask(documents.SUGGEST, id=made.id, items=[line])
    if "errors" not in told:
        test_refund.refund(client, made, [line], key=f"key-{number}")


def some_money(world: World, client: Client, made: Made, number: int) -> None:
    payment = test_refund.paying(client, made, f"{1 + number % 40}.{number % 100:02d}")
    test_refund.refund(client, made, [], transactions=[payment], key=f"money-{number}")


def cancel(world: World, client: Client, made: Made, number: int) -> None:
    test_cancel.cancel(client, made, restock=bool(number % 2))
    world.advance(number % 5)


def edit(world: World, client: Client, made: Made, number: int) -> None:
    opened = test_edit.begin(client, made)
    if opened["calculatedOrder"] and opened["calculatedOrder"]["lineItems"]["nodes"]:
        test_edit.keep(client, opened, number % 4, restock=bool(number % 2))
        test_edit.commit(client, opened)


def ship(world: World, client: Client, made: Made, number: int) -> None:
    world.staff(made.id).ship({made.lines[number % 2]: 1})


def wait(world: World, client: Client, made: Made, number: int) -> None:
    world.advance(number)


ACTS: tuple[Act, ...] = (some_units, some_money, cancel, edit, ship, wait)


def is_whole(world: World, made: Made) -> None:
    """What must hold after every step."""
    order = world.order(made.id)
    paid = Decimal(totals.received(order)) / 100
    assert sum(effect.amount for effect in world.effects(made.id, "refund")) <= paid
    assert len(world.effects(made.id, "cancel")) <= 1
    assert totals.refunded(order) <= totals.received(order)
    assert totals.current(order) >= 0
    for line in order["lines"]:
        assert 0 <= totals.refundable(line) <= line["quantity"]
        assert totals.waiting(line) >= 0
        waiting = sum(
            part["remaining"]
            for parcel in order["fulfillment_orders"]
            for part in parcel["items"]
            if part["line"] == line["id"]
        )
        assert waiting == totals.waiting(line)
        level = world.stock(line["item"], order["fulfillment_orders"][0]["location"])
        assert level["available"] + level["committed"] == level["on_hand"]


@pytest.mark.parametrize("pay", ["paid", "authorised", "partly_captured", "pending"])
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 200)), max_size=8))
def test_money_and_units_stay_whole(world: World, client: Client, pay: str, steps: list[tuple[Act, int]]) -> None:
    world.reset()
    world.switch("limit", "enterprise")
    lines = [Line(quantity=3, price="9.99", discount="1.00"), Line(quantity=2, price="20.00")]
    made = world.make_order(lines=lines, pay=pay, discount="3.33", tax="0.0825")

    for act, number in steps:
        if pay != "pending" or act is not some_money:
            act(world, client, made, number)
        is_whole(world, made)
