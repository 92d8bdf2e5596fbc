"""Random plans, and random sequences to the end of an order: one figure from the preview to the receipt.

5,000 planner cases over the recipes of all platforms, then 200 orders a platform against its simulator.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, TypeVar

from cancellations.models import Cancellation, Preview
from cancellations.services import preview, submit
from sandbox import connections
from sandbox.benches import random_plans, sequences
from sandbox.benches.crash import work
from sandbox.benches.frame import Figure
from sandbox.benches.ground import SHOP, Ground, ground
from sandbox.world import World
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest
from stores.kernel import clock
from stores.kernel.errors import RemoteThrottled
from stores.models import Membership, OrderRecord
from stores.platforms import registry
from stores.services import orders, platform_client

T = TypeVar("T")
PLANS, SEQUENCES = (1_000, 5_000), (10, 200)  # quick, whole
TOLD = 10  # faults printed one by one, a platform


def run(quick: bool, platform: str = "") -> Iterator[Figure]:
    """Bars: no fault at all. Each of the first faults is a line of its own, with the seed that makes it again."""
    keys = [kind.key for kind in registry.all_platforms() if platform in ("", kind.key)]
    yield from plans(keys, PLANS[0 if quick else 1])
    for key in keys:
        yield from _sequences(key, SEQUENCES[0 if quick else 1])


def plans(keys: list[str], count: int) -> Iterator[Figure]:
    found: Counter[str] = Counter()
    for seed in range(count):
        kind = registry.get(keys[seed % len(keys)])
        for fault in random_plans.faults(kind, Random(seed)):
            found[kind.key] += 1
            if found[kind.key] <= TOLD:
                yield Figure("properties", f"plan {seed} of {kind.key}", fault, "fault")
    yield Figure("properties", "planner cases with a fault", sum(found.values()), "cases", {"of": count, "bar": 0})


def _sequences(key: str, count: int) -> Iterator[Figure]:
    wrong, plans, blocked = 0, 0, Counter[str]()
    with ground(key) as place, _without_waiting():
        hands = Bench(place, place.world())
        for seed in range(count):
            played = sequences.play(hands, key, Random(seed))
            plans, blocked = plans + played.plans, blocked + played.blocked
            wrong += bool(played.faults)
            if played.faults and wrong <= TOLD:
                yield Figure("properties", f"sequence {seed} of {key}", " · ".join(played.faults), "fault",
                             {"story": played.story, "order": str(played.spec)})  # fmt: skip
        hands.world.close()
    notes: dict[str, Any] = {"of": count, "plans": plans, "blocked": dict(blocked), "bar": 0}
    yield Figure("properties", f"{key}: sequences with a fault", wrong, "sequences", notes)


@contextmanager
def _without_waiting() -> Iterator[None]:
    """A second's wait for a slot is a second's travel."""
    real = clock.wait
    clock.wait = clock.travel
    try:
        yield
    finally:
        clock.wait = real


@dataclass
class Bench:
    """The hands of the bench: the clock jumps instead of waiting."""

    place: Ground
    world: World

    def __post_init__(self) -> None:
        Membership.objects.filter(person=self.place.person).update(limit_per_cancellation=None, limit_per_day=None)

    def make(self, **spec: Any) -> OrderRecord:
        made = connections.make_order(self.world, self.place.store.platform, SHOP, **spec)
        order = _patiently(lambda: platform_client.open_platform(self.place.store).read_order(made))
        return orders.save(self.place.store, order, clock.now())

    def live(self, record: OrderRecord) -> Order:
        return _patiently(lambda: orders.refresh(record))

    def preview(self, record: OrderRecord, request: CancelRequest) -> Preview:
        return _patiently(lambda: preview.make(actor=self.place.person, record=record, request=request))

    def carry_out(self, seen: Preview) -> Cancellation:
        cancellation = _patiently(lambda: submit.confirm(actor=self.place.person, seen=seen))
        work(cancellation, until=clock.now() + timedelta(hours=1))
        cancellation.refresh_from_db()
        return cancellation

    def rest(self) -> None:
        clock.travel(60)


def _patiently(act: Callable[[], T]) -> T:
    """The clock jumps to the slot."""
    while True:
        try:
            return act()
        except RemoteThrottled as exc:
            clock.travel((exc.retry_after or 1.0) + 0.001)
