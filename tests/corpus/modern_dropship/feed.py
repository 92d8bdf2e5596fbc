"""Modern Dropship payloads for the adapter and for the simulator: `order` as GET /orders/{id} tells it, in the names of
either version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import responses

from sandbox.platforms.modern_dropship.spec import Line
from sandbox.world import World
from stores.platforms.modern_dropship import ModernDropship
from tests.stores.platforms.modern_dropship import place

PAYLOADS = ("order",)
Body = Mapping[str, Any]


def ident(body: Body) -> str:
    return str(body["order"]["_id"])


def connect(network: responses.RequestsMock, body: Body) -> ModernDropship:
    """The adapter in front of this answer."""
    network.get(
        f"{place.BASE}/orders/{ident(body)}",
        body=json.dumps(body["order"], default=str),
        content_type="application/json",
    )
    return place.on_network()


# --- in the simulator ----------------------------------------------------------------------------------
def build(world: World, body: Body) -> tuple[ModernDropship, str]:
    """The same items in the same order, under the vendor's ids, so that a wish can name them."""
    order, home = body["order"], world.modern_dropship
    lines = [_line(item, order) for item in order["items"]]
    made = home.make_order(lines=lines, is_posted=bool(order.get("posted", True)))
    with world.store.write() as db:
        row = db.execute("SELECT body FROM records WHERE id = ?", (made.id,)).fetchone()
        text = row["body"]
        for old, item in zip(made.lines, order["items"], strict=True):
            text = text.replace(f'"{old}"', f'"{item["_id"]}"')
        db.execute("UPDATE records SET body = ? WHERE id = ?", (text, made.id))
    return place.on_world(world), made.id


def _line(item: Body, order: Body) -> Line:
    sent = [part for one in order.get("fulfillments") or () for part in one["items"]]
    return Line(
        sku=item["sellerVariantCode"],
        title=item["sellerVariantCode"],
        quantity=item["quantity"],
        fulfilled=sum(part["quantity"] for part in sent if part["orderItemId"] == item["_id"]),
        cancelled=item.get("cancelledBy", "") if item.get("cancelled") else "",
    )
