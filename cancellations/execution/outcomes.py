"""What an answer, or its absence, does to a step (RELIABILITY 5). Transaction B: result, audit, what follows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from cancellations import actions
from cancellations.execution import faults, leases, waiting
from cancellations.lifecycle import deadlines, emergency_stop, sends, transitions
from cancellations.models import Attempt, Step
from cancellations.states import StepState
from stores.canonical import stored_receipts
from stores.canonical.commands import Found
from stores.canonical.receipts import Outcome, Receipt, RefundState, Reported
from stores.effects import retry_policy
from stores.effects.outcomes import asked_wait, classify, is_a_try, retry_at
from stores.kernel import clock, database
from stores.kernel.errors import (
    CredentialsRejected,
    EffectsStopped,
    JobFailed,
    LeaseLost,
    RemoteError,
    RemoteRefused,
    RemoteThrottled,
)

if TYPE_CHECKING:
    from cancellations.execution.step_run import StepRun


def answered(turn: StepRun, receipt: Receipt) -> None:
    """An answer that proves something: applied, or accepted and to be polled."""
    if receipt.outcome is Outcome.ACCEPTED:
        wait = timedelta(seconds=receipt.look_after or turn.connector.poll_seconds[0])
        conclude(turn, StepState.ACCEPTED, Outcome.ACCEPTED, result=stored_receipts.to_json(receipt), looks=0,
                 next_attempt_at=clock.now() + wait, refusal="", **_normal(turn, receipt))  # fmt: skip
    else:
        conclude(turn, StepState.APPLIED, Outcome.APPLIED, result=stored_receipts.to_json(receipt),
                 next_attempt_at=None, finished_at=clock.now(), detail="", must_look=False)  # fmt: skip


def _normal(turn: StepRun, receipt: Receipt) -> dict[str, Any]:
    """What the platform itself has accepted is told of after its normal time, counted from the first send."""
    seconds = turn.connector.normal_seconds(turn.command, receipt)
    tell_at = _first_sent(turn) + timedelta(seconds=seconds)
    words = retry_policy.lasting(seconds) if seconds > deadlines.ASK_A_PERSON_AFTER.total_seconds() else ""
    return {"tell_at": max(tell_at, turn.step.tell_at or tell_at), "detail": words}


def _first_sent(turn: StepRun) -> datetime:
    """Of all generations; now, where none left."""
    sent = turn.step.attempts.exclude(sent_at=None).order_by("pk").values_list("sent_at", flat=True).first()
    return sent or clock.now()


def polled(turn: StepRun, receipt: Receipt) -> None:
    step, connector = turn.step, turn.connector
    if receipt.outcome is not Outcome.ACCEPTED:
        answered(turn, receipt)
        return
    if _is_over(turn):
        unknown(turn, _("The platform accepted the job and has not finished it."))
        return
    looks = step.looks + 1
    wait = connector.poll_seconds[min(looks, len(connector.poll_seconds) - 1)]
    due = clock.now() + timedelta(seconds=wait)
    leases.release(step, looks=looks, next_attempt_at=due, **_normal(turn, receipt))


def _is_over(turn: StepRun) -> bool:
    """Is the time to ask after an accepted job over?"""
    since = turn.step.first_sent_at or clock.now()
    return (clock.now() - since).total_seconds() > turn.connector.poll_deadline_seconds


def poll_failed(turn: StepRun, exc: Exception) -> None:
    """A failed job is a refusal; a failed read is asked again, and past the deadline the step is unknown."""
    if isinstance(exc, LeaseLost) or database.is_away(exc):
        raise exc
    if isinstance(exc, JobFailed):
        refused(turn, exc)
        return
    faults.log(turn.step, exc)
    if _is_over(turn):
        unknown(turn, faults.reading_words(exc))
        return
    if wait_for := waiting.fields(turn, exc):
        leases.release(turn.step, **wait_for, **_own_clock(turn))
        return
    looks = turn.step.looks + 1
    wait = asked_wait(exc) or retry_policy.backoff(looks, clock.rng)
    leases.release(turn.step, looks=looks, next_attempt_at=clock.now() + wait, detail=faults.reading_words(exc),
                   **_own_clock(turn))  # fmt: skip


def failed(turn: StepRun, exc: Exception) -> None:
    """Nothing was sent, or a class of outcome by what was raised; default: unknown.

    A database that was away is nobody's outcome: the row says whether anything may have left.
    """
    if isinstance(exc, LeaseLost) or (database.is_away(exc) and turn.journal.heard is None):
        raise exc
    faults.log(turn.step, exc)
    if not turn.journal.sent:
        _nothing_sent(turn, exc)
        return
    if isinstance(turn.journal.heard, CredentialsRejected):  # what failed after a 401 is the renewing
        exc = turn.journal.heard
    match classify(exc):
        case Outcome.UNKNOWN:
            unknown(turn, faults.words(exc), exc)
        case Outcome.FINAL:
            refused(turn, exc)
        case outcome:
            again(turn, exc, outcome, counts=is_a_try(outcome))


def stopped(turn: StepRun, exc: EffectsStopped) -> None:
    """The emergency stop was pressed in the middle of a turn. What left before it in this turn is judged as ever."""
    if turn.journal.sent:
        failed(turn, exc)
    else:
        waiting.behind_stop(turn.step, exc.user_message)


def _nothing_sent(turn: StepRun, exc: Exception) -> None:
    """Reading or preparing failed: the step stays as it is and waits, or a person is asked."""
    step = turn.step
    if getattr(exc, "code", "") in waiting.SHUT:
        waiting.for_shop(step, emergency_stop.paused_now(step) or faults.words(exc))
    elif wait_for := waiting.fields(turn, exc):
        leases.release(step, **wait_for)
    elif isinstance(exc, RemoteThrottled):
        told = asked_wait(exc)  # its turn had begun: it ran dry between its reads and its write
        wait = retry_policy.saving_up(told, turns=step.looks) if exc.code == "slot" else told or retry_policy.A_SECOND
        leases.release(step, looks=step.looks + 1, next_attempt_at=clock.now() + wait, detail=faults.words(exc))
    elif _is_our_own_no(exc):
        moved(turn, faults.words(exc))
    elif isinstance(exc, RemoteError) and step.tries + 1 < retry_policy.MAX_TRIES:
        tries = step.tries + 1
        wait = asked_wait(exc) or retry_policy.backoff(tries, clock.rng)
        leases.release(step, tries=tries, next_attempt_at=clock.now() + wait, detail=faults.reading_words(exc))
    else:
        ask(turn, faults.reading_words(exc))


def _is_our_own_no(exc: Exception) -> bool:
    """The adapter read the order and would not send. A refusal with a status is the platform's answer to a read,
    and so is "not found": both may be a passing fault in front of the shop."""
    return isinstance(exc, RemoteRefused) and exc.status is None and exc.code != "not_found"


def moved(turn: StepRun, words: str) -> None:
    """Not as planned just before the send. It may be our own effect: of a request that landed late, or of one that
    this database never knew (it was restored); else a person is asked."""
    try:
        finding = turn.find()
    except Exception as exc:
        if database.is_away(exc):
            raise
        faults.log(turn.step, exc)
        finding = None
    was_sent = sends.of(turn.step).count
    if isinstance(finding, Found) and (finding.is_marked or was_sent):
        found(turn, finding)
        return
    ask(turn, words)


def found(turn: StepRun, finding: Found) -> None:
    """Ours, by its mark or because nobody else can have made it."""
    if finding.is_failed:
        ask(turn, finding.detail)
        return
    if not sends.of(turn.step).count:  # the database is older than the world: what follows may be done as well
        Step.objects.filter(cancellation=turn.step.cancellation_id, position__gt=turn.step.position).update(
            must_look=True
        )
    reported = Reported(found=finding.detail, refund_state=RefundState.PENDING if finding.is_pending else None)
    waits = finding.is_pending and bool(turn.step.refusal)  # refused, because our own earlier request is under way
    outcome = Outcome.ACCEPTED if waits else Outcome.APPLIED
    answered(turn, Receipt(outcome=outcome, ids=finding.ids, reported=reported))


def again(turn: StepRun, exc: Exception, outcome: Outcome, *, counts: bool) -> None:
    """Answered as not processed. With the platform's key the same bytes later; without one something in front of the
    shop may have answered for it, so it is looked for first. After 8 tries a person."""
    step, now = turn.step, clock.now()
    tries = step.tries + int(counts)
    kept: dict[str, Any] = {"detail": faults.words(exc), "tries": tries}
    sent = 0 if counts else step.attempts.count()
    due = retry_at(exc, counts=counts, tries=tries, sends=sent, first_sent_at=step.first_sent_at, now=now,
                   rng=clock.rng)  # fmt: skip
    if due is None:
        conclude(turn, StepState.NEEDS_PERSON, outcome, exc, next_attempt_at=None, **kept)
    elif turn.is_key_protected:
        conclude(turn, StepState.RETRY_WAIT, outcome, exc, next_attempt_at=due, **kept)
    else:
        conclude(turn, StepState.UNKNOWN, outcome, exc, next_attempt_at=due, unknown_since=now, looks=0,
                 absent_since=None, **kept)  # fmt: skip


def refused(turn: StepRun, exc: Exception) -> None:
    """A final no, never believed by itself: two looks must agree that nothing is there. The first is made at once."""
    now, words = clock.now(), faults.words(exc)
    conclude(turn, StepState.UNKNOWN, Outcome.FINAL, exc, detail=words, refusal=words, unknown_since=now, looks=0,
             absent_since=None, next_attempt_at=now, **_own_clock(turn))  # fmt: skip


def end_refused(turn: StepRun) -> None:
    """Looks agree with the platform's no."""
    conclude(turn, StepState.REFUSED, None, detail=turn.step.refusal, next_attempt_at=None, finished_at=clock.now(),
             unknown_since=None, looks=0, looked_at=clock.now())  # fmt: skip


