"""What is peculiar to WooCommerce at the desk: one switch for all stock, orders that money ends, a dying gateway."""

from __future__ import annotations

import pytest

from sandbox.platforms.woocommerce.simulator import WooCommerceSimulator
from sandbox.platforms.woocommerce.spec import Line
from stores.canonical.request import RefundChoice
from tests.rigs.desk import Desk
from tests.stores.platforms.desk_contract import carried_through, kinds

PLATFORM = "woocommerce"
MUG, TEA = Line(price="14.50", quantity=3, sku="MUG"), Line(title="Tea", price="8.90", quantity=2, sku="TEA")


def stock(desk: Desk, record, *places: int):
    home = WooCommerceSimulator(desk.world)
    return [home.stock(record.external_id, place) for place in places]


@pytest.mark.parametrize("words", [{"prices_include_tax": True}, {"fees": {"Regular": "-3.00"}}])
def test_stock_that_is_kept_in_part_takes_two_refunds(desk, words):
    record = desk.order(lines=[MUG, TEA], tax_rate="0.19", **words)
    kept = frozenset([desk.live(record).lines[0].id])

    done = carried_through(desk, record, desk.everything(record, keep_stock=kept))

    assert kinds(done) == ["refund", "refund", "verify"]
    assert stock(desk, record, 0, 1) == [97, 100]
    assert (
        sum(effect.amount for effect in desk.world.effects(kind="refund"))
        == desk.live(record).totals.received.shop.amount
    )


def test_stock_that_was_kept_earlier_stays_out(desk):
    """Somebody refunded a broken unit without its stock: setting the order to cancelled would put it back."""
    record = desk.order(lines=[MUG, TEA], refunded=1, kept=True)

    done = carried_through(desk, record, desk.everything(record))

    assert kinds(done) == ["refund", "verify"]
    assert stock(desk, record, 0, 1) == [99, 100]


def test_a_part_that_takes_all_the_money_ends_the_order_as_the_plan_says(desk):
    """WooCommerce sets it to refunded whatever units remain: they stay on it, and so does their stock."""
    record = desk.order(lines=[MUG], shipping="0")
    order = desk.live(record)
    everything = order.totals.received.customer
    wish = desk.some(record, 1, refund=RefundChoice.PART, part={order.payments[0].id: everything})

    plan = desk.plan(record, wish)
    done = carried_through(desk, record, wish)

    assert plan.expected.is_cancelled
    assert [caution.code for caution in plan.warnings if "2 ×" in caution.text] == ["ends_order"]
    assert "Somebody" not in done.receipt
    assert WooCommerceSimulator(desk.world).order(record.external_id)["status"] == "refunded"
    assert (desk.count("cancel"), stock(desk, record, 0)) == (0, [98])
    assert desk.live(record).lines[0].current == 2


def test_a_free_line_that_is_left_holds_the_order_open_as_the_plan_says(desk):
    record = desk.order(lines=[MUG, Line(title="Gift", price="0.00", sku="GIFT")], shipping="0")
    paid = desk.some(record, 3)

    plan = desk.plan(record, paid)
    carried_through(desk, record, paid)

    assert not plan.expected.is_cancelled
    home = WooCommerceSimulator(desk.world)
    assert (home.order(record.external_id)["status"], desk.live(record).cancelled_at) == ("processing", None)

    last = carried_through(desk, record, desk.everything(record))

    assert (kinds(last), home.order(record.external_id)["status"]) == (["cancel", "verify"], "cancelled")
    assert stock(desk, record, 0, 1) == [100, 100]


def test_a_refund_made_after_an_order_was_completed_was_of_goods_that_had_left(desk):
    """Somebody ships it between our look and our send; the store itself refuses nothing."""
    record = desk.order(lines=[MUG, TEA], shipping="0")
    staff = WooCommerceSimulator(desk.world).staff(record.external_id)
    staff.refund("14.50", units=1)
    desk.travel(60)
    staff.move("completed")
    desk.travel(60)
    staff.refund("14.50", units=1)

    line = desk.live(record).lines[0]

    assert (line.ordered, line.current, line.shipped, line.cancelled) == (3, 1, 2, 1)


@pytest.mark.parametrize(("mood", "moved"), [("dies_paid", 1), ("dies_unpaid", 0)])
def test_a_record_without_the_gateways_yes_is_for_a_person(desk, mood, moved):
    record = desk.order(lines=[MUG])
    cancellation = desk.confirm(record, desk.everything(record))
    desk.world.switch("woocommerce_gateway", mood)

    stopped = desk.work(cancellation, hours=3)

    assert stopped.state == "needs_operator"
    assert desk.steps(stopped)["refund"] == "needs_person"
    assert (desk.count("refund"), desk.count("cancel")) == (moved, 0)
