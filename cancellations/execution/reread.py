"""The nightly second look: every order we acted on within 14 days is read again and compared with its receipt.

A difference becomes an item for a person; nothing is repaired silently (RELIABILITY 10).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from cancellations import actions
from cancellations.execution import flow
from cancellations.execution.verify import facts_of
from cancellations.models import Cancellation
from cancellations.planning import comparison
from cancellations.planning.plan import Plan
from stores.canonical import codec
from stores.canonical.order import Order
from stores.kernel import clock
from stores.kernel.errors import DeskError
from stores.kernel.states import CancellationState
from stores.models import StoreState
from stores.services import orders

WITHIN = timedelta(days=14)
EVERY = timedelta(hours=24)


def due(now: datetime, limit: int) -> list[str]:
    """Finished cancellations whose order was last compared a day ago or more."""
    rows = Cancellation.objects.filter(
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
    now = clock.now()
    with transaction.atomic():
        news = {"differs": True, "looked_at": None, "receipt": codec.dumps(sheet), "seen_at": now}
        is_new = sheet.differs and not cancellation.differs
        Cancellation.objects.filter(pk=cancellation.pk).update(reread_at=now, **(news if is_new else {}))
        if is_new:
            flow.record(
                actions.REREAD_DIFFERS,
                cancellation,
                lines=[str(row.kind) for row in sheet.lines if row.verdict == "differs"],
            )
