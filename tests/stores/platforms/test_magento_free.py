"""Orders that cost nothing: a credit memo of 0.00 takes their units off, or the words say what to do in Magento."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from cancellations.planning import planner
from cancellations.planning.plan import Plan, ShopSettings
from sandbox.platforms.magento.simulator import MagentoSimulator
from sandbox.platforms.magento.spec import Line
from stores.canonical.commands import Absent, CancelOrder, Found, FoundForeign, RefundOrder
from stores.canonical.order import Cancellable, Order
from stores.canonical.request import CancelRequest
from stores.kernel.errors import RemoteRefused, Unsupported
from stores.platforms.magento import Magento
from tests import make
from tests.stores.platforms import rig
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.magento import place
from tests.stores.platforms.magento.place import world
from tests.stores.platforms.rig import KEY, TAG, Sent

__all__ = ["world"]
FREE = {"lines": [Line(price="97.20", discount="291.60", quantity=3, sku="MUG")], "shipping": "0", "pay": "free"}


def planned(shop: Magento, order: Order, units: int) -> Plan:
    request = CancelRequest(lines={order.lines[0].id: Decimal(units)})
    return planner.build(
        order, request, quote=shop.quote(order, request), capabilities=shop.capabilities, recipe=shop.recipe,
        reasons=shop.reasons, settings=ShopSettings(hold_seconds=0), adapter_version="1",
    )  # fmt: skip


def command_of(plan: Plan) -> RefundOrder:
    (command,) = [step.command for step in plan.steps if step.command]
    assert isinstance(command, RefundOrder)
    return command


def test_units_of_a_free_order_leave_by_credit_memos_of_nothing(world):
    journal = Sent()
    shop = place.on_world(world, journal=journal)
    order = place.made(world, shop, **FREE)
    assert (order.cancellable, order.whole_cancel_blockers, order.leaves_for_nothing) == (Cancellable.ALL, (), True)
    (row,) = shop.list_orders(since=None).orders
    assert (row.cancellable, row.leaves_for_nothing) == (Cancellable.ALL, True)
    assert not [remark for remark in order.remarks if "by hand" in remark.text]

    for units, left, ended in ((1, 2, False), (2, 0, True)):
        now = shop.read_order(order.external_id)
        plan = planned(shop, now, units)
        assert (plan.can_run, plan.expected.is_cancelled) == (True, ended)
        command = command_of(plan)
        tag = f"[op {units:08d}]"
        assert isinstance(shop.find(command, tag=tag, before=now), Absent)
        receipt = shop.poll(command, shop.carry_out(command, key=KEY, tag=tag))
        assert receipt.reported.refunded == make.money("0.00")
        assert isinstance(shop.find(command, tag=tag, before=now), Found)
        after = shop.look_again(order)
        assert (after.lines[0].current, after.cancelled_at is not None) == (left, ended)
        assert after == shop.read_order(order.external_id)

    sent = json.loads(journal.requests[0].body)
    assert (sent["items"], sent["isOnline"]) == ([{"order_item_id": int(order.lines[0].id), "qty": 1}], False)
    assert sent["arguments"] == {
        "shipping_amount": 0, "adjustment_positive": 0, "adjustment_negative": 0,
        "extension_attributes": {"return_to_stock_items": [int(order.lines[0].id)]},
    }  # fmt: skip
    assert [str(e.amount) for e in world.effects(order.external_id, kind="refund")] == ["0.00", "0.00"]
    assert MagentoSimulator(world).stock("MUG")["salable"] == 1000
    assert MagentoSimulator(world).order(order.external_id)["state"] == "closed"


def test_a_shop_that_makes_none_says_what_to_do(world):
    shop = place.on_world(world, zero_memos="refused")
    order = place.made(world, shop, **FREE)

    plan = planned(shop, order, 3)

    assert (order.cancellable, order.leaves_for_nothing, plan.can_run) == (Cancellable.NONE, False, False)
    assert "Allow Zero GrandTotal" in order.whole_cancel_blockers[0]
    assert "Allow Zero GrandTotal" in order.lines[0].why_not
    assert any("Allow Zero GrandTotal" in blocker.text for blocker in plan.blockers)


def test_a_shop_that_makes_none_and_did_not_tell_us_says_it_then(world):
    shop = place.on_world(world)
    order = place.made(world, shop, **FREE)
    command = command_of(planned(shop, order, 3))
    world.switch("magento_zero_memos", "refused")

    heard = outcome_of(lambda: shop.carry_out(command, key=KEY, tag=TAG))

    assert isinstance(heard, RemoteRefused)
    assert "Allow Zero GrandTotal" in heard.user_message
    assert "The order does not allow a creditmemo" in heard.user_message
    assert world.effects(order.external_id, kind="refund") == []


@pytest.mark.parametrize(
    "words",
    [{"invoices": [(1,), (2,)]}, {"invoices": [(1,)]}, {"extras": {"customer_balance_amount": "0.00"}, "pay": "paid"}],
    ids=["two invoices", "partly billed", "plain after all"],
)
def test_free_orders_that_one_credit_memo_cannot_end(world, words):
    shop = place.on_world(world)
    order = place.made(world, shop, **(FREE | words))
    if "extras" in words:
        assert order.leaves_for_nothing
        return
    assert not order.leaves_for_nothing
    assert "in Magento itself" in order.whole_cancel_blockers[0]


def test_a_free_order_nobody_billed_is_cancelled(world):
    shop = place.on_world(world)
    order = place.made(world, shop, **(FREE | {"pay": "unpaid"}))

    plan = planned(shop, order, 3)

    assert [type(step.command) for step in plan.steps if step.command] == [CancelOrder]


def test_a_refund_of_nothing_is_for_free_orders_alone(world):
    """A credit memo of zero would take paid units off and keep the money."""
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = replace(place.part(shop, order), payments=())

    assert isinstance(outcome_of(lambda: shop.carry_out(command, key=KEY, tag=TAG)), Unsupported)
    assert world.effects(order.external_id, kind="refund") == []


def test_a_credit_memo_of_nothing_made_by_a_colleague_is_seen(world):
    shop = place.on_world(world)
    order = place.made(world, shop, **FREE)
    command = command_of(planned(shop, order, 3))
    MagentoSimulator(world).staff(order.external_id).refund(3, note="bye")

    assert isinstance(shop.find(command, tag=TAG, before=order), FoundForeign)
    heard = outcome_of(lambda: shop.carry_out(command, key=KEY, tag=TAG))
    assert (type(heard), heard.code) == (RemoteRefused, "state")
    assert rig.everything(order).lines == {order.lines[0].id: Decimal(3)}
