"""Times and counts of a step at their very edge: holds, leases, clocks, tries, polls, looks, watches."""

from __future__ import annotations

import json
from datetime import timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine

from cancellations.execution import executor, leases, mirrored_orders, outcomes, reconcile, step_runner
from cancellations.execution.step_run import StepRun
from cancellations.lifecycle import sends, transitions
from cancellations.models import Cancellation, MirrorWatch, Step
from cancellations.scheduler import sweep, watchdog
from cancellations.states import StepState
from stores.canonical.commands import Absent, Resend
from stores.canonical.receipts import Outcome, Receipt
from stores.effects import retry_policy
from stores.effects.moves import ForbiddenMove
from stores.kernel import clock
from stores.kernel.errors import (
    CredentialsRejected,
    JobFailed,
    LeaseLost,
    OutcomeUnknown,
    RemoteConflict,
    RemoteRefused,
    RemoteThrottled,
    RemoteUnavailable,
)
from stores.models import AuditEvent
from tests import make

NOW = make.NOW
SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def traveller():
    with time_machine.travel(NOW, tick=False) as made:
        yield made


def a_step(state: str = "pending", **fields: Any) -> Step:
    row = make.cancellation(state="running")
    row.steps.filter(position=1).update(state=state, **({"next_attempt_at": NOW} | fields))
    return row.steps.select_related("cancellation").get(position=1)


def a_turn(
    step: Step, *, resend: Resend = Resend.SAME_KEY, polls: tuple[int, ...] = (2, 5, 9), deadline: float = 600,
    normal: float = 0, late: float = 600,
) -> StepRun:  # fmt: skip
    turn = StepRun(step)
    turn.__dict__["connector"] = SimpleNamespace(
        may_resend=lambda command, *, age: resend,
        poll_seconds=polls,
        poll_deadline_seconds=deadline,
        normal_seconds=lambda command, receipt: normal,
        late_landing_seconds=late,
    )
    return turn


def sent(step: Step, *ago: float, outcome: str = "unknown") -> None:
    for seconds in ago:
        at = NOW - timedelta(seconds=seconds)
        step.attempts.create(
            generation=1, fence=1, key="k", method="POST", path="/", body=b"", created_at=at, sent_at=at,
            outcome=outcome,
        )  # fmt: skip


def again(step: Step) -> Step:
    return Step.objects.get(pk=step.pk)


# --- the hold -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("early", "state"), [(1, "held"), (0.001, "held"), (0, "running"), (-1, "running")])
def test_a_hold_ends_exactly_when_it_says(traveller, early, state):
    row = make.cancellation(held_until=NOW + timedelta(minutes=10))
    traveller.move_to(NOW + timedelta(minutes=10, seconds=-early))

    transitions.start_if_due(row, now=clock.now())

    row.refresh_from_db()
    assert row.state == state
    assert row.started_at == (clock.now() if state == "running" else None)
    first = row.steps.get(position=1)
    assert first.next_attempt_at == (clock.now() if state == "running" else None)
    assert first.tell_at == (clock.now() + timedelta(minutes=15) if state == "running" else None)


def test_no_second_of_a_hold_sends_anything(traveller, monkeypatch):
    row = make.cancellation(held_until=NOW + timedelta(seconds=30))
    taken: list[Step] = []
    monkeypatch.setattr(step_runner, "run", taken.append)
    for second in range(30):
        traveller.move_to(NOW + second * SECOND)
        executor.advance(row.uuid)
        executor.advance(row.uuid)

    row.refresh_from_db()
    assert (taken, row.state) == ([], "held")


# --- leases -------------------------------------------------------------------------------------------
def test_a_lease_holds_until_exactly_when_it_says(settings):
    settings.STEP_LEASE_SECONDS = 120
    step = a_step()
    ends = NOW + timedelta(seconds=120)

    held = leases.claim(step.pk, worker="one", now=NOW)

    assert held is not None
    assert (held.lease_owner, held.lease_until, held.fence) == ("one", ends, step.fence + 1)
    assert leases.claim(step.pk, worker="two", now=ends) is None
    stolen = leases.claim(step.pk, worker="two", now=ends + timedelta(microseconds=1))
    assert stolen is not None
    assert (stolen.lease_owner, stolen.fence) == ("two", step.fence + 2)


