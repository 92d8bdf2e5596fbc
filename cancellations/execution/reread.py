"""The nightly second look: every order we acted on within 14 days is read again and compared with its receipt.

A difference becomes an item for a person; nothing is repaired silently (RELIABILITY 10).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from cancellations import actions
from cancellations.execution import flow
from cancellations.execution.verify import facts_of
from cancellations.models import Cancellation
from cancellations.planning import comparison
from cancellations.planning.plan import Plan, ReceiptSheet
from cancellations.services import tell
from stores.canonical import codec
from stores.canonical.order import Order
from stores.kernel import clock
from stores.kernel.errors import DeskError
from stores.kernel.states import CancellationState
from stores.models import StoreState
from stores.services import orders

WITHIN = timedelta(days=14)
EVERY = timedelta(hours=24)
UNDONE = [CancellationState.WITHDRAWN, CancellationState.EXPIRED, CancellationState.REFUSED]


def due(now: datetime, limit: int) -> list[str]:
    """Finished cancellations whose order was last compared a day ago or more; the last one of each order only,

    since what a later one took away is no difference.
    """
    later = Cancellation.objects.filter(order=OuterRef("order"), pk__gt=OuterRef("pk")).exclude(state__in=UNDONE)
    rows = Cancellation.objects.filter(
        ~Exists(later),
        Q(reread_at=None, seen_at__lt=now - EVERY) | Q(reread_at__lt=now - EVERY),
        state=CancellationState.DONE,
        created_at__gt=now - WITHIN,
        store__state=StoreState.ACTIVE,
    )
    return [str(uuid) for uuid in rows.order_by("created_at").values_list("uuid", flat=True)[:limit]]


def look(cancellation_uuid: str) -> None:
    """Read, compare, remember when. A shop that does not answer is asked again at the next round."""
    cancellation = Cancellation.objects.select_related("store", "order", "preview").get(uuid=cancellation_uuid)
    try:
        order = orders.refresh(cancellation.order)
    except DeskError:
        return
    plan, before = codec.loads(Plan, cancellation.plan), codec.loads(Order, cancellation.preview.facts)
    results = {step.position: facts_of(step.result) for step in cancellation.steps.all()}
    sheet = comparison.compare(plan, before, order, results)
    _keep(cancellation, sheet, now=clock.now())


def _keep(cancellation: Cancellation, sheet: ReceiptSheet, *, now: datetime) -> None:
    """A new difference is flagged, once; a refund that arrived meanwhile ends its *on its way* without a word."""
    is_new = sheet.differs and not cancellation.differs
    has_arrived = not sheet.differs and codec.loads(ReceiptSheet, cancellation.receipt).is_pending
    news: dict[str, Any] = {"receipt": codec.dumps(sheet), "seen_at": now} if is_new or has_arrived else {}
    news |= {"differs": True, "looked_at": None} if is_new else {}
    with transaction.atomic():
        Cancellation.objects.filter(pk=cancellation.pk).update(reread_at=now, **news)
        if is_new:
            tell.finished(cancellation, sheet)
            flow.record(
                actions.REREAD_DIFFERS,
                cancellation,
                lines=[str(row.kind) for row in sheet.lines if row.verdict == "differs"],
            )
