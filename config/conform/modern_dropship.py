"""What a Modern Dropship account tells of its doubts: the shape of its orders, and how it says that it has none."""

from __future__ import annotations

from typing import Any

from config.conform.probe import Learned, Probe, Unseen, one_of
from stores.kernel.errors import RemoteRefused
from stores.kernel.http import json_readers
from stores.platforms.modern_dropship import ModernDropship

NOBODYS = "000000000000000000000000"
FEW = "orders?page=0&limit=50"


def few(shop: ModernDropship) -> list[Any]:
    """Rows of the list, which comes bare or in `data`."""
    told = shop.api.read(FEW)
    return told if isinstance(told, list) else json_readers.items(json_readers.node(told, "body"), "data")


def first(shop: ModernDropship) -> Any:
    rows = few(shop)
    if not rows:
        raise Unseen("there is no order to look at")
    return shop.api.read(f"orders/{json_readers.ident(rows[0], 'id', '_id')}")


def envelope(shop: ModernDropship, _order: str) -> Learned:
    is_boxed = isinstance(first(shop).get("data"), dict)
    said = "an order comes in `data`" if is_boxed else "an order comes bare"
    return Learned(said, {"modern_dropship_envelope": "data" if is_boxed else "bare"})


def fulfilments(shop: ModernDropship, _order: str) -> Learned:
    found = first(shop)
    order = found["data"] if isinstance(found.get("data"), dict) else found
    is_told = "fulfillments" in order
    said = "an order tells its fulfilments" if is_told else "an order does not tell its fulfilments"
    return Learned(said, {"modern_dropship_fulfilments": "told" if is_told else "absent"})


def unknown_order(shop: ModernDropship, _order: str) -> Learned:
    try:
        shop.api.read(f"orders/{NOBODYS}")
    except RemoteRefused as exc:
        setting = one_of({404: "404", 400: "400"}, exc.status)
        return Learned(f"an order nobody has is answered by {exc.status}", {"modern_dropship_unknown_order": setting})
    raise Unseen("an order with an id of zeros is there")


def list_order(shop: ModernDropship, _order: str) -> Learned:
    made = [at for row in few(shop) if (at := json_readers.when(row, "created", "createdAt"))]
    if len(set(made)) < 2:
        raise Unseen("there is no order of two different moments to compare")
    said = "newest first" if made[0] > made[-1] else "oldest first"
    return Learned(f"a list comes {said}", {"modern_dropship_list_order": said.replace(" ", "_")})


PROBES = (
    Probe("1", "whether an order comes in an envelope", envelope, ("modern_dropship_envelope",)),
    Probe("1", "whether an order tells its fulfilments", fulfilments, ("modern_dropship_fulfilments",)),
    Probe("2", "an order that nobody has", unknown_order, ("modern_dropship_unknown_order",)),
    Probe("6", "the order of a list", list_order, ("modern_dropship_list_order",)),
)
