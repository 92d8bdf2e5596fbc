"""A step's lease: claimed with all that acting on it needs, and given back. What a lease is: stores/effects/leases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from cancellations.lifecycle import deadlines, transitions
from cancellations.models import Cancellation, Step, StepKind
from cancellations.states import CLAIMABLE, FINISHED
from stores.effects import leases
from stores.effects.leases import is_free, me, move, note, release

__all__ = ["claim", "is_free", "let_go", "me", "move", "note", "release", "take_next", "whole"]

NEEDED = ("store__connection", "order", "preview", "requester")
NOT_NEEDED = ("receipt", "order__search", "preview__request")


def whole(uuid: str | UUID) -> Cancellation | None:
    """A cancellation with all that acting on its steps needs."""
    rows = Cancellation.objects.filter(uuid=uuid).select_related(*NEEDED).defer(*NOT_NEEDED)
    cancellation = next(iter(rows), None)
    if cancellation is not None:
        cancellation.order.store = cancellation.store
    return cancellation


def claim(step_id: int, *, worker: str, now: datetime) -> Step | None:
    """Lease a due step to one worker; None when another has it. Its `fence` rides on every later write."""
    joined = [f"cancellation__{name}" for name in NEEDED]
    rows = Step.objects.select_related("connection", *joined).defer(*(f"cancellation__{name}" for name in NOT_NEEDED))
    # plain columns alone: behind a join PostgreSQL would not ask again of the row that it waited for
    step = leases.claim(rows.filter(pk=step_id, state__in=CLAIMABLE), worker=worker, now=now, waits_for_shop=False)
    if step is not None:
        step.cancellation.order.store = step.cancellation.store
        _share(step, step.cancellation)
    return step


def _share(step: Step, cancellation: Cancellation) -> None:
    """One object each for the cancellation, its shop and, where the step acts on it, its connection."""
    step.cancellation = cancellation
    if cancellation.store.connection_id == step.connection_id:
        step.connection = cancellation.store.connection


def take_next(cancellation: Cancellation, steps: Sequence[Step], *, now: datetime) -> Step | None:
    """Inside the transaction that ends the step before: wake what follows and lease it, in one statement.

    steps: all there are, in their order, as they stand (`transitions.steps_of`). None when nothing follows, when it
    waits for something else, or when another worker has it.
    """
    step = next((step for step in steps if step.state not in FINISHED), None)
    if step is None or not _may_begin(step, now):
        return None
    until = now + leases.HANDED_ON
    mine = Step.objects.filter(is_free(now), pk=step.pk, fence=step.fence, state=step.state)
    if not mine.update(**transitions.woken(now), **leases.taken_by(me(), now, until), waits_for_shop=False):
        return None
    step.lease_owner, step.lease_until, step.fence = me(), until, step.fence + 1
    step.next_attempt_at, step.waits_for_shop = step.next_attempt_at or now, False
    step.tell_at = step.tell_at or now + deadlines.ASK_A_PERSON_AFTER
    _share(step, cancellation)
    step.beside = steps
    if step.kind == StepKind.VERIFY:
        transitions.begin_verifying(step.cancellation)
    return step


def _may_begin(step: Step, now: datetime) -> bool:
    is_due = step.next_attempt_at is None or step.next_attempt_at <= now
    return is_due and step.state in CLAIMABLE and step.cancellation.state in transitions.AT_WORK


def let_go(cancellation: Cancellation, *, worker: str, now: datetime) -> None:
    """Give back whatever this worker holds of it, where a write failed: what the rows say now stands."""
    leases.let_go(Step.objects.filter(cancellation=cancellation), worker=worker, now=now)
