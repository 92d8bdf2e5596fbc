"""An unknown outcome: read the platform back until it is known (RELIABILITY 6), and only then go on.

What a look leads to is said by stores/effects/reconcile; here it is made, and acted on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from cancellations import actions
from cancellations.execution import faults, leases, outcomes, waiting
from cancellations.lifecycle import sends, transitions
from cancellations.models import Resending
from cancellations.states import CancellationState, StepState
from stores.canonical.commands import Finding, Unclear
from stores.effects import reconcile
from stores.effects.reconcile import Ask, Go, Look, Refused, Settled, Wait
from stores.kernel import clock, database
from stores.kernel.errors import LeaseLost, Unsupported
from stores.kernel.failpoints import failpoint

if TYPE_CHECKING:
    from cancellations.execution.step_run import StepRun


def comes_first(turn: StepRun) -> bool:
    """Must it be looked for before it is sent?"""
    step = turn.step
    if step.must_look or step.fence == 1:  # the first claim there ever was: nothing can have left
        return step.must_look
    told = sends.of(step)
    if told.last_at is None:
        return False
    return reconcile.comes_first(
        told, is_key_protected=turn.is_key_protected, looked_at=step.looked_at, now=clock.now()
    )


def take(turn: StepRun) -> None:
    """One look. A read that fails proves nothing and is made again on the schedule."""
    try:
        finding = turn.find()
    except Unsupported as exc:
        finding = Unclear(detail=exc.user_message)
    except LeaseLost:
        raise
    except Exception as exc:
        if database.is_away(exc):
            raise
        faults.log(turn.step, exc)
        if wait_for := waiting.fields(turn, exc):  # nothing was looked at: the schedule stays, so do the words
            leases.release(turn.step, **wait_for | {"detail": turn.step.detail})
            return
        seen = turn.step.detail if turn.step.resend == Resending.ALLOWED else ""  # what a person's word is about stays
        _wait(turn, Wait(seen or faults.reading_words(exc)))
        return
    failpoint(f"{turn.step.kind}.looking")
    _judge(turn, finding)


def _judge(turn: StepRun, finding: Finding) -> None:
    step = turn.step
    late = turn.connector.late_landing_seconds
    look = Look(step, sends.of(step), clock.now(), late, lambda: turn.what_next, word=step.resend)
    match reconcile.after(finding, look):
        case Settled(found):
            outcomes.found(turn, found)
        case Refused():
            outcomes.end_refused(turn)
        case Ask(words, resend):
            outcomes.ask(turn, words, resend=resend)
        case Wait() as wait:
            _wait(turn, wait)
        case Go() as go:
            _go(turn, go)


def _go(turn: StepRun, go: Go) -> None:
    """Absent is known: it may leave now, and the look that showed it counts for the send that follows."""
    step, now = turn.step, clock.now()
    anew: dict[str, Any] = {"generation": step.generation + 1, "first_sent_at": None, "tries": 0} if go.anew else {}
    with transaction.atomic():
        leases.move(
            step, StepState.RETRY_WAIT if go.is_retry else StepState.PENDING, next_attempt_at=now, unknown_since=None,
            absent_since=None, looks=0, looked_at=now, must_look=False, **anew,
        )  # fmt: skip
        _reopen(turn)
        transitions.record(actions.FOUND, step.cancellation, step=step.position, finding="absent", next=go.how)


def _reopen(turn: StepRun) -> None:
    """A question that answered itself leaves the operator queue, unless the step's clock has struck."""
    cancellation = transitions.fresh(turn.step)
    is_late = turn.step.tell_at is not None and turn.step.tell_at <= clock.now()
    if cancellation.state == CancellationState.NEEDS_OPERATOR and not is_late:
        transitions.move(cancellation, CancellationState.RUNNING, trouble="")


def _wait(turn: StepRun, wait: Wait) -> None:
    """Look again by the schedule; after 48 hours a person decides alone."""
    step, now = turn.step, clock.now()
    since = step.unknown_since or now
    due = reconcile.due(wait, since=since, now=now)
    if due is None:
        outcomes.ask(turn, wait.words, resend=wait.question)
        return
    fields: dict[str, Any] = {}
    if wait.absent_since is not None:
        fields = {"absent_since": wait.absent_since, "looked_at": now}
    if wait.question or wait.word is not None:
        fields["resend"] = wait.question or wait.word
    leases.release(
        step, looks=step.looks + 1, unknown_since=since, next_attempt_at=due, detail=wait.words[:300], **fields
    )
