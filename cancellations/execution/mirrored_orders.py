"""After a cancellation: the same order in another shop is read until it agrees or a day has passed.

Platforms that mirror orders pass cancellations on by themselves, late or never. Nothing is ever cancelled there
silently: a copy that stays open becomes an item for a person.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from cancellations import actions
from cancellations.execution import leases
from cancellations.lifecycle import transitions
from cancellations.models import Cancellation, CopyState, CopyWatch
from cancellations.planning import mirrored_orders as planning
from cancellations.planning.plan import Plan
from stores.audit.actions import Action
from stores.canonical import codec
from stores.canonical.order import Order
from stores.kernel import clock
from stores.kernel.errors import DeskError
from stores.models import StoreState
from stores.selectors import mirrored_orders as linked
from stores.services import orders

FOR = timedelta(hours=24)
PAUSES = (60, 300, 900, 3600, 4 * 3600)  # seconds between looks; the last one repeats


def begin(cancellation: Cancellation, *, now: datetime) -> None:
    """Inside the transaction that finishes a cancellation: watch its other sides, look again where it was one.

    Only shops that the requester may see: an equal number in a stranger's shop is nobody's business.
    """
    found = linked.seen_by(cancellation.requester, [cancellation.order])
    for other in found.get(cancellation.order_id, []):
        CopyWatch.objects.get_or_create(
            cancellation=cancellation,
            order=other.record,
            defaults={
                "store_id": other.record.store_id,
                "until": now + FOR,
                "next_attempt_at": now + timedelta(seconds=PAUSES[0]),
            },
        )
    still_open = CopyWatch.objects.filter(order_id=cancellation.order_id, state=CopyState.OPEN)
    still_open.update(state=CopyState.WATCHING, next_attempt_at=now, looked_at=None)


def due(now: datetime, limit: int) -> list[str]:
    rows = CopyWatch.objects.filter(leases.is_free(now), state=CopyState.WATCHING, next_attempt_at__lte=now)
    return [str(uuid) for uuid in rows.order_by("next_attempt_at").values_list("uuid", flat=True)[:limit]]


def look(watch_uuid: str) -> None:
    """Read the other order once. Safe to run twice: one worker gets the lease, the other stops."""
    watch = _claim(watch_uuid, now=clock.now())
    if watch is None:
        return
    if watch.order.store.state != StoreState.ACTIVE:
        _later(watch, _("Its shop is paused or disconnected, so it was not read."))
        return
    try:
        other = orders.refresh(watch.order)
    except DeskError as exc:
        _later(watch, exc.user_message)
        return
    cancellation = watch.cancellation
    plan, before = codec.loads(Plan, cancellation.plan), codec.loads(Order, cancellation.preview.facts)
    if planning.agrees(plan, before, other):
        _end(watch, CopyState.AGREES, actions.COPY_AGREES, seen_at=clock.now(), detail="")
    else:
        _later(watch, "", seen_at=clock.now())


def _claim(watch_uuid: str, *, now: datetime) -> CopyWatch | None:
    mine = CopyWatch.objects.filter(
        leases.is_free(now), uuid=watch_uuid, state=CopyState.WATCHING, next_attempt_at__lte=now
    )
    until = now + timedelta(seconds=settings.STEP_LEASE_SECONDS)
    if not mine.update(lease_owner=leases.me(), lease_until=until, fence=F("fence") + 1):
        return None
    related = ("order__store__connection", "cancellation__store", "cancellation__preview")
    return CopyWatch.objects.select_related(*related).get(uuid=watch_uuid)


def _later(watch: CopyWatch, why: str, **fields: Any) -> None:
    """It does not agree, or could not be read: again after a pause; past its day a person is told."""
    now = clock.now()
    if now >= watch.until:
        _end(watch, CopyState.OPEN, actions.COPY_OPEN, detail=why[:300], **fields)
        return
    pause = timedelta(seconds=PAUSES[min(watch.looks + 1, len(PAUSES) - 1)])
    _write(watch, next_attempt_at=min(now + pause, watch.until), looks=watch.looks + 1, detail=why[:300], **fields)


def _end(watch: CopyWatch, state: CopyState, action: Action, **fields: Any) -> None:
    """The other shop is not named in this shop's chain: who reads it may not see that one."""
    with transaction.atomic():
        if not _write(watch, state=state, next_attempt_at=None, looks=watch.looks + 1, **fields):
            return
        transitions.record(action, watch.cancellation, copy=str(watch.order.uuid))


def _write(watch: CopyWatch, **fields: Any) -> bool:
    """Give the lease back with a result; False for an old fence."""
    mine = CopyWatch.objects.filter(pk=watch.pk, fence=watch.fence, state=CopyState.WATCHING)
    return bool(mine.update(lease_owner="", lease_until=None, **fields))
