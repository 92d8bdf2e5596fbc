"""What is peculiar to Square at the desk: tenders, weights, the till, and an order that ends by its own state alone."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.platforms.square.simulator import SquareSimulator
from sandbox.platforms.square.spec import Line
from stores.canonical.order import Cancellable, EndsWhenRepaid, PaymentState
from stores.canonical.request import CancelRequest, RefundChoice
from stores.kernel.numbers import money
from stores.platforms.square import capabilities
from tests.rigs.desk import Desk, lines_of
from tests.stores.platforms.desk_contract import back, carried_through, differing, kinds, own

PLATFORM = "square"

MUG = Line(title="Enamel mug", price="14.50", sku="MUG", quantity=3)
TEA = Line(title="Mountain tea", price="8.90", sku="TEA", quantity=2)


def stock(desk: Desk, sku: str = "MUG") -> Any:
    return SquareSimulator(desk.world).stock(sku)


def test_an_amount_of_ones_own_may_come_from_the_smaller_payment_alone(desk):
    """Units belong to no payment at Square: they are recorded with the one that gives something back."""
    record = desk.order(lines=[MUG, TEA], tender=[("CARD", "50.00"), ("CASH", "11.30")])
    cash = next(paid.id for paid in desk.live(record).payments if paid.is_manual)

    carried_through(
        desk, record, desk.some(record, 1, refund=RefundChoice.PART, part={cash: money("5.00", "USD", field="x")})
    )

    assert back(desk, record) == ["5.00"]
    assert [line.current for line in desk.live(record).lines] == [2, 2]


@pytest.mark.parametrize(
    ("words", "rest"), [({"tip": "2.00", "charge": "5.00"}, "36.00"), ({"fulfilment": ""}, "29.00")]
)
def test_what_was_kept_back_of_an_earlier_unit_stays_with_the_shop(desk, words, rest):
    """Beside a tip and a charge, and where no call can cancel."""
    record = desk.order(lines=[MUG], **words)
    carried_through(desk, record, desk.some(record, 1, **own(record, "1.00")))

    carried_through(desk, record, desk.everything(record))

    assert back(desk, record) == ["1.00", rest]


def test_a_sale_that_is_complete_ends_by_its_refund(desk):
    record = desk.order(lines=[MUG], fulfilment="")

    done = carried_through(desk, record, desk.everything(record))

    assert "cancel" not in kinds(done)
    assert (back(desk, record), desk.count("cancel")) == (["43.50"], 0)
    assert desk.live(record).cancel_reason == "Cancelled by refund"


def test_what_is_sold_by_weight_goes_back_by_weight(desk):
    record = desk.order(lines=[Line(title="Beans", price="22.40", quantity="0.75", unit="IMPERIAL_POUND", sku="BEANS")])
    was = stock(desk, "BEANS")

    carried_through(desk, record, desk.everything(record))

    assert (back(desk, record), str(stock(desk, "BEANS") - was)) == (["16.80"], "0.75")


def test_an_unpaid_order_of_the_till_is_blocked_before_the_click(desk):
    record = desk.order(lines=[MUG], pay="unpaid", is_versioned=False)
    (line,) = desk.live(record).lines
    plan = desk.plan(record, CancelRequest(lines={line.id: line.current}))

    assert "at the till" in " ".join(blocker.text for blocker in plan.blockers)


def test_a_lost_restock_is_made_once(desk):
    record = desk.order(lines=[MUG])
    was = stock(desk)
    desk.world.fault("drop_before", on="stock")

    carried_through(desk, record, desk.some(record, 2))

    assert (stock(desk), desk.count("stock")) == (was + 2, 1)


def test_a_bank_transfer_that_takes_days_is_told_as_on_its_way(desk):
    record = desk.order(lines=[MUG], source="BANK_ACCOUNT")

    done = desk.work(desk.confirm(record, desk.everything(record)), hours=3)

    assert (done.state, done.differs) == ("done", False), (done.trouble, differing(done))
    assert back(desk, record) == []
    assert any("On its way" in row["note"] for row in lines_of(done.receipt))
    desk.travel(4 * 86_400)
    assert back(desk, record) == ["43.50"]


# --- an order ends by its own state, never because the money is gone ---------------------------------------
def test_a_partial_cancel_that_uses_up_the_money_leaves_the_rest_to_be_cancelled_for_nothing(desk):
    record = desk.order(lines=[MUG])
    was = stock(desk)
    carried_through(desk, record, desk.some(record, 1, **own(record, "43.50")))

    live = desk.live(record)
    assert (back(desk, record), live.cancelled_at) == (["43.50"], None)
    assert [(line.current, line.cancellable) for line in live.lines] == [(2, 2)]
    assert (live.cancellable, stock(desk)) == (Cancellable.ALL, was + 1)
    (blocker,) = desk.plan(record, desk.some(record, 1)).blockers
    assert "only the whole order can be cancelled" in blocker.text

    done = carried_through(desk, record, desk.everything(record))

    assert kinds(done) == ["cancel", "restock", "verify"]
    assert (back(desk, record), stock(desk)) == (["43.50"], was + 3)
    assert desk.live(record).cancelled_at


def test_a_free_line_holds_the_order_open_until_it_is_cancelled_too(desk):
    record = desk.order(lines=[MUG, Line(title="Sticker", price="0.00", sku="STICKER")])
    carried_through(desk, record, desk.some(record, 3))
    live = desk.live(record)
    assert (back(desk, record), live.cancelled_at, live.lines[1].cancellable) == (["43.50"], None, 1)

    done = carried_through(desk, record, desk.everything(record))

    assert kinds(done) == ["cancel", "restock", "verify"]
    assert desk.live(record).cancelled_at


def test_a_colleague_who_gave_all_the_money_back_ended_nothing(desk):
    record = desk.order(lines=[MUG])
    SquareSimulator(desk.world).staff(record.external_id).refund("43.50")
    live = desk.live(record)
    assert (live.cancelled_at, live.lines[0].cancellable, live.payment) == (None, 3, PaymentState.REFUNDED)

    done = carried_through(desk, record, desk.everything(record))

    assert (kinds(done), back(desk, record)) == (["cancel", "restock", "verify"], ["43.50"])


def test_a_sale_no_call_can_cancel_stays_open_while_units_are_on_it_and_says_why_they_stay(desk):
    record = desk.order(lines=[MUG], fulfilment="")
    carried_through(desk, record, desk.some(record, 1, **own(record, "43.50")))

    live = desk.live(record)

    assert (live.cancelled_at, live.cancellable) == (None, Cancellable.NONE)
    assert [(line.current, line.why_not) for line in live.lines] == [(2, str(capabilities.SPENT))]


def test_a_sale_no_call_can_cancel_ends_with_its_last_unit_and_cent(desk):
    record = desk.order(lines=[MUG, Line(title="Sticker", price="0.00", sku="STICKER")], fulfilment="")
    carried_through(desk, record, desk.some(record, 1, 0))
    desk.travel(10)
    assert desk.live(record).ends_when_repaid is EndsWhenRepaid.WHEN_EMPTY

    carried_through(desk, record, desk.everything(record))

    assert back(desk, record) == ["14.50", "29.00"]
    assert desk.live(record).cancel_reason == "Cancelled by refund"


def test_a_kept_fee_holds_a_sale_open_that_no_call_can_cancel(desk):
    record = desk.order(lines=[MUG], fulfilment="")

    carried_through(desk, record, desk.everything(record, **own(record, "40.00")))

    live = desk.live(record)
    assert (back(desk, record), live.cancelled_at) == (["40.00"], None)
    assert [line.current for line in live.lines] == [0]
