"""Deliver what is due: claimed with lease and fence, sent, committed.

What else waits for the same person of the same shop goes along, in one message.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from notifications.contract import NotTheirs, Undeliverable
from notifications.models import Delivery, DeliveryState
from notifications.registry import CHANNELS
from stores.effects import leases
from stores.kernel import clock, database
from stores.kernel.failpoints import failpoint

logger = logging.getLogger(__name__)
PAUSES = (30, 300)  # seconds after the first and second try
MOST_TRIES = 3
MOST_TOGETHER = 500  # in one message


def due(now: datetime, limit: int) -> list[str]:
    """Uuids of what may be claimed now, longest due first."""
    return [str(uuid) for uuid in _due(now).order_by("next_attempt_at").values_list("uuid", flat=True)[:limit]]


def deliver(uuid: str, *, worker: str = "") -> None:
    """Send one; safe to run twice."""
    delivery = _claim(uuid, worker)
    if delivery is None:
        return
    failpoint("delivery.claimed")
    if delivery.tries > MOST_TRIES:
        _end(delivery, DeliveryState.GIVEN_UP, _("Whether it arrived stayed unknown."))
        return
    together = sorted([delivery, *_claim_beside(delivery)], key=lambda row: row.pk)
    try:
        _hand_over(together)
    except Undeliverable as exc:
        _end_all(together, DeliveryState.GIVEN_UP, str(exc))
        return
    except NotTheirs:
        _end_all(together, DeliveryState.MOOT, _("They left the shop meanwhile."))
        return
    except Exception as exc:  # noqa: BLE001  the sender's edge: a channel's library may raise anything
        logger.warning("delivery not sent", extra={"delivery": str(delivery.uuid), "kind": type(exc).__name__})
        with transaction.atomic():
            for row in together:
                _later(row, _("It could not be handed over."))
        return
    failpoint("delivery.sent")
    database.patiently(lambda: _end_all(together, DeliveryState.SENT, ""))  # not sent twice for a second's outage
    failpoint("delivery.committed")


def _hand_over(together: Sequence[Delivery]) -> None:
    channel = CHANNELS[together[0].channel]()
    if len(together) == 1:
        channel.send(together[0])
    else:
        channel.send_together(together)


def _due(now: datetime) -> QuerySet[Delivery]:
    return leases.due(Delivery.objects.filter(state=DeliveryState.PENDING), now)


def _free(now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(leases.is_free(now), state=DeliveryState.PENDING)


def _claim(uuid: str, worker: str) -> Delivery | None:
    """Lease it; None when it is not due or another has it. A try is counted before it is made: a crash is one too."""
    rows = Delivery.objects.filter(uuid=uuid, state=DeliveryState.PENDING)
    return leases.claim(rows, worker=worker, now=clock.now(), tries=F("tries") + 1)


def _claim_beside(delivery: Delivery) -> list[Delivery]:
    """What else waits for this person of this shop, due or not, and is nobody's: leased like the first."""
    if delivery.person_id is None or delivery.store_id is None:
        return []
    now, same = clock.now(), {"channel": delivery.channel, "person": delivery.person_id, "store": delivery.store_id}
    with transaction.atomic():
        rows = _free(now).filter(**same, tries__lt=MOST_TRIES).select_for_update(skip_locked=True).order_by("pk")
        taken = list(rows.values_list("pk", flat=True)[:MOST_TOGETHER])
        Delivery.objects.filter(pk__in=taken).update(**leases.taken_by(delivery.lease_owner, now), tries=F("tries") + 1)
        return list(Delivery.objects.filter(pk__in=taken))


def _end_all(together: Iterable[Delivery], state: DeliveryState, detail: str) -> None:
    with transaction.atomic():
        for row in together:
            _end(row, state, detail)


def _end(delivery: Delivery, state: DeliveryState, detail: str) -> None:
    _mine(delivery).update(state=state, detail=detail[:300], next_attempt_at=None, lease_until=None, lease_owner="",
                           sent_at=clock.now() if state == DeliveryState.SENT else None)  # fmt: skip


def _later(delivery: Delivery, detail: str) -> None:
    if delivery.tries >= MOST_TRIES:
        _end(delivery, DeliveryState.GIVEN_UP, detail)
        return
    wait = timedelta(seconds=PAUSES[delivery.tries - 1])
    _mine(delivery).update(next_attempt_at=clock.now() + wait, lease_until=None, lease_owner="", detail=detail[:300])


def _mine(delivery: Delivery) -> QuerySet[Delivery]:
    """None any more once another worker claimed it."""
    return Delivery.objects.filter(pk=delivery.pk, fence=delivery.fence)
