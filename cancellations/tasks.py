"""Celery tasks of the top floor. Tasks take uuids and call one service; each is safe to run twice."""

from __future__ import annotations

from celery import shared_task

from cancellations.execution import executor, leases, mirrored_orders
from cancellations.intake import inbox
from cancellations.scheduler import nightly as second_look
from cancellations.scheduler import sweep, watchdog
from notifications import sender
from stores.kernel import clock


@shared_task(name="cancellations.advance", acks_late=True, ignore_result=True)
def advance(cancellation_uuid: str) -> None:
    """Carry a cancellation as far as it can go now."""
    executor.advance(cancellation_uuid)


@shared_task(name="cancellations.sweep", ignore_result=True)
def run_sweep() -> None:
    """Every 2 seconds: ring for what is due. No message expires, by whose clock would it? A pile of old ones is one."""
    now = clock.now()
    if watchdog.seen(now):
        sweep.run(now)
        inbox.tidy(now)


@shared_task(name="notifications.deliver", acks_late=True, ignore_result=True)
def deliver(delivery_uuid: str) -> None:
    sender.deliver(delivery_uuid, worker=leases.me())


@shared_task(name="cancellations.reread", acks_late=True, ignore_result=True)
def reread(cancellation_uuid: str) -> None:
    """The nightly second look at one order we acted on."""
    second_look.look(cancellation_uuid)


@shared_task(name="cancellations.watch_copy", acks_late=True, ignore_result=True)
def watch_copy(watch_uuid: str) -> None:
    """One look at the same order in another shop."""
    mirrored_orders.look(watch_uuid)


@shared_task(name="cancellations.read_inbox", acks_late=True, ignore_result=True)
def read_inbox(pk: int) -> None:
    """Read what a webhook pointed at."""
    inbox.handle(pk)
