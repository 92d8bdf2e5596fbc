"""Ours to theirs: the exact variables of each effect, and what each look-up proves."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sandbox.platforms.shopify.spec import Line
from stores.canonical.commands import EditedLine, RefundOrder, Resend
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest, Reason
from stores.kernel.errors import InputRejected
from stores.kernel.money import Money
from stores.platforms import registry
from stores.platforms.shopify import Shopify, capabilities, writing
from tests.stores.platforms import rig
from tests.stores.platforms.rig import KEY, TAG, Sent


@pytest.fixture
def journal():
    return Sent()


@pytest.fixture
def shop(world, journal):
    return rig.on_world(Shopify, world, journal=journal)


@pytest.fixture
def order(world, shop):
    return shop.read_order(world.make_order(lines=[Line(price="10.00", quantity=3), Line(quantity=2)]).id)


def sent(journal: Sent) -> Any:
    return json.loads(journal.requests[-1].body)


@pytest.mark.parametrize("reason", Reason)
def test_a_whole_cancel_always_says_what_happens_to_the_money(reason, order, shop, journal):
    shop.carry_out(rig.cancel(order, reason=reason, refund=False, restock=False), key=KEY, tag=TAG)

    assert sent(journal)["variables"] == {
        "orderId": order.external_id,
        "reason": capabilities.REASONS[reason],
        "restock": False,
        "notify": False,
        "note": f"bye {TAG}",
        "method": {"originalPaymentMethodsRefund": False},
    }
    assert journal.requests[-1].key == ""


def test_a_refund_sends_units_payments_key_and_mark(order, shop, journal):
    units = {order.lines[0].id: Decimal(2)}
    quote = shop.quote(order, CancelRequest(lines=units))

    shop.carry_out(rig.refund(order, quote, units, shipping=Money(Decimal(1), "USD"), notify=True), key=KEY, tag=TAG)

    wanted = sent(journal)["variables"]
    assert wanted["key"] == KEY == journal.requests[-1].key
    assert wanted["input"] == {
        "orderId": order.external_id,
        "currency": "USD",
        "note": f"bye {TAG}",
        "notify": True,
        "refundLineItems": [
            {
                "lineItemId": order.lines[0].id,
                "quantity": 2,
                "restockType": "CANCEL",
                "locationId": "gid://shopify/Location/61001",
            }
        ],
        "transactions": [
            {
                "orderId": order.external_id,
                "kind": "REFUND",
                "gateway": "bogus",
                "parentId": order.payments[0].id,
                "amount": "22.00",
            }
        ],
        "shipping": {"amount": "1.00"},
    }
    assert "@idempotent(key: $key)" in sent(journal)["query"]


def test_an_amount_is_written_with_the_currencys_own_digits():
    assert writing.amount(Money(Decimal("1200"), "JPY")) == "1200"
    assert writing.amount(Money(Decimal("1.5"), "KWD")) == "1.500"
    assert writing.amount(Money(Decimal("1E+2"), "USD")) == "100.00"


def test_part_of_a_unit_cannot_be_told():
    with pytest.raises(InputRejected):
        writing.whole(Decimal("0.5"))


def test_an_edit_says_what_stays_and_only_its_commit_is_an_effect(world, shop, journal):
    order = shop.read_order(world.make_order(lines=[Line(quantity=5)], pay="pending").id)
    asked: list[Any] = []
    world.on_exchange(asked.append)

    shop.carry_out(rig.edit(order, keep=2), key=KEY, tag=TAG)

    assert [seen.operation for seen in asked] == ["orderEditBegin", "orderEditSetQuantity", "orderEditCommit"]
    number = order.lines[0].id.rpartition("/")[2]
    assert asked[1].variables["l0"] == f"gid://shopify/CalculatedLineItem/{number}"
    assert (asked[1].variables["q0"], asked[1].variables["r0"]) == (2, True)
    assert len(journal.requests) == 1
    assert shop.look_again(order).lines[0].current == 2


def test_many_lines_are_edited_in_documents_below_the_cost_limit(world, shop):
    lines = [Line(title=f"Part {n}", sku=f"P-{n}", quantity=2) for n in range(95)]
    order = shop.read_order(world.make_order(lines=lines, pay="pending").id)
    command = replace(
        rig.edit(order),
        lines=tuple(EditedLine(line_id=line.id, keep=Decimal(1), restock=True) for line in order.lines),
    )

    shop.carry_out(command, key=KEY, tag=TAG)

    assert {line.current for line in shop.look_again(order).lines} == {1}


def test_a_stock_correction_names_the_count_that_it_starts_from(order, shop, world, journal):
    change = rig.stock(order, delta=-2).changes[0]
    item, place = (int(gid.rpartition("/")[2]) for gid in (change.stock_item_id, change.location_id))
    seen = world.stock(item, place)["available"]

    shop.carry_out(rig.stock(order, delta=-2), key=KEY, tag=TAG)

    wanted = sent(journal)["variables"]["input"]
    assert wanted["changes"][0]["delta"] == -2
    assert wanted["changes"][0]["changeFromQuantity"] == seen
    assert wanted["referenceDocumentUri"] == "gid://rescind/Step/7f3a9c21"
    assert (wanted["name"], wanted["reason"]) == ("available", "correction")


def part(shop: Shopify, order: Order, units: int = 1, **changes: Any) -> RefundOrder:
    wanted = {order.lines[0].id: Decimal(units)}
    return rig.refund(order, shop.quote(order, CancelRequest(lines=wanted)), wanted, **changes)


HOUR = 3600.0


@pytest.mark.parametrize(
    ("make", "age", "next_step"),
    [
        (rig.cancel, 0, Resend.NEW_GENERATION), (rig.edit, 99 * HOUR, Resend.NEW_GENERATION),
        (rig.void, 0, Resend.NEW_GENERATION), (rig.stock, 19 * HOUR, Resend.SAME_KEY),
        (rig.stock, 20 * HOUR, Resend.PERSON),
    ],
)  # fmt: skip
def test_what_may_follow_an_absent_effect(make, age, next_step, order, shop):
    assert shop.may_resend(make(order), age=age) is next_step


@pytest.mark.parametrize(("age", "next_step"), [(19.9 * HOUR, Resend.SAME_KEY), (20 * HOUR, Resend.PERSON)])
def test_a_refund_is_only_sent_again_while_its_key_is_sure_to_live(age, next_step, order, shop):
    assert shop.may_resend(part(shop, order), age=age) is next_step


def test_the_registry_knows_shopify_and_nothing_else():
    assert registry.get("shopify") is Shopify
    with pytest.raises(KeyError):
        registry.get("nobody")