def look_first(turn: StepRun) -> None:
    """Before it is sent (again): is it there already?"""
    now = clock.now()
    leases.move(turn.step, StepState.UNKNOWN, unknown_since=now, looks=0, absent_since=None, next_attempt_at=now)


def unknown(turn: StepRun, words: str, exc: Exception | None = None) -> None:
    """It may have happened: look, on the schedule of RELIABILITY 6."""
    now = clock.now()
    conclude(turn, StepState.UNKNOWN, Outcome.UNKNOWN, exc, detail=words[:300], unknown_since=now, looks=0,
             absent_since=None, next_attempt_at=retry_policy.next_look(now, now), **_own_clock(turn))  # fmt: skip


def _own_clock(turn: StepRun) -> dict[str, Any]:
    """What no longer reads as under way has the clock of every step again, from its last send."""
    tell_at, sent_at = turn.step.tell_at, sends.of(turn.step).last_at
    if turn.step.state != StepState.ACCEPTED or tell_at is None or sent_at is None:
        return {}
    return {"tell_at": min(tell_at, sent_at + deadlines.ASK_A_PERSON_AFTER)}


def ask(turn: StepRun, words: str, *, resend: str = "") -> None:
    """A person decides. resend: what reading showed makes a second send theirs to allow."""
    conclude(turn, StepState.NEEDS_PERSON, None, detail=words[:300], next_attempt_at=None, resend=resend)


