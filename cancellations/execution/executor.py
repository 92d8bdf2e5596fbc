"""Carry a cancellation as far as it can go now. Safe to run twice, anywhere, at any time.

One call takes due steps in order until one has to wait. Each turn of a step: claim, act (`turns`), record, hand on.
"""

from __future__ import annotations

import logging
from uuid import UUID

from django.db.models import F

from cancellations.execution import flow, leases, turns
from cancellations.models import Cancellation, Step
from stores.kernel import clock
from stores.kernel.errors import LeaseLost
from stores.kernel.failpoints import failpoint
from stores.kernel.states import CLAIMABLE, CancellationState

logger = logging.getLogger(__name__)

AT_WORK = (*flow.AT_WORK, CancellationState.NEEDS_OPERATOR)


def advance(cancellation_uuid: str | UUID) -> None:
    """Raises nothing of the platform's: whatever happens is stored on the step."""
    cancellation = Cancellation.objects.filter(uuid=cancellation_uuid).select_related("store").first()
    if cancellation is None:
        return
    flow.start_if_due(cancellation, now=clock.now())
    try:
        _carry_on(cancellation)
    finally:
        flow.tell_what_is_late(cancellation, now=clock.now())


def _carry_on(cancellation: Cancellation) -> None:
    while step := _next_due(cancellation):
        failpoint(f"{step.kind}.between") if step.kind != "verify" else None
        claimed = leases.claim(step.pk, worker=leases.me(), now=clock.now())
        if claimed is None:
            return
        try:
            turns.take(claimed)
        except LeaseLost:
            logger.info("lease lost", extra={"step": claimed.pk, "fence": claimed.fence})
            return


def _next_due(cancellation: Cancellation) -> Step | None:
    """The first unfinished step, when it is due and its cancellation is at work.

    An item in front of a person stops nothing that is due: what only a person may move is not claimable.
    """
    step = (
        Step.objects.filter(
            leases.is_free(clock.now()),
            cancellation=cancellation,
            state__in=CLAIMABLE,
            next_attempt_at__lte=clock.now(),
        )
        .order_by("position")
        .annotate(at_work=F("cancellation__state"))
        .only("pk", "kind", "state")
        .first()
    )
    return step if step is not None and step.at_work in AT_WORK else None
