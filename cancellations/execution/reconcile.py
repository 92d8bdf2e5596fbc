"""An unknown outcome: read the platform back until it is known (RELIABILITY 6), and only then go on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from cancellations import actions
from cancellations.execution import faults, leases, outcomes, waiting
from cancellations.lifecycle import sends, transitions
from cancellations.lifecycle.sends import Sends
from cancellations.models import Resending
from cancellations.states import CancellationState, StepState
from stores.canonical.commands import Absent, Finding, Found, FoundForeign, Resend, Unclear
from stores.effects import retry_policy
from stores.kernel import clock, database
from stores.kernel.errors import LeaseLost, Unsupported
from stores.kernel.failpoints import failpoint

if TYPE_CHECKING:
    from cancellations.execution.step_run import StepRun

SEEN = 120  # characters that make a picture the one a person has seen


def comes_first(turn: StepRun) -> bool:
    """Must it be looked for before it is sent? Whatever may have left before, unless the platform's key protects it.

    A look counts for two minutes, and only if nothing left since.
    """
    step, told = turn.step, sends.of(turn.step)
    if step.must_look:
        return True
    if told.last_at is None or turn.is_key_protected:
        return False
    looked_at = step.looked_at
    return looked_at is None or looked_at < max(told.last_at, clock.now() - retry_policy.LOOK_COUNTS_FOR)


def take(turn: StepRun) -> None:
    """One look. A read that fails proves nothing and is made again on the schedule."""
    try:
        finding = turn.connector.find(turn.command, tag=turn.tag, before=turn.before)
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
        _wait(turn, seen or faults.reading_words(exc))
        return
    failpoint(f"{turn.step.kind}.looking")
    _judge(turn, finding)


def _judge(turn: StepRun, finding: Finding) -> None:
    match finding:
        case Found():
            outcomes.found(turn, finding)
        case FoundForeign():
            outcomes.ask(turn, _("Somebody else did this meanwhile: %(what)s") % {"what": finding.detail})
        case Absent():
            _absent(turn, finding.detail)
        case Unclear():
            _unclear(turn, finding.detail)


def _absent(turn: StepRun, detail: str) -> None:
    """Believed after two agreeing reads 30 s apart, once no request without an answer can land any more."""
    step, now, told = turn.step, clock.now(), sends.of(turn.step)
    first = step.absent_since or now
    believed_at = _later(first + timedelta(seconds=retry_policy.AGREE_SECONDS), _can_land_until(turn, told))
    if now < believed_at:
        words = detail or _("Not there yet; a late request may still arrive.")
        _wait(turn, words, at=believed_at, absent_since=first, looked_at=now)
    elif step.refusal and step.resend != Resending.ALLOWED:
        outcomes.end_refused(turn)
    else:
        _resend(turn, told, detail)


def _unclear(turn: StepRun, detail: str) -> None:
    """Reading cannot tell. What protects a resend may still allow it; else a person decides."""
    step, told = turn.step, sends.of(turn.step)
    landing = _can_land_until(turn, told)
    is_allowed = step.resend == Resending.ALLOWED and step.detail.startswith(detail[:SEEN])
    if is_allowed and not told.count:
        _go(turn, StepState.PENDING, "not_sent")
    elif not told.count:
        outcomes.ask(turn, detail, resend=Resending.ASKED)
    elif landing is not None and clock.now() < landing:
        _wait(turn, detail, resend=step.resend if is_allowed else "")
    elif is_allowed:
        _anew(turn)
    elif step.resend == Resending.ALLOWED:  # for what was read then; this is another picture
        outcomes.ask(turn, detail, resend=Resending.ASKED)
    elif step.refusal:  # a no that reading neither confirms nor denies is never called "nothing was done"
        _unclear_no(turn, detail)
    elif turn.is_key_protected:
        _resend(turn, told)
    else:
        _wait(turn, detail, question=Resending.ASKED)


def _unclear_no(turn: StepRun, detail: str) -> None:
    """Records may lag: looked at twice, then a person has both, the no and what reading shows."""
    agreed_at = (turn.step.unknown_since or clock.now()) + timedelta(seconds=retry_policy.AGREE_SECONDS)
    if clock.now() < agreed_at:
        _wait(turn, detail, at=agreed_at)
    else:
        outcomes.ask(turn, f"{detail} {turn.step.refusal}", resend=Resending.ASKED)


def _later(at: datetime, other: datetime | None) -> datetime:
    return max(at, other) if other else at


def _can_land_until(turn: StepRun, told: Sends) -> datetime | None:
    return told.can_land_until(turn.connector.late_landing_seconds)


def _resend(turn: StepRun, told: Sends, detail: str = "") -> None:
    if not told.count:
        _go(turn, StepState.PENDING, "not_sent")
    elif turn.step.resend == Resending.ALLOWED:
        _anew(turn)
    elif not told.unanswered:  # every send was answered, and none was done
        _go(turn, StepState.RETRY_WAIT, "not_done")
    elif told.unanswered >= retry_policy.MAX_SENDS:  # a platform that takes it and never does it
        outcomes.ask(turn, _("Sent several times, and never to be seen on the platform."), resend=Resending.ASKED)
    else:
        _resend_lost(turn, detail)


def _resend_lost(turn: StepRun, detail: str) -> None:
    match turn.what_next:
        case Resend.SAME_KEY:  # the key keeps its life, so that a late first request and this one are one
            _go(turn, StepState.RETRY_WAIT, "same_key")
        case Resend.NEW_GENERATION:
            _anew(turn)
        case Resend.PERSON:
            words = _("Not found on the platform after two readings. Send it again only after a look.")
            outcomes.ask(turn, f"{words} {detail}".strip(), resend=Resending.ASKED)


def _anew(turn: StepRun) -> None:
    generation = turn.step.generation + 1
    _go(turn, StepState.PENDING, "new_generation", generation=generation, first_sent_at=None, tries=0)


def _go(turn: StepRun, to: StepState, how: str, **fields: Any) -> None:
    """Absent is known: it may leave now, and the look that showed it counts for the send that follows."""
    now = clock.now()
    with transaction.atomic():
        leases.move(
            turn.step, to, next_attempt_at=now, unknown_since=None, absent_since=None, looks=0, looked_at=now,
            must_look=False, **fields,
        )  # fmt: skip
        _reopen(turn)
        transitions.record(actions.FOUND, turn.step.cancellation, step=turn.step.position, finding="absent", next=how)


def _reopen(turn: StepRun) -> None:
    """A question that answered itself leaves the operator queue, unless the step's clock has struck."""
    cancellation = transitions.fresh(turn.step)
    is_late = turn.step.tell_at is not None and turn.step.tell_at <= clock.now()
    if cancellation.state == CancellationState.NEEDS_OPERATOR and not is_late:
        transitions.move(cancellation, CancellationState.RUNNING, trouble="")


def _wait(turn: StepRun, words: str, *, at: datetime | None = None, question: str = "", **fields: Any) -> None:
    """Look again by the schedule; after 48 hours a person decides alone. at: when an agreeing look may count."""
    step, now = turn.step, clock.now()
    since = step.unknown_since or now
    due = retry_policy.next_look(since, now)
    if due is None:
        outcomes.ask(turn, words, resend=question)
        return
    if question:
        fields["resend"] = question
    due = min(due, max(now, at)) if at else due
    leases.release(step, looks=step.looks + 1, unknown_since=since, next_attempt_at=due, detail=words[:300], **fields)
