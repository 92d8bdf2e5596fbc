"""The door for Python: open a world, fill it, bend it, and count what happened in it.

    world = World.open("/tmp/world.sqlite3")
    made = world.make_order(lines=[Line(quantity=2)], pay="authorised")
    world.switch("cancel_refusals", "job"); world.fault("drop_after", on="refundCreate")
    world.advance(60); world.effects(made.id, kind="refund")

Time is the given clock plus an offset kept in the file, so every process that opened it lives at the same moment.
What is due (jobs, pending refunds, late requests) runs lazily: on each request, and whenever effects are counted.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.core import faults, ledger, switches
from sandbox.core.messages import Request
from sandbox.core.store import TABLES, Store
from sandbox.platforms.modern_dropship.simulator import ModernDropshipSimulator
from sandbox.platforms.shopify import shops
from sandbox.platforms.shopify.answer import Question
from sandbox.platforms.shopify.webhooks import Hooks
from sandbox.platforms.shoplazza.simulator import ShoplazzaSimulator
from stores.kernel import clock

if TYPE_CHECKING:
    from sandbox.platforms.shopify.staff import Staff

Body = dict[str, Any]
FIRST_ID = 900_001


@dataclass(frozen=True)
class Exchange:
    """One GraphQL request and its answer, for whoever watches."""

    operation: str
    query: str
    variables: Mapping[str, Any]
    answer: Mapping[str, Any]
    version: str


class World:
    def __init__(self, path: str, now: Callable[[], datetime] = clock.now) -> None:
        self.store = Store(path)
        self.real_now = now
        self.hooks = Hooks(self)
        self.watchers: list[Callable[[Exchange], None]] = []
        self.rest_watchers: list[Callable[[Request, int, Any], None]] = []
        self.control_token: str | None = ""  # "": open, as in process; None: the control door is shut
        if self.shop("demo") is None:
            self.add_shop("demo")

    @classmethod
    def open(cls, path: object, now: Callable[[], datetime] = clock.now) -> World:
        """Opens the file, making an empty world with one shop (`demo`, USD) when there is none."""
        return cls(str(path), now)

    def close(self) -> None:
        self.store.close()

    # --- time --------------------------------------------------------------------------------------
    def now(self) -> datetime:
        return self.real_now() + timedelta(seconds=self._offset())

    def at(self) -> float:
        return self.real_now().timestamp() + self._offset()

    def advance(self, seconds: float) -> None:
        """Moves the world's clock and runs what came due on the way."""
        with self.store.write():
            self._put("offset", float(self._meta("offset", 0.0)) + seconds)
        self.tick()

    def tick(self) -> None:
        """Runs what is due."""
        from sandbox.platforms.shopify import timers  # the handlers need a world

        timers.run_due(self)

    def _offset(self) -> float:
        rows = self.store.db.execute(
            "SELECT (SELECT value FROM meta WHERE key = 'offset'), (SELECT value FROM switches WHERE name = 'clock')"
        ).fetchone()
        return float(rows[0] or 0.0) + switches.CLOCK_SKEW_SECONDS[rows[1] or "true"]

    # --- small state ---------------------------------------------------------------------------------
    def _meta(self, key: str, default: Any) -> Any:
        row = self.store.db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else default

    def _put(self, key: str, value: Any) -> None:
        self.store.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def next_id(self, db: sqlite3.Connection, count: int = 1) -> int:
        """Reserves `count` ids and returns the first."""
        db.execute("INSERT OR IGNORE INTO meta VALUES ('seq', ?)", (FIRST_ID,))
        row = db.execute("UPDATE meta SET value = value + ? WHERE key = 'seq' RETURNING value", (count,)).fetchone()
        return int(row[0]) - count

    def switch(self, name: str, value: object) -> None:
        """Raises ValueError for an unknown switch or setting."""
        switches.check(name, str(value))
        with self.store.write() as db:
            db.execute("INSERT OR REPLACE INTO switches VALUES (?, ?)", (name, str(value)))

    def switches(self) -> dict[str, str]:
        """Every switch and where it stands."""
        return switches.defaults() | {row[0]: row[1] for row in self.store.db.execute("SELECT * FROM switches")}

    def fault(self, name: str, *, on: str = "*", times: int = 1, skip: int = 0, **detail: Any) -> None:
        """Arms a fault for the next `times` requests of operation `on` ("*": any), after letting `skip` pass."""
        faults.arm(self, name, on=on, times=times, skip=skip, detail=detail)

    def spend_fault(self, name: str, operation: str) -> bool:
        """Takes an armed fault of this name for this operation, if there is one."""
        return faults.spend(self, (operation,), {name}) is not None

    def land_late(self, kept: Mapping[str, Any], timer: int) -> None:
        """A request whose connection died long ago arrives now."""
        from sandbox.core import router  # the door knows the world

        with self.store.write() as db:
            if not db.execute("DELETE FROM timers WHERE id = ?", (timer,)).rowcount:
                return
        router.plain(self, router.Request(**{**kept, "body": kept["body"].encode()}))

    def tell(self, asked: Question, payload: Mapping[str, Any]) -> None:
        """Shows an exchange to whoever watches."""
        if self.watchers:
            seen = Exchange(asked.names[0], asked.query, asked.variables, payload, asked.version)
            for watcher in self.watchers:
                watcher(seen)

    def show(self, request: Request, status: int, payload: Any) -> None:
        """As `tell`, for REST: the request itself and what was answered."""
        for watcher in self.rest_watchers:
            watcher(request, status, payload)

    def clear_faults(self) -> None:
        with self.store.write() as db:
            db.execute("DELETE FROM faults")

    # --- shops and orders ----------------------------------------------------------------------------
    def add_shop(self, name: str, **changes: Any) -> Body:
        """Opens a shop, or changes one: currency, scopes, locations, static_token, client_id, secret, ..."""
        with self.store.write() as db:
            row = db.execute("SELECT body FROM shops WHERE name = ?", (name,)).fetchone()
            body = (json.loads(row[0]) if row else shops.fresh(name)) | changes
            db.execute("INSERT OR REPLACE INTO shops VALUES (?, ?)", (name, json.dumps(body)))
        return body

    def shop(self, name: str) -> Body | None:
        row = self.store.db.execute("SELECT body FROM shops WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def make_order(self, shop: str = "demo", **spec: Any) -> shops.Made:
        """One order by keyword; see shopify/spec.py for the words."""
        return shops.make_order(self, shop, **spec)

    def seed(self, *names: str) -> dict[str, shops.Made]:
        """The named seed orders, all of them when none is named; their shops are opened as needed."""
        from sandbox.platforms.shopify.seeds import plant  # the makers of orders need a world

        return plant(self, names)

    def populate(self, shop: str = "demo", count: int = 300, seed: int = 1) -> list[str]:
        """Believable orders in bulk; returns their gids. The same seed makes the same orders."""
        from sandbox.platforms.shopify.populate import fill  # the makers of orders need a world

        return fill(self, shop, count, seed)

    @property
    def shoplazza(self) -> ShoplazzaSimulator:
        """The same world's Shoplazza shops: make_order, seed, populate, order, staff, stock."""
        return ShoplazzaSimulator(self)

    @property
    def modern_dropship(self) -> ModernDropshipSimulator:
        """The same world's Modern Dropship accounts, in the same words."""
        return ModernDropshipSimulator(self)

    def order(self, order_id: str | int) -> Body:
        """The raw body of an order, for tests that look behind the API. Raises KeyError."""
        self.tick()
        digits = int(str(order_id).rsplit("/", 1)[-1])
        row = self.store.db.execute("SELECT body FROM orders WHERE id = ?", (digits,)).fetchone()
        if row is None:
            raise KeyError(order_id)
        found: Body = json.loads(row[0])
        return found

    def staff(self, order_id: str) -> Staff:
        """Somebody in the platform's own desk, acting on this order behind our back. Raises KeyError."""
        from sandbox.platforms.shopify.staff import Staff  # acts on a world

        return Staff(self, order_id)

    def reset(self) -> None:
        """An empty world again: no orders, no effects, switches at their defaults, one shop."""
        with self.store.write() as db:
            for table in TABLES:
                db.execute(f"DELETE FROM {table}")
        self.add_shop("demo")

    # --- counting ------------------------------------------------------------------------------------
    def effects(
        self, order_id: str | int | None = None, kind: str | None = None, shop: str | None = None
    ) -> list[ledger.Effect]:
        """What really happened, in order; runs what is due first."""
        self.tick()
        return ledger.effects(self.store.db, order_id=order_id, kind=kind, shop=shop)

    def stock(self, item: str | int, location: int, shop: str = "demo") -> dict[str, int]:
        """{available, committed, on_hand} of an inventory item at a location; zeros when never stocked."""
        row = self.store.db.execute(
            "SELECT available, committed, on_hand FROM levels WHERE shop = ? AND item = ? AND location = ?",
            (shop, int(str(item).rsplit("/", 1)[-1]), location),
        ).fetchone()
        return dict(row) if row else {"available": 0, "committed": 0, "on_hand": 0}

    def count(self, name: str, operation: str, by: float = 1) -> None:
        self.store.db.execute(
            "INSERT INTO counters VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value",
            (name, operation, by),
        )

    def counters(self) -> dict[str, dict[str, float]]:
        """{"requests" | "throttled" | "cost" | "faults": {operation: number}}"""
        told: dict[str, dict[str, float]] = {"requests": {}, "throttled": {}, "cost": {}, "faults": {}}
        for row in self.store.db.execute("SELECT * FROM counters"):
            told.setdefault(row["name"], {})[row["operation"]] = row["value"]
        return told

    def on_exchange(self, callback: Callable[[Exchange], None]) -> None:
        """Called with every GraphQL exchange of this process."""
        self.watchers.append(callback)
