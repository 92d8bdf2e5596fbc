"""The same desk on platforms that bend the contract: money first, by item, and what a person does by hand."""

from __future__ import annotations

import pytest

from cancellations.services import decide
from sandbox.platforms.modern_dropship.spec import Line as Wholesale
from sandbox.platforms.shoplazza.spec import Line as Lazza
from stores.canonical.commands import Found
from stores.canonical.receipts import Outcome, Receipt
from stores.canonical.request import RefundChoice
from stores.platforms.shoplazza import Shoplazza
from tests.rigs.desk import lines_of


def verdicts(done):
    return {row["what"]: (row["promised"], row["seen"], row["verdict"]) for row in lines_of(done.receipt)}


def kept(desk, record):
    """Nothing to be done by hand."""
    return frozenset(line.id for line in desk.live(record).lines)


# --- Shoplazza -------------------------------------------------------------------------------------
def test_shoplazza_gives_the_money_back_and_then_cancels(shoplazza_desk):
    desk = shoplazza_desk
    record = desk.order()

    done = desk.work(desk.confirm(record, desk.everything(record)))

    assert done.state == "done", done.trouble
    assert not done.differs, verdicts(done)
    assert [step.kind for step in done.steps.all()] == ["refund", "cancel", "verify"]
    assert (desk.count("refund"), desk.count("cancel")) == (1, 1)
    assert desk.live(record).cancelled_at


def test_shoplazza_takes_some_units_off_by_a_refund(shoplazza_desk):
    desk = shoplazza_desk
    record = desk.order(lines=[Lazza(quantity=2, price="4.50", sku="A"), Lazza(quantity=2, price="4.50", sku="B")])

    done = desk.work(desk.confirm(record, desk.some(record, 1, 1)))

    assert done.state == "done", done.trouble
    assert not done.differs, verdicts(done)
    assert desk.count("refund") == 1
    assert desk.live(record).cancelled_at is None


def test_a_refund_that_went_through_and_a_cancel_that_did_not_is_told_exactly(shoplazza_desk):
    desk = shoplazza_desk
    record = desk.order()
    cancellation = desk.confirm(record, desk.everything(record))
    desk.world.fault("error_before", on="cancel", times=50, status=406)

    stopped = desk.work(cancellation, hours=3)

    assert stopped.state == "needs_operator"
    assert desk.steps(stopped)["refund"] == "applied"
    assert desk.count("refund") == 1
    assert desk.count("cancel") == 0


def test_a_lost_shoplazza_refund_is_never_sent_again_without_a_person(shoplazza_desk):
    desk = shoplazza_desk
    record = desk.order()
    cancellation = desk.confirm(record, desk.some(record, 1))
    desk.world.fault("drop_before", on="refund")

    stopped = desk.work(cancellation, hours=50)

    assert stopped.state == "needs_operator"
    assert desk.count("refund") == 0
    step = stopped.steps.get(kind="refund")
    assert step.attempts.count() == 1
    decide.retry(actor=desk.staff, step=step, reason="Looked in Shoplazza: nothing was refunded")
    done = desk.work(stopped, hours=3)
    assert done.state == "done", done.trouble
    assert desk.count("refund") == 1


def test_a_lost_shoplazza_refund_that_a_colleague_made_is_not_made_again(shoplazza_desk):
    desk = shoplazza_desk
    record = desk.order()
    cancellation = desk.confirm(record, desk.some(record, 1))
    desk.world.fault("drop_before", on="refund")
    desk.work(cancellation, hours=0.001)
    assert cancellation.steps.get(kind="refund").attempts.count() == 1
    planned = desk.live(record).lines[0].unit_price.customer
    desk.world.shoplazza.staff(record.external_id).refund(str(planned.amount), note="by hand")

    stopped = desk.work(cancellation, hours=50)

    assert stopped.state == "needs_operator"
    assert stopped.steps.get(kind="refund").attempts.count() == 1
    assert [effect.cause for effect in desk.world.effects(record.external_id, kind="refund")] == ["staff"]


