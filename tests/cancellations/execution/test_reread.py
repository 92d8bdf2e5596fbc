"""The nightly second look: a difference is flagged once, calm orders stay calm, a silent shop is asked again."""

from __future__ import annotations

import json
from datetime import timedelta
from unittest.mock import Mock

import pytest

from cancellations.execution.keys import tag_of
from cancellations.models import Cancellation, MirrorWatch
from cancellations.pages import live_comparison
from cancellations.scheduler import nightly, second_looks
from cancellations.selectors import cancellations
from cancellations.services import decide, preview
from notifications.models import Delivery
from stores.kernel import clock
from stores.models import AuditEvent, StoreState
from tests import make

DAY = 86_400


@pytest.fixture
def done(desk):
    record = desk.order()
    return desk.work(desk.confirm(record, desk.some(record, 1)))


def flagged():
    return AuditEvent.objects.filter(kind="cancellation.reread_differs").count()


def look_again(desk, cancellation, days=1.1):
    desk.travel(days * DAY)
    second_looks.take_next(clock.now())
    while taken := Cancellation.objects.filter(looking_until__gt=clock.now()).first():  # the end of one takes the next
        nightly.look(str(taken.uuid))
    cancellation.refresh_from_db()
    return cancellation


def test_an_order_that_stayed_as_it_was_is_silent(desk, done):
    seen = done.seen_at

    again = look_again(desk, done)

    assert again.reread_at == clock.now()
    assert not again.differs
    assert again.seen_at == seen
    assert flagged() == 0
    assert not Delivery.objects.exists()


def test_a_difference_is_flagged_once_and_told(desk, done):
    desk.world.staff(done.order.external_id).refund("3.00")

    first = look_again(desk, done)
    second = look_again(desk, done)

    assert first.differs
    assert second.reread_at > first.seen_at
    assert flagged() == 1
    assert [row.kind for row in Delivery.objects.all()] == ["cancellation.differs"]
    assert any(row["verdict"] == "differs" for row in json.loads(second.receipt)["lines"])


def test_a_difference_somebody_let_stand_is_not_raised_again(desk, done):
    desk.world.staff(done.order.external_id).refund("3.00")
    decide.let_stand(actor=desk.staff, cancellation=look_again(desk, done), reason="Goodwill.")

    again = look_again(desk, done)

    assert again.looked_at is not None
    assert flagged() == 1


def test_a_refund_that_arrived_ends_its_being_on_its_way(desk):
    desk.world.switch("pending_seconds", "never")
    record = desk.order(gateway="bogus_pending")
    done = desk.work(desk.confirm(record, desk.some(record, 1)), hours=3)
    assert json.loads(done.receipt)["is_pending"]
    finish_pending_refunds(desk, record)

    again = look_again(desk, done)

    assert not json.loads(again.receipt)["is_pending"]
    assert not again.differs
    assert flagged() == 0


def finish_pending_refunds(desk, record):
    """The payment provider is done at last."""
    with desk.world.store.write() as db:
        number = int(record.external_id.rsplit("/", 1)[-1])
        body = db.execute("SELECT body FROM orders WHERE id = ?", (number,)).fetchone()["body"]
        db.execute("UPDATE orders SET body = ? WHERE id = ?", (body.replace('"PENDING"', '"SUCCESS"'), number))


def test_what_a_later_cancellation_took_is_no_difference(desk, done):
    later = desk.work(desk.confirm(done.order, desk.some(done.order, 1)))

    look_again(desk, done)

    later.refresh_from_db()
    assert later.reread_at is not None
    assert done.reread_at is None
    assert flagged() == 0


def test_a_shop_that_does_not_answer_is_asked_at_the_next_round(desk, done):
    desk.world.fault("drop_before", on="*", times=20)

    silent = look_again(desk, done)
    desk.world.clear_faults()

    assert silent.reread_at is None
    assert second_looks.take_next(clock.now()) == []
    desk.travel(3600)
    assert second_looks.take_next(clock.now()) == [str(done.uuid)]


@pytest.mark.parametrize(
    ("days", "state", "is_due"),
    [(0.9, StoreState.ACTIVE, False), (1.1, StoreState.ACTIVE, True), (15, StoreState.ACTIVE, True),
     (1.1, StoreState.PAUSED, False)],
)  # fmt: skip
def test_once_a_day_while_the_shop_is_connected(desk, done, days, state, is_due):
    desk.store.state = state
    desk.store.save()

    found = second_looks.take_next(clock.now() + timedelta(days=days))

    assert bool(found) == is_due


@pytest.fixture
def refused(desk):
    record = desk.order()
    desk.world.fault("user_error", on="refundCreate", code="INVALID", message="No.", times=1)
    cancellation = desk.work(desk.confirm(record, desk.some(record, 1)))
    assert cancellation.state == "refused"
    return cancellation


