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
from stores.kernel.errors import DeskError, PreviewUnreadable


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
    plan = preview.plan_of(cancellation.preview)
    try:
        before = preview.facts_of(cancellation.preview)
        standing = order.live(cancellation.order)
    except PreviewUnreadable:
        return LiveComparison(
            trouble=_("How the order stood before cannot be read any more, so there is nothing to compare with.")
        )
    except order.NoCopy as exc:
        return LiveComparison(trouble=exc.trouble, is_waiting=exc.is_waiting)
    if not standing.is_live:
        return LiveComparison(trouble=standing.trouble, is_waiting=standing.is_waiting)
    steps = list(cancellation.steps.all())
    try:
        patience = settings.PAGE_READ_TIMEOUT_SECONDS
        now = other_accounts.with_theirs(standing.order, before, cancellation, steps, read_timeout=patience)
    except DeskError as exc:
        return LiveComparison(trouble=exc.user_message)
    try:
        answers = answers_of(steps)
    except (ValueError, TypeError, AttributeError):
        return LiveComparison(
            trouble=_("What the steps brought back cannot be read any more: look at the order itself.")
        )
    compared = comparison.compare(plan, before, now, answers, seen_at=standing.read_at)
    return LiveComparison(compared=compared, read_at=standing.read_at)
