"""Deliver what is due: claimed with lease and fence, sent, committed."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import F, Q

from notifications.contract import Undeliverable
from notifications.models import Delivery, DeliveryState
from notifications.registry import CHANNELS
from stores.kernel import clock
from stores.kernel.failpoints import failpoint

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=120)
PAUSES = (30, 300, 1800)  # seconds; a mail whose outcome is unknown is repeated once by itself, others thrice
MOST_TRIES = 3


def due(now: datetime, limit: int) -> list[str]:
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    rows = Delivery.objects.filter(free, state=DeliveryState.PENDING, next_attempt_at__lte=now)
    return [str(uuid) for uuid in rows.order_by("next_attempt_at").values_list("uuid", flat=True)[:limit]]


def deliver(uuid: str, *, worker: str = "") -> None:
    """Send one; safe to run twice."""
    now = clock.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    claimed = Delivery.objects.filter(free, uuid=uuid, state=DeliveryState.PENDING, next_attempt_at__lte=now).update(
        lease_owner=worker, lease_until=now + LEASE, fence=F("fence") + 1, tries=F("tries") + 1
    )
    if not claimed:
        return
    delivery = Delivery.objects.get(uuid=uuid)
    failpoint("delivery.claimed")
    if delivery.tries > MOST_TRIES:
        _end(delivery, DeliveryState.GIVEN_UP, "The outcome stayed unknown.")
        return
    try:
        CHANNELS[delivery.channel]().send(delivery)
    except Undeliverable as exc:
        _end(delivery, DeliveryState.GIVEN_UP, str(exc))
        return
    except Exception as exc:  # noqa: BLE001  the sender's edge: a channel's library may raise anything
        logger.warning("delivery not sent", extra={"delivery": str(delivery.uuid), "kind": type(exc).__name__})
        _later(delivery, type(exc).__name__)
        return
    failpoint("delivery.sent")
    _end(delivery, DeliveryState.SENT, "")
    failpoint("delivery.committed")


def _end(delivery: Delivery, state: DeliveryState, detail: str) -> None:
    _mine(delivery).update(state=state, detail=detail[:300], next_attempt_at=None, lease_until=None, lease_owner="",
                           sent_at=clock.now() if state == DeliveryState.SENT else None)  # fmt: skip


def _later(delivery: Delivery, detail: str) -> None:
    if delivery.tries >= MOST_TRIES:
        _end(delivery, DeliveryState.GIVEN_UP, detail)
        return
    wait = timedelta(seconds=PAUSES[min(delivery.tries, len(PAUSES)) - 1])
    _mine(delivery).update(next_attempt_at=clock.now() + wait, lease_until=None, lease_owner="", detail=detail[:300])


def _mine(delivery: Delivery):  # type: ignore[no-untyped-def]
    return Delivery.objects.filter(pk=delivery.pk, fence=delivery.fence)
