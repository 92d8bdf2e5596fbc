"""One request's hold on the world: the account, the time, the switches, orders read and written, effects told."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.platforms.modern_dropship.build import Body

if TYPE_CHECKING:
    from sandbox.core.world import World

KEY = "modern_dropship"
KINDS = {"order": "a1", "item": "b2", "fulfilment": "c3"}
DISPATCH_SECONDS = 60.0  # events leave about once a minute
REORDER_SECONDS = 3.0


def ident(number: int, kind: str) -> str:
    """24 hex digits that no database takes for a number."""
    return f"6a{KINDS[kind]}{number:020x}"


class Session:
    """Lives inside one transaction of the world."""

    def __init__(self, world: World, db: sqlite3.Connection, account: Body, *, request: str = "") -> None:
        self.world = world
        self.db = db
        self.account = account
        self.request = request
        self.at = world.at()
        self.is_stale = False
        self._switches = world.switches()

    def switch(self, name: str) -> str:
        return self._switches[f"{KEY}_{name}"]

    @property
    def name(self) -> str:
        """As effects, webhooks and timers name the account."""
        return f"{KEY}/{self.account['name']}"

    def ident(self, kind: str) -> str:
        return ident(self.world.next_id(self.db), kind)

    # --- orders ----------------------------------------------------------------------------------
    def order(self, order_id: str) -> Body | None:
        row = self.db.execute(
            "SELECT body, previous FROM modern_dropship_orders WHERE account = ? AND id = ?",
            (self.account["name"], order_id),
        ).fetchone()
        chosen = row and ((row["previous"] if self.is_stale else None) or row["body"])
        return json.loads(chosen) if chosen else None

    def add(self, order: Body) -> None:
        self.db.execute(
            "INSERT INTO modern_dropship_orders (account, id, created_at, body) VALUES (?, ?, ?, ?)",
            (self.account["name"], order["id"], order["created_at"], json.dumps(order)),
        )

    def save(self, order: Body) -> None:
        """`updated` changes on every write, and the version before it stays for stale reads."""
        order["updated_at"] = max(self.at, order["updated_at"] + 0.001)
        self.db.execute(
            "UPDATE modern_dropship_orders SET previous = body, body = ? WHERE account = ? AND id = ?",
            (json.dumps(order), self.account["name"], order["id"]),
        )

    # --- what is told ------------------------------------------------------------------------------
    def effect(self, order: Body, *, cause: str, note: str, units: int, **detail: Any) -> None:
        """Appends a cancellation to the ledger; there is no other kind here, and no money."""
        self.db.execute(
            "INSERT INTO effects (at, shop, order_id, kind, cause, key, note, amount, currency, units, request, detail)"
            " VALUES (?, ?, ?, 'cancel', ?, '', ?, '0', ?, ?, ?, ?)",
            (self.at, self.name, order["id"], cause, note, order["currency"], units, self.request, json.dumps(detail)),
        )

    def event(self, topic: str, payload: Mapping[str, Any]) -> None:
        """One delivery for each address that somebody entered by hand. Not signed: the vendor signs nothing."""
        mood = self._switches["hooks"]
        rows = self.db.execute("SELECT id FROM hooks WHERE shop = ? AND topic = ?", (self.name, topic)).fetchall()
        if mood == "lost":
            return
        event = str(uuid.uuid4())
        told = payload if self.switch("event") == "bare" else {"id": event, "topic": topic, "data": payload}
        body = json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()
        for row in rows:
            for copy in range(2 if mood == "twice" else 1):
                due = self.at + DISPATCH_SECONDS + copy
                due += REORDER_SECONDS if mood == "reordered" and self._is_odd() else 0
                self.db.execute(
                    "INSERT INTO outbox (hook, shop, topic, event, delivery, body, triggered_at, due)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (row["id"], self.name, topic, event, str(uuid.uuid4()), body, self.at, due),
                )

    def _is_odd(self) -> bool:
        return bool(self.db.execute("SELECT COUNT(*) % 2 FROM outbox").fetchone()[0])
