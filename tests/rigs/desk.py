"""A shop whose outer world is the sandbox, in this process: from preview to receipt without a socket or a wait."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pytest
import time_machine

from cancellations.execution import executor
from cancellations.models import Cancellation, Preview, Step
from cancellations.planning.plan import Plan
from cancellations.scheduler import sweep
from cancellations.services import preview, submit
from cancellations.states import CLAIMABLE
from sandbox import connections
from sandbox.connections import open_shop
from sandbox.in_process import InProcess
from sandbox.world import World
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest
from stores.kernel import clock
from stores.kernel.errors import RemoteThrottled
from stores.models import OrderRecord, Role, Store, User
from stores.services import credentials, orders, platform_client
from tests import make

T = TypeVar("T")
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@dataclass
class Desk:
    """One shop, one person of staff, one world; `now` moves by hand."""

    world: World
    store: Store
    staff: User
    traveller: time_machine.Traveller

    def order(self, **spec: Any) -> OrderRecord:
        """Make an order in the world and copy it. Default: one paid line of three units."""
        spec.setdefault("lines", [connections.line(self.store.platform, quantity=3, price="10.00")])
        made = connections.make_order(self.world, self.store.platform, "demo", **spec)
        platform = platform_client.open_platform(self.store)
        return orders.save(self.store, self.patiently(lambda: platform.read_order(made)), clock.now())

    def live(self, record: OrderRecord) -> Order:
        return self.patiently(lambda: orders.refresh(record))

    def patiently(self, act: Callable[[], T]) -> T:
        """The clock jumps to the slot instead of waiting for it. What needs more calls than a bucket has never ends."""
        for _ in range(100):
            try:
                return act()
            except RemoteThrottled as exc:
                self.travel((exc.retry_after or 1.0) + 0.001)
        raise AssertionError("it asks for more at once than the shop's limit gives while the clock stands")

    def everything(self, record: OrderRecord, **wish: Any) -> CancelRequest:
        """All that can be cancelled."""
        lines = {line.id: line.cancellable for line in self.live(record).lines if line.cancellable}
        return CancelRequest(lines=lines, **wish)

    def some(self, record: OrderRecord, *units: int, **wish: Any) -> CancelRequest:
        """`units` of the lines, in their order; 0 leaves a line alone."""
        lines = self.live(record).lines
        wanted = {line.id: Decimal(n) for line, n in zip(lines, units, strict=False) if n}
        return CancelRequest(lines=wanted, **wish)

    def preview(self, record: OrderRecord, request: CancelRequest, *, by: User | None = None) -> Preview:
        return self.patiently(lambda: preview.make(actor=by or self.staff, record=record, request=request))

    def plan(self, record: OrderRecord, request: CancelRequest) -> Plan:
        return preview.plan_of(self.preview(record, request))

    def confirm(self, record: OrderRecord, request: CancelRequest, *, by: User | None = None) -> Cancellation:
        seen = self.preview(record, request, by=by)
        return self.patiently(lambda: submit.confirm(actor=by or self.staff, seen=seen))

    def work(self, cancellation: Cancellation, *, hours: float = 1) -> Cancellation:
        """Let the sweep do its work until nothing is due within `hours`; time jumps from one due moment to the next."""
        end = clock.now() + timedelta(hours=hours)
        for _ in range(200):
            for uuid in sweep.due_cancellations(clock.now()):
                executor.advance(uuid)
            due = self._next_due(cancellation)
            if due is None or due > end:
                break
            if due > clock.now():
                self.travel((due - clock.now()).total_seconds() + 0.001)
        cancellation.refresh_from_db()
        return cancellation

    def _next_due(self, cancellation: Cancellation) -> datetime | None:
        cancellation.refresh_from_db()
        if cancellation.state == "held":
            return cancellation.held_until
        rows = Step.objects.filter(cancellation=cancellation)
        pairs = [(step.next_attempt_at, step.lease_until) for step in rows]
        moments = [max(due, leased or due) for due, leased in pairs if due]
        if cancellation.state in ("running", "verifying"):  # a person is told when a step's clock strikes
            moments += [step.tell_at for step in rows if step.tell_at and step.state in CLAIMABLE]
        return min(moments, default=None)

    def travel(self, seconds: float) -> None:
        self.traveller.shift(timedelta(seconds=seconds))

    def count(self, kind: str) -> int:
        """How often this really happened in the world."""
        return len(self.world.effects(kind=kind))

    def steps(self, cancellation: Cancellation) -> dict[str, str]:
        return {step.kind: step.state for step in cancellation.steps.all()}


@contextmanager
def desk_on(platform: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A connected sandbox shop of this platform, without a hold; `desk.world` is the outer world."""
    with time_machine.travel(NOW, tick=False) as traveller:
        world = World.open(folder / "world.sqlite3")
        store = connected(world, platform=platform)
        staff = make.person("staff@example.com", name="Ana Duarte")
        make.membership(staff, store, Role.STAFF)
        monkeypatch.setattr(clock, "wait", lambda seconds: traveller.shift(timedelta(seconds=seconds)))
        yield Desk(world, store, staff, traveller)
        platform_client.forget_session(store.connection)
        world.close()


@pytest.fixture
def desk(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with desk_on("shopify", tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def shoplazza_desk(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with desk_on("shoplazza", tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def dropship_desk(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with desk_on("modern_dropship", tmp_path, monkeypatch) as made:
        yield made


def connected(world: World, name: str = "demo", *, platform: str = "shopify") -> Store:
    """A row for a shop of the world, reached without a socket."""
    house = open_shop(world, platform, name)
    store = make.store(
        f"Sandbox {name}", platform=platform, settings=house.settings, hold_seconds=0, currency=house.currency
    )
    store.connection.granted_scopes = list(house.scopes)
    store.connection.save()
    credentials.keep(store.connection, house.secrets)
    platform_client.session_to(store.connection).session.mount("https://", InProcess(world))
    return store


def lines_of(sheet: str) -> list[dict[str, Any]]:
    """The rows of a stored receipt."""
    with suppress(json.JSONDecodeError):
        return list(json.loads(sheet)["lines"])
    return []
