"""Carry a cancellation as far as it can go now. Safe to run twice, anywhere, at any time.

One call takes due steps in order until one has to wait. Each time: claim, act (`step_runner`), record, hand on.
"""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import Error
from django.db.models import F

from cancellations.execution import leases, step_runner
from cancellations.lifecycle import transitions
from cancellations.models import Cancellation, Step
from cancellations.states import CLAIMABLE, CancellationState
from stores.effects.leases import due
from stores.kernel import clock, database
from stores.kernel.errors import LeaseLost
from stores.kernel.failpoints import failpoint

logger = logging.getLogger(__name__)

AT_WORK = (*transitions.AT_WORK, CancellationState.NEEDS_OPERATOR)


def advance(cancellation_uuid: str | UUID) -> None:
    """Raises nothing of the platform's: whatever happens is stored on the step."""
    cancellation = Cancellation.objects.filter(uuid=cancellation_uuid).select_related("store").first()
    if cancellation is None:
        return
    transitions.start_if_due(cancellation, now=clock.now())
    try:
        _carry_on(cancellation)
    finally:
        transitions.tell_what_is_late(cancellation, now=clock.now())


def _carry_on(cancellation: Cancellation) -> None:
    while step := _next_due(cancellation):
        failpoint(f"{step.kind}.between") if step.kind != "verify" else None
        try:
            claimed = leases.claim(step.pk, worker=leases.me(), now=clock.now())
            if claimed is None:
                return
            step_runner.run(claimed)
        except LeaseLost:
            logger.info("lease lost", extra={"step": step.pk})
            return
        except Error as exc:
            _let_go(step, exc)
            if not database.is_away(exc):
                raise
            return


def _next_due(cancellation: Cancellation) -> Step | None:
    """The first unfinished step, when it is due and its cancellation is at work.

    An item in front of a person stops nothing that is due: what only a person may move is not claimable.
    """
    step = (
        due(Step.objects.filter(cancellation=cancellation, state__in=CLAIMABLE), clock.now())
        .order_by("position")
        .annotate(at_work=F("cancellation__state"))
        .only("pk", "kind", "state")
        .first()
    )
    return step if step is not None and step.at_work in AT_WORK else None


def _let_go(step: Step, exc: Error) -> None:
    """The database was away in the middle of a turn. This worker does nothing more with the step: what its row says
    decides, as after a worker that died, but as soon as the database is back."""
    logger.warning("the database was away", extra={"step": step.pk, "kind": type(exc).__name__})
    database.drop_broken()
    database.patiently(lambda: leases.let_go(step.pk, worker=leases.me(), now=clock.now()))
