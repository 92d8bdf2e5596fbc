"""Before an effect leaves, each time: has the order moved, may this person still, is the money still there?

A key of the platform protects us from ourselves, never from a colleague: a resend passes the same guards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from cancellations.execution import outcomes
from cancellations.lifecycle import refund_limits
from cancellations.planning import planner, step_guards
from cancellations.states import FINISHED, StepState
from stores.kernel.errors import RemoteUnavailable
from stores.selectors import access
from stores.services import orders

if TYPE_CHECKING:
    from cancellations.execution.step_run import StepRun


def may_go(turn: StepRun) -> bool:
    """False: nothing is sent now, and the step has moved to where it belongs. Remote errors pass through."""
    if trouble := _standing(turn):
        outcomes.ask(turn, trouble)
        return False
    if trouble := _moved(turn):
        outcomes.moved(turn, trouble)
        return False
    return True


def _standing(turn: StepRun) -> str:
    """Who let it go may have lost the right meanwhile, or, while money is still to move, the limit."""
    cancellation = turn.step.cancellation
    who = cancellation.vouched_by or cancellation.approver or cancellation.requester
    if not access.can(who, "cancellations.confirm", cancellation.store, cancellation):
        return _("%(person)s may no longer cancel orders of this shop.") % {"person": who}
    return refund_limits.trouble(cancellation) if refund_limits.moves_money(cancellation) else ""


def _moved(turn: StepRun) -> str:
    """The order as it is now against what the plan saw, or what our own earlier steps should have left."""
    cancellation = turn.step.cancellation
    first = not cancellation.steps.filter(position__lt=turn.step.position, state__in=FINISHED).exists()
    order = orders.refresh(cancellation.order, platform=turn.orders, before=turn.before)
    if first:
        version = f"{turn.orders.key} {turn.orders.api_version}"
        same = planner.fingerprint(order, version) == cancellation.fingerprint
        return "" if same else _("The order changed since the preview: look at a new preview.")
    at = turn.step.position
    trouble = step_guards.trouble(turn.plan, turn.before, order, position=at)
    by_hand = cancellation.steps.filter(state=StepState.SETTLED).values_list("position", flat=True)
    if not trouble and step_guards.is_behind(turn.plan, turn.before, order, position=at, by_hand=set(by_hand)):
        raise RemoteUnavailable("lags", code="behind", user_message=_("The order does not show the steps before yet."))
    return trouble
