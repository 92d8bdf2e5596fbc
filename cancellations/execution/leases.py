"""A step's lease: claimed with all that acting on it needs, and given back. What a lease is: stores/effects/leases."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from cancellations.lifecycle import deadlines, transitions
from cancellations.models import Cancellation, Step, StepKind
from cancellations.states import CLAIMABLE, FINISHED
from stores.effects import leases
from stores.effects.leases import is_free, me, move, note, release

__all__ = ["claim", "is_free", "let_go", "me", "move", "note", "release", "take_next"]

PEOPLE = ("requester", "approver", "vouched_by", "counts_for")
NEEDED = ("connection", *(f"cancellation__{name}" for name in ("store", "order", "preview", "note", *PEOPLE)))
NOT_NEEDED = tuple(f"cancellation__{name}" for name in ("receipt", "order__search", "preview__request"))


def claim(step_id: int, *, worker: str, now: datetime) -> Step | None:
    """Lease a due step to one worker; None when another has it. Its `fence` rides on every later write."""
    rows = _whole().filter(pk=step_id, state__in=CLAIMABLE)
    step = leases.claim(rows, worker=worker, now=now, waits_for_shop=False)
    if step is not None:
        _share(step)
    return step


def _share(step: Step) -> None:
    """One object each for the shop and, where the step acts on it, its connection: nothing is asked for twice."""
    store = step.cancellation.order.store = step.cancellation.store
    if store.connection_id == step.connection_id:
        store.connection = step.connection


def take_next(cancellation: Cancellation, *, now: datetime) -> Step | None:
    """Inside the transaction that ends the step before: wake what follows and lease it, in one statement.

    None when nothing follows, when it waits for something else, or when another worker has it.
    """
    step = _whole().filter(cancellation=cancellation).exclude(state__in=FINISHED).order_by("position").first()
    if step is None or not _may_begin(step, now):
        return None
    mine = Step.objects.filter(is_free(now), pk=step.pk, fence=step.fence, state=step.state)
    if not mine.update(**transitions.woken(now), **leases.taken_by(me(), now), waits_for_shop=False):
        return None
    step.lease_owner, step.lease_until, step.fence = me(), leases.ends(now), step.fence + 1
    step.next_attempt_at, step.waits_for_shop = step.next_attempt_at or now, False
    step.tell_at = step.tell_at or now + deadlines.ASK_A_PERSON_AFTER
    _share(step)
    if step.kind == StepKind.VERIFY:
        transitions.begin_verifying(step.cancellation)
    return step


def _may_begin(step: Step, now: datetime) -> bool:
    is_due = step.next_attempt_at is None or step.next_attempt_at <= now
    return is_due and step.state in CLAIMABLE and step.cancellation.state in transitions.AT_WORK


def _whole() -> QuerySet[Step]:
    """Steps with all that acting on them needs."""
    return Step.objects.select_related(*NEEDED).defer(*NOT_NEEDED)


def let_go(cancellation: Cancellation, *, worker: str, now: datetime) -> None:
    """Give back whatever this worker holds of it, where a write failed: what the rows say now stands."""
    leases.let_go(Step.objects.filter(cancellation=cancellation), worker=worker, now=now)
