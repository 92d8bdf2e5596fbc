"""How a cancellation moves as its steps do: start, hand on, stop, finish. Each move is a conditional UPDATE."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from django.db import connection, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from cancellations import actions, states
from cancellations.lifecycle import deadlines, emergency_stop, notices, sends
from cancellations.models import Cancellation, Step
from cancellations.selectors import stops
from cancellations.states import CLAIMABLE, FINISHED, CancellationState, StepState
from stores.audit import trail
from stores.audit.actions import Action
from stores.kernel import clock, database, queue
from stores.models import User

Actor = User | str


class Take(Protocol):
    def __call__(self, cancellation: Cancellation, steps: Sequence[Step], *, now: datetime) -> Step | None:
        """Wake and lease the next of these steps, inside the caller's transaction; None where that cannot be."""


ALWAYS = Q()
_STANDS = (
    *(field.attname for field in Step._meta.concrete_fields),
    *(f"cancellation__{name}" for name in ("state", "version")),
)
LOOKED_AT_AGAIN = (CancellationState.DONE, CancellationState.REFUSED)


def move(cancellation: Cancellation, to: CancellationState, *, only_if: Q = ALWAYS, **fields: Any) -> bool:
    """Move it if it still stands where we think it stands; False: somebody else moved it, stop silently.

    only_if: what must be true besides.
    """
    states.check(CancellationState(cancellation.state), to)
    if to in LOOKED_AT_AGAIN:
        fields["look_again_at"] = clock.now() + deadlines.SECOND_LOOK_EVERY
    stands = {"pk": cancellation.pk, "state": cancellation.state, "version": cancellation.version}
    fields |= {"state": to, "version": cancellation.version + 1}
    if only_if:
        mine = Cancellation.objects.filter(only_if, **stands).update(**fields)
    else:
        mine = database.update(Cancellation, stands, fields)
    if not mine:
        return False
    cancellation.came_from = str(cancellation.state)
    notices.moved_on(cancellation, cancellation.came_from)
    for name, value in fields.items():
        setattr(cancellation, name, value)
    return True


def record(action: Action, cancellation: Cancellation, *, actor: Actor = "rescind", **facts: Any) -> None:
    """On the shop's chain; with the state before and after when the cancellation was just moved."""
    if cancellation.came_from:
        facts["before"] = {"state": cancellation.came_from} | facts.get("before", {})
        facts["after"] = {"state": str(cancellation.state)} | facts.get("after", {})
        cancellation.came_from = ""
    trail.record(action, actor=actor, target=f"cancellation:{cancellation.uuid}", store=cancellation.store, **facts)


def start_if_due(cancellation: Cancellation, *, now: datetime, take: Take | None = None) -> Step | None:
    """held → running once the hold is over; *take it back* races with this, and one wins. take: as in `hand_on`."""
    if cancellation.state != CancellationState.HELD or cancellation.held_until is None or cancellation.held_until > now:
        return None
    not_stopped = ~stops.any_in_force(cancellation.store_id)  # behind a stop it can be taken back: its hold goes on
    with transaction.atomic():
        if not move(cancellation, CancellationState.RUNNING, only_if=not_stopped, started_at=now):
            return None
        taken = take(cancellation, steps_of(cancellation), now=now) if take else None
        if taken is None:
            wake_next(cancellation, now=now)
        record(actions.STARTED, cancellation)
    return taken


def wake_next(cancellation: Cancellation, *, now: datetime) -> Step | None:
    """Make the first unfinished step due; None when all are finished. Its clock begins when its turn comes."""
    step = cancellation.steps.exclude(state__in=FINISHED).order_by("position").first()
    if step is not None:
        Step.objects.filter(pk=step.pk).update(**woken(now))
    return step


def woken(now: datetime) -> dict[str, Any]:
    """Columns of a step whose turn has come: neither its time nor its clock is set again."""
    late = now + deadlines.ASK_A_PERSON_AFTER
    return {
        "next_attempt_at": Coalesce(F("next_attempt_at"), Value(now)),
        "tell_at": Coalesce(F("tell_at"), Value(late)),
    }


