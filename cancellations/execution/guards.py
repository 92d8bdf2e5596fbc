"""Before an effect leaves, each time: has the order moved, may this person still, is the money still there?

A key of the platform protects us from ourselves, never from a colleague: a resend passes the same guards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext as _

from cancellations.execution import other_accounts, outcomes
from cancellations.execution.keys import tag_of
from cancellations.lifecycle import readings, refund_limits
from cancellations.planning import planner, step_guards
from cancellations.states import FINISHED, StepState
from stores.canonical import codec
from stores.canonical.commands import RefundOrder
from stores.connectors import judge
from stores.kernel.errors import RemoteUnavailable
from stores.selectors import access
from stores.services import orders

if TYPE_CHECKING:
    from cancellations.execution.step_run import StepRun
    from cancellations.models import Cancellation
    from stores.canonical.order import Order


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
    whose = cancellation.vouched_by_id or cancellation.approver_id or cancellation.requester_id
    who, limits = access.as_of_now(whose, cancellation.store)
    if not access.can(who, "cancellations.confirm", cancellation.store, cancellation):
        return _("%(person)s may no longer cancel orders of this shop.") % {"person": who}
    moves_money = turn.step.kind in refund_limits.MONEY or refund_limits.moves_money(cancellation)
    if not moves_money:
        return ""
    return refund_limits.trouble(cancellation, limits if refund_limits.answers_for(cancellation) == whose else None)


def _is_first(turn: StepRun) -> bool:
    """Has nothing of ours been done yet?"""
    at = turn.step.position
    if at == min(step.position for step in turn.plan.steps):
        return True
    return not turn.step.cancellation.steps.filter(position__lt=at, state__in=FINISHED).exists()


def _moved(turn: StepRun) -> str:
    """The order as it is now against what the plan saw, or what our own earlier steps should have left."""
    cancellation = turn.step.cancellation
    first = _is_first(turn)
    seen = orders.look_again(turn.platform, turn.before)
    if codec.dumps(seen.order) != cancellation.preview.facts:  # else the copy was kept when the plan was made
        orders.keep_read(cancellation.order, seen.order, seen.read_at)
    return (_since_preview(turn, seen.order) if first else _between(turn, seen.order)) or _elsewhere(turn)


def _between(turn: StepRun, order: Order) -> str:
    """What a person settled, and what went through another account, the order may never show."""
    at, (by_hand, elsewhere) = turn.step.position, _never_shown(turn.step.cancellation)
    trouble = step_guards.trouble(turn.plan, turn.before, order, position=at, elsewhere=elsewhere)
    hidden = by_hand | elsewhere
    if not trouble and step_guards.is_behind(turn.plan, turn.before, order, position=at, hidden=hidden):
        raise RemoteUnavailable("lags", code="behind", user_message=_("The order does not show the steps before yet."))
    return trouble


def _elsewhere(turn: StepRun) -> str:
    """Before money leaves through another account: what somebody did there since the preview."""
    if not turn.is_elsewhere or not isinstance(turn.command, RefundOrder):
        return ""
    cancellation = turn.step.cancellation
    reading = turn.connector.records(turn.command, before=turn.before)
    if reading.unclear:
        return reading.unclear
    own = [tag_of(step) for step in cancellation.steps.select_related("cancellation")]
    new = judge.fresh(reading.records, turn.before, other_accounts.since(cancellation))
    return step_guards.trouble_elsewhere(new, tag=turn.tag, own=own) or reading.foreign


def _never_shown(cancellation: Cancellation) -> tuple[set[int], set[int]]:
    """Positions of steps that a person settled, and of those that act in an account of which no order tells."""
    is_own = Q(connection=cancellation.store.connection_id)
    rows = cancellation.steps.filter(~is_own | Q(state=StepState.SETTLED)).annotate(
        connector=Case(When(is_own, then=Value("")), default=F("connection__connector"))
    )
    found = list(rows.values_list("position", "state", "connector"))
    by_hand = {position for position, state, _connector in found if state == StepState.SETTLED}
    return by_hand, {at for at, _state, connector in found if connector and other_accounts.is_other(connector)}


def _since_preview(turn: StepRun, order: Order) -> str:
    """Before the first effect. By another reading alone nothing moved: bytes that are stored still go by their word."""
    version = readings.version_of(turn.platform)
    now = planner.fingerprint(order, version)
    if now == turn.step.cancellation.fingerprint:
        return ""
    if now != planner.fingerprint(turn.before, version):
        return _("The order changed since the preview: look at a new preview.")
    return "" if turn.step.attempts.exists() else readings.words()