def test_what_is_handed_on_and_not_begun_is_soon_free_again():
    cancellation = make.cancellation(state="running")
    ends = NOW + timedelta(seconds=30)

    held = leases.take_next(cancellation, transitions.steps_of(cancellation), now=NOW)

    assert held is not None
    assert (held.lease_until, again(held).lease_until) == (ends, ends)
    assert leases.claim(held.pk, worker="two", now=ends) is None
    assert leases.claim(held.pk, worker="two", now=ends + timedelta(microseconds=1)) is not None


@pytest.mark.parametrize(("due", "is_taken"), [(-1, True), (0, True), (1, False)])
def test_a_step_is_taken_when_it_is_due(due, is_taken):
    step = a_step(next_attempt_at=NOW + due * SECOND)

    assert (leases.claim(step.pk, worker="one", now=NOW) is not None) is is_taken


@pytest.mark.parametrize("to", ["intended", "retry_wait", "unknown", "needs_person"])
def test_only_the_intent_keeps_the_lease(to):
    step = leases.claim(a_step().pk, worker="one", now=NOW)
    assert step is not None

    leases.move(step, StepState(to))

    kept = again(step)
    assert (kept.state, bool(kept.lease_owner), bool(kept.lease_until)) == (to, to == "intended", to == "intended")


@pytest.mark.parametrize(("state", "to"), [("pending", "settled"), ("unknown", "intended"), ("accepted", "pending")])
def test_a_move_that_the_table_does_not_list_is_not_made(state, to):
    step = leases.claim(a_step(state).pk, worker="one", now=NOW)
    assert step is not None

    with pytest.raises(ForbiddenMove):
        leases.move(step, StepState(to))

    assert again(step).state == state


def test_before_it_is_sent_again_it_becomes_a_question():
    step = a_step("retry_wait", looks=3, absent_since=NOW)

    outcomes.look_first(a_turn(step))

    kept = again(step)
    assert (kept.state, kept.unknown_since, kept.looks, kept.absent_since) == ("unknown", NOW, 0, None)
    assert kept.next_attempt_at == NOW


@pytest.mark.parametrize(
    "act", [leases.release, leases.note, lambda step, **f: leases.move(step, StepState.UNKNOWN, **f)]
)
def test_a_worker_whose_lease_was_taken_writes_nothing(act):
    step = leases.claim(a_step().pk, worker="one", now=NOW)
    assert step is not None
    Step.objects.filter(pk=step.pk).update(fence=step.fence + 1)

    with pytest.raises(LeaseLost):
        act(step, detail="late")

    assert (again(step).state, again(step).detail) == ("pending", "")


# --- one clock a step ---------------------------------------------------------------------------------
@pytest.mark.parametrize(("late", "state"), [(-1, "running"), (0, "needs_operator"), (1, "needs_operator")])
def test_a_person_is_told_exactly_when_the_clock_strikes(late, state):
    step = a_step("retry_wait", tell_at=NOW - late * SECOND, detail="The shop is away.")
    row = step.cancellation

    transitions.tell_what_is_late(row, now=NOW)

    row.refresh_from_db()
    assert row.state == state
    assert row.trouble == ("" if late < 0 else "Nothing was sent. The shop is away.")
    assert sweep.due_cancellations(NOW - timedelta(days=1)) == []


def test_the_clock_of_a_step_is_not_wound_again():
    step = a_step(tell_at=NOW + SECOND, next_attempt_at=NOW - SECOND)

    transitions.wake_next(step.cancellation, now=NOW)

    assert (again(step).tell_at, again(step).next_attempt_at) == (NOW + SECOND, NOW - SECOND)