def hand_on(step: Step, *, now: datetime, take: Take | None = None) -> Step | None:
    """After a step finished: wake what follows, and take the cancellation out of the operator queue.

    take: who goes on leases what follows in the same transaction, and gets it back; else it is rung for.
    """
    cancellation = step.cancellation
    steps = steps_of(cancellation)
    if cancellation.state == CancellationState.NEEDS_OPERATOR and _open_question(cancellation) is None:
        move(cancellation, CancellationState.RUNNING, trouble="")
    taken = take(cancellation, steps, now=now) if take else None
    if taken is None:
        wake_next(cancellation, now=now)
        queue.enqueue_on_commit("cancellations.advance", str(cancellation.uuid))
    return taken


def begin_verifying(cancellation: Cancellation) -> None:
    if cancellation.state == CancellationState.RUNNING:
        move(cancellation, CancellationState.VERIFYING)


def _open_question(cancellation: Cancellation) -> Step | None:
    waiting = [StepState.NEEDS_PERSON, StepState.REFUSED, StepState.UNKNOWN]
    return cancellation.steps.filter(state__in=waiting).first()


AT_WORK = (CancellationState.RUNNING, CancellationState.VERIFYING)


def stop(step: Step, reason: str, *, state: str) -> None:
    """Ask a person, once: the exact partial picture stays on the steps. An item that is open gets the newer words.

    What was sent is said by the journal; `reason` says why a person is needed.
    """
    cancellation = fresh(step)
    trouble = f"{sends.words(step)} {reason}".strip()[:300]
    if cancellation.state == CancellationState.NEEDS_OPERATOR:
        Cancellation.objects.filter(pk=cancellation.pk, state=cancellation.state).update(trouble=trouble)
    elif cancellation.state in AT_WORK and move(cancellation, CancellationState.NEEDS_OPERATOR, trouble=trouble):
        notices.stopped(cancellation)
        record(actions.STOPPED, cancellation, step=step.position, kind=step.kind, state=state)


def tell_what_is_late(cancellation: Cancellation, *, now: datetime) -> None:
    """One clock a step, from when its turn came: still open when it strikes, a person is told, and the work goes on."""
    late = cancellation.steps.filter(state__in=CLAIMABLE, tell_at__lte=now).order_by("position").first()
    if late is not None:
        late.cancellation = cancellation
        if emergency_stop.is_quiet(late):
            return
        with transaction.atomic():
            stop(late, late.detail or _("It takes longer than it should."), state=late.state)


def refuse(step: Step, trouble: str) -> None:
    """The platform said no. Nothing done yet: the whole is refused; else a person finishes it."""
    cancellation = fresh(step)
    if cancellation.steps.filter(state__in=[StepState.APPLIED, StepState.SETTLED]).exists():
        stop(step, trouble, state=StepState.REFUSED)
        return
    if move(cancellation, CancellationState.REFUSED, trouble=trouble[:300], finished_at=clock.now()):
        notices.refused(cancellation)
        record(actions.REFUSED, cancellation, step=step.position, kind=step.kind)


def end(step: Step, to: CancellationState, **fields: Any) -> Cancellation:
    """Move its cancellation from where it stands: as we know it, or as it was moved meanwhile."""
    cancellation = step.cancellation
    if not move(cancellation, to, **fields):
        move(fresh(step), to, **fields)
    return cancellation


def steps_of(cancellation: Cancellation) -> list[Step]:
    """All its steps in order, as they stand, and its own state with them: the same as `fresh`, in one question."""
    rows = Step.objects.filter(cancellation=cancellation).select_related("cancellation").only(*_STANDS)
    rows = rows.annotate(was_stopped=stops.any_in_force(cancellation.store_id)).order_by()
    if connection.in_atomic_block:
        rows = rows.select_for_update(of=("cancellation",))
    steps: list[Step] = sorted(rows, key=lambda step: step.position)
    for step in steps:
        cancellation.state, cancellation.version = step.cancellation.state, step.cancellation.version
        step.cancellation = cancellation
    return steps


def fresh(step: Step) -> Cancellation:
    """The cancellation with its state as it stands now: what a conditional move compares with.

    Inside a transaction its row stays ours to the end: a move that follows cannot fail by somebody else's.
    """
    cancellation = step.cancellation
    rows = Cancellation.objects.select_for_update() if connection.in_atomic_block else Cancellation.objects.all()
    cancellation.refresh_from_db(fields=["state", "version"], from_queryset=rows)
    return cancellation
