"""Claiming a step and moving it: the only two ways a step changes hands or state."""

from __future__ import annotations

import os
import socket
import threading
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from cancellations import states
from cancellations.models import Step
from cancellations.states import CLAIMABLE, StepState
from stores.kernel.errors import LeaseLost

A_MOMENT = timedelta(seconds=1)
PEOPLE = ("requester", "approver", "vouched_by", "counts_for")
NEEDED = ("connection", *(f"cancellation__{name}" for name in ("store", "order", "preview", "note", *PEOPLE)))
NOT_NEEDED = tuple(
    f"cancellation__{name}"
    for name in ("receipt", "order__snapshot", "order__search", "preview__plan", "preview__request")
)


def me() -> str:
    """Who holds a lease: host, process, thread."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{threading.get_ident() % 100_000}"


def is_free(now: datetime) -> Q:
    return Q(lease_until=None) | Q(lease_until__lt=now)


def claim(step_id: int, *, worker: str, now: datetime) -> Step | None:
    """Lease a due step to one worker; None when another has it. Its `fence` rides on every later write."""
    with transaction.atomic():
        taken = Step.objects.filter(is_free(now), pk=step_id, state__in=CLAIMABLE, next_attempt_at__lte=now).update(
            lease_owner=worker,
            lease_until=now + timedelta(seconds=settings.STEP_LEASE_SECONDS),
            fence=F("fence") + 1,
            waits_for_shop=False,
        )
        if not taken:
            return None
        step = Step.objects.select_related(*NEEDED).defer(*NOT_NEEDED).get(pk=step_id)
        store = step.cancellation.order.store = step.cancellation.store
        if store.connection_id == step.connection_id:
            store.connection = step.connection
        return step


def move(step: Step, to: StepState, **fields: Any) -> None:
    """The only way a leased step changes state; every move but to INTENDED gives the lease back.

    Raises LeaseLost for an old fence, ForbiddenMove for what the table does not list.
    """
    states.check(StepState(step.state), to)
    if to is not StepState.INTENDED:
        fields |= {"lease_owner": "", "lease_until": None}
    _write(step, state=to, **fields)


def release(step: Step, **fields: Any) -> None:
    """Give the lease back without a move: nothing was sent. Raises LeaseLost for an old fence."""
    _write(step, lease_owner="", lease_until=None, **fields)


def let_go(step_id: int, *, worker: str, now: datetime) -> None:
    """Give back whatever lease this worker has on it, where a write failed: what the row says now stands."""
    mine = Step.objects.filter(pk=step_id, lease_owner=worker, lease_until__isnull=False)
    mine.update(lease_owner="", lease_until=None, next_attempt_at=now + A_MOMENT)


def note(step: Step, **fields: Any) -> None:
    """Write on a step that stays leased. Raises LeaseLost for an old fence."""
    _write(step, **fields)


def _write(step: Step, **fields: Any) -> None:
    mine = Step.objects.filter(pk=step.pk, fence=step.fence, state=step.state)
    if not mine.update(**fields):
        raise LeaseLost(f"step {step.pk} fence {step.fence}")
    for name, value in fields.items():
        setattr(step, name, value)
