"""The only timer: what is due or was left behind gets a ring (RELIABILITY 8). Two sweepers are harmless."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from cancellations.execution import mirrored_orders, waiting
from cancellations.lifecycle import emergency_stop, transitions
from cancellations.models import Cancellation, Inbox, InboxState, Step
from cancellations.models.step import IS_CLAIMABLE
from cancellations.scheduler import second_looks
from cancellations.selectors import stops
from cancellations.services import decide, drafts, preview
from cancellations.states import CancellationState
from notifications import endings, sender
from stores.audit import rounds
from stores.effects import leases
from stores.kernel import queue
from stores.services import rates, sync, upkeep, webhooks

MOST = 100  # rings of one kind a tick


def run(now: datetime) -> dict[str, int]:
    """Ring for everything due; how many of each kind."""
    tend(now)
    rung = due(now)
    for task, names in rung.items():
        for name in names:
            queue.enqueue_on_commit(task, name)
    _hourly(now)
    upkeep.daily(now)
    upkeep.describe_orders()
    return {task: len(names) for task, names in rung.items()}


def due(now: datetime) -> dict[str, Sequence[str | int]]:
    """What each task is due for, work of cancellations first."""
    return {
        "cancellations.advance": due_cancellations(now),
        "notifications.deliver": sender.due(now, MOST),
        "stores.sync": [str(uuid) for uuid in sync.due(now, MOST)],
        "stores.check_hooks": [str(uuid) for uuid in webhooks.due(now, MOST)],
        "cancellations.read_inbox": _due_inbox(now),
        "cancellations.reread": second_looks.take_next(now),
        "cancellations.watch_copy": mirrored_orders.due(now, MOST),
        "stores.audit_round": rounds.due(now, MOST),
        "stores.fetch_rates": rates.due(now),
    }


def due_cancellations(now: datetime) -> list[str]:
    """Steps that a person must hear of, steps due or left by a dead worker, then holds that ended."""
    held = Cancellation.objects.filter(state=CancellationState.HELD, held_until__lte=now).order_by("held_until")
    held = held.exclude(stops.within("store"))
    steps = leases.due(Step.objects.filter(IS_CLAIMABLE), now)
    behind = steps.order_by("next_attempt_at").values_list("cancellation__uuid", flat=True)[:MOST]
    late = Step.objects.filter(IS_CLAIMABLE, tell_at__lte=now, cancellation__state__in=transitions.AT_WORK)
    untold = (
        late.exclude(emergency_stop.quiet()).order_by("tell_at").values_list("cancellation__uuid", flat=True)[:MOST]
    )
    found = [*untold, *behind, *held.values_list("uuid", flat=True)[:MOST]]
    return list(dict.fromkeys(map(str, found)))[:MOST]


def _due_inbox(now: datetime) -> list[int]:
    hooks = leases.due(Inbox.objects.filter(state=InboxState.WAITING), now)
    return list(hooks.order_by("next_attempt_at").values_list("pk", flat=True)[:MOST])


_last_round: list[datetime] = []  # of this process; two sweepers cleaning twice an hour are harmless


def _hourly(now: datetime) -> None:
    if _last_round and now - _last_round[0] < timedelta(hours=1):
        return
    _last_round[:] = [now]
    preview.forget_old(now)
    drafts.forget_old(now)
    preview.forget_facts(now)
    endings.tell(now)


def tend(now: datetime) -> None:
    """What becomes due, or ends, by something else than its own time."""
    waiting.wake()
    _expire(now)


def _expire(now: datetime) -> None:
    waiting = Cancellation.objects.filter(state=CancellationState.AWAITING_APPROVAL, expires_at__lt=now)
    for cancellation in waiting.select_related("store")[:MOST]:
        with transaction.atomic():
            decide.expire(cancellation)
