"""What is peculiar to BigCommerce at the desk: what a status does to stock, counts that are relative, its window."""

from __future__ import annotations

import pytest

from sandbox.platforms.bigcommerce.simulator import BigCommerceSimulator
from sandbox.platforms.bigcommerce.spec import Line
from stores.kernel import clock
from stores.platforms.bigcommerce import BigCommerce
from stores.services import platform_client
from tests.rigs.desk import Desk, lines_of
from tests.stores.platforms.desk_contract import carried_through, kinds

PLATFORM = "bigcommerce"

TWO = (Line(sku="MUG", quantity=3, price="10.00"), Line(sku="TEA", title="Mountain tea", quantity=2, price="4.00"))


def home(desk: Desk) -> BigCommerceSimulator:
    return BigCommerceSimulator(desk.world)


def test_a_paid_order_where_a_cancellation_gives_no_stock_back(desk):
    home(desk).settings(refund_order_stock_adjustment=False)
    record = desk.order(lines=TWO)
    before = home(desk).stock("MUG")

    cancellation = carried_through(desk, record, desk.everything(record))

    assert kinds(cancellation) == ["refund", "cancel", "restock", "verify"]
    assert home(desk).stock("MUG") == before + 3
    assert desk.count("stock") == 2


def test_stock_that_a_cancellation_did_not_give_back_differs(desk):
    """Nobody could verify what status 5 does after a refund: the count tells, and the work is done all the same."""
    desk.world.switch("bigcommerce_status_after_refund", "nothing")
    record = desk.order(lines=TWO)

    cancellation = desk.work(desk.confirm(record, desk.everything(record)))

    assert (cancellation.state, cancellation.differs) == ("done", True), cancellation.trouble
    assert any("97 → 97, 98 → 98" in str(line) for line in lines_of(cancellation.receipt))
    assert (desk.count("refund"), desk.count("cancel")) == (1, 1)


def test_a_void_that_failed_cancels_nothing(desk):
    desk.world.switch("bigcommerce_void", "fails")
    record = desk.order(lines=TWO, pay="authorised")

    cancellation = desk.work(desk.confirm(record, desk.everything(record)))

    assert cancellation.state == "refused"
    assert "still held" in cancellation.trouble
    assert (desk.count("void"), desk.count("cancel")) == (0, 0)


def test_goods_counted_by_product_ask_a_person_after_the_refund(desk):
    """The call refuses them though they are counted: what was done stands, and the rest is said."""
    record = desk.order(lines=[Line(sku="P", quantity=2, price="10.00", stock="product")])

    cancellation = desk.work(desk.confirm(record, desk.some(record, 1)))

    assert cancellation.state == "needs_operator"
    assert "tracked by product" in cancellation.trouble
    assert desk.count("refund") == 1


@pytest.mark.parametrize("fault", ["doubled", "error_after"])
def test_a_lost_void_releases_once_and_is_followed_by_one_cancellation(desk, fault):
    record = desk.order(lines=TWO, pay="authorised", gateway="stripe")
    for operation in ("void", "status"):
        desk.world.fault(fault, on=operation)

    carried_through(desk, record, desk.everything(record))

    causes = [effect.cause for effect in desk.world.effects() if effect.kind in ("void", "cancel")]
    assert causes == ["void", "status"]


@pytest.mark.parametrize("fault", ["drop_after", "error_after"])
def test_a_lost_adjustment_is_compared_by_a_person(desk, fault):
    """It is relative and has no mark."""
    record = desk.order(lines=TWO)
    desk.world.fault(fault, on="adjust")

    cancellation = desk.work(desk.confirm(record, desk.some(record, 2)))

    assert [effect.cause for effect in desk.world.effects(kind="stock")] == ["adjust"]
    assert cancellation.state == "needs_operator"


def test_reading_runs_at_the_limit_and_is_never_refused(desk):
    """150 requests in 30 seconds: nothing is saved up, so no window is overrun, and none is left unused."""
    shop = platform_client.open_platform(desk.store)
    assert isinstance(shop, BigCommerce)
    begin = clock.now()
    for _ in range(300):
        desk.patiently(lambda: shop.api.read("v2/store"))

    seconds = (clock.now() - begin).total_seconds()

    assert desk.world.counters()["throttled"] == {}
    assert 300 / seconds >= 0.95 * 5


def test_another_app_that_uses_up_the_window_is_waited_for(desk):
    shop = platform_client.open_platform(desk.store)
    assert isinstance(shop, BigCommerce)
    desk.world.switch("bigcommerce_limit", "small")
    for _ in range(60):
        desk.patiently(lambda: shop.api.read("v2/store"))

    assert desk.world.counters()["throttled"].get("store", 0) <= 1  # until the first answer said how small it is


def test_stock_that_moved_by_more_than_was_asked_is_a_difference(desk):
    """Doubled on the way: an adjustment is relative, so it moves twice."""
    record = desk.order()
    cancellation = desk.confirm(record, desk.some(record, 1))
    desk.world.fault("doubled", on="adjust")

    done = desk.work(cancellation, hours=3)

    assert (done.state, done.differs) == ("done", True)
    (row,) = [row for row in lines_of(done.receipt) if row["verdict"] == "differs"]
    assert "1 unit more went back than was asked" in row["note"]


def test_stock_that_our_own_cancellations_moved_together_accuses_nobody(desk):
    records = [desk.order() for _ in range(3)]
    made = [desk.confirm(record, desk.some(record, 1)) for record in records]

    done = [desk.work(one, hours=3) for one in made]

    assert [(one.state, one.differs) for one in done] == [("done", False)] * 3
