"""Shops of the sandbox and how orders come into them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.core.world import World
from sandbox.platforms.shopify import index
from sandbox.platforms.shopify.values import BLOCK, FIRST_ORDER, Body, gid

SCOPES = (
    "read_orders", "write_orders", "read_all_orders", "write_order_edits", "read_merchant_managed_fulfillment_orders",
    "write_merchant_managed_fulfillment_orders", "read_third_party_fulfillment_orders",
    "write_third_party_fulfillment_orders", "read_locations", "read_inventory", "write_inventory", "read_returns",
    "read_customers", "read_products",
)  # fmt: skip
MAIN, NORTH, SERVICE, CLOSED = 61001, 61002, 61003, 61004
FIRST_NUMBER = 1001


@dataclass(frozen=True)
class Made:
    """An order that was made: its gid, its name, and the gids of its lines and locations in order."""

    id: str
    name: str
    shop: str
    lines: tuple[str, ...]
    fulfilment_orders: tuple[str, ...] = ()


def fresh(name: str) -> Body:
    """A new shop: US dollars, two own locations, one third-party service, one closed location, all scopes."""
    return {
        "name": name, "title": name.replace("-", " ").title(), "currency": "USD", "taxes_included": False,
        "plan": "Basic", "static_token": f"shpat_{name}_sandbox", "client_id": f"{name}-client",
        "secret": f"shpss_{name}_sandbox", "scopes": list(SCOPES), "state": "active", "store_credit": True,
        "locations": [
            {"id": MAIN, "name": "Main Street", "active": True, "service": None},
            {"id": NORTH, "name": "North Warehouse", "active": True, "service": None},
            {"id": SERVICE, "name": "Swift Logistics", "active": True, "service": "swift-logistics"},
            {"id": CLOSED, "name": "Old Mill (closed)", "active": False, "service": None},
        ],
    }  # fmt: skip


def reserve(world: World, shop: str, count: int) -> tuple[int, int]:
    """Ids and numbers for `count` orders: the first order id and the first number."""
    taken = int(world.meta("orders", 0))
    world.put("orders", taken + count)
    key = f"number:{shop}"
    number = int(world.meta(key, FIRST_NUMBER))
    world.put(key, number + count)
    return FIRST_ORDER + taken * BLOCK, number


def insert(db: sqlite3.Connection, orders: Iterable[Body]) -> None:
    bodies = list(orders)
    db.executemany(
        "INSERT INTO orders (id, shop, body) VALUES (?, ?, ?)",
        [(order["id"], order["shop"], json.dumps(order)) for order in bodies],
    )
    index.write(db, bodies)


def made(order: Body) -> Made:
    return Made(
        id=gid("Order", order["id"]),
        name=order["name"],
        shop=order["shop"],
        lines=tuple(gid("LineItem", line["id"]) for line in order["lines"]),
        fulfilment_orders=tuple(gid("FulfillmentOrder", parcel["id"]) for parcel in order["fulfillment_orders"]),
    )
