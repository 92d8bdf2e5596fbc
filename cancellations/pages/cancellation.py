"""A cancellation as a page tells it: plan, steps in words, receipt, summary to copy. Reads; changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from cancellations.execution.keys import tag_of
from cancellations.lifecycle import readings
from cancellations.models import Attempt, Cancellation, Resending, Step
from cancellations.pages import plan as plan_page
from cancellations.planning import reasons
from cancellations.planning.plan import Assist, Plan, PlannedStep, ReceiptLine, ReceiptSheet, read_plan
from cancellations.selectors import stops
from cancellations.states import FINISHED, TERMINAL, CancellationState, StepState
from stores.canonical import codec
from stores.canonical.request import Reason
from stores.kernel import clock
from stores.kernel.errors import PlanUnreadable
from stores.kernel.i18n import money as said
from stores.templatetags.state_labels import word

WAITING = (StepState.NEEDS_PERSON, StepState.REFUSED)
SHOWN_AGAIN = (
    CancellationState.HELD,
    CancellationState.AWAITING_APPROVAL,
    CancellationState.NEEDS_OPERATOR,
    CancellationState.WITHDRAWN,
    CancellationState.EXPIRED,
)
NOT_BEGUN = (CancellationState.HELD, CancellationState.AWAITING_APPROVAL)


@dataclass(frozen=True)
class StepRow:
    """One step on the timeline; `state` is a word of the page's vocabulary."""

    step: Step
    title: str
    state: str
    attempts: Sequence[Attempt]
    ids: Sequence[tuple[str, str]]
    tag: str
    next_try: datetime | None
    settled: dict[str, str] | None
    assist: Assist | None = None  # what a person does in the platform's own desk
    deadline: datetime | None = None  # of that

    @property
    def is_overdue(self) -> bool:
        return self.deadline is not None and self.deadline < clock.now()

    @property
    def waits_for_person(self) -> bool:
        return self.step.state in WAITING

    @property
    def can_retry(self) -> bool:
        """Also while it is being looked up: a person may ask for a look now."""
        return self.waits_for_person or self.step.state == StepState.UNKNOWN


@dataclass(frozen=True)
class CancellationPage:
    plan: Plan
    title: str
    effects: Sequence[dict[str, Any]]
    receipt: ReceiptSheet | None
    steps: Sequence[StepRow]
    state: str
    reason: str
    is_moving: bool
    is_begun: bool
    summary: str
    stopped: str = ""  # the words of the emergency stop that keeps its effects back
    is_receipt_lost: bool = False  # it was written, and cannot be read any more
    is_read_anew: bool = False  # nothing has left, and nothing will: Rescind reads the shop's orders otherwise since

    @property
    def differing(self) -> Sequence[ReceiptLine]:
        return [line for line in self.receipt.lines if line.verdict == "differs"] if self.receipt else []

    @property
    def asking(self) -> StepRow | None:
        """The first step that a person can do something about."""
        return next((row for row in self.steps if row.can_retry), None)

    @property
    def waits_for_person(self) -> bool:
        """Without a person nothing goes on; else somebody is told of it, and the work goes on behind."""
        return any(row.waits_for_person or row.step.resend == Resending.ASKED for row in self.steps)

    @property
    def settled(self) -> Sequence[StepRow]:
        return [row for row in self.steps if row.settled]

    @property
    def current(self) -> StepRow | None:
        """The step that is under way, or would be next."""
        return next((row for row in self.steps if row.step.state not in FINISHED), None)

    @property
    def finished(self) -> int:
        return sum(row.step.state in FINISHED for row in self.steps)

    @property
    def mark(self) -> str:
        """Changes with anything that the moving part of the page shows."""
        rows = [
            (r.step.state, r.step.detail, r.step.fence, r.step.next_attempt_at, len(r.attempts)) for r in self.steps
        ]
        seen = repr((self.state, rows, self.summary, self.receipt is None, self.stopped))
        return hashlib.sha256(seen.encode()).hexdigest()[:16]


