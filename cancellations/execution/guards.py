"""Before an effect leaves: has the order moved, may this person still, is the money still there?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from cancellations.execution import flow, leases
from cancellations.planning import between, planner
from cancellations.services import limits
from stores.kernel import clock
from stores.kernel.states import FINISHED, StepState
from stores.selectors import access
from stores.services import orders

if TYPE_CHECKING:
    from cancellations.execution.turns import Turn


def may_go(turn: Turn) -> bool:
    """False: the step was given back and a person asked; nothing is sent. Remote errors pass through."""
    step = turn.step
    if step.first_sent_at is not None:
        return True  # the same generation again: its guard was passed before it was first sent
    trouble = _standing(turn) or _moved(turn)
    if not trouble:
        return True
    with transaction.atomic():
        leases.move(step, StepState.NEEDS_PERSON, detail=trouble[:300], next_attempt_at=None)
        flow.stop(step, trouble, state=StepState.NEEDS_PERSON)
    return False


def _standing(turn: Turn) -> str:
    """The person who asked (or approved) may have lost the right or the limit meanwhile."""
    cancellation = turn.step.cancellation
    who = cancellation.approver or cancellation.requester
    if not access.can(who, "cancellations.confirm", cancellation.store, cancellation):
        return _("%(person)s may no longer cancel orders of this shop.") % {"person": who}
    return limits.trouble(cancellation, now=clock.now())


def _moved(turn: Turn) -> str:
    """The order as it is now against what the plan saw, or what our own earlier steps should have left."""
    cancellation = turn.step.cancellation
    first = not cancellation.steps.filter(position__lt=turn.step.position, state__in=FINISHED).exists()
    if not first and not between.needs_a_look(turn.plan, position=turn.step.position):
        return ""
    order = orders.refresh(cancellation.order, platform=turn.platform, before=turn.before)
    if first:
        version = f"{turn.platform.key} {turn.platform.api_version}"
        same = planner.fingerprint(order, version) == cancellation.fingerprint
        return "" if same else _("The order changed since the preview. Nothing was sent: look at a new preview.")
    return between.trouble(turn.plan, turn.before, order, position=turn.step.position)
