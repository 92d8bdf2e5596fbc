"""A cancellation as a page tells it: plan, steps in words, receipt, summary to copy. Reads; changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from cancellations.execution.keys import tag_of
from cancellations.models import Attempt, Cancellation, Step
from cancellations.planning import reasons
from cancellations.planning.plan import Plan, PlannedStep, ReceiptSheet
from stores.canonical import codec
from stores.canonical.request import Reason
from stores.kernel.states import TERMINAL, CancellationState, StepState


@dataclass(frozen=True)
class StepRow:
    """One step on the timeline. `tone`: ok | bad | warn | info | moving | plain, for the chip's shape and colour."""

    step: Step
    title: str
    words: str
    tone: str
    attempts: Sequence[Attempt]
    ids: Sequence[tuple[str, str]]
    tag: str
    waits_for_person: bool
    next_try: datetime | None


@dataclass(frozen=True)
class Sheet:
    plan: Plan
    receipt: ReceiptSheet | None
    steps: Sequence[StepRow]
    state_words: str
    tone: str
    reason: str
    is_moving: bool
    needs_person: bool
    summary: str


def of(cancellation: Cancellation) -> Sheet:
    """Everything the page shows, from what is stored; no remote call."""
    plan = codec.loads(Plan, cancellation.plan)
    receipt = codec.loads(ReceiptSheet, cancellation.receipt) if cancellation.receipt else None
    rows = [_row(step, planned) for step, planned in zip(cancellation.steps.all(), plan.steps, strict=True)]
    words, tone = state_of(cancellation)
    return Sheet(
        plan=plan,
        receipt=receipt,
        steps=rows,
        state_words=words,
        tone=tone,
        reason=reasons.label(Reason(cancellation.reason)),
        is_moving=cancellation.state not in TERMINAL and cancellation.state != CancellationState.NEEDS_OPERATOR,
        needs_person=any(row.waits_for_person for row in rows),
        summary=summary(cancellation, plan, receipt, words),
    )


def state_of(cancellation: Cancellation) -> tuple[str, str]:
    """The state in words, and its tone."""
    if cancellation.state == CancellationState.DONE and cancellation.differs:
        return (_("Done, with a difference"), "warn")
    words = {
        CancellationState.AWAITING_APPROVAL: (_("Waits for approval"), "info"),
        CancellationState.HELD: (_("On hold"), "info"),
        CancellationState.RUNNING: (_("Running"), "moving"),
        CancellationState.VERIFYING: (_("Looking again"), "moving"),
        CancellationState.NEEDS_OPERATOR: (_("Needs a look"), "warn"),
        CancellationState.DONE: (_("Done"), "ok"),
        CancellationState.WITHDRAWN: (_("Taken back"), "plain"),
        CancellationState.EXPIRED: (_("Expired"), "plain"),
        CancellationState.REFUSED: (_("Refused"), "bad"),
    }
    return words[CancellationState(cancellation.state)]


def _row(step: Step, planned: PlannedStep) -> StepRow:
    words, tone = _step_words(step)
    ids = step.result.get("ids", {})
    return StepRow(
        step=step,
        title=planned.title,
        words=words,
        tone=tone,
        attempts=list(step.attempts.all()),
        ids=[(str(k), str(v)) for k, v in ids.items()],
        tag=tag_of(step),
        waits_for_person=step.state in (StepState.NEEDS_PERSON, StepState.REFUSED),
        next_try=step.next_attempt_at if step.state not in ("applied", "refused", "settled", "skipped") else None,
    )


def _step_words(step: Step) -> tuple[str, str]:
    if step.state == StepState.PENDING and step.next_attempt_at is None:
        return (_("Not begun"), "plain")
    return {
        StepState.PENDING: (_("Due"), "moving"),
        StepState.INTENDED: (_("Being sent"), "moving"),
        StepState.ACCEPTED: (_("Accepted; not finished yet"), "moving"),
        StepState.RETRY_WAIT: (_("Waits to try again"), "info"),
        StepState.UNKNOWN: (_("Outcome not known; looking"), "warn"),
        StepState.NEEDS_PERSON: (_("Waits for a person"), "warn"),
        StepState.APPLIED: (_("Done"), "ok"),
        StepState.REFUSED: (_("Refused"), "bad"),
        StepState.SETTLED: (_("Settled by hand"), "ok"),
        StepState.SKIPPED: (_("Skipped"), "plain"),
    }[StepState(step.state)]


def summary(cancellation: Cancellation, plan: Plan, receipt: ReceiptSheet | None, state: str) -> str:
    """Plain text to paste into a ticket: what, when, how it ended, what was seen. No personal data."""
    lines = [
        f"{cancellation.reference} · {plan.order_number} · {cancellation.store.name} · {state}",
        *(f"- {effect.title}" for effect in plan.effects),
    ]
    if receipt:
        lines.append(_("Seen on %(at)s:") % {"at": receipt.seen_at[:16].replace("T", " ") + " UTC"})
        lines += [f"- {row.what}: {row.seen} ({row.verdict})" for row in receipt.lines]
    if cancellation.trouble:
        lines.append(cancellation.trouble)
    return "\n".join(lines)
