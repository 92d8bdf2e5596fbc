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
from stores.templatetags.words import word


@dataclass(frozen=True)
class StepRow:
    """One step on the timeline; `state` is a word of the page's vocabulary."""

    step: Step
    title: str
    state: str
    attempts: Sequence[Attempt]
    ids: Sequence[tuple[str, str]]
    tag: str
    waits_for_person: bool
    next_try: datetime | None
    settled: dict[str, str] | None


@dataclass(frozen=True)
class Sheet:
    plan: Plan
    receipt: ReceiptSheet | None
    steps: Sequence[StepRow]
    state: str
    reason: str
    is_moving: bool
    needs_person: bool
    summary: str


def of(cancellation: Cancellation) -> Sheet:
    """Everything the page shows, from what is stored; no remote call."""
    plan = codec.loads(Plan, cancellation.plan)
    receipt = codec.loads(ReceiptSheet, cancellation.receipt) if cancellation.receipt else None
    rows = [_row(step, planned) for step, planned in zip(cancellation.steps.all(), plan.steps, strict=True)]
    state = state_of(cancellation)
    return Sheet(
        plan=plan,
        receipt=receipt,
        steps=rows,
        state=state,
        reason=reasons.label(Reason(cancellation.reason)),
        is_moving=cancellation.state not in TERMINAL and cancellation.state != CancellationState.NEEDS_OPERATOR,
        needs_person=any(row.waits_for_person for row in rows),
        summary=summary(cancellation, plan, receipt, str(word("cancellation", state)[0])),
    )


def state_of(cancellation: Cancellation) -> str:
    """The state by its word in the vocabulary; a difference is a state of its own to people."""
    return "differs" if cancellation.state == CancellationState.DONE and cancellation.differs else cancellation.state


def _row(step: Step, planned: PlannedStep) -> StepRow:
    ids = step.result.get("ids", {})
    return StepRow(
        step=step,
        title=planned.title,
        state=_state(step),
        attempts=list(step.attempts.all()),
        ids=[(str(k), str(v)) for k, v in ids.items()],
        tag=tag_of(step) if planned.command else "",
        waits_for_person=step.state in (StepState.NEEDS_PERSON, StepState.REFUSED),
        next_try=step.next_attempt_at if step.state in (StepState.RETRY_WAIT, StepState.UNKNOWN) else None,
        settled=step.result.get("settled"),
    )


def _state(step: Step) -> str:
    """A step that is due is under way to a person; one that waits for its turn is to do."""
    is_due = step.state == StepState.PENDING and step.next_attempt_at is not None
    return str(StepState.INTENDED) if is_due and step.lease_owner else step.state


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
