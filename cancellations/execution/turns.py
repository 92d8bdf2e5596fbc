"""One turn of one leased step, by its state. What an answer means is decided here and in `outcomes`."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from django.db import transaction
from django.utils.translation import gettext as _

from cancellations.execution import brake, flow, guards, leases, lookup, outcomes, verify
from cancellations.execution.journal import Journal
from cancellations.execution.keys import key_of, tag_of
from cancellations.models import Step, StepKind
from cancellations.planning.plan import Plan
from stores.canonical import codec
from stores.canonical.commands import Command, Receipt
from stores.canonical.order import Order
from stores.kernel import clock
from stores.kernel.errors import EffectsStopped
from stores.kernel.failpoints import failpoint
from stores.kernel.states import StepState
from stores.models import StoreState
from stores.platforms.base import Platform
from stores.services import connections, reach
from stores.services.limiter import Booking

logger = logging.getLogger(__name__)
SHOP_PAUSE = timedelta(seconds=60)


@dataclass
class Turn:
    """All a turn needs; the adapter is made once and its effects pass through the step's journal."""

    step: Step

    @cached_property
    def journal(self) -> Journal:
        return Journal(self.step)

    @cached_property
    def platform(self) -> Platform:
        return connections.open_platform(self.step.cancellation.store, journal=self.journal, booking=self.booking)

    @cached_property
    def booking(self) -> Booking:
        """The slots of the whole turn, had before its first read."""
        return reach.book(self.step.cancellation.store, f"{self.step.kind} {self.step.state}")

    @cached_property
    def plan(self) -> Plan:
        return codec.loads(Plan, self.step.cancellation.plan)

    @cached_property
    def before(self) -> Order:
        """The order as it stood when the plan was made."""
        return codec.loads(Order, self.step.cancellation.preview.facts)

    @cached_property
    def command(self) -> Command:
        """Exactly what was planned; the note for colleagues stays with us."""
        command: Command = codec.loads(Command, self.step.command)  # type: ignore[arg-type]
        return command

    @property
    def tag(self) -> str:
        return tag_of(self.step)

    @property
    def receipt(self) -> Receipt:
        """The stored receipt of an accepted step."""
        return codec.load(Receipt, self.step.result)


def take(step: Step) -> None:
    """Act once on a claimed step. Raises LeaseLost when another worker took it meanwhile."""
    turn = Turn(step)
    try:
        _take(turn)
    finally:
        turn.booking.close()


def _take(turn: Turn) -> None:
    step = turn.step
    if step.cancellation.store.state != StoreState.ACTIVE:
        wait_for_shop(step)
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
            lookup.take(turn)


def hand_to_person(turn: Turn) -> None:
    """A step the platform offers no call for: a person does it there and settles it with evidence."""
    planned = next(step for step in turn.plan.steps if step.position == turn.step.position)
    words = planned.assist.text if planned.assist else planned.title
    with transaction.atomic():
        leases.move(turn.step, StepState.NEEDS_PERSON, detail=words[:300], next_attempt_at=None)
        flow.stop(turn.step, planned.title, state=StepState.NEEDS_PERSON)


def wait_for_shop(step: Step) -> None:
    """A paused or disconnected shop: its steps wait, nothing is read or sent."""
    leases.release(step, next_attempt_at=clock.now() + SHOP_PAUSE, detail=brake.paused())


def take_over(turn: Turn) -> None:
    """A worker died holding this step: never sent → send; else it is unknown."""
    last = turn.step.attempts.order_by("-pk").first()
    if last is None or last.sent_at is None:
        send(turn)
    else:
        outcomes.unknown(turn, _("The worker stopped while it waited for the answer."))


def send(turn: Turn) -> None:
    """Guard, then act with the key. From here on only `outcomes` decides."""
    step = turn.step
    try:
        if lookup.comes_first(turn):
            outcomes.look_first(turn)
            return
        if brake.holds(step) or not guards.may_go(turn):
            return
        receipt = turn.platform.carry_out(turn.command, key=key_of(step), tag=turn.tag)
    except EffectsStopped as exc:
        outcomes.stopped(turn, exc)
        return
    except Exception as exc:  # noqa: BLE001  the executor's edge: whatever it was, it is stored on the step
        outcomes.failed(turn, exc)
        return
    failpoint(f"{step.kind}.answered")
    outcomes.answered(turn, receipt)
    failpoint(f"{step.kind}.committed")


def poll(turn: Turn) -> None:
    """Ask after a job or a pending refund; past its deadline the step is unknown."""
    failpoint(f"{turn.step.kind}.polling")
    try:
        receipt = turn.platform.poll(turn.command, turn.receipt)
    except Exception as exc:  # noqa: BLE001  the executor's edge
        outcomes.poll_failed(turn, exc)
        return
    outcomes.polled(turn, receipt)
