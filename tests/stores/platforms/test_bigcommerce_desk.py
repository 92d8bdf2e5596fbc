"""BigCommerce at the desk: from preview to receipt, each wish carried out as promised and once."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from cancellations.services import submit
from sandbox.platforms.bigcommerce.simulator import BigCommerceSimulator
from sandbox.platforms.bigcommerce.spec import Line
from stores.canonical.request import RefundChoice
from stores.kernel import clock
from stores.kernel.money import Money
from stores.platforms.bigcommerce import BigCommerce
from stores.services import platform_client
from tests.rigs.desk import Desk, desk_on, lines_of

TWO = (Line(sku="MUG", quantity=3, price="10.00"), Line(sku="TEA", title="Mountain tea", quantity=2, price="4.00"))


@pytest.fixture
def desk(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with desk_on("bigcommerce", tmp_path, monkeypatch) as made:
        yield made


def home(desk: Desk) -> BigCommerceSimulator:
    return BigCommerceSimulator(desk.world)


def done(desk: Desk, record, wish, *, differs: bool = False):  # type: ignore[no-untyped-def]
    cancellation = desk.work(desk.confirm(record, wish))
    assert cancellation.state == "done", (cancellation.state, cancellation.trouble, desk.steps(cancellation))
    assert cancellation.differs is differs, lines_of(cancellation.receipt)
    return cancellation


def test_a_paid_order_is_refunded_cancelled_and_back_in_stock(desk):
    record = desk.order(lines=TWO)
    before = home(desk).stock("MUG"), home(desk).stock("TEA")

    done(desk, record, desk.everything(record))

    (refund,) = desk.world.effects(kind="refund")
    assert (refund.amount, desk.count("cancel")) == (Decimal("43.00"), 1)
    assert (home(desk).stock("MUG"), home(desk).stock("TEA")) == (before[0] + 3, before[1] + 2)
    assert home(desk).order(record.external_id)["status_id"] == 5


def test_a_paid_order_where_a_cancellation_gives_no_stock_back(desk):
    home(desk).settings(refund_order_stock_adjustment=False)
    record = desk.order(lines=TWO)
    before = home(desk).stock("MUG")

    cancellation = done(desk, record, desk.everything(record))

    assert list(desk.steps(cancellation)) == ["refund", "cancel", "restock", "verify"]
    assert home(desk).stock("MUG") == before + 3
    assert desk.count("stock") == 2


def test_an_unpaid_order_is_only_cancelled(desk):
    record = desk.order(lines=TWO, pay="waiting", gateway="bankdeposit")

    cancellation = done(desk, record, desk.everything(record))

    assert list(desk.steps(cancellation)) == ["cancel", "verify"]
    assert (desk.count("cancel"), desk.count("refund")) == (1, 0)


def test_an_authorised_order_is_released_first(desk):
    record = desk.order(lines=TWO, pay="authorised", gateway="stripe")

    cancellation = done(desk, record, desk.everything(record))

    assert list(desk.steps(cancellation)) == ["void", "cancel", "verify"]
    assert [effect.kind for effect in desk.world.effects() if effect.kind != "stock"] == ["void", "cancel"]


def test_part_of_an_order_is_refunded_and_put_back(desk):
    record = desk.order(lines=TWO, tax_rate="0.0825")
    before = home(desk).stock("MUG")

    cancellation = done(desk, record, desk.some(record, 2))

    assert list(desk.steps(cancellation)) == ["refund", "restock", "verify"]
    assert home(desk).stock("MUG") == before + 2
    (refund,) = desk.world.effects(kind="refund")
    assert refund.amount == Decimal("21.65")
    assert home(desk).order(record.external_id)["status_id"] == 14


def test_units_that_are_kept_stay_out_of_stock(desk):
    record = desk.order(lines=TWO)
    mug, tea = (line.id for line in desk.live(record).lines)
    before = home(desk).stock("MUG"), home(desk).stock("TEA")

    done(desk, record, desk.everything(record, keep_stock=frozenset({mug})))
    assert (home(desk).stock("MUG"), home(desk).stock("TEA")) == (before[0], before[1] + 2)
    assert tea


def test_all_units_kept_leave_the_order_refunded(desk):
    record = desk.order(lines=TWO)
    kept = frozenset(line.id for line in desk.live(record).lines)
    before = home(desk).stock("MUG")

    cancellation = done(desk, record, desk.everything(record, keep_stock=kept))

    assert list(desk.steps(cancellation)) == ["refund", "verify"]
    assert home(desk).stock("MUG") == before
    assert desk.live(record).cancel_reason == "Cancelled by refund"


def test_a_part_before_and_the_rest_later_puts_each_unit_back_once(desk):
    record = desk.order(lines=TWO)
    before = home(desk).stock("MUG"), home(desk).stock("TEA")

    done(desk, record, desk.some(record, 1))
    done(desk, record, desk.everything(record))

    assert (home(desk).stock("MUG"), home(desk).stock("TEA")) == (before[0] + 3, before[1] + 2)
    assert sum(effect.amount for effect in desk.world.effects(kind="refund")) == Decimal("43.00")


def test_an_amount_of_ones_own(desk):
    record = desk.order(lines=TWO, tax_rate="0.10")
    wish = desk.some(record, 2, refund=RefundChoice.PART, part={"testgateway": Money(Decimal("7.77"), "USD")})

    done(desk, record, wish)

    (refund,) = desk.world.effects(kind="refund")
    assert refund.amount == Decimal("7.77")


def test_the_rest_of_a_partly_shipped_order(desk):
    lines = (Line(sku="MUG", quantity=3, price="10.00", shipped=1), TWO[1])
    record = desk.order(lines=lines)
    before = home(desk).stock("MUG")

    done(desk, record, desk.everything(record))

    (refund,) = desk.world.effects(kind="refund")
    assert refund.amount == Decimal("28.00")
    assert (home(desk).stock("MUG"), desk.count("cancel")) == (before + 2, 0)


def test_a_refund_by_hand_is_said_and_recorded(desk):
    record = desk.order(lines=TWO, can_refund="offline")
    plan = desk.plan(record, desk.everything(record))
    assert any("by hand" in effect.detail for effect in plan.effects if effect.kind == "refund")

    done(desk, record, desk.everything(record))

    (refund,) = desk.world.effects(kind="refund")
    assert (refund.amount, Decimal(refund.detail["recorded"])) == (0, Decimal("43.00"))


def test_a_declined_refund_asks_a_person_and_cancels_nothing(desk):
    record = desk.order(lines=TWO, declines="later")

    cancellation = desk.work(desk.confirm(record, desk.everything(record)))

    assert cancellation.state == "needs_operator"
    assert "declined" in cancellation.trouble
    assert (desk.count("refund"), desk.count("cancel")) == (0, 0)


def test_a_refusal_changes_nothing_and_says_why(desk):
    record = desk.order(lines=TWO)
    body = {"data": [{"status": 422, "title": "The payment is not settled yet.", "type": "", "errors": {}}]}
    desk.world.fault("user_error", on="refund", status=422, body=body)

    cancellation = desk.work(desk.confirm(record, desk.everything(record)))

    assert cancellation.state == "refused"
    assert "not settled yet" in cancellation.trouble
    assert desk.world.effects() == []


def test_stock_that_a_cancellation_did_not_give_back_differs(desk):
    """Nobody could verify what status 5 does after a refund: the count tells, and the work is done all the same."""
    desk.world.switch("bigcommerce_status_after_refund", "nothing")
    record = desk.order(lines=TWO)

    cancellation = done(desk, record, desk.everything(record), differs=True)

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


@pytest.mark.parametrize("operation", ["refund", "status", "void", "adjust"])
@pytest.mark.parametrize("fault", ["drop_after", "doubled", "error_after"])
def test_a_lost_answer_ends_with_exactly_one_effect(desk, operation, fault):
    pay = {"pay": "authorised", "gateway": "stripe"} if operation == "void" else {}
    record = desk.order(lines=TWO, **pay)
    wish = desk.some(record, 2) if operation in ("refund", "adjust") else desk.everything(record)
    desk.world.fault(fault, on=operation)

    cancellation = desk.work(desk.confirm(record, wish), hours=1)

    kind = {"status": "cancel", "adjust": "stock"}.get(operation, operation)
    count = len([effect for effect in desk.world.effects(kind=kind) if effect.cause == operation])
    if operation == "adjust":  # it is relative and has no mark: a person compares, or sees that it moved twice
        assert count == (2 if fault == "doubled" else 1)
        assert cancellation.state == "needs_operator" or fault == "doubled"
    else:
        assert (cancellation.state, cancellation.differs, count) == ("done", False, 1), cancellation.trouble


# case: (words of the order, units or all, calls to confirm, calls from there to the receipt)
CALLS = {
    "whole": ({}, (), 7, 16),  # look 2 · refund 4 + poll 2 · look 2 · cancel 4 with both counts of stock · verify 2
    "part": ({}, (2,), 7, 16),  # the order once more before stock moves
    "unpaid": ({"pay": "waiting"}, (), 6, 8),
    "authorised": ({"pay": "authorised", "gateway": "stripe"}, (), 6, 15),  # a look before each send
}


@pytest.mark.parametrize("case", CALLS)
def test_calls_of_a_cancellation(desk, case):
    words, units, to_confirm, to_receipt = CALLS[case]
    record = desk.order(lines=TWO, **words)
    wish = desk.some(record, *units) if units else desk.everything(record)
    seen = desk.preview(record, wish)
    before = calls(desk)

    cancellation = desk.patiently(lambda: submit.confirm(actor=desk.staff, seen=seen))
    confirmed = calls(desk)
    desk.work(cancellation)

    assert (confirmed - before, calls(desk) - confirmed) == (to_confirm, to_receipt)


def calls(desk: Desk) -> int:
    return int(sum(desk.world.counters()["requests"].values()))


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
