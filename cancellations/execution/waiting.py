"""Waiting before anything was asked of a shop: for a slot of its rate limit, until it answers, behind a stop."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cancellations.execution import faults, leases
from cancellations.models import Step
from cancellations.models.step import IS_CLAIMABLE
from cancellations.selectors import stops
from cancellations.states import CLAIMABLE
from stores.effects import retry_policy
from stores.effects.outcomes import asked_wait
from stores.kernel import clock
from stores.kernel.errors import RemoteThrottled

if TYPE_CHECKING:
    from cancellations.execution.step_run import StepRun

LONGEST = timedelta(seconds=15)  # work comes again by then: its share of the limit is kept no longer
MOST_BEFORE = 100
APART = timedelta(seconds=0.2)  # what waited for a shop that is back goes to it one after the other
MOST_WOKEN = 50
LOOK_AGAIN = timedelta(seconds=60)  # at a shop that works again; lifting a stop wakes what waits, if somebody does it
SHUT = ("paused", "disconnected")  # codes of our own gate, for a shop that was shut a moment ago


def is_stopped(step: Step) -> bool:
    """True: everything is stopped, and the step has been put to wait and says so."""
    was_stopped = getattr(step, "was_stopped", True)  # as the question that claimed it was answered
    stop = stops.in_force(step.cancellation.store_id) if was_stopped else None
    if stop is not None:
        behind_stop(step, stop.words)
    return stop is not None


def for_shop(step: Step, words: str) -> None:
    """A paused or disconnected shop, or connection of the step: it waits, nothing is read or sent."""
    leases.release(step, next_attempt_at=clock.now() + LOOK_AGAIN, detail=words[:300])


def behind_stop(step: Step, words: str) -> None:
    """Nothing of this try was sent: the step keeps its state."""
    leases.release(step, next_attempt_at=clock.now() + LOOK_AGAIN, detail=words[:300])


def fields(turn: StepRun, exc: Exception) -> dict[str, Any] | None:
    """What to store on a step that was told to wait; None when it was something else, or its turn had begun.

    A probe time is of whoever probes next: when the shop is back, this is woken. A slot is waited for in the order of
    age: those before it need their time first.
    """
    if not isinstance(exc, RemoteThrottled):
        return None
    now, told = clock.now(), asked_wait(exc) or retry_policy.A_SECOND
    if exc.code == "breaker":
        return {"next_attempt_at": now + told, "detail": faults.words(exc), "waits_for_shop": True}
    if exc.code == "slot" and not turn.booking.is_begun:
        ahead = timedelta(seconds=_before(turn.step) * turn.booking.seconds_each)
        return {"next_attempt_at": now + min(told + ahead, max(told, LONGEST)), "detail": faults.words(exc)}
    return None


def _before(step: Step) -> int:
    """How many steps wait for the same account that were there first."""
    soon = clock.now() + LONGEST
    older = Step.objects.filter(IS_CLAIMABLE, next_attempt_at__lte=soon, connection=step.connection_id, pk__lt=step.pk)
    return older[:MOST_BEFORE].count()


def wake() -> int:
    """Make due what waits for accounts that answer again; how many steps.

    Whoever noticed it: a page, a sync, another worker. It is read from the row, so nobody has to call upwards.
    """
    now = clock.now()
    back = Step.objects.filter(waits_for_shop=True, connection__health__breaker_open_since=None)
    # in the order of the partial index: by the key alone SQLite would read every step there ever was
    woken = list(back.order_by("cancellation_id", "pk").values_list("pk", flat=True)[:MOST_WOKEN])
    for n, pk in enumerate(woken):
        due = Step.objects.filter(pk=pk, waits_for_shop=True, state__in=CLAIMABLE, next_attempt_at__gt=now + n * APART)
        due.update(next_attempt_at=now + n * APART)
    Step.objects.filter(pk__in=woken).update(waits_for_shop=False)
    return len(woken)
