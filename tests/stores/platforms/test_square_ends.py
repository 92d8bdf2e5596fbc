"""A Square order ends by its own state, never because the money is gone: no unit is stuck, lost or forgotten."""

from __future__ import annotations

from typing import Any

from sandbox.platforms.square.simulator import SquareSimulator
from sandbox.platforms.square.spec import Line
from stores.canonical.order import Cancellable, EndsWhenRepaid, PaymentState
from stores.canonical.request import RefundChoice
from stores.kernel.numbers import money
from stores.platforms.square import capabilities
from tests.rigs.desk import Desk
from tests.stores.platforms.test_square_desk import MUG, back, carried_through, desk, kinds, stock

__all__ = ["desk"]


def own(desk: Desk, record: Any, amount: str) -> dict[str, Any]:
    """An amount of one's own through the first payment."""
    part = {desk.live(record).payments[0].id: money(amount, "USD", field="x")}
    return {"refund": RefundChoice.PART, "part": part}


def test_a_partial_cancel_that_uses_up_the_money_leaves_the_rest_to_be_cancelled_for_nothing(desk):
    record = desk.order(lines=[MUG])
    was = stock(desk)
    carried_through(desk, record, desk.some(record, 1, **own(desk, record, "43.50")))

    live = desk.live(record)
    assert (back(desk), live.cancelled_at) == (["43.50"], None)
    assert [(line.current, line.cancellable) for line in live.lines] == [(2, 2)]
    assert (live.cancellable, stock(desk)) == (Cancellable.ALL, was + 1)
    (blocker,) = desk.plan(record, desk.some(record, 1)).blockers
    assert "only the whole order can be cancelled" in blocker.text

    done = carried_through(desk, record, desk.everything(record))

    assert kinds(done) == ["cancel", "restock", "verify"]
    assert (back(desk), stock(desk)) == (["43.50"], was + 3)
    assert desk.live(record).cancelled_at


def test_a_free_line_holds_the_order_open_until_it_is_cancelled_too(desk):
    record = desk.order(lines=[MUG, Line(title="Sticker", price="0.00", sku="STICKER")])
    carried_through(desk, record, desk.some(record, 3))
    live = desk.live(record)
    assert (back(desk), live.cancelled_at, live.lines[1].cancellable) == (["43.50"], None, 1)

    done = carried_through(desk, record, desk.everything(record))

    assert kinds(done) == ["cancel", "restock", "verify"]
    assert desk.live(record).cancelled_at


def test_a_colleague_who_gave_all_the_money_back_ended_nothing(desk):
    record = desk.order(lines=[MUG])
    SquareSimulator(desk.world).staff(record.external_id).refund("43.50")
    live = desk.live(record)
    assert (live.cancelled_at, live.lines[0].cancellable, live.payment) == (None, 3, PaymentState.REFUNDED)

    done = carried_through(desk, record, desk.everything(record))

    assert (kinds(done), back(desk)) == (["cancel", "restock", "verify"], ["43.50"])


def test_a_sale_no_call_can_cancel_stays_open_while_units_are_on_it_and_says_why_they_stay(desk):
    record = desk.order(lines=[MUG], fulfilment="")
    carried_through(desk, record, desk.some(record, 1, **own(desk, record, "43.50")))

    live = desk.live(record)

    assert (live.cancelled_at, live.cancellable) == (None, Cancellable.NONE)
    assert [(line.current, line.why_not) for line in live.lines] == [(2, str(capabilities.SPENT))]


def test_a_sale_no_call_can_cancel_ends_with_its_last_unit_and_cent(desk):
    record = desk.order(lines=[MUG, Line(title="Sticker", price="0.00", sku="STICKER")], fulfilment="")
    carried_through(desk, record, desk.some(record, 1, 0))
    desk.travel(10)
    assert desk.live(record).ends_when_repaid is EndsWhenRepaid.WHEN_EMPTY

    carried_through(desk, record, desk.everything(record))

    assert back(desk) == ["14.50", "29.00"]
    assert desk.live(record).cancel_reason == "Cancelled by refund"


def test_a_kept_fee_holds_a_sale_open_that_no_call_can_cancel(desk):
    record = desk.order(lines=[MUG], fulfilment="")

    carried_through(desk, record, desk.everything(record, **own(desk, record, "40.00")))

    live = desk.live(record)
    assert (back(desk), live.cancelled_at) == (["40.00"], None)
    assert [line.current for line in live.lines] == [0]
