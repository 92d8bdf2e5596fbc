"""Work beside people: cancellations of a shop whose rate limit two people at its pages use up.

Before work had a share of its own, people who read without a pause left it 3 of 100 cancellations in six minutes; now
all, in four.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connections

from cancellations.execution import executor
from cancellations.models import Cancellation
from cancellations.scheduler import sweep
from sandbox.benches import execute
from sandbox.benches.frame import Figure, spread
from sandbox.benches.ground import ground, patiently
from sandbox.benches.served import points, served
from sandbox.world import World
from stores.kernel import clock
from stores.kernel.errors import RemoteError, RemoteThrottled
from stores.models import OrderRecord
from stores.services import orders, platform_client

PEOPLE = 2
SECONDS = {True: 60, False: 360}
COUNT = {True: 30, False: 100}


def run(quick: bool, cancellations: int = 0) -> Iterator[Figure]:
    """Bars: work gets at least 40 % of the points; a person's slot within about a second and a half (p50)."""
    count = cancellations or COUNT[quick]
    with ground("shopify") as place, served(place):
        world = World.open(place.world_path)
        world.switch("limit", "plus")
        execute._confirmed(place, world, count)
        world.switch("limit", "standard")
        platform_client.forget_session(place.store.connection)
        patiently(lambda: orders.refresh(OrderRecord.objects.latest("pk")))  # the first answer tells the smaller bucket
        spent, throttled = points(world), _throttled(world)
        people = _side_by_side(SECONDS[quick])
        yield from _figures(count, people)
        yield Figure("share", "throttled by the platform", _throttled(world) - throttled, "answers", {"bar": 0})
        yield Figure("share", "points spent in all", points(world) - spent, "points")
        world.close()


def _throttled(world: World) -> float:
    return sum(world.counters()["throttled"].values())


@dataclass
class Seen:
    """By people: how long each waited for an order to be read, and how often they were told to come again."""

    seconds: list[float] = field(default_factory=list)
    turned_away: int = 0


def _side_by_side(seconds: float) -> Seen:
    end, seen = time.monotonic() + seconds, Seen()
    with ThreadPoolExecutor(execute.THREADS) as workers, ThreadPoolExecutor(PEOPLE) as people:
        readers = [people.submit(_read, end, seen) for _ in range(PEOPLE)]
        _work(workers, end)
        for reader in readers:
            reader.result()
    return seen


def _read(end: float, seen: Seen) -> None:
    """One person opens one order after the other, as a page does."""
    try:
        records = list(OrderRecord.objects.select_related("store").order_by("pk"))
        while time.monotonic() < end:
            for record in records:
                _open(record, end, seen)
    finally:
        connections.close_all()


def _open(record: OrderRecord, end: float, seen: Seen) -> None:
    began = time.monotonic()
    while time.monotonic() < end:
        try:
            orders.refresh(record, read_timeout=settings.PAGE_READ_TIMEOUT_SECONDS)
        except RemoteThrottled as exc:
            seen.turned_away += 1
            clock.wait(min(exc.retry_after or 1.0, 2.0))
        except RemoteError:
            clock.wait(1.0)
        else:
            seen.seconds.append(time.monotonic() - began)
            return


def _work(pool: ThreadPoolExecutor, end: float) -> None:
    """As the worker does: a sweep every two seconds rings for what is due."""
    at_work: dict[str, Future[None]] = {}
    while time.monotonic() < end and Cancellation.objects.filter(finished_at=None).exists():
        at_work = {uuid: future for uuid, future in at_work.items() if not future.done()}
        for uuid in sweep.due_cancellations(clock.now()):
            if uuid not in at_work:
                at_work[uuid] = pool.submit(_advance, uuid, end)
        clock.wait(settings.SWEEP_SECONDS)
    for future in at_work.values():
        future.cancel()


def _advance(uuid: str, end: float) -> None:
    try:
        if time.monotonic() < end:
            executor.advance(uuid)
    finally:
        connections.close_all()


def _figures(count: int, people: Seen) -> Iterator[Figure]:
    done = Cancellation.objects.filter(state="done", differs=False).count()
    last = Cancellation.objects.exclude(finished_at=None).order_by("-finished_at").first()
    yield Figure("share", "done beside two people", done, "cancellations", {"of": count})
    if last and last.finished_at:
        yield Figure("share", "last one done after", (last.finished_at - last.created_at).total_seconds(), "s")
    yield Figure("share", "asking a person", Cancellation.objects.filter(state="needs_operator").count(), "items")
    yield Figure("share", "orders people read", len(people.seconds), "orders", {"turned_away": people.turned_away})
    if people.seconds:
        yield from spread("share", "a person's order read", people.seconds)
