"""Carry a cancellation as far as it can go now. Safe to run twice, anywhere, at any time.

One call takes due steps in order until one has to wait. Each time: claim, act (`step_runner`), record, hand on; what
follows is claimed in the transaction that ends a step.
"""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import Error
from django.db.models import F

from cancellations.execution import leases, step_runner
from cancellations.lifecycle import transitions
from cancellations.models import Cancellation, Step
from cancellations.states import CLAIMABLE, TERMINAL, CancellationState
from stores.effects.leases import due
from stores.kernel import clock, database
from stores.kernel.errors import LeaseLost
from stores.kernel.failpoints import failpoint

logger = logging.getLogger(__name__)

AT_WORK = (*transitions.AT_WORK, CancellationState.NEEDS_OPERATOR)


def advance(cancellation_uuid: str | UUID) -> None:
    """Raises nothing of the platform's: whatever happens is stored on the step."""
    cancellation = leases.whole(cancellation_uuid)
    if cancellation is None:
        return
    try:
        taken = transitions.start_if_due(cancellation, now=clock.now(), take=leases.take_next)
    except Error as exc:
        _let_go(cancellation, exc)
        return
    is_over = False
    try:
        is_over = _carry_on(cancellation, taken)
    finally:
        if not is_over:
            transitions.tell_what_is_late(cancellation, now=clock.now())


def _carry_on(cancellation: Cancellation, taken: Step | None) -> bool:
    """taken: leased with what came before it. True: all of it has ended, by our own hand."""
    while step := taken or _next_due(cancellation):
        failpoint(f"{step.kind}.between") if step.kind != "verify" else None
        try:
            claimed = taken or leases.claim(step.pk, worker=leases.me(), now=clock.now())
            if claimed is None:
                return False
            last, taken = step_runner.run(claimed), None
        except LeaseLost:
            logger.info("lease lost", extra={"step": step.pk})
            return False
        except Error as exc:
            _let_go(cancellation, exc)
            return False
        if last.cancellation.state in TERMINAL:
            return True
    return False


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


def _let_go(cancellation: Cancellation, exc: Error) -> None:
    """The database was away in the middle of a turn. This worker does nothing more with the step: what its row says
    decides, as after a worker that died, but as soon as the database is back. Raises what tells of more than that."""
    logger.warning("the database was away", extra={"cancellation": cancellation.pk, "kind": type(exc).__name__})
    database.drop_broken()
    database.patiently(lambda: leases.let_go(cancellation, worker=leases.me(), now=clock.now()))
    if not database.is_away(exc):
        raise exc
