"""A new order's body out of its words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.platforms.modern_dropship.spec import Line, Order

Body = dict[str, Any]
DAY = 86_400


def build(words: Order, *, number: int, at: float, ident: Callable[[str], str]) -> Body:
    """`ident(kind)`: a new id of 24 hex digits."""
    made_at = at - words.age_days * DAY
    items = [item(line, ident("item"), made_at) for line in words.lines]
    order: Body = {
        "id": ident("order"), "buyer_code": f"R-{number}",
        "seller_code": words.seller_code or (f"#{number + 4000}" if words.is_posted else ""),
        "retailer": words.retailer, "currency": words.currency, "note": words.note, "person": vars(words.person),
        "is_posted": words.is_posted, "is_billed": words.is_billed, "shipped_at": None, "created_at": made_at,
        "updated_at": made_at, "items": items, "fulfilments": [],
    }  # fmt: skip
    shipped = {made["id"]: line.fulfilled for made, line in zip(items, words.lines, strict=True) if line.fulfilled}
    if shipped:
        ship(order, shipped, at=made_at + 3600, ident=ident)
    return order


def item(line: Line, ident: str, at: float) -> Body:
    """`taken`: units that left with its cancellation; `fulfilled`: units shipped, whatever shipments point at."""
    return {
        "id": ident, "code": line.sku, "title": line.title, "price": line.price, "quantity": line.quantity,
        "fulfilled": 0, "taken": line.quantity if line.cancelled else 0, "cancelled": bool(line.cancelled),
        "by": line.cancelled, "reason": line.reason if line.cancelled else "",
        "cancelled_at": at if line.cancelled else None,
    }  # fmt: skip


def ship(order: Body, units: dict[str, int], *, at: float, ident: Callable[[str], str]) -> None:
    """A shipment of these units (item id → units, already checked)."""
    sent = [one for one in order["items"] if units.get(one["id"])]
    order["fulfilments"].append(
        {
            "id": ident("fulfilment"), "carrier": "Parcel Post",
            "tracking": f"PP{len(order['fulfilments']) + 1:04d}{order['buyer_code'][2:]}", "created_at": at,
            "items": [{"item": one["id"], "code": one["code"], "units": units[one["id"]]} for one in sent],
        }
    )  # fmt: skip
    for one in sent:
        one["fulfilled"] += units[one["id"]]
    order["updated_at"] = at
    settle(order, at)


def settle(order: Body, at: float) -> None:
    """The order counts as shipped once something left and nothing waits any more."""
    live = [one for one in order["items"] if not one["cancelled"]]
    if order["shipped_at"] is None and live and all(one["fulfilled"] >= one["quantity"] for one in live):
        order["shipped_at"] = at
