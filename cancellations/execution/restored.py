"""After a start, and after a restore: what this database says of the world may be old (RELIABILITY 10).

A worker that starts looks before it repeats anything that has left. After a restore nothing is believed: every open
step looks before its first send, and every order that was acted on lately is read again.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from cancellations import actions
from cancellations.execution import flow, pace
from cancellations.models import Attempt, Cancellation, Step, StepKind
from stores.audit import trail
from stores.kernel.states import CLAIMABLE, TERMINAL
from stores.models import Store


def worker_started() -> int:
    """Steps of which anything has left are looked for before they are sent again; how many."""
    sent = Attempt.objects.filter(step=OuterRef("pk"), sent_at__isnull=False)
    return Step.objects.filter(Exists(sent), state__in=CLAIMABLE, must_look=False).update(must_look=True)


def restored(*, now: datetime) -> dict[str, int]:
    """The database was put back from a copy. Leases of the copy are void; counted: what is looked at again."""
    open_ones = ~Q(cancellation__state__in=sorted(TERMINAL)) & ~Q(kind=StepKind.VERIFY)
    with transaction.atomic():
        steps = Step.objects.filter(open_ones).update(
            must_look=True, lease_owner="", lease_until=None, fence=F("fence") + 1, looked_at=None, absent_since=None
        )
        ended = Cancellation.objects.filter(state__in=flow.LOOKED_AT_AGAIN, finished_at__gt=now - pace.SECOND_LOOK_FOR)
        orders = ended.update(look_again_at=now, looking_until=None)
    for store in Store.objects.order_by("pk"):
        with transaction.atomic():
            trail.record(actions.RESTORED, actor="console", target=f"store:{store.uuid}", store=store)
    return {"steps": steps, "orders": orders}
