"""The last step: read the order back, and what stands in other accounts; then promised, reported and seen.

Only then it says done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from cancellations import actions
from cancellations.execution import faults, leases, mirrored_orders, other_accounts, own_moves, waiting
from cancellations.lifecycle import notices, transitions
from cancellations.models import Step
from cancellations.planning import claims, comparison
from cancellations.planning.order_totals import figures
from cancellations.planning.plan import ReceiptSheet
from cancellations.planning.reports import Answer
from cancellations.states import CancellationState, StepState
from stores.canonical import codec, stored_receipts
from stores.canonical.order import Order
from stores.canonical.receipts import NOTHING
from stores.effects import retry_policy
from stores.effects.outcomes import asked_wait
from stores.kernel import clock, database
from stores.kernel.failpoints import failpoint
from stores.services import orders

TOLD = (StepState.APPLIED, StepState.ACCEPTED, StepState.SETTLED)

if TYPE_CHECKING:
    from cancellations.execution.step_run import StepRun


def take(turn: StepRun) -> None:
    """Look; a difference is looked at again a few times, since records may lag behind the write."""
    step = turn.step
    _begin(turn)
    failpoint("verify.before_verify")
    steps, seen = step.beside or list(step.cancellation.steps.all()), None
    try:
        seen = orders.look_again(turn.platform, turn.before)
        order = other_accounts.with_theirs(seen.order, turn.before, step.cancellation, steps)
        failpoint("verify.seen")
        sheet = comparison.compare(turn.plan, turn.before, order, answers_of(steps))
    except Exception as exc:
        if database.is_away(exc):
            raise
        _keep(turn, seen)
        _later(turn, exc)
        return
    if sheet.differs and step.looks < len(retry_policy.VERIFY_AGAIN):
        _keep(turn, seen)
        wait = timedelta(seconds=retry_policy.VERIFY_AGAIN[step.looks])
        leases.release(step, looks=step.looks + 1, next_attempt_at=clock.now() + wait)
        return
    claimed = _claims([s for s in steps if s.state == StepState.SETTLED], order)
    _finish(turn, sheet, seen, order, claimed=claimed)
    failpoint("verify.verified")


def _keep(turn: StepRun, seen: orders.Seen | None) -> None:
    """The copy of what was read, where this is not the end: there it is kept with the receipt."""
    if seen is not None:
        orders.keep_read(turn.step.cancellation.order, seen.order, seen.read_at)


def _begin(turn: StepRun) -> None:
    """Claimed with the end of the step before it, it was begun there."""
    if turn.step.cancellation.state != CancellationState.VERIFYING:
        transitions.begin_verifying(transitions.fresh(turn.step))


def answers_of(steps: Iterable[Step]) -> dict[int, Answer]:
    """Stored receipts as the comparison reads them, by position, with what other steps of ours moved meanwhile.

    None for a step that brought no answer: "accepted" is said of calls that were.
    """
    return {step.position: answer for step in steps if (answer := _answer_of(step))}


def _answer_of(step: Step) -> Answer | None:
    reported, claim = stored_receipts.reported_in(step.result), step.result.get("settled")
    if not (claim or step.result.get("ids") or reported != NOTHING or step.state in TOLD):
        return None
    settled = str(claim["evidence"]) if claim else ""
    return Answer(reported=reported, settled=settled, own_moves=own_moves.of(step, reported))


def _later(turn: StepRun, exc: Exception) -> None:
    """The look failed: again by policy; the step's clock tells a person, and the looking goes on."""
    step = turn.step
    faults.log(step, exc)
    if wait_for := waiting.fields(turn, exc):
        leases.release(step, **wait_for)
        return
    tries = step.tries + 1
    wait = asked_wait(exc) or retry_policy.backoff(tries, clock.rng)
    leases.release(step, tries=tries, next_attempt_at=clock.now() + wait, detail=faults.reading_words(exc)[:300])


def _finish(
    turn: StepRun, sheet: ReceiptSheet, seen: orders.Seen, order: Order, *, claimed: dict[int, dict[str, Any]]
) -> None:
    """One transaction: the copy, the step, the receipt, the state, what others are told, the audit.

    order: as seen, with what moved in other accounts.
    """
    step, now = turn.step, clock.now()
    with transaction.atomic():
        orders.keep_read(step.cancellation.order, seen.order, seen.read_at)
        leases.move(step, StepState.APPLIED, next_attempt_at=None, finished_at=now, detail="", looks=0)
        cancellation = transitions.end(
            step,
            CancellationState.DONE,
            differs=sheet.differs,
            receipt=codec.dumps(sheet),
            seen_at=now,
            finished_at=now,
            trouble="",
        )
        for pk, result in claimed.items():
            Step.objects.filter(pk=pk).update(result=result)
        notices.finished(cancellation, sheet)
        mirrored_orders.begin(cancellation, now=now)
        transitions.record(
            actions.DONE,
            cancellation,
            plan=cancellation.fingerprint,
            differs=sheet.differs,
            pending=sheet.is_pending,
            lines=[{"kind": str(row.kind), "verdict": str(row.verdict)} for row in sheet.lines],
            before=figures(turn.before),
            after=figures(order),
        )


def _claims(settled: Sequence[Step], order: Order) -> dict[int, dict[str, Any]]:
    """Beside what a person said by hand: what the order shows under the id they named ("" = nothing). By step."""
    return {
        step.pk: {**step.result, "settled": claim | {"seen": claims.seen(order, claim["evidence"])}}
        for step in settled
        for claim in [step.result["settled"]]
    }
