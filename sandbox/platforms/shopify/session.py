"""One request's hold on the world: the shop, the time, the switches, orders read and written, effects told."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.core import faults
from sandbox.platforms.shopify import index, totals
from sandbox.platforms.shopify.ids import Body, gid, order_of
from sandbox.platforms.shopify.money import text

if TYPE_CHECKING:
    from sandbox.core.world import World

WINDOW_SECONDS = 60 * 86_400


class Session:
    """Lives inside one transaction of the world; orders are read once and kept."""

    def __init__(self, world: World, db: sqlite3.Connection, shop: Body, *, version: str, request: str = "") -> None:
        self.world = world
        self.db = db
        self.shop = shop
        self.version = version
        self.request = request
        self.at = world.at()
        self.switches = world.switches()
        self.scopes = frozenset(shop["scopes"])
        self.is_stale = False
        self.key = ""  # idempotency key of the call being carried out
        self._orders: dict[int, Body | None] = {}
        self._locations = {location["id"]: location for location in shop["locations"]}

    # --- orders ----------------------------------------------------------------------------------
    def order(self, order_id: int | None) -> Body | None:
        """The order's body, kept while this request runs; None when this shop has no such order."""
        if order_id is None:
            return None
        if order_id not in self._orders:
            row = self.db.execute(
                "SELECT body, previous FROM orders WHERE id = ? AND shop = ?", (order_id, self.shop["name"])
            ).fetchone()
            chosen = row and ((row["previous"] if self.is_stale else None) or row["body"])
            self._orders[order_id] = json.loads(chosen) if chosen else None
        return self._orders[order_id]

    def visible(self, order_id: int | None) -> Body | None:
        """As `order`, but what this app may see: 60 days back unless it may read all orders."""
        order = self.order(order_id)
        if order and "read_all_orders" not in self.scopes and order["created_at"] < self.at - WINDOW_SECONDS:
            return None
        return order

    def owner(self, part: int | None) -> Body | None:
        """The visible order that a part's id belongs to."""
        return None if part is None else self.visible(order_of(part))

    def save(self, order: Body) -> None:
        """Writes the order, keeps the version before it for stale reads, and tells the search index."""
        order["updated_at"] = self.at
        self.db.execute("UPDATE orders SET previous = body, body = ? WHERE id = ?", (json.dumps(order), order["id"]))
        lag = float(self.switches["search_lag"])
        if lag:
            self.timer(self.at + lag, "index", {"order": order["id"]})
        else:
            index.write(self.db, [order])

    def forced_error(self, operation: str, code: str = "INVALID") -> list[dict[str, Any]]:
        """The user error that a fault demands of this operation, if any."""
        fault = faults.spend(self.world, (operation,), {"user_error"})
        if fault is None:
            return []
        told = {"field": None, "message": "Something is not right", "code": code}
        return [told | dict(fault.detail)]

    # --- the rest of the world ---------------------------------------------------------------------
    def location(self, location_id: int | None) -> Body | None:
        return self._locations.get(location_id) if location_id is not None else None

    def next_id(self) -> int:
        return self.world.next_id(self.db)

    def timer(self, due: float, kind: str, body: Mapping[str, Any]) -> None:
        self.db.execute(
            "INSERT INTO timers (due, kind, shop, body) VALUES (?, ?, ?, ?)",
            (due, kind, self.shop["name"], json.dumps(body)),
        )

    def effect(self, kind: str, order: Body | None, *, cause: str, note: str = "", amount: int = 0, units: int = 0,
               **detail: Any) -> None:  # fmt: skip
        """Appends to the ledger; `amount` in minor units of the order's currency."""
        currency = order["currency"] if order else self.shop["currency"]
        self.db.execute(
            "INSERT INTO effects (at, shop, order_id, kind, cause, key, note, amount, currency, units, request, detail)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (self.at, self.shop["name"], order and order["id"], kind, cause, self.key, note, text(amount, currency),
             currency, units, self.request, json.dumps(detail)),
        )  # fmt: skip

    def event(self, topic: str, payload: Mapping[str, Any]) -> None:
        """Something happened that webhooks tell about."""
        self.world.hooks.queue(self, topic, payload)

    def order_event(self, topic: str, order: Body) -> None:
        """The REST-shaped payload: only what a receiver needs to know which order to read."""
        self.event(
            topic,
            {
                "id": order["id"],
                "admin_graphql_api_id": gid("Order", order["id"]),
                "name": order["name"],
                "currency": order["shop_currency"],
                "total_price": text(totals.current(order), order["currency"]),
                "cancel_reason": (order["cancel_reason"] or "").lower() or None,
                "financial_status": totals.financial_status(order).lower(),
            },
        )
