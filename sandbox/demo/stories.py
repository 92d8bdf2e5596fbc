"""One cancellation of each ending, each really asked for, confirmed and carried out against the sandbox.

What makes it end so is armed at the sandbox just before: a connection that drops, a payment provider that fails,
a platform that refuses. Then the product does what it always does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from cancellations.execution import executor
from cancellations.models import Cancellation
from cancellations.services import preview, submit
from cancellations.states import TERMINAL, CancellationState, StepState
from sandbox.platforms.shopify.seeds import SEEDS
from sandbox.world import World
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest, Reason, RefundChoice
from stores.kernel import clock
from stores.models import OrderRecord, Store, User
from stores.services import orders

LONG_HOLD_SECONDS = 24 * 3600  # so that it is still on hold when somebody looks


@dataclass(frozen=True)
class Story:
    """`seed`: which order; `actor`: a role of the cast; `wish`: what is asked; `bend`: what the sandbox does wrong."""

    name: str
    seed: str
    actor: str
    wish: Callable[[Order], CancelRequest]
    bend: Callable[[World], None] = lambda world: None
    hold_seconds: int = 0


def some(units: int, reason: Reason, note: str = "", **more: Any) -> Callable[[Order], CancelRequest]:
    """`units` of the first line that can be cancelled."""

    def wish(order: Order) -> CancelRequest:
        line = next(line for line in order.lines if line.cancellable > 0)
        wanted = {line.id: min(Decimal(units), line.cancellable)}
        return CancelRequest(lines=wanted, reason=reason, note=note, **more)

    return wish


def everything(reason: Reason, note: str = "") -> Callable[[Order], CancelRequest]:
    def wish(order: Order) -> CancelRequest:
        open_lines = {line.id: line.cancellable for line in order.lines if line.cancellable > 0}
        return CancelRequest(lines=open_lines, reason=reason, note=note)

    return wish


STORIES = (
    Story("done", "paid by card", "staff", some(1, Reason.CUSTOMER, "Ordered one too many.")),
    Story(
        "differs",
        "partly shipped (two locations)",
        "staff",
        some(1, Reason.DUPLICATE, "Keeps the money as a credit.", refund=RefundChoice.NONE),
        bend=lambda world: world.switch("empty_transactions", "platform_decides"),  # and pays all the same
    ),
    Story(
        "unknown",
        "paid card + gift card",
        "admin",
        some(1, Reason.STAFF_ERROR),
        bend=lambda world: world.fault("drop_before", on="refundCreate"),
    ),
    Story(
        "refused",
        "on hold",
        "admin",
        everything(Reason.FRAUD),
        bend=lambda world: world.switch("cancel_on_hold", "refused"),
    ),
    Story("on hold", "taxes included", "staff", some(2, Reason.ADDRESS), hold_seconds=LONG_HOLD_SECONDS),
)


def begin(story: Story, store: Store, world: World, people: dict[str, User]) -> Cancellation:
    """Ask, look, confirm. Raises DeskError as the services do."""
    record = order_of(story, store)
    actor, usual_hold = people[story.actor], store.hold_seconds
    story.bend(world)
    _set_hold(store, story.hold_seconds)
    try:
        order = orders.refresh(record)
        seen = preview.make(actor=actor, record=record, request=story.wish(order), order=order)
        return submit.confirm(actor=actor, seen=seen)
    finally:
        _set_hold(store, usual_hold)


def carry_on(cancellation: Cancellation, *, seconds: float) -> Cancellation:
    """Do the worker's part until it rests, waits for somebody, or the time is over."""
    until = clock.now() + timedelta(seconds=seconds)
    while clock.now() < until:
        executor.advance(cancellation.uuid)
        cancellation.refresh_from_db()
        if rests(cancellation):
            break
        clock.wait(0.2)
    return cancellation


def rests(cancellation: Cancellation) -> bool:
    """Nothing more happens within the next seconds: finished, held, a person's turn, or an open question."""
    if cancellation.state in (*TERMINAL, CancellationState.HELD, CancellationState.NEEDS_OPERATOR):
        return True
    looked = cancellation.steps.filter(looks__gte=1)  # an answer is looked for again, ever more seldom
    return looked.filter(state__in=(StepState.UNKNOWN, StepState.PENDING)).exists()


def is_told(story: Story, store: Store) -> bool:
    return Cancellation.objects.filter(order=order_of(story, store)).exists()


def order_of(story: Story, store: Store) -> OrderRecord:
    """The copy of the seed order: found by the person who placed it, since numbers are the sandbox's."""
    return OrderRecord.objects.get(store=store, customer_email=SEEDS[story.seed]["person"].email)


def _set_hold(store: Store, seconds: int) -> None:
    store.hold_seconds = seconds
    store.save(update_fields=["hold_seconds"])
