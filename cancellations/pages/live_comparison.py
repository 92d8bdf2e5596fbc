"""What the shop shows right now of a stopped cancellation: for the person who must decide. Never the receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cancellations.execution.verify import answers_of
from cancellations.models import Cancellation
from cancellations.pages import order
from cancellations.planning import comparison
from cancellations.planning.plan import Plan, ReceiptSheet
from stores.canonical import codec
from stores.canonical.order import Order


@dataclass(frozen=True, kw_only=True)
class LiveComparison:
    """`compared` sets the plan beside the order as read at `read_at`; without a live read there is only `trouble`."""

    compared: ReceiptSheet | None = None
    read_at: datetime | None = None
    trouble: str = ""
    is_waiting: bool = False  # for a seat: ask again in a moment


def live(cancellation: Cancellation) -> LiveComparison:
    """Read the order, 8 seconds at most, and compare. Raises nothing of the platform's."""
    standing = order.live(cancellation.order)
    if not standing.is_live:
        return LiveComparison(trouble=standing.trouble, is_waiting=standing.is_waiting)
    plan, before = codec.loads(Plan, cancellation.plan), codec.loads(Order, cancellation.preview.facts)
    results = answers_of(cancellation.steps.all())
    compared = comparison.compare(plan, before, standing.order, results, seen_at=standing.read_at)
    return LiveComparison(compared=compared, read_at=standing.read_at)
