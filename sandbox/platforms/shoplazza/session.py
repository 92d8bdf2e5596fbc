"""One request's hold on the world: the shop, the time, the switches, orders read and written, effects told."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sandbox.core import faults
from sandbox.platforms.shoplazza import totals
from sandbox.platforms.shoplazza.money import text
from sandbox.platforms.shoplazza.totals import Body

if TYPE_CHECKING:
    from sandbox.core.world import World

KEY = "shoplazza"
FIRST_ID = 7_182_105_848_352_794_601  # 19 digits, beyond what a JSON float can hold
REORDER_SECONDS = 3.0


class Session:
    """Lives inside one transaction of the world."""

    def __init__(self, world: World, db: sqlite3.Connection, shop: Body, *, version: str, request: str = "") -> None:
        self.world = world
        self.db = db
        self.shop = shop
        self.version = version
        self.request = request
        self.at = world.at()
        self.is_stale = False
        self._switches = world.switches()

    def switch(self, name: str) -> str:
        return self._switches.get(f"shoplazza_{name}") or self._switches[name]

    @property
    def is_old(self) -> bool:
        return self.version == "2022-01"

    @property
    def name(self) -> str:
        return f"{KEY}/{self.shop['name']}"

    # --- orders ----------------------------------------------------------------------------------
    def order(self, order_id: str) -> Body | None:
        return self._one("id = ?", order_id)

    def by_number(self, number: str) -> Body | None:
        return self._one("number = ?", number.lstrip("#"))

    def _one(self, where: str, value: str) -> Body | None:
        row = self.db.execute(
            f"SELECT body, previous FROM shoplazza_orders WHERE shop = ? AND {where}",
            (self.shop["name"], value),
        ).fetchone()
        chosen = row and ((row["previous"] if self.is_stale else None) or row["body"])
        return json.loads(chosen) if chosen else None

    def orders(self) -> Iterator[Body]:
        rows = self.db.execute(
            "SELECT body FROM shoplazza_orders WHERE shop = ? ORDER BY updated_at, id", (self.shop["name"],)
        )
        return (json.loads(row[0]) for row in rows)

    def add(self, order: Body) -> None:
        values = (self.shop["name"], order["id"], order["number"], order["updated_at"], json.dumps(order))
        self.db.execute(
            "INSERT INTO shoplazza_orders (shop, id, number, updated_at, body) VALUES (?, ?, ?, ?, ?)", values
        )

    def save(self, order: Body) -> None:
        """Keeps the version before it for stale reads."""
        order["updated_at"] = self.at
        self.db.execute(
            "UPDATE shoplazza_orders SET previous = body, body = ?, updated_at = ? WHERE shop = ? AND id = ?",
            (json.dumps(order), self.at, self.shop["name"], order["id"]),
        )

    # --- the rest of the world ---------------------------------------------------------------------
    def ident(self) -> str:
        return str(FIRST_ID + self.world.next_id(self.db))

    def timer(self, due: float, kind: str, body: Body) -> None:
        self.db.execute(
            "INSERT INTO timers (due, kind, shop, body) VALUES (?, ?, ?, ?)",
            (due, f"{KEY}.{kind}", self.name, json.dumps(body)),
        )

    def forced_error(self, operation: str) -> dict[str, Any] | None:
        """The refusal that a `user_error` fault demands: {"status", "body"}."""
        fault = faults.spend(self.world, (operation,), {"user_error"})
        if fault is None:
            return None
        return {"status": 422, "body": {"errors": ["Something is not right"]}} | dict(fault.detail)

    def effect(self, kind: str, order: Body, *, cause: str, note: str = "", amount: int = 0, units: int = 0,
               **detail: Any) -> None:  # fmt: skip
        """Appends to the ledger."""
        self.db.execute(
            "INSERT INTO effects (at, shop, order_id, kind, cause, key, note, amount, currency, units, request, detail)"
            " VALUES (?, ?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?)",
            (self.at, self.name, order["id"], kind, cause, note, text(amount, order["currency"]),
             order["currency"], units, self.request, json.dumps(detail)),
        )  # fmt: skip

    def restock(self, order: Body, line: Body, units: int, *, cause: str) -> None:
        if not units:
            return
        stock = self.shop.setdefault("stock", {})
        stock[line["sku"]] = stock.get(line["sku"], 0) + units
        values = (self.shop["name"], json.dumps(self.shop))
        self.db.execute("INSERT OR REPLACE INTO shoplazza_shops VALUES (?, ?)", values)
        self.effect("stock", order, cause=cause, units=units, sku=line["sku"], line=line["id"])

    def event(self, topic: str, order: Body) -> None:
        """A webhook for each subscription; part of the transaction that changed something."""
        mood = self._switches["hooks"]
        rows = self.db.execute("SELECT id FROM hooks WHERE shop = ? AND topic = ?", (self.name, topic)).fetchall()
        if mood == "lost":
            return
        for row in rows:
            for copy in range(2 if mood == "twice" else 1):
                due = self.at + copy + (REORDER_SECONDS if mood == "reordered" and row["id"] % 2 else 0)
                event = str(uuid.uuid4())
                self.db.execute(
                    "INSERT INTO outbox (hook, shop, topic, event, delivery, body, triggered_at, due)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (row["id"], self.name, topic, event, event, self._payload(order), self.at, due),
                )

    def _payload(self, order: Body) -> bytes:
        """Refunds are told by their cumulative total alone, as integrators report."""
        currency = order["currency"]
        told = {
            "id": order["id"],
            "number": order["number"],
            "status": order["status"],
            "financial_status": totals.financial_status(order),
            "fulfillment_status": totals.fulfillment_status(order),
            "cancel_reason": order["cancel_reason"],
            "total_price": text(totals.total(order), currency),
            "total_refund_price": text(totals.refunded(order), currency),
            "currency": currency,
        }
        return json.dumps(told if self.is_old else {"order": told}, separators=(",", ":"), ensure_ascii=False).encode()
