"""One request's hold on the world: orders read and written, what this app may see, effects and events."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from sandbox.core import records
from sandbox.platforms.shopify import index, totals
from sandbox.platforms.shopify.values import Body, gid, iso, order_of, text

WINDOW_SECONDS = 60 * 86_400


class Session(records.Session):
    """Lives inside one transaction of the world; orders are read once and kept."""

    used_key = ""  # idempotency key of the call being carried out

    @cached_property
    def scopes(self) -> frozenset[str]:
        return frozenset(self.shop["scopes"])

    @cached_property
    def _orders(self) -> dict[int, Body | None]:
        return {}

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

    def forced_errors(self, operation: str, code: str = "INVALID") -> list[dict[str, Any]]:
        """The user error that a fault demands of this operation, if any."""
        forced = self.forced_error(operation)
        usual = {"field": None, "message": "Something is not right", "code": code}
        return [] if forced is None else [usual | forced]

    # --- the rest of the world ---------------------------------------------------------------------
    @cached_property
    def locations(self) -> dict[int | None, Body]:
        return {location["id"]: location for location in self.shop["locations"]}

    def location(self, location_id: int | None) -> Body | None:
        return self.locations.get(location_id)

    def changed(self, kind: str, order: Body | None, *, cause: str, note: str = "", amount: int = 0, units: int = 0,
                **detail: Any) -> None:  # fmt: skip
        """Appends to the ledger; `amount` in minor units of the order's currency."""
        currency = order["currency"] if order else self.shop["currency"]
        self.effect(kind, order["id"] if order else "", cause=cause, currency=currency, key=self.used_key, note=note,
                    amount=text(amount, currency), units=units, **detail)  # fmt: skip

    def happened(self, topic: str, payload: Mapping[str, Any]) -> None:
        """Something that webhooks tell about."""
        self.event(topic, {**payload, "updated_at": iso(self.at)})

    def order_event(self, topic: str, order: Body) -> None:
        """The REST-shaped payload: only what a receiver needs to know which order to read."""
        shown = {
            "id": order["id"], "admin_graphql_api_id": gid("Order", order["id"]), "name": order["name"],
            "currency": order["shop_currency"], "total_price": text(totals.current(order), order["currency"]),
            "cancel_reason": (order["cancel_reason"] or "").lower() or None,
            "financial_status": totals.financial_status(order).lower(),
        }  # fmt: skip
        self.happened(topic, shown)
