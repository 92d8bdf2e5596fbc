"""Many cancellations of 3-line orders through real HTTP: how close to the platform's limit, what one costs.

The simulator is a process of its own; the workers are threads of this one, so that its CPU time is theirs.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from decimal import Decimal
from multiprocessing import get_context

from django.db import connection, connections

from cancellations.execution import executor
from cancellations.models import Cancellation
from cancellations.scheduler import sweep
from cancellations.services import preview, submit
from sandbox import connections as sandbox_connections
from sandbox.benches.frame import Figure, stopwatch
from sandbox.benches.ground import SHOP, Ground, ground, patiently
from sandbox.benches.served import points, served
from sandbox.world import World
from stores.canonical.request import CancelRequest
from stores.kernel import clock
from stores.models import AuditEvent, ConnectionHealth
from stores.services import orders, platform_client

THREADS = 4
PLAN = "plus"  # 1,000 points a second


COUNTS = {  # quick, whole
    "shopify": (100, 1000),
    "shoplazza": (10, 60),
    "modern_dropship": (10, 60),
    "woocommerce": (10, 60),
    "magento": (10, 60),
    "bigcommerce": (10, 60),
    "square": (10, 60),
}


def run(quick: bool, cancellations: int = 0, platform: str = "", processes: int = 0) -> Iterator[Figure]:
    """Bars: ≥ 95 % of the limit, zero throttled; Shopify ≤ 250 points and ≤ 40 ms CPU a cancellation.

    Shoplazza ≤ 8 calls, Modern Dropship ≤ 2 + 2 per line. processes: Shopify without a limit, ≥ 64 a second by two.
    """
    if processes:
        yield from _unlimited(cancellations or COUNTS["shopify"][0 if quick else 1], processes)
        return
    for key, counts in COUNTS.items():
        if key != (platform or ("shopify" if cancellations else key)):
            continue
        with ground(key) as place, served(place):
            world = World.open(place.world_path)
            world.switch("limit", PLAN)
            made = _confirmed(place, world, cancellations or counts[0 if quick else 1])
            yield from _measure(place, world, made)
            world.close()


def _unlimited(count: int, processes: int) -> Iterator[Figure]:
    with ground("shopify") as place, served(place):
        world = World.open(place.world_path)
        world.switch("limit", "endless")
        made = _confirmed(place, world, count)
        world.close()
        connections.close_all()
        platform_client.forget_session(place.store.connection)
        with stopwatch() as seconds, ProcessPoolExecutor(processes, mp_context=get_context("fork")) as workers:
            cpu = sum(workers.map(_share_of_work, [made[n::processes] for n in range(processes)]))
        done = Cancellation.objects.filter(uuid__in=made, state="done", differs=False).count()
        yield Figure("execute", "unlimited: done without a difference", done, "cancellations", {"of": count})
        yield Figure("execute", "unlimited: worker CPU a cancellation", 1000 * cpu / count, "ms", {"bar": 40})
        notes = {"bar": 64, "processes": processes}
        yield Figure("execute", "unlimited: cancellations a second", count / seconds(), "per second", notes)


def _share_of_work(mine: list[str]) -> float:
    """In a worker process of its own: until its cancellations are finished; the seconds of CPU it took."""
    began = time.process_time()
    _work(mine, only=True)
    return time.process_time() - began


def _confirmed(place: Ground, world: World, count: int) -> list[str]:
    """Made, read, previewed and confirmed; the points of confirming count, those of looking before do not."""
    return [_one(place, world) for _ in range(count)]


def _one(place: Ground, world: World) -> str:
    """An order of three lines; a unit of each is cancelled (on Modern Dropship: two of the lines)."""
    platform = place.store.platform
    lines = [
        sandbox_connections.line(platform, title=f"Tube {n}", sku=f"T-{n}", quantity=2, price="4.50") for n in range(3)
    ]
    made = sandbox_connections.make_order(world, platform, SHOP, lines=lines)
    order = patiently(lambda: platform_client.open_platform(place.store).read_order(made))
    record = orders.save(place.store, order, clock.now())
    chosen = order.lines[:2] if platform == "modern_dropship" else order.lines
    keep = frozenset(line.id for line in chosen) if platform == "modern_dropship" else frozenset()
    request = CancelRequest(lines={line.id: Decimal(1) for line in chosen}, keep_stock=keep)
    seen = patiently(lambda: preview.make(actor=place.person, record=record, request=request, order=order))
    before = points(world)
    cancellation = patiently(lambda: submit.confirm(actor=place.person, seen=seen))
    _confirm_points.append(points(world) - before)
    return str(cancellation.uuid)


_confirm_points: list[float] = []


def _measure(place: Ground, world: World, made: list[str]) -> Iterator[Figure]:
    count, name = len(made), place.store.platform
    start = _Start(world)
    _work(made)
    wall, cpu = time.monotonic() - start.wall, time.process_time() - start.cpu
    spent = points(world) - start.points
    calls = sum(world.counters()["requests"].values()) - start.calls
    rate = ConnectionHealth.objects.get(connection=place.store.connection).seconds_per_point
    possible = wall / rate
    done = Cancellation.objects.filter(uuid__in=made, state="done", differs=False).count()
    confirm = sum(_confirm_points) / max(len(_confirm_points), 1)
    _confirm_points.clear()
    yield Figure("execute", f"{name}: done without a difference", done, "cancellations", {"of": count})
    yield Figure("execute", f"{name}: share of the limit", 100 * spent / possible, "%", {"bar": 95, "points": spent})
    yield Figure("execute", f"{name}: throttled", sum(world.counters()["throttled"].values()), "answers", {"bar": 0})
    yield Figure(
        "execute", "points a cancellation", confirm + spent / count, "points", {"bar": 250, "confirm": confirm}
    )
    yield Figure("execute", f"{name}: calls a cancellation", calls / count, "calls")
    yield Figure("execute", f"{name}: worker CPU a cancellation", 1000 * cpu / count, "ms", {"bar": 40})
    yield Figure("execute", f"{name}: wall a cancellation", 1000 * wall / count, "ms")
    yield Figure(
        "execute", "audit appends a cancellation", (AuditEvent.objects.count() - start.audit) / count, "events"
    )


class _Start:
    def __init__(self, world: World) -> None:
        self.points = points(world)
        self.calls = sum(world.counters()["requests"].values())
        self.audit = AuditEvent.objects.count()
        self.cpu = time.process_time()
        self.wall = time.monotonic()


def _work(made: list[str], *, only: bool = False) -> None:
    """As the worker does: the sweep rings, four threads answer, until all are finished. only: nothing but these."""
    mine = set(made)
    with ThreadPoolExecutor(THREADS) as pool:
        while True:
            due = [uuid for uuid in sweep.due_cancellations(clock.now()) if not only or uuid in mine]
            list(pool.map(_advance, due))
            open_ones = Cancellation.objects.filter(finished_at=None).values_list("uuid", flat=True)
            if not due and not any(not only or str(uuid) in mine for uuid in open_ones):
                return
            if not due:
                clock.wait(0.05)
    connection.close()


def _advance(uuid: str) -> None:
    try:
        executor.advance(uuid)
    finally:
        connections.close_all()
