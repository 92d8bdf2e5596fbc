"""A delivery's journal: its message, stored before it leaves, also of several deliveries at once.

Both transactions ask whether its connection was disconnected meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import uuid5

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from notifications.models import Delivery, DeliveryAttempt, bound_to
from stores.effects import journal
from stores.effects.models import Attempted
from stores.kernel.errors import EffectsStopped
from stores.kernel.http.contracts import Prepared
from stores.models import Connection, ConnectionState

POINT: Final = "delivery"


def key_of(delivery: Delivery) -> str:
    """36 characters; a new one per generation."""
    return str(uuid5(delivery.uuid, str(delivery.generation)))


def tag_of(delivery: Delivery) -> str:
    """One per delivery, the same for all its generations."""
    return f"[op {delivery.uuid.hex[:8]}]"


def shut(connection: Connection | None) -> str:
    """What a delivery says while nothing is sent to its connection; "" when it works, or needs none."""
    if connection is None or connection.state == ConnectionState.ACTIVE:
        return ""
    return _("%(connection)s is disconnected; this waits until it works again.") % {"connection": connection.name}


class Journal(journal.Journal[Delivery]):
    """The first of `together` gives the key; the others left with it."""

    point = POINT
    begun = journal.BEGUN | {"must_look": False, "again_at": None}

    def __init__(self, together: Sequence[Delivery]) -> None:
        super().__init__(together[0])
        self.together = together

    def keep(self, command: bytes) -> None:
        """Written with the intent: what left is what is looked for."""
        self.begun = {**self.begun, "command": command}

    @property
    def rows(self) -> Sequence[Delivery]:
        return self.together

    @property
    def key(self) -> str:
        return key_of(self.row)

    @property
    def sealed_to(self) -> str:
        return bound_to(self.row)

    def let_go(self) -> Q:
        to = self.row.destination
        if to is None or to.connection_id is None:
            return Q()
        if words := shut(Connection.objects.select_for_update(no_key=True).get(pk=to.connection_id)):
            raise EffectsStopped(user_message=words)
        return Q()

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
