"""What is peculiar to Magento at the desk: orders invoiced in part, an order on hold, money without a credit memo."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sandbox.platforms.magento.simulator import MagentoSimulator
from sandbox.platforms.magento.spec import Line
from stores.kernel.money import Money
from tests.rigs.desk import Desk, lines_of
from tests.sandbox import magento_spec
from tests.stores.platforms.desk_contract import back, carried_through, stopped

PLATFORM = "magento"
MUG = Line(title="Enamel mug", price="14.50", sku="MUG-BLU", quantity=3)
TEA = Line(title="Mountain tea", price="8.90", sku="TEA-100", quantity=2)


@pytest.fixture(autouse=True)
def watched(desk: Desk) -> None:
    desk.world.watchers.append(magento_spec.checker())


def test_a_partly_invoiced_order_is_refunded_and_then_cancelled(desk):
    order = desk.order(lines=[MUG, TEA], invoices=[(1, 0)])

    done = stopped(desk, order, desk.everything(order))

    assert done.state == "done"
    differing = {row["kind"] for row in lines_of(done.receipt) if row["verdict"] == "differs"}
    assert differing <= {"stock"}  # no record of what a cancel puts back
    assert [(e.kind, e.units) for e in desk.world.effects() if e.kind != "stock"] == [("refund", 1), ("cancel", 4)]
    assert MagentoSimulator(desk.world).stock("TEA-100")["salable"] == 1000


def test_all_units_with_the_shipping_kept(desk):
    """The order is then complete in Magento, not closed: neither promised nor told as cancelled."""
    order = desk.order(lines=[MUG])

    carried_through(desk, order, desk.everything(order, shipping=Money(Decimal(0), "USD")))

    live = desk.live(order)
    assert (live.cancelled_at, live.lines[0].current) == (None, 0)
    assert MagentoSimulator(desk.world).order(live.external_id)["state"] == "complete"
    assert back(desk, order) == ["43.50"]


def test_units_kept_out_of_stock_are_written_off(desk):
    order = desk.order(lines=[MUG, TEA])
    line = desk.live(order).lines[0].id

    carried_through(desk, order, desk.some(order, 1, 1, keep_stock=frozenset({line})))

    mug, tea = MagentoSimulator(desk.world).stock("MUG-BLU"), MagentoSimulator(desk.world).stock("TEA-100")
    assert (mug["salable"], mug["qty"]) == (997, 999)
    assert (tea["salable"], tea["qty"]) == (999, 1000)


def test_an_order_on_hold_is_blocked_in_words(desk):
    order = desk.order(lines=[MUG], held=True)

    assert desk.plan(order, desk.everything(order)).blockers


def test_money_that_left_without_a_credit_memo_is_never_sent_again(desk):
    """The provider paid, and the shop's database took everything back: one text, and nothing to be read."""
    order = desk.order(lines=[MUG])
    desk.world.fault("user_error", on="refund", flavour="paid")

    done = stopped(desk, order, desk.some(order, 1))

    assert done.state == "needs_operator"
    assert desk.count("refund") == 1


def test_a_message_is_asked_for_where_magento_sends_one(desk):
    paid = desk.order(lines=[MUG])
    carried_through(desk, paid, desk.some(paid, 1, notify=True))
    assert desk.count("notify") == 1

    unpaid = desk.order(lines=[MUG], pay="unpaid")
    assert desk.plan(unpaid, desk.everything(unpaid, notify=True)).blockers
