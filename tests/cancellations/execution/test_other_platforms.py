"""Shoplazza, where money goes back first and no key protects it: what was lost, doubled or refused on the way."""

from __future__ import annotations

from cancellations.services import decide
from stores.canonical.commands import Found
from stores.canonical.receipts import Outcome, Receipt
from stores.platforms.shoplazza import Shoplazza


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
