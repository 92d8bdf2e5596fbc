"""The Python door: open a world, bend it, and count what happened in it.

    world = World.open("/tmp/world.sqlite3")                                # of sandbox.world: with every simulator
    made = world.make_order(lines=[Line(quantity=2)], pay="authorised")     # Shopify's, for short
    world.switch("cancel_refusals", "job"); world.fault("drop_after", on="refundCreate")
    world.advance(60); world.effects(made.id, kind="refund")

Time is the given clock plus an offset kept in the file, so every process that opened it lives at the same moment.
What is due (jobs, pending refunds, late requests) runs lazily: on each request, and whenever effects are counted.
Which platforms live in it is handed in: a world knows them by what `Simulated` says.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from sandbox.core import faults, ledger, switches
from sandbox.core.messages import Reply, Request, SimulatedShop, json_reply
from sandbox.core.store import Conversion, Store
from sandbox.core.webhooks import Outbox
from stores.kernel import clock

Body = dict[str, Any]
FIRST_ID = 900_001
LATE = "late"  # kind of the timer that holds a request whose connection died long ago


class Simulated(Protocol):
    """One platform's simulator. Its shops are called `key/name` in effects, timers and webhooks."""

    key: str
    switches: tuple[switches.Switch, ...]
    tables: str  # CREATE statements of tables beside the kit's, as core/store.py writes them

    def __init__(self, world: World) -> None: ...

    def open_shop(self, name: str, base: str) -> SimulatedShop:
        """The address and credentials that a connection form would take; base: "" = reached in process."""

    @classmethod
    def claims(cls, request: Request) -> bool:
        """Is this request meant for it, by path or by host?"""

    def operations(self, request: Request) -> tuple[str, ...]:
        """What faults call this request."""

    def reply(self, request: Request) -> Reply: ...

    def fire(self, db: sqlite3.Connection, row: sqlite3.Row) -> None:
        """Something of its own came due; `kind` of its timers begins with `key.`"""

    def hook_headers(self, row: sqlite3.Row) -> dict[str, str]:
        """Headers of one outgoing webhook, signature included."""

    def control(self, action: str, asked: dict[str, Any]) -> Any:
        """order, seed, populate or shop over HTTP. Raises KeyError for anything else."""


