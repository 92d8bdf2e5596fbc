"""Before and around a send: nothing leaves during a hold, a lease lasts exactly as long as it says, and *take it back*
against a worker that is about to send has one winner, at each boundary.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command

from cancellations.execution import executor, leases
from cancellations.models import Attempt, Cancellation, Step
from cancellations.scheduler import sweep
from cancellations.services import decide
from cancellations.states import CLAIMABLE, StepState
from stores.effects import journal
from stores.kernel import clock
from stores.kernel.errors import InputRejected, LeaseLost
from tests import make

HOLD = 30


@pytest.fixture
def held(desk):
    desk.store.hold_seconds = HOLD
    desk.store.save()
    record = desk.order()
    return desk.confirm(record, desk.some(record, 1))


def test_at_every_second_of_a_hold_two_workers_send_nothing(desk, held, monkeypatch):
    began = clock.now()
    for second in range(HOLD):
        for worker in ("one", "two"):
            monkeypatch.setattr(leases, "me", lambda name=worker: name)
            executor.advance(held.uuid)
            executor.advance(held.uuid)
        held.refresh_from_db()
        assert held.state == "held", second
        assert sweep.due_cancellations(clock.now()) == [], second
        desk.travel(1)
    assert (desk.world.effects(), Attempt.objects.count()) == ([], 0)
    assert held.steps.get(kind="refund").next_attempt_at is None
    assert held.held_until == clock.now() == began + timedelta(seconds=HOLD)

    executor.advance(held.uuid)
    executor.advance(held.uuid)

    held.refresh_from_db()
    assert held.started_at == clock.now()
    done = desk.work(held)
    assert (done.state, desk.count("refund")) == ("done", 1)


# --- leases -------------------------------------------------------------------------------------------
@pytest.fixture
def step(db):
    step = make.cancellation(state="running").steps.get(position=1)
    Step.objects.filter(pk=step.pk).update(next_attempt_at=make.NOW)
    return step


def test_a_lease_lasts_until_exactly_when_it_says(step):
    first = leases.claim(step.pk, worker="one", now=make.NOW)
    until = make.NOW + timedelta(seconds=settings.STEP_LEASE_SECONDS)
    tick = timedelta(microseconds=1)

    assert first.lease_until == until
    assert leases.claim(step.pk, worker="two", now=make.NOW) is None
    assert leases.claim(step.pk, worker="two", now=until) is None
    assert leases.claim(step.pk, worker="two", now=until + tick).fence == first.fence + 1
    with pytest.raises(LeaseLost):
        leases.release(first)


def test_a_step_is_claimed_from_exactly_when_it_is_due(step):
    tick = timedelta(microseconds=1)

    assert leases.claim(step.pk, worker="one", now=make.NOW - tick) is None
    assert leases.claim(step.pk, worker="one", now=make.NOW) is not None


@pytest.mark.parametrize("state", sorted(set(StepState) - CLAIMABLE))
def test_what_only_a_person_may_move_is_never_claimed(step, state):
    Step.objects.filter(pk=step.pk).update(state=state)

    assert leases.claim(step.pk, worker="one", now=make.NOW) is None


# --- take it back against a worker that is about to send -------------------------------------------------
@pytest.fixture
def stopped(desk):
    """Nothing of it has left; its clock has struck, and the work goes on behind the item."""
    record = desk.order()
    cancellation = desk.confirm(record, desk.some(record, 1))
    Step.objects.filter(cancellation=cancellation, kind="refund").update(tell_at=clock.now())
    desk.world.fault("error_before", on="*", times=1_000, status=503)
    desk.work(cancellation, hours=0.05)
    desk.world.clear_faults()
    desk.travel(900)
    cancellation.refresh_from_db()
    assert (cancellation.state, decide.is_untouched(cancellation)) == ("needs_operator", True)
    return cancellation


@pytest.mark.parametrize("point", ["refund.between", "refund.before_intent", "refund.intended", "refund.sent"])
def test_taken_back_at_each_boundary_of_a_send_one_wins(desk, stopped, monkeypatch, point):
    ends = []

    def press(name):
        if name != point or ends:
            return
        try:
            decide.take_back(actor=desk.staff, cancellation=Cancellation.objects.get(pk=stopped.pk))
            ends.append("taken back")
        except InputRejected as exc:
            ends.append(exc.user_message)

    for room in (executor, journal):
        monkeypatch.setattr(room, "failpoint", press)
    ended = desk.work(stopped, hours=2)

    won = point != "refund.sent"
    assert ends == ["taken back" if won else "Too late: the work has begun. Watch it below."]
    assert ended.state == ("withdrawn" if won else "done")
    assert desk.count("refund") == (0 if won else 1)
    assert Attempt.objects.exclude(sent_at=None).count() == (0 if won else 1)


def test_what_was_taken_back_is_never_due_again(desk, stopped):
    decide.take_back(actor=desk.staff, cancellation=stopped)
    desk.travel(86_400)

    assert sweep.due_cancellations(clock.now()) == []
    executor.advance(stopped.uuid)
    assert desk.world.effects() == []
    with pytest.raises(InputRejected):
        decide.retry(actor=desk.staff, step=stopped.steps.get(kind="refund"), reason="On")


def test_after_a_restore_it_cannot_be_taken_back_before_a_look_has_shown_that_nothing_left(desk, stopped):
    call_command("restored", verbosity=0)
    with pytest.raises(InputRejected):
        decide.take_back(actor=desk.staff, cancellation=Cancellation.objects.get(pk=stopped.pk))

    Step.objects.filter(cancellation=stopped).update(must_look=False)  # as after the look
    decide.take_back(actor=desk.staff, cancellation=Cancellation.objects.get(pk=stopped.pk))

    stopped.refresh_from_db()
    assert stopped.state == "withdrawn"


# --- try again --------------------------------------------------------------------------------------------
def test_try_again_pressed_twice_counts_once(desk, stopped, monkeypatch):
    step = stopped.steps.get(kind="refund")
    Step.objects.filter(pk=step.pk).update(state="needs_person", next_attempt_at=None)
    both = [Step.objects.select_related("cancellation__store").get(pk=step.pk) for _ in range(2)]

    decide.retry(actor=desk.staff, step=both[0], reason="Go on")
    with pytest.raises(InputRejected):
        decide.retry(actor=desk.staff, step=both[1], reason="Go on")
    done = desk.work(stopped)

    assert (done.state, desk.count("refund")) == ("done", 1)


def test_try_again_during_a_look_takes_the_lease_and_the_say_from_it(desk, monkeypatch):
    from stores.platforms.shopify.adapter import Shopify

    record = desk.order()
    cancellation = desk.confirm(record, desk.some(record, 1))
    desk.world.fault("drop_before", on="refundCreate")
    executor.advance(cancellation.uuid)
    step = cancellation.steps.get(kind="refund")
    assert step.state == "unknown"
    Cancellation.objects.filter(pk=cancellation.pk).update(state="needs_operator")
    desk.travel(700)
    find, pressed = Shopify.find, []

    def slow(self, command, *, tag, before):
        if not pressed:
            pressed.append(1)
            fresh = Step.objects.select_related("cancellation__store").get(pk=step.pk)
            decide.retry(actor=desk.staff, step=fresh, reason="Go on")
        return find(self, command, tag=tag, before=before)

    monkeypatch.setattr(Shopify, "find", slow)
    executor.advance(cancellation.uuid)
    step.refresh_from_db()
    assert (step.state, step.lease_until, step.absent_since) == ("unknown", None, None)

    done = desk.work(cancellation)
    assert (done.state, desk.count("refund")) == ("done", 1)
