"""The nightly second look: every order we acted on within 14 days is read again and compared with its receipt.

A difference becomes an item for a person; nothing is repaired silently (RELIABILITY 10).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from cancellations import actions
from cancellations.execution import flow
from cancellations.execution.keys import tag_of
from cancellations.execution.verify import told_of
from cancellations.models import Cancellation, Step
from cancellations.planning import comparison
from cancellations.planning.plan import Plan, ReceiptSheet
from cancellations.services import tell
from stores.canonical import codec
from stores.canonical.commands import Command, Found
from stores.canonical.order import Order
from stores.kernel import clock
from stores.kernel.errors import DeskError
from stores.kernel.states import CancellationState
from stores.models import StoreState
from stores.platforms.base import Platform
from stores.services import connections, orders

WITHIN = timedelta(days=14)
EVERY = timedelta(hours=24)
UNDONE = [CancellationState.WITHDRAWN, CancellationState.EXPIRED, CancellationState.REFUSED]
OVER = [CancellationState.DONE, CancellationState.REFUSED]


def due(now: datetime, limit: int) -> list[str]:
    """Finished cancellations whose order was last compared a day ago or more; the last one of each order only,

    since what a later one took away is no difference. Refused ones as well: a no is worth a second look.
    """
    later = Cancellation.objects.filter(order=OuterRef("order"), pk__gt=OuterRef("pk")).exclude(state__in=UNDONE)
    rows = Cancellation.objects.filter(
        ~Exists(later),
        Q(reread_at=None, finished_at__lt=now - EVERY) | Q(reread_at__lt=now - EVERY),
        state__in=OVER,
        created_at__gt=now - WITHIN,
        store__state=StoreState.ACTIVE,
    )
    return [str(uuid) for uuid in rows.order_by("created_at").values_list("uuid", flat=True)[:limit]]


def look(cancellation_uuid: str) -> None:
    """Read, compare, remember when. A shop that does not answer is asked again at the next round."""
    cancellation = Cancellation.objects.select_related("store", "order", "preview").get(uuid=cancellation_uuid)
    before = codec.loads(Order, cancellation.preview.facts)
    if cancellation.state == CancellationState.REFUSED:
        _look_at_refused(cancellation, before)
        return
    try:
        order = orders.refresh(cancellation.order)
    except DeskError:
        return
    plan = codec.loads(Plan, cancellation.plan)
    results = {step.position: told_of(step) for step in cancellation.steps.all()}
    sheet = comparison.compare(plan, before, order, results)
    _keep(cancellation, sheet, now=clock.now())


def _look_at_refused(cancellation: Cancellation, before: Order) -> None:
    """Is the effect there after all, with our mark? Then a person must see it: nothing was to have happened."""
    platform = connections.open_platform(cancellation.store)
    sent = cancellation.steps.filter(attempts__sent_at__isnull=False).distinct()
    try:
        found = [step for step in sent if _is_there(platform, step, before)]
    except DeskError:
        return
    is_new = bool(found) and not cancellation.differs
    news = {"differs": True, "looked_at": None, "trouble": _("Refused, and done all the same.")} if is_new else {}
    with transaction.atomic():
        Cancellation.objects.filter(pk=cancellation.pk).update(reread_at=clock.now(), **news)
        if is_new:
            tell.differs(cancellation)
            flow.record(actions.REREAD_DIFFERS, cancellation, lines=[step.kind for step in found])


def _is_there(platform: Platform, step: Step, before: Order) -> bool:
    command: Command = codec.loads(Command, step.command)  # type: ignore[arg-type]
    finding = platform.find(command, tag=tag_of(step), before=before)
    return isinstance(finding, Found) and finding.is_marked


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
