"""A step's lease: claimed with all that acting on it needs, and given back. What a lease is: stores/effects/leases."""

from __future__ import annotations

from datetime import datetime

from cancellations.models import Step
from cancellations.states import CLAIMABLE
from stores.effects import leases
from stores.effects.leases import is_free, me, move, note, release

__all__ = ["claim", "is_free", "let_go", "me", "move", "note", "release"]

PEOPLE = ("requester", "approver", "vouched_by", "counts_for")
NEEDED = ("connection", *(f"cancellation__{name}" for name in ("store", "order", "preview", "note", *PEOPLE)))
NOT_NEEDED = tuple(f"cancellation__{name}" for name in ("receipt", "order__search", "preview__request"))


def claim(step_id: int, *, worker: str, now: datetime) -> Step | None:
    """Lease a due step to one worker; None when another has it. Its `fence` rides on every later write."""
    rows = Step.objects.select_related(*NEEDED).defer(*NOT_NEEDED).filter(pk=step_id, state__in=CLAIMABLE)
    step = leases.claim(rows, worker=worker, now=now, waits_for_shop=False)
    if step is not None:
        store = step.cancellation.order.store = step.cancellation.store
        if store.connection_id == step.connection_id:
            store.connection = step.connection
    return step


def let_go(step_id: int, *, worker: str, now: datetime) -> None:
    """Give back whatever lease this worker has on it, where a write failed: what the row says now stands."""
    leases.let_go(Step.objects.filter(pk=step_id), worker=worker, now=now)
