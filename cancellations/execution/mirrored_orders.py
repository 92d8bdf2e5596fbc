"""After a cancellation: the same order in another shop is read until it agrees or a day has passed.

Platforms that mirror orders pass cancellations on by themselves, late or never. Nothing is ever cancelled there
silently: a copy that stays open becomes an item for a person.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cancellations import actions
from cancellations.lifecycle import transitions
from cancellations.models import Cancellation, CopyState, MirrorWatch
from cancellations.planning import mirrored_orders as planning
from cancellations.planning.plan import read_plan
from stores.audit.actions import Action
from stores.canonical import codec
from stores.canonical.order import Order
from stores.effects import leases, retry_policy
from stores.kernel import clock
from stores.kernel.errors import DeskError, LeaseLost
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
        MirrorWatch.objects.get_or_create(
            cancellation=cancellation,
            order=other.record,
            defaults={
                "store_id": other.record.store_id,
                "until": now + FOR,
                "next_attempt_at": now + timedelta(seconds=PAUSES[0]),
            },
        )
    still_open = MirrorWatch.objects.filter(order_id=cancellation.order_id, state=CopyState.OPEN)
    still_open.update(state=CopyState.WATCHING, next_attempt_at=now, looked_at=None)


def due(now: datetime, limit: int) -> list[str]:
    rows = leases.due(MirrorWatch.objects.filter(state=CopyState.WATCHING), now)
    return [str(uuid) for uuid in rows.order_by("next_attempt_at").values_list("uuid", flat=True)[:limit]]


def look(watch_uuid: str) -> None:
    """Read the other order once. Safe to run twice: one worker gets the lease, the other stops."""
    watch = _claim(watch_uuid, now=clock.now())
    if watch is not None:
        with suppress(LeaseLost):
            _look(watch)


def _look(watch: MirrorWatch) -> None:
    if watch.order.store.state != StoreState.ACTIVE:
        _later(watch, _("Its shop is paused or disconnected, so it was not read."))
        return
    cancellation = watch.cancellation
    try:
        plan, before = read_plan(cancellation.preview.plan), codec.loads(Order, cancellation.preview.facts)
        other = orders.refresh(watch.order)
    except DeskError as exc:
        _later(watch, exc.user_message)
        return
    if planning.agrees(plan, before, other):
        _end(watch, CopyState.AGREES, actions.COPY_AGREES, seen_at=clock.now(), detail="")
    else:
        _later(watch, "", seen_at=clock.now())


def _claim(watch_uuid: str, *, now: datetime) -> MirrorWatch | None:
    needed = ("order__store__connection", "cancellation__store", "cancellation__preview")
    rows = MirrorWatch.objects.select_related(*needed).filter(uuid=watch_uuid, state=CopyState.WATCHING)
    return leases.claim(rows, now=now)


def _later(watch: MirrorWatch, why: str, **fields: Any) -> None:
    """It does not agree, or could not be read: again after a pause; past its day a person is told."""
    now = clock.now()
    if now >= watch.until:
        _end(watch, CopyState.OPEN, actions.COPY_OPEN, detail=why[:300], **fields)
        return
    pause = retry_policy.nth(PAUSES, watch.looks + 1)
    leases.release(
        watch, next_attempt_at=min(now + pause, watch.until), looks=watch.looks + 1, detail=why[:300], **fields
    )


def _end(watch: MirrorWatch, state: CopyState, action: Action, **fields: Any) -> None:
    """The other shop is not named in this shop's chain: who reads it may not see that one."""
    with transaction.atomic():
        leases.move(watch, state, next_attempt_at=None, looks=watch.looks + 1, **fields)
        transitions.record(action, watch.cancellation, copy=str(watch.order.uuid))
