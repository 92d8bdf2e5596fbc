"""Acting once on one leased step, by its state. What an answer means is decided here and in `outcomes`."""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils.translation import gettext as _

from cancellations.execution import guards, leases, outcomes, reconcile, verify, waiting
from cancellations.execution.keys import key_of
from cancellations.execution.step_run import StepRun
from cancellations.lifecycle import emergency_stop, transitions
from cancellations.models import Step, StepKind
from cancellations.planning.plan import check_plan
from cancellations.states import StepState
from stores.connectors import registry
from stores.kernel.errors import EffectsStopped, PlanUnreadable, UnknownConnector
from stores.kernel.failpoints import failpoint

logger = logging.getLogger(__name__)


def run(step: Step) -> Step:
    """Act on a claimed step, and on each that is claimed with the end of the one before; the last of them.

    Raises LeaseLost when another worker took it meanwhile.
    """
    step_run = StepRun(step)
    try:
        _run(step_run)
        while step_run.next_step is not None:
            step_run = step_run.following(step_run.next_step)
            failpoint(f"{step_run.step.kind}.between") if step_run.step.kind != StepKind.VERIFY else None
            _run(step_run)
    finally:
        if "booking" in vars(step_run):  # what nobody asked for has no slots, and its account may not even open
            step_run.booking.close()
    return step_run.step


def _run(turn: StepRun) -> None:
    step = turn.step
    if words := emergency_stop.paused(step.cancellation.store, step.connection):
        waiting.for_shop(step, words)
        return
    try:
        check_plan(step.cancellation.preview.plan)
    except PlanUnreadable as exc:
        outcomes.ask(turn, exc.user_message)
        return
    try:
        registry.get(step.connection.connector)
    except UnknownConnector as exc:  # nothing can be sent, read or looked for
        outcomes.ask(turn, exc.user_message)
        return
    if step.kind == StepKind.VERIFY:
        verify.take(turn)
        return
    if step.kind == StepKind.ASSISTED:
        hand_to_person(turn)
        return
    match StepState(step.state):
        case StepState.PENDING | StepState.RETRY_WAIT:
            send(turn)
        case StepState.INTENDED:
            take_over(turn)
        case StepState.ACCEPTED:
            poll(turn)
        case StepState.UNKNOWN:
            reconcile.take(turn)


def hand_to_person(turn: StepRun) -> None:
    """A step the platform offers no call for: a person does it there and settles it with evidence."""
    planned = next(step for step in turn.plan.steps if step.position == turn.step.position)
    words = planned.assist.text if planned.assist else planned.title
    with transaction.atomic():
        leases.move(turn.step, StepState.NEEDS_PERSON, detail=words[:300], next_attempt_at=None)
        transitions.stop(turn.step, planned.title, state=StepState.NEEDS_PERSON)


def take_over(turn: StepRun) -> None:
    """A worker died holding this step: never sent → send; else it is unknown."""
    last = turn.step.attempts.order_by("-pk").first()
    if last is None or last.sent_at is None:
        send(turn)
    else:
        outcomes.unknown(turn, _("The worker stopped while it waited for the answer."))


def send(turn: StepRun) -> None:
    """Guard, then act with the key. From here on only `outcomes` decides."""
    step = turn.step
    try:
        if reconcile.comes_first(turn):
            outcomes.look_first(turn)
            return
        if waiting.is_stopped(step) or not guards.may_go(turn):
            return
        receipt = turn.connector.carry_out(turn.command, key=key_of(step), tag=turn.tag)
    except EffectsStopped as exc:
        outcomes.stopped(turn, exc)
        return
    except Exception as exc:  # noqa: BLE001  the executor's edge: whatever it was, it is stored on the step
        outcomes.failed(turn, exc)
        return
    failpoint(f"{step.kind}.answered")
    outcomes.answered(turn, receipt)
    failpoint(f"{step.kind}.committed")


def poll(turn: StepRun) -> None:
    """Ask after a job or a pending refund; past its deadline the step is unknown."""
    failpoint(f"{turn.step.kind}.polling")
    try:
        receipt = turn.connector.poll(turn.command, turn.receipt)
    except Exception as exc:  # noqa: BLE001  the executor's edge
        outcomes.poll_failed(turn, exc)
        return
    outcomes.polled(turn, receipt)