def test_the_step_that_waits_longest_speaks():
    row = make.cancellation(state="running")
    row.steps.update(tell_at=NOW, next_attempt_at=NOW)
    for step in row.steps.all():
        Step.objects.filter(pk=step.pk).update(detail=f"number {step.position}")

    transitions.tell_what_is_late(row, now=NOW)

    row.refresh_from_db()
    assert row.trouble == "Nothing was sent. number 1"


# --- tries --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("tries", "counts", "state"), [
    (retry_policy.MAX_TRIES - 2, True, "retry_wait"), (retry_policy.MAX_TRIES - 1, True, "needs_person"),
    (retry_policy.MAX_TRIES - 1, False, "retry_wait"), (retry_policy.MAX_TRIES, False, "needs_person"),
])  # fmt: skip
def test_the_eighth_try_is_the_last_and_waiting_for_a_slot_is_none(tries, counts, state):
    step = a_step("intended", tries=tries, first_sent_at=NOW)

    outcomes.again(a_turn(step), RemoteUnavailable("no"), Outcome.RETRYABLE, counts=counts)

    assert (again(step).state, again(step).tries) == (state, tries + int(counts))
    assert (again(step).next_attempt_at is None) is (state == "needs_person")


@pytest.mark.parametrize(("age", "state"), [(0, "retry_wait"), (-1, "retry_wait"), (1, "needs_person")])
def test_a_day_after_the_first_send_a_person_decides(age, state):
    step = a_step("intended", first_sent_at=NOW - retry_policy.MAX_AGE - age * SECOND)

    outcomes.again(a_turn(step), RemoteUnavailable("no"), Outcome.RETRYABLE, counts=True)

    assert again(step).state == state


@pytest.mark.parametrize(("told", "wait"), [(1, 1), (3600, 3600), (3601, 3600)])
def test_the_platform_says_how_long_and_at_most_an_hour(told, wait):
    step = a_step("intended", first_sent_at=NOW)

    outcomes.again(a_turn(step), RemoteThrottled("no", retry_after=told), Outcome.RATE_LIMITED, counts=False)

    assert again(step).next_attempt_at == NOW + wait * SECOND


@pytest.mark.parametrize(("resend", "state"), [
    (Resend.SAME_KEY, "retry_wait"), (Resend.NEW_GENERATION, "unknown"), (Resend.PERSON, "unknown"),
])  # fmt: skip
def test_without_a_key_the_next_thing_is_a_look(resend, state):
    step = a_step("intended", first_sent_at=NOW, looks=3, absent_since=NOW)

    outcomes.again(
        a_turn(step, resend=resend), RemoteThrottled("no", retry_after=9), Outcome.RATE_LIMITED, counts=False
    )

    kept = again(step)
    assert (kept.state, kept.next_attempt_at) == (state, NOW + 9 * SECOND)
    if state == "unknown":
        assert (kept.unknown_since, kept.looks, kept.absent_since) == (NOW, 0, None)


@pytest.mark.parametrize(("exc", "state", "outcome", "tries"), [
    (RemoteThrottled("x", retry_after=1), "retry_wait", "rate_limited", 0),
    (CredentialsRejected("x"), "retry_wait", "auth", 1),
    (RemoteUnavailable("x"), "retry_wait", "retryable", 1),
    (RemoteConflict("x"), "retry_wait", "conflict", 1),
    (RemoteRefused("x"), "unknown", "final", 0),
    (OutcomeUnknown("x"), "unknown", "unknown", 0),
    (KeyError("x"), "unknown", "unknown", 0),
])  # fmt: skip
def test_each_class_of_answer_to_a_send(exc, state, outcome, tries):
    step = a_step("intended", first_sent_at=NOW)
    sent(step, 0, outcome="")
    turn = a_turn(step)
    turn.journal.attempt = step.attempts.get()

    outcomes.failed(turn, exc)

    assert (again(step).state, again(step).tries, step.attempts.get().outcome) == (state, tries, outcome)
    assert bool(again(step).refusal) is (outcome == "final")


