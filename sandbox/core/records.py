"""One request's hold on a simulated platform's records: its shop, the time, the switches, and what is told of effects.

A record is JSON of one kind (order, refund, product…) in one shop; the version before the last write stays for stale
reads. `at`: seconds, what listings are sorted and filtered by.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sandbox.core.faults import Fault
from sandbox.core.messages import compact
from sandbox.core.world import World

Body = dict[str, Any]
REORDER_SECONDS = 3.0


class Session:
    """Lives inside one transaction of the world. shop: the shop's own record; version: of the API that is asked."""

    def __init__(
        self, world: World, db: sqlite3.Connection, key: str, shop: Body, *, request: str = "", version: str = ""
    ) -> None:
        self.world = world
        self.db = db
        self.key = key
        self.shop = shop
        self.request = request
        self.version = version
        self.at = world.at()
        self.is_stale = False
        self.switches = world.switches()

    @property
    def name(self) -> str:
        """As effects, webhooks and timers name the shop: `woocommerce/demo`."""
        return f"{self.key}/{self.shop['name']}"

    def switch(self, name: str) -> str:
        """This platform's own switch, else one of the whole world."""
        return self.switches.get(f"{self.key}_{name}") or self.switches[name]

    def number(self) -> int:
        """An id nobody had before, in the whole world."""
        return self.world.next_id(self.db)

    # --- records ---------------------------------------------------------------------------------
    def get(self, kind: str, ident: object) -> Body | None:
        row = self.db.execute(
            "SELECT body, previous FROM records WHERE shop = ? AND kind = ? AND id = ?", (self.name, kind, str(ident))
        ).fetchone()
        chosen = row and ((row["previous"] if self.is_stale else None) or row["body"])
        return json.loads(chosen) if chosen else None

    def require(self, kind: str, ident: object, no: Exception) -> Body:
        """As `get`; raises `no` where there is none."""
        found = self.get(kind, ident)
        if found is None:
            raise no
        return found

    def put(self, kind: str, ident: object, body: Body, *, parent: object = "", at: float | None = None) -> None:
        """Makes the record or writes over it; `at`: when it changed, now unless told. `parent` stays as first said."""
        self.db.execute(
            "INSERT INTO records (shop, kind, id, parent, at, body) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET previous = body, body = excluded.body, at = excluded.at",
            (self.name, kind, str(ident), str(parent), self.at if at is None else at, json.dumps(body)),
        )

    def drop(self, kind: str, ident: object) -> bool:
        """False when there was none."""
        gone = self.db.execute(
            "DELETE FROM records WHERE shop = ? AND kind = ? AND id = ?", (self.name, kind, str(ident))
        )
        return bool(gone.rowcount)

    def of(self, kind: str, parent: object) -> list[Body]:
        """The records of one parent, in the order they were made."""
        rows = self.db.execute(
            "SELECT body FROM records WHERE shop = ? AND kind = ? AND parent = ? ORDER BY rowid",
            (self.name, kind, str(parent)),
        )
        return [json.loads(row[0]) for row in rows]

    def count(self, kind: str) -> int:
        row = self.db.execute("SELECT COUNT(*) FROM records WHERE shop = ? AND kind = ?", (self.name, kind)).fetchone()
        return int(row[0])

    def all(self, kind: str) -> Iterator[Body]:
        """Every record, longest unchanged first."""
        rows = self.db.execute(
            "SELECT body FROM records WHERE shop = ? AND kind = ? ORDER BY at, rowid", (self.name, kind)
        )
        return (json.loads(row[0]) for row in rows.fetchall())

    def page(
        self,
        kind: str,
        *,
        since: float | None = None,
        until: float | None = None,
        offset: int = 0,
        limit: int = 50,
        newest_first: bool = False,
    ) -> tuple[list[Body], int]:
        """One page by time of change, and how many there are in all: quick for thousands of records."""
        where = "shop = ?1 AND kind = ?2 AND (?3 IS NULL OR at >= ?3) AND (?4 IS NULL OR at <= ?4)"
        words = (self.name, kind, since, until)
        total = int(self.db.execute(f"SELECT COUNT(*) FROM records WHERE {where}", words).fetchone()[0])
        way = "DESC" if newest_first else "ASC"
        rows = self.db.execute(
            f"SELECT body FROM records WHERE {where} ORDER BY at {way}, rowid {way} LIMIT ?5 OFFSET ?6",
            (*words, limit, offset),
        )
        return [json.loads(row[0]) for row in rows], total

    def save_shop(self) -> None:
        """The shop's own record: stock, settings, tokens."""
        self.db.execute(
            "INSERT INTO records (shop, kind, id, parent, at, body) VALUES (?, 'shop', ?, '', 0, ?)"
            " ON CONFLICT DO UPDATE SET body = excluded.body",
            (self.key, self.shop["name"], json.dumps(self.shop)),
        )

    # --- the rest of the world ---------------------------------------------------------------------
    def timer(self, due: float, kind: str, body: Body) -> None:
        """Comes back to `BaseSimulator.fire` with this kind and body once the world is at `due`."""
        self.db.execute(
            "INSERT INTO timers (due, kind, shop, body) VALUES (?, ?, ?, ?)",
            (due, f"{self.key}.{kind}", self.name, json.dumps(body)),
        )

    def fault(self, name: str, *operations: str) -> Fault | None:
        """Takes an armed fault of this name for one of these operations."""
        return self.world.spend_fault(name, *operations)

    def forced_error(self, operation: str) -> Body | None:
        """The refusal that a `user_error` fault demands, as its words say it; None: no such fault is armed."""
        fault = self.fault("user_error", operation)
        return None if fault is None else dict(fault.detail)

    def effect(
        self,
        kind: str,
        order: object,
        *,
        cause: str,
        currency: str,
        key: str = "",
        note: str = "",
        amount: object = "0",
        units: object = 0,
        **detail: Any,
    ) -> None:
        """Appends to the ledger. order: its external id; amount: decimal text; key: the idempotency key, if any."""
        self.db.execute(
            "INSERT INTO effects (at, shop, order_id, kind, cause, key, note, amount, currency, units, request, detail)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (self.at, self.name, str(order), kind, cause, key, note, str(amount), currency, str(units), self.request,
             json.dumps(detail)),
        )  # fmt: skip

    def event(
        self, topic: str, payload: Mapping[str, Any], *, delay: float = 0.0, only: Iterable[int] | None = None
    ) -> None:
        """One delivery for each subscription to the topic (or of those in `only`); part of the transaction that
        changed something. The same event in every copy."""
        mood = self.switches["hooks"]
        rows = self.db.execute("SELECT id FROM hooks WHERE shop = ? AND topic = ?", (self.name, topic)).fetchall()
        hooks = [row["id"] for row in rows] if only is None else only
        if mood == "lost":
            return
        body, event = compact(payload), str(uuid.uuid4())
        for hook in hooks:
            for copy in range(2 if mood == "twice" else 1):
                late = REORDER_SECONDS if mood == "reordered" and self._is_even() else 0
                self.send(hook, topic, body, event=event, delay=delay + copy + late)

    def _is_even(self) -> bool:
        return bool(self.db.execute("SELECT COUNT(*) % 2 = 0 FROM outbox").fetchone()[0])

    def send(self, hook: int, topic: str, body: bytes, *, event: str = "", delay: float = 0.0) -> None:
        """Puts one delivery into the outbox."""
        self.db.execute(
            "INSERT INTO outbox (hook, shop, topic, event, delivery, body, triggered_at, due)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (hook, self.name, topic, event or str(uuid.uuid4()), str(uuid.uuid4()), body, self.at, self.at + delay),
        )

    def subscribe(self, topic: str, uri: str, **more: Any) -> int:
        """A webhook subscription; its id. `uri` is where deliveries go."""
        ident = self.number()
        body = {"uri": uri, "at": self.at} | more
        self.db.execute(
            "INSERT INTO hooks (id, shop, topic, body) VALUES (?, ?, ?, ?)", (ident, self.name, topic, json.dumps(body))
        )
        return ident

    def subscriptions(self) -> list[Body]:
        """[{"id", "topic", "uri", "at", "failures", …}] in the order they were made."""
        rows = self.db.execute("SELECT * FROM hooks WHERE shop = ? ORDER BY id", (self.name,))
        return [
            json.loads(row["body"]) | {"id": row["id"], "topic": row["topic"], "failures": row["failures"]}
            for row in rows
        ]

    def subscription(self, ident: object) -> Body | None:
        return next((hook for hook in self.subscriptions() if str(hook["id"]) == str(ident)), None)

    def unsubscribe(self, ident: object) -> bool:
        gone = self.db.execute("DELETE FROM hooks WHERE shop = ? AND id = ?", (self.name, str(ident)))
        return bool(gone.rowcount)
