"""What the shop shows right now of a stopped cancellation: for the person who must decide. Never the receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from cancellations.execution import other_accounts
from cancellations.execution.verify import answers_of
from cancellations.models import Cancellation
from cancellations.pages import order
from cancellations.planning import comparison
from cancellations.planning.plan import ReceiptSheet
from cancellations.services import preview
from stores.kernel.errors import DeskError


@dataclass(frozen=True, kw_only=True)
class LiveComparison:
    """`compared` sets the plan beside the order as read at `read_at`; without a live read there is only `trouble`."""

    compared: ReceiptSheet | None = None
    read_at: datetime | None = None
    trouble: str = ""
    is_waiting: bool = False  # for a seat: ask again in a moment


def live(cancellation: Cancellation) -> LiveComparison:
    """Read the order, 8 seconds at most, and compare. Raises nothing of the platform's; PlanUnreadable.

    Of what ended weeks ago nothing is read: what it would be compared with is gone.
    """
    if not cancellation.preview.facts:
        return LiveComparison(
            trouble=_("How the order stood before is no longer kept, so there is nothing to compare with.")
        )
    plan, before = preview.plan_of(cancellation.preview), preview.facts_of(cancellation.preview)
    standing = order.live(cancellation.order)
    if not standing.is_live:
        return LiveComparison(trouble=standing.trouble, is_waiting=standing.is_waiting)
    steps = list(cancellation.steps.all())
    try:
        patience = settings.PAGE_READ_TIMEOUT_SECONDS
        now = other_accounts.with_theirs(standing.order, before, cancellation, steps, read_timeout=patience)
    except DeskError as exc:
        return LiveComparison(trouble=exc.user_message)
    compared = comparison.compare(plan, before, now, answers_of(steps), seen_at=standing.read_at)
    return LiveComparison(compared=compared, read_at=standing.read_at)