@pytest.mark.parametrize(
    ("tries", "state"), [(retry_policy.MAX_TRIES - 2, "pending"), (retry_policy.MAX_TRIES - 1, "needs_person")]
)
def test_reads_that_fail_before_anything_was_sent_are_counted(tries, state):
    step = a_step(tries=tries)

    outcomes.failed(a_turn(step), RemoteUnavailable("away", retry_after=7))

    assert again(step).state == state
    if state == "pending":
        assert (again(step).tries, again(step).next_attempt_at) == (tries + 1, NOW + 7 * SECOND)


def test_a_slot_is_waited_for_longer_each_time_and_another_wait_as_told():
    """Of a turn that had begun: its reads were spent for nothing."""
    step = a_step(looks=3)
    turn = a_turn(step)
    turn.booking.is_begun = True

    outcomes.failed(turn, RemoteThrottled("slot", code="slot", retry_after=2))
    assert (again(step).next_attempt_at, again(step).looks, again(step).tries) == (NOW + 16 * SECOND, 4, 0)

    outcomes.failed(a_turn(again(step)), RemoteThrottled("429", retry_after=2))
    assert (again(step).next_attempt_at, again(step).looks, again(step).tries) == (NOW + 2 * SECOND, 5, 0)


def test_work_that_was_not_begun_waits_in_the_order_of_its_age():
    older, younger = a_step(looks=3), a_step()
    Cancellation.objects.update(store=older.cancellation.store)
    Step.objects.filter(pk__in=[older.pk, younger.pk]).update(next_attempt_at=NOW, connection=older.connection)
    waits = []
    for step in (older, younger):
        turn = a_turn(again(step))
        turn.booking.seconds_each = 3
        outcomes.failed(turn, RemoteThrottled("slot", code="slot", retry_after=2))
        waits.append((again(step).next_attempt_at - NOW, again(step).looks))

    assert waits == [(2 * SECOND, 3), (5 * SECOND, 0)]


# --- jobs ---------------------------------------------------------------------------------------------
ACCEPTED = Receipt(outcome=Outcome.ACCEPTED, ids={"job": "j1"})


@pytest.mark.parametrize(("looks", "wait"), [(0, 5), (1, 9), (2, 9), (7, 9)])
def test_a_job_is_asked_after_by_the_platforms_own_pauses(looks, wait):
    step = a_step("accepted", looks=looks, first_sent_at=NOW)

    outcomes.polled(a_turn(step), ACCEPTED)

    assert (again(step).looks, again(step).next_attempt_at) == (looks + 1, NOW + wait * SECOND)


@pytest.mark.parametrize(("age", "state"), [(599, "accepted"), (600, "accepted"), (601, "unknown")])
@pytest.mark.parametrize("is_read", [True, False])
def test_past_its_deadline_a_job_is_unknown(age, state, is_read):
    step = a_step("accepted", first_sent_at=NOW - age * SECOND)
    turn = a_turn(step)

    outcomes.polled(turn, ACCEPTED) if is_read else outcomes.poll_failed(turn, RemoteUnavailable("x", retry_after=4))

    assert again(step).state == state
    if state == "accepted":
        assert again(step).next_attempt_at == NOW + (5 if is_read else 4) * SECOND
        assert again(step).looks == 1


def test_a_job_that_failed_is_a_no_that_is_looked_at():
    step = a_step("accepted", first_sent_at=NOW)

    outcomes.poll_failed(a_turn(step), JobFailed("declined", user_message="The provider declined."))

    kept = again(step)
    assert (kept.state, kept.refusal, kept.next_attempt_at) == ("unknown", "The provider declined.", NOW)


