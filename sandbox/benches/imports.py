"""The first import of a shop with thousands of orders through real HTTP: the platform's limit, ours, and memory.

The simulator is a process of its own. *Share of the limit*: what was asked, of what the platform would have allowed in
the time with its saved-up burst. An import below that is bound by our own reading and saving: the share of one core
and the orders a second say how fast that is.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from sandbox import connections
from sandbox.benches.frame import Figure
from sandbox.benches.ground import SHOP, Ground, ground
from sandbox.benches.served import points, served
from sandbox.world import World
from stores.kernel import clock
from stores.models import ConnectionHealth, OrderRecord, StoreSync, SyncPhase
from stores.platforms import registry
from stores.services import sync

ORDERS = (1_000, 10_000)  # quick, whole
PAGE = os.sysconf("SC_PAGE_SIZE")


def run(quick: bool, platform: str = "") -> Iterator[Figure]:
    """Bars: every order copied, zero throttled, ≥ 95 % of the limit or bound by our saving, memory flat."""
    for kind in sorted(registry.all_platforms(), key=lambda kind: kind.key):
        if platform not in ("", kind.key):
            continue
        with ground(kind.key) as place:
            world = World.open(place.world_path)
            _fill(world, kind.key, ORDERS[0 if quick else 1])
            with served(place):
                yield from _measure(place, world)
            world.close()


def _fill(world: World, platform: str, count: int) -> None:
    if platform == "shopify":
        world.populate(SHOP, count)
    else:
        connections.of(world, platform).populate(SHOP, count)


def _measure(place: Ground, world: World) -> Iterator[Figure]:
    name, asked = place.store.platform, points(world)
    _begin(place)
    began, busy, memory = time.monotonic(), time.process_time(), [_resident()]
    while StoreSync.objects.get(store=place.store).phase != SyncPhase.FOLLOW:
        _turn(place)
        memory.append(_resident())
    wall = time.monotonic() - began
    copied = OrderRecord.objects.filter(store=place.store).count()
    cpu = time.process_time() - busy
    allowed = wall * (rate := _rate(place)) + registry.get(name).bucket_points
    throttled = sum(world.counters()["throttled"].values())
    spent, later = points(world) - asked, memory[len(memory) // 10 :]
    share = {"asked": spent, "rate": rate, "bar": 95}
    yield Figure("imports", f"{name}: orders copied", copied, "orders", {"seconds": round(wall, 1)})
    yield Figure("imports", f"{name}: our share of a core", 100 * cpu / wall, "%")
    yield Figure("imports", f"{name}: orders a second", copied / wall, "orders")
    yield Figure("imports", f"{name}: share of the limit", 100 * spent / allowed, "%", share)
    yield Figure("imports", f"{name}: throttled", throttled, "answers", {"bar": 0})
    yield Figure("imports", f"{name}: memory grown after a tenth", max(later) - later[0], "MB", {"peak": max(memory)})


def _rate(place: Ground) -> float:
    return 1 / ConnectionHealth.objects.get(connection=place.store.connection).seconds_per_point


def _begin(place: Ground) -> None:
    StoreSync.objects.filter(store=place.store).update(
        phase=SyncPhase.IMPORT, cursor="", fresh_at=None, watermark=None, next_attempt_at=clock.now()
    )


def _turn(place: Ground) -> None:
    """As the worker does, in turns of half a second so that memory is looked at on the way."""
    row = StoreSync.objects.get(store=place.store)
    ahead = (row.next_attempt_at - clock.now()).total_seconds() if row.next_attempt_at else 0
    if ahead > 0:
        clock.wait(ahead)
    usual, sync.TURN_SECONDS = sync.TURN_SECONDS, 0.5  # type: ignore[misc]
    try:
        sync.advance(place.store.uuid)
    finally:
        sync.TURN_SECONDS = usual  # type: ignore[misc]


def _resident() -> float:
    """MB of this process in memory now (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / 1e6
