"""*Cancel there too*: the form of the other order, filled in with what would make it agree. A person still confirms."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from cancellations.models import Cancellation
from cancellations.planning import mirrored_orders as planning
from cancellations.planning.plan import read_plan
from cancellations.selectors import cancellations
from cancellations.services import preview
from stores.canonical.order import Order
from stores.kernel.errors import PlanUnreadable, PreviewUnreadable
from stores.models import OrderRecord, User
from stores.selectors import access, mirrored_orders


def typed(viewer: User, record: OrderRecord, order: Order, like: str) -> Mapping[str, str] | None:
    """Form fields for `record` after the cancellation `like` of its other side.

    None where that is not the viewer's to see or do, the two are not the same order, it is long ago, or its plan cannot
    be read.
    """
    done = _cancellation(viewer, like)
    if done is None or not access.can(viewer, "cancellations.preview", record.store):
        return None
    if record.pk not in {
        other.record.pk for other in mirrored_orders.seen_by(viewer, [done.order]).get(done.order_id, ())
    }:
        return None
    if not done.preview.facts:
        return None
    try:
        plan, before = read_plan(done.preview.plan), preview.facts_of(done.preview)
    except (PlanUnreadable, PreviewUnreadable):
        return None
    lines = {f"units.{line_id}": f"{units:f}" for line_id, units in planning.wish(plan, before, order).items()}
    reason = str(plan.reason)
    return {"reason": reason, "reason_was": reason, "refund": "full", "restock": "on"} | lines


def _cancellation(viewer: User, uuid: str) -> Cancellation | None:
    try:
        wanted = UUID(uuid)
    except ValueError:
        return None
    return cancellations.visible(viewer).select_related("order", "preview").filter(uuid=wanted).first()
