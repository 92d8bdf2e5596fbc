"""Many cancellations of 3-line orders through real HTTP: how close to the platform's limit, what one costs.

The simulator is a process of its own; the workers are threads of this one, so that its CPU time is theirs.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from typing import TypeVar

from django.conf import settings
from django.db import connection, connections

from cancellations.benches.frame import Figure
from cancellations.benches.ground import SHOP, Ground, ground
from cancellations.execution import executor, sweep
from cancellations.models import Cancellation
from cancellations.services import preview, submit
from stores.canonical.request import CancelRequest
from stores.kernel import clock
from stores.kernel.errors import RemoteThrottled
from stores.models import AuditEvent, StoreHealth
from stores.sandbox.shopify.spec import Line
from stores.sandbox.world import World
from stores.services import orders, reach

T = TypeVar("T")
THREADS = 4
PLAN = "plus"  # 1,000 points a second


def run(quick: bool, cancellations: int = 0) -> Iterator[Figure]:
    """Bars: ≥ 95 % of the limit, zero throttled, ≤ 250 points and ≤ 60 ms CPU a cancellation."""
    count = cancellations or (100 if quick else 1000)
    with ground() as place, served(place):
        world = World.open(place.world_path)
        world.switch("limit", PLAN)
        made = _confirmed(place, world, count)
        yield from _measure(place, world, made)
        world.close()


@contextmanager
def served(place: Ground) -> Iterator[None]:
    """The simulator over HTTP, on a port of its own."""
    port = free_port()
    settings.SANDBOX_URL = f"http://127.0.0.1:{port}"
    command = [sys.executable, "manage.py", "sandbox", "serve", "--port", str(port), "--world", str(place.world_path)]
    server = subprocess.Popen(command, cwd=settings.BASE_DIR)  # noqa: S603  our own command
    try:
        wait_for(port)
        place.store.settings = {"shop": SHOP, "base_url": f"{settings.SANDBOX_URL}/shopify/{SHOP}"}
        place.store.save()
        reach.forget_way(place.store)
        yield
    finally:
        server.terminate()
        server.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Until somebody listens there; at most 30 s."""
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        clock.wait(0.1)
    raise TimeoutError(f"nobody listens on {port}")


def _confirmed(place: Ground, world: World, count: int) -> list[str]:
    """Made, read, previewed and confirmed; the points of confirming count, those of looking before do not."""
    return [_one(place, world) for _ in range(count)]


def _one(place: Ground, world: World) -> str:
    lines = [Line(title=f"Tube {n}", sku=f"T-{n}", quantity=2, price="4.50") for n in range(3)]
    made = world.make_order(SHOP, lines=lines)
    order = _patiently(lambda: reach.open_platform(place.store).read_order(made.id))
    record = orders.save(place.store, order, clock.now())
    request = CancelRequest(lines={line.id: Decimal(1) for line in order.lines})
    seen = _patiently(lambda: preview.make(actor=place.person, record=record, request=request, order=order))
    before = _points(world)
    cancellation = _patiently(lambda: submit.confirm(actor=place.person, seen=seen))
    _confirm_points.append(_points(world) - before)
    return str(cancellation.uuid)


_confirm_points: list[float] = []


def _patiently(act: Callable[[], T]) -> T:

    while True:
        try:
            return act()
        except RemoteThrottled as exc:
            clock.wait(exc.retry_after or 0.1)


def _points(world: World) -> float:
    return sum(world.counters()["cost"].values())


def _measure(place: Ground, world: World, made: list[str]) -> Iterator[Figure]:
    count = len(made)
    start = _Start(world)
    _work(made)
    wall, cpu = time.monotonic() - start.wall, time.process_time() - start.cpu
    points = _points(world) - start.points
    calls = sum(world.counters()["requests"].values()) - start.calls
    rate = StoreHealth.objects.get(store=place.store).seconds_per_point
    possible = wall / rate
    done = Cancellation.objects.filter(uuid__in=made, state="done", differs=False).count()
    confirm = sum(_confirm_points) / max(len(_confirm_points), 1)
    yield Figure("execute", "done without a difference", done, "cancellations", {"of": count})
    yield Figure("execute", "share of the limit", 100 * points / possible, "%", {"bar": 95, "points": points})
    yield Figure("execute", "throttled", sum(world.counters()["throttled"].values()), "answers", {"bar": 0})
    yield Figure(
        "execute", "points a cancellation", confirm + points / count, "points", {"bar": 250, "confirm": confirm}
    )
    yield Figure("execute", "calls a cancellation", calls / count, "calls")
    yield Figure("execute", "worker CPU a cancellation", 1000 * cpu / count, "ms", {"bar": 60})
    yield Figure("execute", "wall a cancellation", 1000 * wall / count, "ms")
    yield Figure(
        "execute", "audit appends a cancellation", (AuditEvent.objects.count() - start.audit) / count, "events"
    )


class _Start:
    def __init__(self, world: World) -> None:
        self.points = _points(world)
        self.calls = sum(world.counters()["requests"].values())
        self.audit = AuditEvent.objects.count()
        self.cpu = time.process_time()
        self.wall = time.monotonic()


def _work(made: list[str]) -> None:
    """As the worker does: the sweep rings, four threads answer, until all are finished."""
    with ThreadPoolExecutor(THREADS) as pool:
        while True:
            due = sweep.due_cancellations(clock.now())
            list(pool.map(_advance, due))
            open_ones = Cancellation.objects.filter(uuid__in=made[-500:], finished_at=None).exists()
            if not due and not open_ones and not Cancellation.objects.filter(finished_at=None).exists():
                return
            if not due:
                clock.wait(0.05)
    connection.close()


def _advance(uuid: str) -> None:
    try:
        executor.advance(uuid)
    finally:
        connections.close_all()
