"""What each look at a Shopify order proves: our mark, somebody else's, or nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from sandbox.platforms.shopify.spec import Line
from sandbox.platforms.shopify.values import Body
from sandbox.world import World
from stores.canonical.commands import (
    Absent,
    Command,
    CorrectStock,
    EditedLine,
    Found,
    FoundForeign,
    RefundOrder,
    Unclear,
)
from stores.canonical.order import Order
from stores.canonical.receipts import Outcome
from stores.canonical.request import CancelRequest
from stores.connectors.records import IN_ALL, Standing
from stores.kernel.http.json_readers import Misread
from stores.kernel.money import Money
from stores.platforms.shopify import Shopify, finding
from tests import make
from tests.stores.platforms import rig
from tests.stores.platforms.rig import KEY, OTHER_TAG, TAG


@pytest.fixture
def shop(world):
    return rig.on_world(Shopify, world)


@pytest.fixture
def order(world, shop):
    return shop.read_order(world.make_order(lines=[Line(price="10.00", quantity=3), Line(quantity=2)]).id)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def part(shop: Shopify, order: Order, units: int = 1, *, line: int = 0, **changes: Any) -> RefundOrder:
    wanted = {order.lines[line].id: Decimal(units)}
    return rig.refund(order, shop.quote(order, CancelRequest(lines=wanted)), wanted, **changes)


def through(world: World, shop: Shopify, command: Command, tag: str = TAG) -> None:
    receipt = shop.carry_out(command, key=KEY, tag=tag)
    while receipt.outcome != "applied":
        world.advance(61)
        receipt = shop.poll(command, receipt)


# --- a whole cancel -------------------------------------------------------------------------------------
def test_a_cancellation_by_somebody_else_is_foreign_and_says_when(world, order, shop):
    through(world, shop, rig.cancel(order), tag=OTHER_TAG)

    found = shop.find(rig.cancel(order), tag=TAG, before=order)

    assert found == FoundForeign(detail="The order was cancelled at 2026-11-21T09:30:02Z.")


def test_a_cancellation_without_a_note_is_foreign(world, order, shop):
    world.staff(order.external_id).cancel()

    assert isinstance(shop.find(rig.cancel(order), tag=TAG, before=order), FoundForeign)


def cancellation(told):
    """As it is read from an order that is told so."""
    api = SimpleNamespace(order=lambda *_asked, **_more: told)
    return finding.cancellation(api, rig.cancel(make.canonical_order()), make.canonical_order())


@pytest.mark.parametrize("read", [cancellation, lambda order: finding.standing_of(order)])
def test_an_answer_that_leaves_out_what_it_must_hold_says_nothing(read):
    with pytest.raises(Misread):
        read({"id": "gid://shopify/Order/1"})


# --- refunds --------------------------------------------------------------------------------------------
def test_a_record_names_note_money_per_payment_and_units(world, order, shop):
    through(world, shop, part(shop, order, 2))

    (record,) = shop.records(part(shop, order), before=order).records

    assert (record.text, record.standing) == (f"bye {TAG}", Standing.DONE)
    assert record.money == {order.payments[0].id: usd("22.00")}
    assert record.units == {order.lines[0].id: Decimal(2)}


def test_the_same_refund_by_a_colleague_is_foreign(world, order, shop):
    command = part(shop, order)
    world.staff(order.external_id).give_back({order.lines[0].id: 1}, "the customer rang")

    assert isinstance(shop.find(command, tag=TAG, before=order), FoundForeign)


@pytest.mark.parametrize(("units", "line"), [(2, 0), (1, 1)], ids=["other money", "the same money, another line"])
def test_another_refund_is_no_twin(world, order, shop, units, line):
    command = part(shop, order)
    world.staff(order.external_id).give_back({order.lines[line].id: units}, "by hand")

    assert isinstance(shop.find(command, tag=TAG, before=order), Absent)


def test_a_twin_of_more_lines_than_one_look_shows_is_read_to_its_end(world, shop):
    lines = [Line(title=f"Part {n}", sku=f"P-{n}") for n in range(5)]
    order = shop.read_order(world.make_order(lines=lines).id)
    all_five = {line.id: Decimal(1) for line in order.lines}
    four = dict(list(all_five.items())[:4])
    quote = shop.quote(order, CancelRequest(lines=all_five))
    same, fewer = rig.refund(order, quote, all_five), rig.refund(order, quote, four)
    through(world, shop, same, tag=OTHER_TAG)

    assert isinstance(shop.find(same, tag=TAG, before=order), FoundForeign)
    assert isinstance(shop.find(fewer, tag=TAG, before=order), Absent)


def test_a_refund_without_money_is_found_by_its_mark(world, shop):
    order = shop.read_order(world.make_order(lines=[Line(quantity=2)], pay="pending", app="other").id)
    command = part(shop, order)
    assert command.payments == ()
    through(world, shop, command)

    assert isinstance(shop.find(command, tag=TAG, before=order), Found)


def test_a_refund_on_its_way_is_found_pending(world, shop):
    order = shop.read_order(world.make_order(lines=[Line(quantity=2)], gateway="bogus_pending").id)
    command = part(shop, order)
    shop.carry_out(command, key=KEY, tag=TAG)

    found = shop.find(command, tag=TAG, before=order)

    assert isinstance(found, Found)
    assert found.is_pending


def test_a_refund_the_bank_refused_is_found_and_said_unpaid(world, shop):
    order = shop.read_order(world.make_order(lines=[Line(quantity=2)], gateway="bogus_fail").id)
    command = part(shop, order)
    with pytest.raises(Exception, match="not paid back"):
        shop.carry_out(command, key=KEY, tag=TAG)

    found = shop.find(command, tag=TAG, before=order)

    assert isinstance(found, Found)
    assert found.is_failed
    assert "did not pay" in found.detail


def test_a_refund_paid_back_by_one_payment_only_is_unclear_whoever_made_it(world, shop):
    tender = [("bogus", "10.00"), ("bogus_fail", "16.00")]
    order = shop.read_order(world.make_order(lines=[Line(quantity=2)], tender=tender).id)
    command = part(shop, order, 2)
    assert len(command.payments) == 2
    with pytest.raises(Exception, match="not paid back"):
        shop.carry_out(command, key=KEY, tag=TAG)

    for tag in (TAG, OTHER_TAG):
        found = shop.find(command, tag=tag, before=order)
        assert isinstance(found, Unclear)
        assert "one part" in found.detail


def test_a_list_that_was_cut_is_unclear_unless_our_mark_is_on_it(world, order, shop):
    command = part(shop, order)
    for _turn in range(30):
        world.staff(order.external_id).refund("0.10", "small change")
    assert isinstance(shop.find(command, tag=TAG, before=order), Unclear)

    other = shop.read_order(world.make_order(lines=[Line(price="10.00", quantity=3)]).id)
    ours = part(shop, other)
    through(world, shop, ours)
    for _turn in range(29):
        world.staff(other.external_id).refund("0.10", "small change")
    assert isinstance(shop.find(ours, tag=TAG, before=other), Found)


TRANSACTION = {"kind": "REFUND", "status": "SUCCESS"}


def refund_of(*rows: tuple[str, str], whole: str, more: bool = False) -> Body:
    nodes = [
        TRANSACTION | {"parentTransaction": {"id": parent} if parent else None, "amountSet": bag(amount)}
        for parent, amount in rows
    ]
    return {"totalRefundedSet": bag(whole), "transactions": {"pageInfo": {"hasNextPage": more}, "nodes": nodes}}


def bag(amount: str) -> Body:
    return {"presentmentMoney": {"amount": amount, "currencyCode": "USD"}}


@pytest.mark.parametrize(
    ("raw", "money"),
    [
        (refund_of(("a", "4.00"), ("b", "1.5"), whole="5.50"), {"a": "4.00", "b": "1.50"}),
        (refund_of(("a", "4.00"), ("a", "1.00"), whole="5.00"), {"a": "5.00"}),
        (refund_of(whole="5.00"), {IN_ALL: "5.00"}),
        (refund_of(whole="0.0"), {}),
        (refund_of(("", "3.00"), ("a", "2.00"), whole="5.00"), {IN_ALL: "5.00"}),  # store credit names no payment
        (refund_of(("a", "4.00"), whole="9.00", more=True), {IN_ALL: "9.00"}),
    ],
)
def test_money_is_told_per_payment_and_else_in_all(raw, money):
    assert finding.money_of(raw, "USD") == {payment: usd(amount) for payment, amount in money.items()}


# --- edits, releases, stock -----------------------------------------------------------------------------
def unpaid(world: World, shop: Shopify) -> Order:
    return shop.read_order(world.make_order(lines=[Line(quantity=5), Line(quantity=5)], pay="pending").id)


def test_an_edit_to_the_asked_quantities_is_found_whoever_made_it(world, shop):
    order = unpaid(world, shop)
    assert isinstance(shop.find(rig.edit(order, keep=3), tag=TAG, before=order), Absent)
    through(world, shop, rig.edit(order, keep=3), tag=OTHER_TAG)

    assert isinstance(shop.find(rig.edit(order, keep=3), tag=TAG, before=order), Found)


def test_an_edit_half_done_by_somebody_else_is_unclear(world, shop):
    order = unpaid(world, shop)
    through(world, shop, rig.edit(order, keep=3))

    assert isinstance(shop.find(rig.edit(order, keep=1), tag=TAG, before=order), Unclear)


def test_an_order_cancelled_meanwhile_does_not_pass_for_our_edit(world, shop):
    """Every line stands at 0 then, also the one that was to go."""
    order = unpaid(world, shop)
    world.staff(order.external_id).cancel()
    gone = replace(rig.edit(order), lines=(EditedLine(line_id=order.lines[0].id, keep=Decimal(0), restock=True),))

    found = shop.find(gone, tag=TAG, before=order)

    assert found == FoundForeign(detail="The whole order was cancelled meanwhile.")


def test_a_release_by_a_cancel_is_a_release(world, shop):
    order = shop.read_order(world.make_order(lines=[Line()], pay="authorised").id)
    assert isinstance(shop.find(rig.void(order), tag=TAG, before=order), Absent)
    world.staff(order.external_id).cancel()

    assert isinstance(shop.find(rig.void(order), tag=TAG, before=order), Found)


def test_stock_movements_cannot_be_searched(order, shop):
    command = rig.stock(order)
    assert isinstance(command, CorrectStock)
    assert isinstance(shop.find(command, tag=TAG, before=order), Unclear)


def test_a_stuck_job_stays_accepted(world, shop, order):
    world.fault("stuck_job", on="orderCancel")
    receipt = shop.carry_out(rig.cancel(order), key=KEY, tag=TAG)
    world.advance(900)

    assert shop.poll(rig.cancel(order), receipt).outcome is Outcome.ACCEPTED
    assert isinstance(shop.find(rig.cancel(order), tag=TAG, before=order), Absent)
