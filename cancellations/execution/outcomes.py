"""What an answer, or its absence, does to a step (RELIABILITY 5). Transaction B: result, audit, what follows."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from cancellations import actions
from cancellations.execution import flow, leases, pace
from cancellations.models import Attempt, Step
from stores.canonical import codec
from stores.canonical.commands import Found, Outcome, Receipt
from stores.kernel import clock
from stores.kernel.errors import (
    CredentialsRejected,
    DeskError,
    LeaseLost,
    OutcomeUnknown,
    RemoteConflict,
    RemoteError,
    RemoteRefused,
    RemoteThrottled,
    RemoteUnavailable,
)
from stores.kernel.states import StepState

if TYPE_CHECKING:
    from cancellations.execution.turns import Turn

logger = logging.getLogger(__name__)


def answered(turn: Turn, receipt: Receipt) -> None:
    """An answer that proves something: applied, or accepted and to be polled."""
    if receipt.outcome is Outcome.ACCEPTED:
        wait = timedelta(seconds=receipt.look_after or turn.platform.poll_seconds[0])
        conclude(turn, StepState.ACCEPTED, Outcome.ACCEPTED, result=_stored(receipt), looks=0,
                 next_attempt_at=clock.now() + wait)  # fmt: skip
    else:
        conclude(turn, StepState.APPLIED, Outcome.APPLIED, result=_stored(receipt), next_attempt_at=None,
                 finished_at=clock.now(), detail="")  # fmt: skip


def _stored(receipt: Receipt) -> dict[str, Any]:
    """As it is kept on the step; when to ask again stands in `next_attempt_at`."""
    kept: dict[str, Any] = codec.plain(replace(receipt, look_after=None))
    return kept


def polled(turn: Turn, receipt: Receipt) -> None:
    step, platform = turn.step, turn.platform
    if receipt.outcome is not Outcome.ACCEPTED:
        answered(turn, receipt)
        return
    age = (clock.now() - (step.first_sent_at or clock.now())).total_seconds()
    if age > platform.poll_deadline_seconds:
        unknown(turn, _("The platform accepted the job and has not finished it."))
        return
    looks = step.looks + 1
    wait = platform.poll_seconds[min(looks, len(platform.poll_seconds) - 1)]
    leases.release(step, looks=looks, next_attempt_at=clock.now() + timedelta(seconds=wait))


def poll_failed(turn: Turn, exc: Exception) -> None:
    """A failed job is a refusal; a failed read is asked again, and past the deadline the step is unknown."""
    if isinstance(exc, LeaseLost):
        raise exc
    if isinstance(exc, RemoteRefused):
        refused(turn, exc)
        return
    _log(turn.step, exc)
    age = (clock.now() - (turn.step.first_sent_at or clock.now())).total_seconds()
    if age > turn.platform.poll_deadline_seconds:
        unknown(turn, _words(exc))
        return
    looks = turn.step.looks + 1
    wait = _told(exc) or pace.backoff(looks, clock.rng)
    leases.release(turn.step, looks=looks, next_attempt_at=clock.now() + wait, detail=_words(exc))


def failed(turn: Turn, exc: Exception) -> None:
    """Nothing was sent, or a class of outcome by what was raised; default: unknown."""
    if isinstance(exc, LeaseLost):
        raise exc
    _log(turn.step, exc)
    if not turn.journal.sent:
        _nothing_sent(turn, exc)
        return
    match exc:
        case RemoteThrottled():
            again(turn, exc, Outcome.RATE_LIMITED, counts=False)
        case CredentialsRejected():
            again(turn, exc, Outcome.AUTH, counts=True)
        case RemoteUnavailable():
            again(turn, exc, Outcome.RETRYABLE, counts=True)
        case RemoteConflict():
            again(turn, exc, Outcome.CONFLICT, counts=True)
        case RemoteRefused():
            refused(turn, exc)
        case _:
            unknown(turn, _words(exc), exc)


def _nothing_sent(turn: Turn, exc: Exception) -> None:
    """Reading or preparing failed: the step stays as it is and waits, or a person is asked."""
    step = turn.step
    if isinstance(exc, RemoteThrottled):
        leases.release(step, next_attempt_at=clock.now() + (_told(exc) or timedelta(seconds=1)), detail=_words(exc))
    elif isinstance(exc, RemoteRefused):
        refused(turn, exc)
    elif isinstance(exc, RemoteError) and step.tries + 1 < pace.MAX_TRIES:
        tries = step.tries + 1
        wait = _told(exc) or pace.backoff(tries, clock.rng)
        leases.release(step, tries=tries, next_attempt_at=clock.now() + wait, detail=_words(exc))
    else:
        ask(turn, _words(exc))


def again(turn: Turn, exc: RemoteError, outcome: Outcome, *, counts: bool) -> None:
    """Documented as not processed: the same key and bytes later; after 8 tries a person."""
    step, now = turn.step, clock.now()
    tries = step.tries + (1 if counts else 0)
    too_old = step.first_sent_at is not None and now - step.first_sent_at > pace.MAX_AGE
    if tries >= pace.MAX_TRIES or too_old:
        conclude(turn, StepState.NEEDS_PERSON, outcome, exc, detail=_words(exc), tries=tries, next_attempt_at=None)
        return
    wait = _told(exc) or pace.backoff(tries, clock.rng)
    conclude(turn, StepState.RETRY_WAIT, outcome, exc, detail=_words(exc), tries=tries, next_attempt_at=now + wait)


def refused(turn: Turn, exc: RemoteRefused) -> None:
    """A final no; but look first: "already cancelled" with our own tag is our own earlier success."""
    if turn.step.first_sent_at is not None:
        try:
            found = turn.platform.find(turn.command, tag=turn.tag, before=turn.before)
        except RemoteError:
            unknown(turn, _words(exc), exc)
            return
        if isinstance(found, Found) and found.is_failed:
            conclude(turn, StepState.NEEDS_PERSON, Outcome.FINAL, exc, detail=found.detail[:300], next_attempt_at=None)
            return
        if isinstance(found, Found) and found.is_pending:
            _on_its_way(turn, found)
            return
        if isinstance(found, Found):
            receipt = Receipt(outcome=Outcome.APPLIED, ids=found.ids, facts={"found": found.detail})
            answered(turn, receipt)
            return
    if turn.step.state in (StepState.RETRY_WAIT, StepState.ACCEPTED, StepState.PENDING, StepState.INTENDED):
        to = StepState.NEEDS_PERSON if turn.step.state == StepState.RETRY_WAIT else StepState.REFUSED
        conclude(turn, to, Outcome.FINAL, exc, detail=_words(exc), next_attempt_at=None, finished_at=clock.now())


def _on_its_way(turn: Turn, found: Found) -> None:
    """Refused, because our own earlier request is being worked on: ask after that one."""
    receipt = Receipt(outcome=Outcome.ACCEPTED, ids=found.ids, facts={"found": found.detail})
    if turn.step.state == StepState.ACCEPTED:
        polled(turn, receipt)
    else:
        answered(turn, receipt)


def unknown(turn: Turn, words: str, exc: Exception | None = None) -> None:
    """It may have happened: look, on the schedule of section 6."""
    now = clock.now()
    since = turn.step.unknown_since or now
    conclude(turn, StepState.UNKNOWN, Outcome.UNKNOWN, exc, detail=words[:300], unknown_since=since, looks=0,
             absent_since=None, next_attempt_at=pace.next_look(since, now))  # fmt: skip


def ask(turn: Turn, words: str) -> None:
    conclude(turn, StepState.NEEDS_PERSON, None, detail=words[:300], next_attempt_at=None)


def conclude(turn: Turn, to: StepState, outcome: Outcome | None, exc: Exception | None = None, **fields: Any) -> None:
    """Transaction B. A stale fence stores what we know on the attempt, wakes the step, and changes no state."""
    step = turn.step
    try:
        with transaction.atomic():
            leases.move(step, to, **fields)
            _finish_attempt(turn, outcome, exc)
            _follow(step, to, fields.get("detail", ""))
            flow.record(actions.OUTCOME, step.cancellation, **_facts(step, to, outcome, exc))
    except LeaseLost:
        with transaction.atomic():
            _finish_attempt(turn, outcome, exc)
            Step.objects.filter(pk=step.pk).exclude(next_attempt_at=None).update(next_attempt_at=clock.now())
        raise


def _follow(step: Step, to: StepState, words: str) -> None:
    match to:
        case StepState.APPLIED:
            flow.hand_on(step, now=clock.now())
        case StepState.REFUSED:
            flow.refuse(step, words)
        case StepState.NEEDS_PERSON:
            flow.stop(step, words, state=to)


def _finish_attempt(turn: Turn, outcome: Outcome | None, exc: Exception | None) -> None:
    attempt = turn.journal.attempt
    if attempt is None or outcome is None:
        return
    Attempt.objects.filter(pk=attempt.pk, finished_at=None).update(
        finished_at=clock.now(),
        outcome=outcome,
        status=turn.journal.status,
        code=str(getattr(exc, "code", ""))[:80],
        request_id=turn.journal.request_id,
        answer=turn.journal.answer,
    )


def _facts(step: Step, to: StepState, outcome: Outcome | None, exc: Exception | None) -> dict[str, Any]:
    ids = step.result.get("ids", {}) if isinstance(step.result, dict) else {}
    return {"step": step.position, "kind": step.kind, "state": str(to), "outcome": str(outcome or ""),
            "code": str(getattr(exc, "code", "")), "ids": ids}  # fmt: skip


def _told(exc: Exception) -> timedelta | None:
    """The wait the platform asked for, at most an hour."""
    seconds = getattr(exc, "retry_after", None)
    return None if seconds is None else timedelta(seconds=min(float(seconds), pace.RATE_LIMIT_CAP))


def _words(exc: Exception) -> str:
    if isinstance(exc, DeskError):
        return exc.user_message[:300]
    return _("Something unexpected happened while this step was carried out.")


def _log(step: Step, exc: Exception) -> None:
    expected = isinstance(exc, DeskError) and not isinstance(exc, OutcomeUnknown)
    level = logging.INFO if expected else logging.WARNING
    logger.log(level, "step not done", exc_info=None if expected else exc,
               extra={"step": step.pk, "kind": type(exc).__name__, "code": str(getattr(exc, "code", ""))})  # fmt: skip
