"""From confirm to receipt against the sandbox: what is sent, what is stored, what the world shows."""

from __future__ import annotations

import pytest

from cancellations.models import Attempt
from cancellations.services import decide
from sandbox.platforms.shopify.spec import Line
from stores.canonical.request import Reason, RefundChoice
from stores.kernel.errors import InputRejected, OrderBusy, StalePlan
from tests.rigs.desk import lines_of


def test_a_whole_paid_order_is_cancelled_refunded_once_and_seen(desk):
    record = desk.order(lines=[Line(quantity=2, price="12.00")])

    done = desk.work(desk.confirm(record, desk.everything(record, reason=Reason.CUSTOMER)))

    assert (done.state, done.differs) == ("done", False)
    assert desk.steps(done) == {"cancel": "applied", "verify": "applied"}
    assert desk.count("cancel") == 1
    assert desk.count("refund") == 1
    assert {row["verdict"] for row in lines_of(done.receipt)} == {"same"}


def test_some_units_are_refunded_and_the_rest_stays_open(desk):
    record = desk.order(lines=[Line(quantity=3, price="10.00"), Line(quantity=1, price="8.00")])

    done = desk.work(desk.confirm(record, desk.some(record, 2)))

    assert (done.state, done.differs) == ("done", False)
    live = desk.live(record)
    assert [line.current for line in live.lines] == [1, 1]
    assert live.cancelled_at is None
    assert desk.count("refund") == 1
    assert live.totals.refunded.customer == done.money


def test_an_order_nobody_paid_is_edited_and_no_money_moves(desk):
    record = desk.order(pay="pending", lines=[Line(quantity=3)])

    done = desk.work(desk.confirm(record, desk.some(record, 1)))

    assert (done.state, done.differs) == ("done", False)
    assert desk.steps(done)["edit"] == "applied"
    assert desk.count("refund") == 0
    assert desk.live(record).lines[0].current == 2


def test_an_authorised_order_is_cancelled_and_the_authorisation_released(desk):
    record = desk.order(pay="authorised")

    done = desk.work(desk.confirm(record, desk.everything(record)))

    assert (done.state, done.differs) == ("done", False)
    assert desk.count("refund") == 0
    assert desk.count("void") == 1


def test_a_cancel_without_refund_moves_no_money(desk):
    record = desk.order()

    done = desk.work(desk.confirm(record, desk.everything(record, refund=RefundChoice.NONE)))

    assert (done.state, done.differs) == ("done", False)
    assert desk.count("refund") == 0


def test_the_hold_can_be_taken_back_and_nothing_is_sent(desk):
    desk.store.hold_seconds = 600
    desk.store.save()
    record = desk.order()
    held = desk.confirm(record, desk.everything(record))

    decide.take_back(actor=desk.staff, cancellation=held)
    desk.travel(3600)
    done = desk.work(held)

    assert done.state == "withdrawn"
    assert desk.world.effects() == []
    assert not Attempt.objects.exists()


def test_a_hold_that_ended_cannot_be_taken_back(desk):
    record = desk.order()
    done = desk.work(desk.confirm(record, desk.everything(record)))

    with pytest.raises(InputRejected):
        decide.take_back(actor=desk.staff, cancellation=done)


def test_the_same_preview_pressed_twice_is_one_cancellation(desk):
    from cancellations.services import submit

    record = desk.order()
    seen = desk.preview(record, desk.everything(record))

    first = submit.confirm(actor=desk.staff, seen=seen)
    second = submit.confirm(actor=desk.staff, seen=seen)
    desk.work(first)

    assert first.pk == second.pk
    assert desk.count("cancel") == 1


def test_a_second_cancellation_of_the_same_order_is_shown_the_first(desk):
    desk.store.hold_seconds = 600
    desk.store.save()
    record = desk.order()
    first = desk.confirm(record, desk.some(record, 1))

    with pytest.raises(OrderBusy) as busy:
        desk.confirm(record, desk.some(record, 1))

    assert busy.value.reference == first.reference


def test_an_order_that_moved_since_the_preview_is_not_confirmed(desk):
    from cancellations.services import submit

    record = desk.order()
    seen = desk.preview(record, desk.some(record, 2))
    desk.work(desk.confirm(record, desk.some(record, 1)))

    with pytest.raises(StalePlan) as stale:
        submit.confirm(actor=desk.staff, seen=seen)

    assert stale.value.plan is not None
    assert desk.count("refund") == 1


def test_an_order_that_moved_during_the_hold_stops_before_anything_is_sent(desk):
    record = desk.order()
    desk.store.hold_seconds = 600
    desk.store.save()
    held = desk.confirm(record, desk.some(record, 1))
    from stores.services import platform_client

    platform = platform_client.open_platform(desk.store)
    order = platform.read_order(record.external_id)
    from stores.canonical.commands import CancelOrder

    platform.cancel_order(
        CancelOrder(order_id=order.external_id, reason=Reason.OTHER, refund=True, restock=True, notify=False),
        key="other", tag="",
    )  # fmt: skip
    desk.travel(600)
    stopped = desk.work(held)

    assert stopped.state == "needs_operator"
    assert "changed" in stopped.trouble
    assert not Attempt.objects.filter(step__cancellation=held).exists()


def test_the_bytes_of_an_attempt_are_sealed_and_named_by_key(desk):
    record = desk.order()
    done = desk.work(desk.confirm(record, desk.some(record, 1, note="Ada asked by phone")))

    attempt = Attempt.objects.get(step__cancellation=done)
    assert attempt.outcome == "applied"
    assert attempt.sent_at is not None
    assert attempt.finished_at is not None
    assert b"mutation" not in bytes(attempt.body)
    (effect,) = desk.world.effects(kind="refund")
    assert effect.key == attempt.key


def test_a_note_for_colleagues_never_reaches_the_platform(desk):
    record = desk.order()
    done = desk.work(desk.confirm(record, desk.some(record, 1, note="Ada asked by phone")))

    (effect,) = desk.world.effects(kind="refund")
    assert "Ada" not in effect.note
    assert effect.note.startswith("Customer changed their mind")
    assert done.note is not None