@pytest.mark.parametrize(("told", "wait"), [(None, 2), (40, 40)])
def test_what_was_accepted_is_asked_after_when_the_platform_says(told, wait):
    step = a_step("intended", refusal="an earlier no", looks=4)

    outcomes.answered(a_turn(step), Receipt(outcome=Outcome.ACCEPTED, ids={"job": "j1"}, look_after=told))

    kept = again(step)
    assert (kept.state, kept.next_attempt_at, kept.looks, kept.refusal) == ("accepted", NOW + wait * SECOND, 0, "")
    assert kept.result["ids"] == {"job": "j1"}


@pytest.mark.parametrize(("normal", "minutes", "words"), [
    (60, 15, ""), (900, 15, ""), (901, 901 / 60 - 1, "up to 15 minutes"), (3 * 86_400, 3 * 1440 - 1, "up to 3 days"),
])  # fmt: skip
def test_what_normally_takes_long_is_told_of_after_its_normal_time(normal, minutes, words):
    step = a_step("intended", tell_at=NOW + timedelta(minutes=15))
    sent(step, 60)

    outcomes.answered(a_turn(step, normal=normal), ACCEPTED)

    assert again(step).tell_at == max(NOW + timedelta(minutes=15), NOW + timedelta(minutes=minutes))
    assert words in again(step).detail
    assert bool(again(step).detail) is bool(words)


@pytest.mark.parametrize(("seconds", "words"), [
    (60, "1 minutes"), (1799, "30 minutes"), (1800, "30 minutes"), (1801, "1 hours"), (86_400, "24 hours"),
    (47 * 3600, "47 hours"), (48 * 3600, "2 days"), (7 * 86_400, "7 days"),
])  # fmt: skip
def test_a_normal_time_in_words(seconds, words):
    assert retry_policy.lasting(seconds).endswith(f"up to {words}.")


# --- looks --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("looked", "last", "is_first"), [
    (None, 10, True), (120, 500, False), (121, 500, True), (10, 10, False), (11, 10, True), (9, 10, False),
])  # fmt: skip
def test_a_look_counts_for_two_minutes_and_only_if_nothing_left_since(looked, last, is_first):
    step = a_step(looked_at=looked and NOW - looked * SECOND)
    sent(step, last)

    assert reconcile.comes_first(a_turn(step, resend=Resend.PERSON)) is is_first
    assert reconcile.comes_first(a_turn(step, resend=Resend.SAME_KEY)) is False


def test_whatever_says_look_is_obeyed_and_a_first_send_needs_none():
    fresh, marked = a_step(), a_step(must_look=True)

    assert reconcile.comes_first(a_turn(fresh, resend=Resend.PERSON)) is False
    assert reconcile.comes_first(a_turn(marked, resend=Resend.SAME_KEY)) is True


@pytest.mark.parametrize(("after", "due"), [
    (0, 5), (4, 5), (5, 30), (29, 30), (3599, 3600), (3600, 3600 + 21_600), (42 * 3600, 48 * 3600),
    (42 * 3600 + 1, None),
])  # fmt: skip
def test_the_schedule_of_looks(after, due):
    found = retry_policy.next_look(NOW, NOW + after * SECOND)

    assert found == (None if due is None else NOW + due * SECOND)


@pytest.mark.parametrize(("turns_", "told", "seconds"), [
    (0, None, 1), (1, None, 2), (0, 3, 3), (2, 3, 12), (4, 3, 48), (5, 3, 60), (6, 0.5, 32), (9, 0.5, 32),
])  # fmt: skip
def test_saving_up_doubles_to_a_minute(turns_, told, seconds):
    wait = retry_policy.saving_up(told and timedelta(seconds=told), turns=turns_)

    assert wait == timedelta(seconds=seconds)


@pytest.mark.parametrize(("tries", "longest"), [(0, 2), (1, 4), (8, 512), (9, 900), (30, 900)])
def test_backoff_reaches_exactly_so_far(tries, longest):
    bounds: list[tuple[float, float]] = []

    class Highest(Random):
        def uniform(self, a: float, b: float) -> float:
            bounds.append((a, b))
            return b

    assert retry_policy.backoff(tries, Highest()) == longest * SECOND
    assert bounds == [(0.5, longest)]


