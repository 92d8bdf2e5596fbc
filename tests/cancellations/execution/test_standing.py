"""Whatever fails, an accepted cancellation stands somewhere: it is tried again, or it is in front of a person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError

from cancellations.execution import executor, guards, outcomes
from cancellations.lifecycle import sends
from cancellations.models import Step
from cancellations.scheduler import sweep
from cancellations.services import decide
from stores.canonical.commands import Absent, Resend, Unclear
from stores.effects import retry_policy
from stores.kernel import clock
from stores.kernel.errors import RemoteRefused, RemoteUnavailable
from stores.platforms.shopify.adapter import Shopify
from stores.platforms.shopify.api import Api
from tests import make

NO = "refundCreate"


def one_unit(desk):
    record = desk.order()
    return desk.confirm(record, desk.some(record, 1))


def refund_of(cancellation):
    return cancellation.steps.get(kind="refund")


def advance(desk):
    for uuid in sweep.due_cancellations(clock.now()):
        executor.advance(uuid)


def finds(monkeypatch, finding):
    """What every look says from here on; an exception is raised."""

    def find(self, command, *, tag, before):
        if isinstance(finding, Exception):
            raise finding
        return finding

    monkeypatch.setattr(Shopify, "find", find)


def polls_fail(monkeypatch):
    def poll(self, command, receipt):
        raise RemoteUnavailable("away")

    monkeypatch.setattr(Shopify, "poll", poll)


# --- a no that reading cannot confirm ---------------------------------------------------------------
def test_a_no_that_no_look_confirms_is_a_question_and_not_refused(desk, monkeypatch):
    cancellation = one_unit(desk)
    finds(monkeypatch, Unclear(detail="A part of it is done with our mark."))
    desk.world.fault("error_before", on=NO, status=422)

    stopped = desk.work(cancellation, hours=3)

    step = refund_of(stopped)
    assert (stopped.state, step.state, step.resend) == ("needs_operator", "needs_person", "asked")
    assert "A part of it is done with our mark." in stopped.trouble
    assert step.attempts.count() == 1


def test_a_no_after_a_lost_send_is_not_sent_over_and_over_because_a_key_protects_it(desk, monkeypatch):
    cancellation = one_unit(desk)
    desk.world.fault("drop_before", on=NO)
    finds(monkeypatch, Unclear(detail="The list was cut."))
    advance(desk)
    desk.world.fault("error_before", on=NO, times=500, status=422)

    stopped = desk.work(cancellation, hours=3)

    assert stopped.state == "needs_operator"
    assert refund_of(stopped).state == "needs_person"
    assert refund_of(stopped).attempts.count() == 2


def test_a_job_that_was_taken_on_is_not_settled_by_the_no_to_another_send(db):
    step = make.cancellation(state="running").steps.get(position=1)
    for outcome in ("accepted", "final"):
        step.attempts.create(
            generation=1, fence=1, key="k", method="POST", path="/", body=b"", created_at=make.NOW,
            sent_at=make.NOW, outcome=outcome,
        )  # fmt: skip
    step.refusal = "Another one is running."

    assert sends.of(step).unanswered == 1
    assert sends.of(step).can_land_until(600) == make.NOW + timedelta(seconds=600)
    assert "may have been done" in sends.words(step)


# --- after a restore ---------------------------------------------------------------------------------
def test_what_a_restore_made_unclear_goes_out_once_a_person_has_said_so(desk, monkeypatch):
    cancellation = one_unit(desk)
    call_command("restored", verbosity=0)
    finds(monkeypatch, Unclear(detail="Stock carries no mark."))
    asked = desk.work(cancellation, hours=3)
    assert (refund_of(asked).state, refund_of(asked).resend) == ("needs_person", "asked")
    assert asked.trouble.startswith("Whether it was sent is not known")
    assert desk.count("refund") == 0

    decide.retry(actor=desk.staff, step=refund_of(asked), reason="Looked: it is not there")
    done = desk.work(asked, hours=3)

    assert done.state == "done", done.trouble
    assert desk.count("refund") == 1
    assert refund_of(done).must_look is False


# --- faults of our own -------------------------------------------------------------------------------
def test_a_database_that_is_away_for_a_moment_is_no_question(desk, monkeypatch):
    cancellation = one_unit(desk)
    asked, may_go = [], guards.may_go

    def once(turn):
        asked.append(turn)
        if len(asked) == 1:
            raise OperationalError("database is locked")
        return may_go(turn)

    monkeypatch.setattr(guards, "may_go", once)
    advance(desk)
    cancellation.refresh_from_db()
    assert (cancellation.state, refund_of(cancellation).state) == ("running", "pending")
    assert refund_of(cancellation).lease_until is None

    done = desk.work(cancellation)

    assert (done.state, desk.count("refund")) == ("done", 1)


def test_a_bug_in_a_look_leaves_no_lease_and_is_looked_at_again(desk, monkeypatch):
    cancellation = one_unit(desk)
    desk.world.fault("drop_after", on=NO)
    with monkeypatch.context() as broken:
        finds(broken, KeyError("node"))
        stopped = desk.work(cancellation, hours=0.5)
        step = refund_of(stopped)
        assert (stopped.state, step.state, step.lease_until) == ("needs_operator", "unknown", None)
        assert stopped.trouble.startswith("It was sent and may have been done")
        assert step.next_attempt_at is not None

    done = desk.work(stopped, hours=3)

    assert (done.state, desk.count("refund")) == ("done", 1)


def test_a_bug_in_the_comparison_leaves_no_lease_and_a_person_is_told(desk, monkeypatch):
    from cancellations.planning import comparison

    cancellation = one_unit(desk)
    with monkeypatch.context() as broken:
        broken.setattr(comparison, "compare", lambda *a: {}["line"])
        stopped = desk.work(cancellation, hours=0.5)
        step = stopped.steps.get(kind="verify")
        assert (stopped.state, step.lease_until) == ("needs_operator", None)
        assert stopped.trouble.startswith("Everything was sent")

    assert desk.work(stopped, hours=3).state == "done"


@pytest.mark.parametrize("tries", [0, 8, 1_023, 1_024, 32_000])
def test_a_wait_after_any_number_of_tries_is_at_most_a_quarter_of_an_hour(tries):
    assert timedelta(0) < retry_policy.backoff(tries, clock.rng) <= timedelta(minutes=15)


# --- clocks ------------------------------------------------------------------------------------------
def test_what_no_longer_reads_as_under_way_loses_the_long_time_of_the_platform(desk, monkeypatch):
    """Three days are for what is read as pending. A job nobody can read of is told of after 15 minutes."""
    desk.world.switch("job_seconds", "never")
    monkeypatch.setattr(Shopify, "normal_seconds", lambda self, command, receipt: 3 * 86_400)
    record = desk.order()
    cancellation = desk.confirm(record, desk.everything(record))
    advance(desk)
    step = cancellation.steps.get(kind="cancel")
    assert step.state == "accepted"
    assert step.tell_at - step.first_sent_at == timedelta(days=3)
    finds(monkeypatch, RemoteUnavailable("away"))
    monkeypatch.setattr(
        Shopify, "poll", lambda self, command, receipt: (_ for _ in ()).throw(RemoteUnavailable("away"))
    )

    desk.work(cancellation, hours=0.26)

    cancellation.refresh_from_db()
    assert cancellation.state == "needs_operator"


def test_asked_to_slow_down_without_a_time_it_slows_down(desk):
    cancellation = one_unit(desk)
    desk.world.fault("too_many", on=NO, times=5_000, retry_after="none")
    began = clock.now()

    desk.work(cancellation, hours=0.5)

    assert clock.now() - began >= timedelta(minutes=29)
    assert 20 <= refund_of(cancellation).attempts.count() <= 40  # once a minute in the end


# --- credentials -------------------------------------------------------------------------------------
def test_a_token_that_cannot_be_renewed_after_a_401_is_no_refusal(desk, monkeypatch):
    cancellation = one_unit(desk)
    desk.world.fault("error_before", on=NO, status=401)
    fetched = []

    def fetch(self):
        fetched.append(1)
        raise RemoteRefused("gone", code="404", status=404)

    monkeypatch.setattr(Api, "renew", lambda self: fetched.append(0) or True)
    headers = Api.auth_headers
    monkeypatch.setattr(Api, "auth_headers", lambda self: fetch(self) if fetched == [0] else headers(self))

    done = desk.work(cancellation, hours=3)

    sent = [attempt.outcome for attempt in refund_of(done).attempts.all()]
    assert sent[0] == "auth"
    assert (done.state, desk.count("refund")) == ("done", 1)


# --- permission --------------------------------------------------------------------------------------
PART = Unclear(detail="A part of it is done with our mark, the rest is not.")


@pytest.mark.parametrize("reads_fail", [False, True])
def test_a_persons_word_counts_for_what_they_had_read_and_for_nothing_else(desk, monkeypatch, reads_fail):
    """They saw that it was absent. Now a part of it is there: that is another question, with the same bytes or not."""
    cancellation = one_unit(desk)
    desk.world.fault("drop_before", on=NO)
    with monkeypatch.context() as look:
        finds(look, Absent())
        look.setattr(Shopify, "may_resend", lambda self, command, *, age: Resend.PERSON)
        asked = desk.work(cancellation, hours=3)
    assert (refund_of(asked).state, refund_of(asked).resend) == ("needs_person", "asked")

    finds(monkeypatch, PART)
    decide.retry(actor=desk.staff, step=refund_of(asked), reason="Not there")
    again = desk.work(asked, hours=3)

    step = refund_of(again)
    assert (again.state, step.state, step.resend) == ("needs_operator", "needs_person", "asked")
    assert PART.detail in again.trouble
    assert (step.attempts.count(), desk.count("refund")) == (1, 0)

    decide.retry(actor=desk.staff, step=step, reason="I looked at the part")
    if reads_fail:
        with monkeypatch.context() as look:
            finds(look, RemoteUnavailable("away"))
            advance(desk)
    done = desk.work(again, hours=3)

    assert (done.state, desk.count("refund")) == ("done", 1)
    assert refund_of(done).resend == ""


def test_unknown_is_always_looked_at_again(desk, monkeypatch):
    """However long ago it first became unknown."""
    cancellation = one_unit(desk)
    desk.world.fault("drop_before", on=NO)
    finds(monkeypatch, Absent())
    advance(desk)
    Step.objects.filter(pk=refund_of(cancellation).pk).update(
        state="accepted", unknown_since=clock.now() - timedelta(hours=60), next_attempt_at=clock.now()
    )
    monkeypatch.setattr(outcomes, "_is_over", lambda turn: True)
    monkeypatch.setattr(
        Shopify, "poll", lambda self, command, receipt: (_ for _ in ()).throw(RemoteUnavailable("away"))
    )

    advance(desk)

    step = refund_of(cancellation)
    assert (step.state, step.next_attempt_at is None) == ("unknown", False)