def test_shoplazza_cannot_take_units_off_an_unpaid_order(shoplazza_desk):
    desk = shoplazza_desk
    record = desk.order(pay="waiting")

    plan = desk.plan(record, desk.some(record, 1))

    assert "unpaid_part" in [blocker.code for blocker in plan.blockers]


# --- Modern Dropship ---------------------------------------------------------------------------------
def test_dropship_cancels_units_line_by_line_and_finds_what_stays(dropship_desk):
    desk = dropship_desk
    record = desk.order(lines=[Wholesale(sku="RED", quantity=5), Wholesale(sku="BLUE", quantity=2), Wholesale(sku="C")])

    done = desk.work(desk.confirm(record, desk.some(record, 2, 2, keep_stock=kept(desk, record))))

    assert done.state == "done", done.trouble
    assert not done.differs, verdicts(done)
    assert [step.kind for step in done.steps.all()] == ["cancel", "cancel", "verify"]
    assert desk.count("cancel") == 2


@pytest.mark.parametrize(("fulfilled", "calls"), [(0, 1), (2, 1)], ids=["whole", "rest"])
def test_dropship_cancels_everything_that_is_left_in_one_call(dropship_desk, fulfilled, calls):
    desk = dropship_desk
    record = desk.order(lines=[Wholesale(sku="RED", quantity=5, fulfilled=fulfilled), Wholesale(sku="BLUE")])

    done = desk.work(desk.confirm(record, desk.everything(record, keep_stock=kept(desk, record))))

    assert done.state == "done", done.trouble
    assert not done.differs, verdicts(done)
    assert [step.kind for step in done.steps.all()].count("cancel") == calls


def test_stock_that_only_a_person_can_correct_waits_for_that_person(dropship_desk):
    desk = dropship_desk
    record = desk.order(lines=[Wholesale(sku="RED", quantity=5)])

    waiting = desk.work(desk.confirm(record, desk.some(record, 2)))

    step = waiting.steps.get(kind="assisted")
    assert (waiting.state, step.state) == ("needs_operator", "needs_person")
    decide.settle(actor=desk.staff, step=step, evidence="published stock 12", note="Corrected in the supplier app")
    done = desk.work(waiting)
    assert done.state == "done"
    assert not done.differs, verdicts(done)


def test_no_money_is_planned_where_none_moves(dropship_desk):
    desk = dropship_desk
    record = desk.order()

    plan = desk.plan(record, desk.everything(record, refund=RefundChoice.FULL))

    assert not plan.sums.total
    assert plan.can_run, plan.blockers


def test_a_request_that_the_network_doubled_is_flagged_where_the_platform_has_no_key(shoplazza_desk):
    """Shoplazza takes both: we sent one, and the receipt says that more went back than was promised."""
    desk = shoplazza_desk
    record = desk.order()
    cancellation = desk.confirm(record, desk.some(record, 1))
    desk.world.fault("doubled", on="refund")

    done = desk.work(cancellation, hours=3)

    assert done.steps.get(kind="refund").attempts.count() == 1
    assert desk.count("refund") == 2
    assert (done.state, done.differs) == ("done", True)


def test_a_refusal_while_our_own_refund_is_on_its_way_asks_after_that_one(shoplazza_desk, monkeypatch):
    """Sent twice by somebody on the way, the second is refused: the first is moving money all the same."""
    desk = shoplazza_desk
    record = desk.order()
    cancellation = desk.confirm(record, desk.some(record, 1))
    desk.world.fault("user_error", on="refund", status=422)
    mine = Found(ids={"refund": "77"}, detail="on its way", is_pending=True)
    monkeypatch.setattr(Shoplazza, "find", lambda self, command, *, tag, before: mine)
    asked = []

    def poll(self, command, receipt):
        asked.append(dict(receipt.ids))
        return Receipt(outcome=Outcome.APPLIED, ids=receipt.ids)

    monkeypatch.setattr(Shoplazza, "poll", poll)

    done = desk.work(cancellation)

    assert asked == [{"refund": "77"}]
    assert desk.steps(done)["refund"] == "applied"
