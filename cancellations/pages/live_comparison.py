"""What the shop shows right now of a stopped cancellation: for the person who must decide. Never the receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cancellations.execution.verify import told_of
from cancellations.models import Cancellation
from cancellations.pages import order
from cancellations.planning import comparison
from cancellations.planning.plan import ReceiptSheet, read_plan
from stores.canonical import codec
from stores.canonical.order import Order


@dataclass(frozen=True, kw_only=True)
class Picture:
    """`sheet` compares the plan with the order as read at `read_at`; without a live read there is only `trouble`."""

    sheet: ReceiptSheet | None = None
    read_at: datetime | None = None
    trouble: str = ""
    is_waiting: bool = False  # for a seat: ask again in a moment


def live(cancellation: Cancellation) -> Picture:
    """Read the order, 8 seconds at most, and compare. Raises nothing of the platform's; PlanUnreadable."""
    plan, before = read_plan(cancellation.plan), codec.loads(Order, cancellation.preview.facts)
    standing = order.live(cancellation.order)
    if not standing.is_live:
        return Picture(trouble=standing.trouble, is_waiting=standing.is_waiting)
    results = {step.position: told_of(step) for step in cancellation.steps.all()}
    sheet = comparison.compare(plan, before, standing.order, results, seen_at=standing.read_at)
    return Picture(sheet=sheet, read_at=standing.read_at)