class World:
    def __init__(
        self,
        path: str,
        now: Callable[[], datetime] = clock.now,
        *,
        simulators: Sequence[type[Simulated]],
        conversions: Sequence[Conversion] = (),
    ) -> None:
        self.simulators: Mapping[str, type[Simulated]] = {kind.key: kind for kind in simulators}
        self.known_switches = switches.known(switch for kind in simulators for switch in kind.switches)
        self.defaults = {name: switch.default for name, switch in self.known_switches.items()}
        self.store = Store(path, "".join(kind.tables for kind in simulators), conversions)
        self.real_now = now
        self.hooks = Outbox(self.store, self.at, lambda row: self.simulator(row["shop"]).hook_headers(row))
        self.watchers: list[Callable[[Request, int, Any], None]] = []
        self.control_token: str | None = ""  # "": open, as in process; None: the control door is shut

    def close(self) -> None:
        self.store.close()

    # --- the platforms that live in it -------------------------------------------------------------
    def simulator(self, name: str) -> Simulated:
        """By its key, or by the first word of a shop (`square/demo`) or of a timer (`square.settle`); the first
        simulator for "". Raises KeyError."""
        key = name.replace("/", ".").partition(".")[0]
        return self.simulators[key or next(iter(self.simulators))](self)

    def claiming(self, request: Request) -> Simulated | None:
        """The simulator this request is meant for."""
        return next((kind(self) for kind in self.simulators.values() if kind.claims(request)), None)

    def answer(self, request: Request) -> Reply:
        """As the platform that is asked answers when it is healthy; 404 where nobody is meant."""
        simulator = self.claiming(request)
        return simulator.reply(request) if simulator else json_reply(404, {"errors": "Not Found"})

    def show(self, request: Request, status: int, payload: Any) -> None:
        """Shows a request and its answer to whoever watches."""
        for watcher in self.watchers:
            watcher(request, status, payload)

    # --- time --------------------------------------------------------------------------------------
    def now(self) -> datetime:
        return self.real_now() + timedelta(seconds=self._offset())

    def at(self) -> float:
        return self.real_now().timestamp() + self._offset()

    def advance(self, seconds: float) -> None:
        """Moves the world's clock and runs what came due on the way."""
        with self.store.write():
            self.put("offset", float(self.meta("offset", 0.0)) + seconds)
        self.tick()

    def tick(self) -> None:
        """Runs what is due, in the order in which it was due, each at its own time. Cheap when nothing is."""
        while row := self._next_due():
            with self.store.write() as db:  # another process may be faster
                is_ours = bool(db.execute("DELETE FROM timers WHERE id = ?", (row["id"],)).rowcount)
                if is_ours and row["kind"] != LATE:
                    self.simulator(row["kind"]).fire(db, row)
            if is_ours and row["kind"] == LATE:
                kept = json.loads(row["body"])
                self.answer(Request(**{**kept, "body": kept["body"].encode()}))

    def _next_due(self) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self.store.db.execute(
            "SELECT * FROM timers WHERE due <= ? ORDER BY due, id LIMIT 1", (self.at(),)
        ).fetchone()
        return found

    def land_later(self, request: Request, seconds: float) -> None:
        """Its connection is dead; it arrives all the same, `seconds` from now."""
        with self.store.write() as db:
            db.execute(
                "INSERT INTO timers (due, kind, shop, body) VALUES (?, ?, '', ?)",
                (self.at() + seconds, LATE, json.dumps(request.as_dict())),
            )

    def _offset(self) -> float:
        rows = self.store.db.execute(
            "SELECT (SELECT value FROM meta WHERE key = 'offset'), (SELECT value FROM switches WHERE name = 'clock')"
        ).fetchone()
        return float(rows[0] or 0.0) + switches.CLOCK_SKEW_SECONDS[rows[1] or "true"]

    # --- small state ---------------------------------------------------------------------------------
    def meta(self, key: str, default: Any) -> Any:
        row = self.store.db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else default

    def put(self, key: str, value: Any) -> None:
        self.store.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def next_id(self, db: sqlite3.Connection, count: int = 1) -> int:
        """Reserves `count` ids and returns the first."""
        db.execute("INSERT OR IGNORE INTO meta VALUES ('seq', ?)", (FIRST_ID,))
        row = db.execute("UPDATE meta SET value = value + ? WHERE key = 'seq' RETURNING value", (count,)).fetchone()
        return int(row[0]) - count

    def switch(self, name: str, value: object) -> None:
        """Raises ValueError for an unknown switch or setting."""
        switches.check(self.known_switches, name, str(value))
        with self.store.write() as db:
            db.execute("INSERT OR REPLACE INTO switches VALUES (?, ?)", (name, str(value)))

    def load_switches(self, path: str | Path) -> dict[str, str]:
        """Sets what `manage.py conform` found: JSON with `switches`, name to setting. All of them, or none.

        Raises OSError, and ValueError for no such file, an unknown switch or setting.
        """
        told = json.loads(Path(path).read_text())
        wanted = told.get("switches") if isinstance(told, dict) else None
        if not isinstance(wanted, dict):
            raise ValueError(f"{path} names no switches")
        for name, value in wanted.items():
            switches.check(self.known_switches, name, str(value))
        for name, value in wanted.items():
            self.switch(name, value)
        return wanted

    def switches(self) -> dict[str, str]:
        """Every switch and where it stands."""
        return self.defaults | {row[0]: row[1] for row in self.store.db.execute("SELECT * FROM switches")}

    def fault(self, name: str, *, on: str = "*", times: int = 1, skip: int = 0, **detail: Any) -> None:
        """Arms a fault for the next `times` requests of operation `on` ("*": any), after letting `skip` pass."""
        faults.arm(self.store, name, on=on, times=times, skip=skip, detail=detail)

    def spend_fault(self, name: str, *operations: str) -> faults.Fault | None:
        """Takes an armed fault of this name for one of these operations, if there is one."""
        return faults.spend(self.store, operations, {name})

    def clear_faults(self) -> None:
        with self.store.write() as db:
            db.execute("DELETE FROM faults")

    def reset(self) -> None:
        """An empty world again: no orders, no effects, switches at their defaults."""
        self.store.empty()

    # --- counting ------------------------------------------------------------------------------------
    def effects(
        self, order_id: str | int | None = None, kind: str | None = None, shop: str | None = None
    ) -> list[ledger.Effect]:
        """What really happened, in order; runs what is due first."""
        self.tick()
        return ledger.effects(self.store.db, order_id=order_id, kind=kind, shop=shop)

    def count(self, name: str, operation: str, by: float = 1) -> None:
        self.store.count(name, operation, by)

    def counters(self) -> dict[str, dict[str, float]]:
        """{"requests" | "throttled" | "cost" | "faults": {operation: number}}"""
        found: dict[str, dict[str, float]] = {"requests": {}, "throttled": {}, "cost": {}, "faults": {}}
        for row in self.store.db.execute("SELECT * FROM counters"):
            found.setdefault(row["name"], {})[row["operation"]] = row["value"]
        return found
