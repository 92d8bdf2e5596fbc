"""An unknown outcome: read the platform back until it is known (RELIABILITY 6), and only then go on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from cancellations import actions
from cancellations.execution import flow, leases, outcomes, pace
from stores.canonical.commands import Absent, Finding, Found, FoundForeign, Outcome, Receipt, Resend, Unclear
from stores.kernel import clock
from stores.kernel.errors import RemoteError
from stores.kernel.failpoints import failpoint
from stores.kernel.states import StepState

if TYPE_CHECKING:
    from cancellations.execution.turns import Turn


def take(turn: Turn) -> None:
    """One look. A read that fails proves nothing and is made again on the schedule."""
    try:
        finding = turn.platform.find(turn.command, tag=turn.tag, before=turn.before)
    except RemoteError as exc:
        _wait(turn, exc.user_message)
        return
    failpoint(f"{turn.step.kind}.looking")
    _judge(turn, finding)


def _judge(turn: Turn, finding: Finding) -> None:
    match finding:
        case Found(is_failed=True):
            outcomes.ask(turn, finding.detail)
        case Found():
            facts = {"found": finding.detail} | ({"refund_state": "pending"} if finding.is_pending else {})
            outcomes.answered(turn, Receipt(outcome=Outcome.APPLIED, ids=finding.ids, facts=facts))
        case FoundForeign():
            outcomes.ask(turn, _("Somebody else did this meanwhile: %(what)s") % {"what": finding.detail})
        case Absent():
            _absent(turn, finding.detail)
        case Unclear():
            _unclear(turn, finding.detail)


def _absent(turn: Turn, detail: str) -> None:
    """Believed after two agreeing reads 30 s apart, once a late request can no longer land."""
    step, now = turn.step, clock.now()
    first = step.absent_since or now
    agreed = (now - first).total_seconds() >= pace.AGREE_SECONDS
    unknown_for = (now - (step.first_sent_at or now)).total_seconds()
    if agreed and unknown_for >= turn.platform.late_landing_seconds:
        _resend(turn, detail)
        return
    _wait(turn, detail or _("Not there yet; a late request may still arrive."), absent_since=first)


def _unclear(turn: Turn, detail: str) -> None:
    """Reading cannot tell. The platform's own key may still protect a resend; else a person decides."""
    step, now = turn.step, clock.now()
    old = (now - (step.first_sent_at or now)).total_seconds()
    if old >= turn.platform.late_landing_seconds and _what_next(turn) is Resend.SAME_KEY:
        _resend(turn)
    else:
        _wait(turn, detail)


def _what_next(turn: Turn) -> Resend:
    age = (clock.now() - (turn.step.first_sent_at or clock.now())).total_seconds()
    return turn.platform.may_resend(turn.command, age=age)


def _resend(turn: Turn, detail: str = "") -> None:
    if turn.step.attempts.count() >= pace.MAX_SENDS:  # a platform that takes it and never does it
        outcomes.ask(turn, _("Sent several times, and never to be seen on the platform."))
        return
    match _what_next(turn):
        case Resend.SAME_KEY:  # the key keeps its life, so that a late first request and this one are one
            _go(turn, StepState.RETRY_WAIT, "same_key")
        case Resend.NEW_GENERATION:
            _go(turn, StepState.PENDING, "new_generation", generation=turn.step.generation + 1, first_sent_at=None,
                tries=0)  # fmt: skip
        case Resend.PERSON:
            words = _("Not found on the platform after two readings. Send it again only after a look.")
            outcomes.ask(turn, f"{words} {detail}".strip())


def _go(turn: Turn, to: StepState, how: str, **fields: Any) -> None:
    with transaction.atomic():
        leases.move(
            turn.step, to, next_attempt_at=clock.now(), unknown_since=None, absent_since=None, looks=0, **fields
        )
        _reopen(turn)
        flow.record(actions.FOUND, turn.step.cancellation, step=turn.step.position, finding="absent", next=how)


def _reopen(turn: Turn) -> None:
    """A question that answered itself leaves the operator queue."""
    cancellation = flow.fresh(turn.step)
    if cancellation.state == flow.CancellationState.NEEDS_OPERATOR:
        flow.shift(cancellation, flow.CancellationState.RUNNING, trouble="")


def _wait(turn: Turn, words: str, **fields: Any) -> None:
    """Look again by the schedule; a person is told at 15 minutes, and decides alone after 48 hours."""
    step, now = turn.step, clock.now()
    since = step.unknown_since or now
    at = pace.next_look(since, now)
    if at is None:
        outcomes.ask(turn, words)
        return
    if "absent_since" in fields:  # an agreeing second read is due as soon as it may count
        at = min(at, max(now + timedelta(seconds=pace.AGREE_SECONDS), _late(turn)))
    with transaction.atomic():
        leases.release(step, looks=step.looks + 1, next_attempt_at=at, detail=words[:300], **fields)
        if now - since >= pace.ASK_A_PERSON_AFTER:
            flow.stop(step, words, state=StepState.UNKNOWN)


def _late(turn: Turn) -> Any:
    sent = turn.step.first_sent_at or clock.now()
    return sent + timedelta(seconds=turn.platform.late_landing_seconds)
