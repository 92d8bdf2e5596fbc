"""The database is away for a moment, in the middle of a step: never a question, never a second effect."""

from __future__ import annotations

import pytest
from django.db import InterfaceError, OperationalError

from cancellations.execution import executor, guards, journal, leases, outcomes, reconcile, verify
from cancellations.lifecycle import transitions
from cancellations.models import Attempt
from cancellations.scheduler import sweep
from stores.effects import journal as machine
from stores.kernel import clock
from stores.models import AuditEvent
from stores.services import circuit_breaker, orders, rate_limit

GONE = (OperationalError("server closed the connection"), InterfaceError("connection already closed"))


@pytest.fixture
def cancellation(desk):
    record = desk.order()
    return desk.confirm(record, desk.some(record, 1))


def away_once(monkeypatch, owner, name, *, error=GONE[0], after=False):
    """The first call of it meets a database that is away; after: what it did stands (a commit whose answer is lost)."""
    real, fails = getattr(owner, name), [error]

    def call(*args, **kwargs):
        if fails and not after:
            raise fails.pop()
        done = real(*args, **kwargs)
        if fails:
            raise fails.pop()
        return done

    monkeypatch.setattr(owner, name, call)
    return fails


PLACES = {
    "claim": (leases, "take_next"),
    "guards": (guards, "may_go"),
    "read of the order": (orders, "look_again"),
    "intent": (machine, "begin"),
    "slot": (rate_limit, "_take"),
    "breaker": (circuit_breaker.RowBreaker, "check"),
    "answer": (outcomes, "_finish_attempt"),
    "what follows": (transitions, "hand_on"),
    "figures after an answer": (rate_limit.RowLimiter, "_correct"),
    "success after an answer": (circuit_breaker.RowBreaker, "_answered"),
    "looking again": (verify, "_finish"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_step_goes_on_and_nobody_is_asked(desk, cancellation, monkeypatch, place):
    fails = away_once(monkeypatch, *PLACES[place], error=GONE[len(place) % 2])

    done = desk.work(cancellation, hours=0.1)

    assert not fails, "never came by here"
    assert (done.state, done.differs, desk.count("refund")) == ("done", False, 1)
    assert Attempt.objects.filter(step__cancellation=done).count() == 1
    assert not AuditEvent.objects.filter(kind="cancellation.stopped").exists()


@pytest.mark.parametrize("place", [(leases, "claim"), (journal.Journal, "_intend"), (outcomes, "_conclude")])
def test_a_commit_whose_answer_is_lost_is_one_effect(desk, cancellation, monkeypatch, place):
    away_once(monkeypatch, *place, after=True)

    done = desk.work(cancellation)

    assert (done.state, done.differs, desk.count("refund")) == ("done", False, 1)


def test_sent_at_stored_and_nothing_sent_is_still_looked_for(desk, cancellation, monkeypatch):
    """Nobody can know then whether the socket was opened."""
    away_once(monkeypatch, journal.Journal, "_mark_sent", after=True)
    executor.advance(cancellation.uuid)
    desk.travel(1.1)
    for uuid in sweep.due_cancellations(clock.now()):
        executor.advance(uuid)

    step = cancellation.steps.get(kind="refund")
    assert (step.state, desk.count("refund")) == ("unknown", 0)
    assert desk.work(cancellation).state == "done"
    assert desk.count("refund") == 1


def test_a_look_up_that_met_it_looks_again_at_once(desk, cancellation, monkeypatch):
    desk.world.fault("drop_after", on="refundCreate")
    fails = away_once(monkeypatch, reconcile, "_judge")

    done = desk.work(cancellation, hours=0.1)

    assert not fails
    assert (done.state, desk.count("refund")) == ("done", 1)


def test_a_poll_that_met_it_polls_again(desk, monkeypatch):
    record = desk.order()
    cancellation = desk.confirm(record, desk.everything(record))
    fails = away_once(monkeypatch, outcomes, "polled")

    done = desk.work(cancellation, hours=0.1)

    assert not fails
    assert (done.state, desk.count("cancel")) == ("done", 1)


def test_an_outage_longer_than_anybody_waits_is_found_by_the_lease(desk, cancellation, monkeypatch):
    with monkeypatch.context() as outage:
        outage.setattr(guards, "may_go", lambda _turn: (_ for _ in ()).throw(GONE[0]))
        outage.setattr(leases, "let_go", lambda *_a, **_k: (_ for _ in ()).throw(GONE[0]))
        with pytest.raises(OperationalError):
            executor.advance(cancellation.uuid)

    done = desk.work(cancellation)

    assert (done.state, desk.count("refund")) == ("done", 1)