@pytest.mark.parametrize(("ago", "until"), [((30, 10), 590), ((700,), -100)])
def test_late_landing_is_counted_from_the_last_one_without_an_answer(ago, until):
    step = a_step("unknown")
    sent(step, *ago)
    sent(step, 1, outcome="rate_limited")

    assert sends.of(step).can_land_until(600) == NOW + until * SECOND


# --- a worker's own sweep, a copy's day -----------------------------------------------------------------
@pytest.mark.parametrize(("silent", "sweeps"), [(9, False), (10, False), (10.001, True)])
def test_a_worker_sweeps_after_ten_seconds_of_silence(monkeypatch, silent, sweeps):
    ran: list[Any] = []
    monkeypatch.setattr(sweep, "tend", ran.append)
    monkeypatch.setattr(sweep, "due", lambda now: {})
    own = watchdog.Watch(NOW)

    assert own.look(NOW + timedelta(seconds=silent)) is sweeps

    assert ran == ([NOW + timedelta(seconds=silent)] if sweeps else [])


@pytest.fixture
def copy_watch() -> MirrorWatch:
    shop = make.store()
    shop.state = "paused"
    shop.save()
    return MirrorWatch.objects.create(
        cancellation=make.cancellation(state="done"),
        order=make.order_record(store=shop),
        until=NOW + timedelta(hours=24),
        next_attempt_at=NOW,
    )


@pytest.mark.parametrize(("looks", "pause"), [(0, 300), (1, 900), (2, 3600), (3, 14_400), (4, 14_400), (9, 14_400)])
def test_a_copy_is_read_at_longer_and_longer_pauses(copy_watch, looks, pause):
    MirrorWatch.objects.update(looks=looks)

    mirrored_orders.look(str(copy_watch.uuid))

    copy_watch.refresh_from_db()
    assert (copy_watch.looks, copy_watch.next_attempt_at) == (looks + 1, NOW + pause * SECOND)
    assert (copy_watch.lease_owner, copy_watch.lease_until) == ("", None)


@pytest.mark.parametrize(("left", "state"), [(1, "watching"), (0, "open"), (-1, "open")])
def test_a_copy_is_watched_until_its_day_is_over(copy_watch, left, state):
    MirrorWatch.objects.update(until=NOW + left * SECOND)

    mirrored_orders.look(str(copy_watch.uuid))

    copy_watch.refresh_from_db()
    assert copy_watch.state == state
    assert copy_watch.next_attempt_at == (NOW + SECOND if state == "watching" else None)


def test_a_copy_that_is_leased_or_not_due_is_not_read(copy_watch):
    for fields in ({"lease_until": NOW}, {"lease_until": None, "next_attempt_at": NOW + SECOND}, {"state": "agrees"}):
        MirrorWatch.objects.update(**fields)
        assert mirrored_orders.due(NOW, 9) == []
        mirrored_orders.look(str(copy_watch.uuid))
        assert MirrorWatch.objects.get().looks == 0
        MirrorWatch.objects.update(lease_until=None, next_attempt_at=NOW, state="watching")

    assert mirrored_orders.due(NOW, 9) == [str(copy_watch.uuid)]
    assert mirrored_orders.due(NOW, 0) == []