def of(cancellation: Cancellation) -> CancellationPage:
    """Everything the page shows, from what is stored; no remote call. Raises PlanUnreadable."""
    plan, receipt = read_plan(cancellation.preview.plan), _receipt(cancellation)
    is_over = cancellation.state in TERMINAL
    steps = list(cancellation.steps.all())
    if len(steps) != len(plan.steps):
        raise PlanUnreadable
    rows = [
        _row(step, planned, is_over, _since(cancellation, steps[:at]))
        for at, (step, planned) in enumerate(zip(steps, plan.steps, strict=True))
    ]
    state = cancellation.shown_state
    return CancellationPage(
        plan=plan,
        title=_title(plan),
        effects=plan_page.effect_rows(plan),
        receipt=receipt,
        steps=rows,
        state=state,
        reason=reasons.label(Reason(cancellation.reason)),
        is_moving=not is_over and cancellation.state != CancellationState.NEEDS_OPERATOR,
        is_begun=cancellation.state not in NOT_BEGUN,
        summary=summary(cancellation, plan, receipt, str(word("cancellation", state)[0])),
        stopped="" if is_over else _stopped(cancellation),
        is_receipt_lost=bool(cancellation.receipt) and receipt is None,
        is_read_anew=_is_read_anew(cancellation, rows),
    )


def _receipt(cancellation: Cancellation) -> ReceiptSheet | None:
    """None before the look, and for one that cannot be read."""
    try:
        return codec.loads(ReceiptSheet, cancellation.receipt) if cancellation.receipt else None
    except ValueError:
        return None


def _is_read_anew(cancellation: Cancellation, rows: Sequence[StepRow]) -> bool:
    """Is it to be shown again? Asked where nothing of it has left."""
    if cancellation.state not in SHOWN_AGAIN or any(row.attempts or row.step.state in FINISHED for row in rows):
        return False
    return readings.has_changed(cancellation)


def _stopped(cancellation: Cancellation) -> str:
    stop = stops.in_force(cancellation.store_id)
    return stop.words if stop else ""


def _title(plan: Plan) -> str:
    one, many = _("%(n)s unit of %(order)s"), _("%(n)s units of %(order)s")
    return (one if plan.units == 1 else many) % {"n": f"{plan.units.normalize():f}", "order": plan.order_number}


def _since(cancellation: Cancellation, earlier: Sequence[Step]) -> datetime | None:
    """When a step's turn came: the end of the ones before it, or the start of the work."""
    return max((step.finished_at for step in earlier if step.finished_at), default=cancellation.started_at)


def _row(step: Step, planned: PlannedStep, is_over: bool, since: datetime | None) -> StepRow:
    result = step.result if isinstance(step.result, dict) else {}
    ids, settled = (found if isinstance(found, dict) else {} for found in map(result.get, ("ids", "settled")))
    waits = step.state in (StepState.RETRY_WAIT, StepState.UNKNOWN)
    waits |= step.state == StepState.PENDING and bool(step.tries or step.looks)
    return StepRow(
        step=step,
        title=planned.title,
        state=str(StepState.SKIPPED) if is_over and step.state == StepState.PENDING else _state(step),
        attempts=list(step.attempts.all()),
        ids=[(str(k).replace("_", " ").capitalize(), str(v)) for k, v in ids.items()],
        tag=tag_of(step) if planned.command else "",
        next_try=step.next_attempt_at if waits else None,
        settled=settled or None,
        assist=planned.assist,
        deadline=since + timedelta(hours=planned.assist.deadline_hours) if planned.assist and since else None,
    )


def _state(step: Step) -> str:
    """A step that is due is under way to a person; one that waits for its turn is to do."""
    is_due = step.state == StepState.PENDING and step.next_attempt_at is not None
    return str(StepState.INTENDED) if is_due and step.lease_owner else step.state


def summary(cancellation: Cancellation, plan: Plan, receipt: ReceiptSheet | None, state: str) -> str:
    """Plain text to paste into a ticket: what, how it ended, what was seen. No names, no addresses."""
    lines = [
        f"{cancellation.reference} · {plan.order_number} · {cancellation.store.name} · {state}",
        *(_effect(effect) for effect in plan_page.effect_rows(plan)),
    ]
    if receipt:
        lines.append(_("Seen on %(at)s:") % {"at": receipt.seen_at[:16].replace("T", " ") + " UTC"})
        lines += [f"- {row.what}: {row.seen} ({word('verdict', row.verdict)[0]})" for row in receipt.lines]
    if cancellation.trouble:
        lines.append(cancellation.trouble)
    return "\n".join(lines)


def _effect(row: dict[str, Any]) -> str:
    return f"- {row['title']}" + (f": {said(row['amount'])}" if row["amount"] else "")
