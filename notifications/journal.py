"""A delivery's journal: its message, stored before it leaves, also of several deliveries at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import uuid5

from django.db.models import QuerySet

from notifications.models import Delivery, DeliveryAttempt, bound_to
from stores.effects import journal
from stores.effects.models import Attempted
from stores.kernel.http.contracts import Prepared

POINT: Final = "delivery"


def key_of(delivery: Delivery) -> str:
    """36 characters; a new one per generation."""
    return str(uuid5(delivery.uuid, str(delivery.generation)))


class Journal(journal.Journal[Delivery]):
    """The first of `together` gives the key; the others left with it."""

    point = POINT

    def __init__(self, together: Sequence[Delivery]) -> None:
        super().__init__(together[0])
        self.together = together

    @property
    def rows(self) -> Sequence[Delivery]:
        return self.together

    @property
    def key(self) -> str:
        return key_of(self.row)

    @property
    def sealed_to(self) -> str:
        return bound_to(self.row)

    def attempts_of(self, attempt: Attempted) -> QuerySet[DeliveryAttempt]:
        return DeliveryAttempt.objects.filter(
            delivery__in=self.together, key=attempt.key, created_at=attempt.created_at, finished_at=None
        )

    def _write(self, request: Prepared, now: datetime) -> Attempted:
        first = super()._write(request, now)
        told = {"key": first.key, "method": first.method, "path": first.path, "body": b"", "created_at": now}
        DeliveryAttempt.objects.bulk_create(
            DeliveryAttempt(delivery=row, generation=row.generation, fence=row.fence, **told)
            for row in self.together[1:]
        )
        return first