def test_a_refused_one_is_looked_at_as_well_and_stays_calm(desk, refused):
    again = look_again(desk, refused)

    assert again.reread_at == clock.now()
    assert not again.differs
    assert flagged() == 0


def test_a_refused_one_that_was_done_all_the_same_is_put_before_a_person(desk, refused):
    step = refused.steps.get(kind="refund")
    desk.world.staff(refused.order.external_id).refund("11.00", note=f"late {tag_of(step)}")

    first, second = look_again(desk, refused), look_again(desk, refused)

    assert (first.state, second.differs, second.looked_at) == ("refused", True, None)
    assert "done all the same" in second.trouble
    assert flagged() == 1
    assert [row.kind for row in Delivery.objects.all()] == ["cancellation.refused", "cancellation.differs"]
    assert second in cancellations.first_looks(desk.staff)


@pytest.mark.parametrize(
    ("state", "is_read", "again"),
    [("withdrawn", True, 24), ("expired", True, 24), ("refused", True, 24), ("done", False, None),
     ("running", False, 1), ("needs_operator", False, 1), ("held", False, 1)],
)  # fmt: skip
def test_the_last_one_that_may_have_done_something_speaks_for_its_order(desk, done, state, is_read, again):
    make.cancellation(record=done.order, state=state)
    desk.travel(1.1 * DAY)

    nightly.look(str(done.uuid))

    done.refresh_from_db()
    assert bool(done.reread_at) is is_read
    assert done.look_again_at == (clock.now() + timedelta(hours=again) if again else None)


@pytest.mark.parametrize(("days", "again"), [(12.9, True), (13.1, False)])
def test_after_a_fortnight_it_is_left_alone(desk, done, days, again):
    looked = look_again(desk, done, days=days)

    assert looked.reread_at == clock.now()
    assert bool(looked.look_again_at) is again


def test_a_fault_of_ours_is_looked_at_again_later_and_keeps_no_other_from_it(desk, done, monkeypatch):
    monkeypatch.setattr(nightly.comparison, "compare", lambda *_: 1 / 0)

    failed = look_again(desk, done)

    assert failed.reread_at is None
    assert failed.look_again_at == clock.now() + timedelta(hours=1)
    assert failed.looking_until is None


# --- how the order stood before, once the last look was made ---------------------------------------------
def to_the_last_look(desk, done):
    while done.look_again_at is not None:
        look_again(desk, done)


def forgotten(desk, days=1.0):
    desk.travel(days * DAY)
    return preview.forget_facts(clock.now())


def test_the_last_look_still_has_what_it_compares_with(desk, done):
    while done.look_again_at is not None:
        assert forgotten(desk, days=1.1) == 0
        look_again(desk, done, days=0)

    assert clock.now() - done.created_at > timedelta(days=13)
    assert not done.differs


def test_after_the_last_look_it_goes(desk, done):
    to_the_last_look(desk, done)

    assert forgotten(desk, days=2) == 1

    done.preview.refresh_from_db()
    assert done.preview.facts == ""
    assert preview.plan_of(done.preview).order_number == done.order.number
    assert forgotten(desk) == 0


def test_the_page_says_so_and_reads_no_shop(desk, done, client, monkeypatch):
    to_the_last_look(desk, done)
    forgotten(desk, days=2)
    client.force_login(desk.staff)
    monkeypatch.setattr(live_comparison.order, "live", Mock(side_effect=AssertionError("the shop was read")))

    look = client.get(f"/cancellations/{done.uuid}/look", headers={"HX-Request": "true"}).content.decode()
    page = client.get(f"/cancellations/{done.uuid}").content.decode()

    assert "How the order stood before is no longer kept" in look
    assert "Refunded on this order in all" in page  # the receipt stays, and so does the plan


def test_what_waits_for_a_look_keeps_it(desk, done):
    """A shop that was away past the fortnight."""
    assert forgotten(desk, days=30) == 0
    assert not look_again(desk, done, days=0).differs
    assert forgotten(desk) == 1


@pytest.mark.parametrize(("state", "gone"), [("watching", 0), ("open", 0), ("agrees", 1)])
def test_what_its_other_side_is_compared_with_is_kept(desk, done, state, gone):
    to_the_last_look(desk, done)
    MirrorWatch.objects.create(cancellation=done, order=desk.order(), state=state, until=clock.now())

    assert forgotten(desk, days=2) == gone


def test_what_is_open_keeps_it(desk):
    record = desk.order()
    desk.confirm(record, desk.some(record, 1))

    assert forgotten(desk, days=30) == 0