# --- what a look that found nothing leads to --------------------------------------------------------------
@pytest.mark.parametrize(("outcomes_", "resend", "allowed", "state", "how", "generation"), [
    ((), Resend.PERSON, "", "pending", "not_sent", 1),
    (("rate_limited",), Resend.PERSON, "", "retry_wait", "not_done", 1),
    (("unknown",), Resend.SAME_KEY, "", "retry_wait", "same_key", 1),
    (("unknown",), Resend.NEW_GENERATION, "", "pending", "new_generation", 2),
    (("unknown",), Resend.PERSON, "", "needs_person", "", 1),
    (("unknown",), Resend.PERSON, "allowed", "pending", "new_generation", 2),
    (("unknown",) * 2, Resend.SAME_KEY, "", "retry_wait", "same_key", 1),
    (("unknown",) * 3, Resend.SAME_KEY, "", "needs_person", "", 1),
    (("unknown",) * 3, Resend.SAME_KEY, "allowed", "pending", "new_generation", 2),
])  # fmt: skip
def test_absent_twice_leads_where_the_journal_and_the_platform_say(outcomes_, resend, allowed, state, how, generation):
    step = a_step("unknown", absent_since=NOW - 60 * SECOND, looks=4, unknown_since=NOW - 60 * SECOND, must_look=True,
                  resend=allowed, tries=5, first_sent_at=NOW - 700 * SECOND)  # fmt: skip
    for outcome in outcomes_:
        sent(step, 700, outcome=outcome)

    reconcile._judge(a_turn(step, resend=resend), Absent(detail="gone"))

    kept = again(step)
    assert (kept.state, kept.generation) == (state, generation)
    if state == "needs_person":
        assert (kept.resend, kept.next_attempt_at) == ("asked", None)
        return
    assert (kept.looks, kept.unknown_since, kept.absent_since, kept.looked_at) == (0, None, None, NOW)
    assert (kept.must_look, kept.next_attempt_at) == (False, NOW)
    assert (kept.tries, kept.first_sent_at) == ((0, None) if generation == 2 else (5, NOW - 700 * SECOND))
    said = AuditEvent.objects.filter(kind="step.looked").order_by("-pk").first()
    assert said is not None
    assert json.loads(said.body)["next"] == how


@pytest.mark.parametrize(("seconds", "is_believed"), [(29, False), (30, True)])
def test_two_readings_thirty_seconds_apart_agree(seconds, is_believed):
    step = a_step("unknown", absent_since=NOW - seconds * SECOND, unknown_since=NOW - 60 * SECOND)
    sent(step, 700)

    reconcile._judge(a_turn(step, resend=Resend.NEW_GENERATION), Absent(detail="gone"))

    kept = again(step)
    assert kept.state == ("pending" if is_believed else "unknown")
    if not is_believed:
        assert (kept.next_attempt_at, kept.absent_since) == (NOW + SECOND, NOW - seconds * SECOND)


@pytest.mark.parametrize("refused", [True, False])
def test_an_item_that_answers_itself_leaves_the_queue_unless_its_clock_has_struck(refused):
    for tell_at, state in ((NOW + SECOND, "running"), (NOW, "needs_operator"), (None, "running")):
        step = a_step("unknown", absent_since=NOW - 60 * SECOND, unknown_since=NOW, tell_at=tell_at)
        Cancellation.objects.filter(pk=step.cancellation_id).update(state="needs_operator", trouble="Look at it.")
        sent(step, 700, outcome="rate_limited" if refused else "unknown")

        reconcile._judge(a_turn(step, resend=Resend.NEW_GENERATION), Absent(detail="gone"))

        row = Cancellation.objects.get(pk=step.cancellation_id)
        assert (row.state, row.trouble) == (state, "" if state == "running" else "Look at it.")


@pytest.mark.parametrize(("other", "state"), [
    ("needs_person", "needs_operator"), ("refused", "needs_operator"), ("unknown", "needs_operator"),
    ("pending", "running"), ("retry_wait", "running"), ("settled", "running"), ("applied", "running"),
])  # fmt: skip
def test_a_finished_step_takes_the_item_away_unless_another_still_asks(other, state):
    row = make.cancellation(state="needs_operator", trouble="Look at it.")
    first, second = row.steps.order_by("position")[:2]
    Step.objects.filter(pk=first.pk).update(state="applied")
    Step.objects.filter(pk=second.pk).update(state=other, next_attempt_at=None)

    transitions.hand_on(again(first), now=NOW)

    row.refresh_from_db()
    assert (row.state, row.trouble) == (state, "" if state == "running" else "Look at it.")
    is_next = other not in ("settled", "applied")
    assert again(second).next_attempt_at == (NOW if is_next else None)