def conclude(
    turn: StepRun, to: StepState, outcome: Outcome | None, exc: Exception | None = None, **fields: Any
) -> None:
    """Transaction B, again while the database is away: what an answer told is not asked for twice."""
    before = dict(turn.step.__dict__)

    def once() -> None:
        turn.next_step = None
        turn.step.__dict__ |= before  # as the row stands when what was tried before is rolled back
        _conclude(turn, to, outcome, exc, **fields)

    database.patiently(once)


def _conclude(turn: StepRun, to: StepState, outcome: Outcome | None, exc: Exception | None, **fields: Any) -> None:
    """A stale fence stores what we know on the attempt, wakes the step, and changes no state."""
    step = turn.step
    try:
        with transaction.atomic():
            leases.move(step, to, **fields)
            _finish_attempt(turn, outcome, exc)
            _follow(turn, to, fields.get("detail", ""))
            transitions.record(actions.OUTCOME, step.cancellation, **_facts(step, to, outcome, exc))
    except LeaseLost:
        with transaction.atomic():
            _finish_attempt(turn, outcome, exc)
            Step.objects.filter(pk=step.pk).exclude(next_attempt_at=None).update(next_attempt_at=clock.now())
        raise


def _follow(turn: StepRun, to: StepState, words: str) -> None:
    step = turn.step
    match to:
        case StepState.APPLIED:
            turn.next_step = transitions.hand_on(step, now=clock.now(), take=leases.take_next)
        case StepState.REFUSED:
            transitions.refuse(step, words)
        case StepState.NEEDS_PERSON:
            transitions.stop(step, words, state=to)


def _finish_attempt(turn: StepRun, outcome: Outcome | None, exc: Exception | None) -> None:
    attempt = turn.journal.attempt
    if attempt is None or outcome is None:
        return
    database.update(Attempt, {"pk": attempt.pk, "finished_at": None}, turn.journal.told(outcome, exc))


def _facts(step: Step, to: StepState, outcome: Outcome | None, exc: Exception | None) -> dict[str, Any]:
    ids = step.result.get("ids", {}) if isinstance(step.result, dict) else {}
    return {"step": step.position, "kind": step.kind, "state": str(to), "outcome": str(outcome or ""),
            "code": str(getattr(exc, "code", "")), "ids": ids}  # fmt: skip
