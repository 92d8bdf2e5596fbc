"""The arithmetic of items and shipments. Pure.

An item is cancelled whole; what stays of it stands under a new id. It is not known whether older shipments then point
at the new item, so units are also counted per variant, and the smaller figure wins.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node

ZERO = Decimal(0)


@dataclass(frozen=True)
class Item:
    id: str
    code: str  # the supplier's variant code
    quantity: Decimal
    is_cancelled: bool
    reason: str
    by: str  # buyer | seller | ""


@dataclass(frozen=True)
class Tally:
    """All items of an order and what has left. `is_shipped`: the order says that nothing waits any more."""

    items: tuple[Item, ...]
    is_shipped: bool
    by_item: dict[str, Decimal] = field(default_factory=dict)
    by_code: dict[str, Decimal] = field(default_factory=dict)

    @property
    def live(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if not item.is_cancelled)

    @property
    def is_cancelled(self) -> bool:
        """No field says so."""
        return bool(self.items) and not self.live

    @property
    def has_shipments(self) -> bool:
        return any(self.by_code.values()) or any(self.by_item.values())

    @property
    def waiting(self) -> Decimal:
        return sum((self.cancellable(item) for item in self.live), ZERO)

    def item(self, item_id: str) -> Item | None:
        return next((item for item in self.items if item.id == item_id), None)

    def fulfilled(self, item: Item) -> Decimal:
        return self.by_item.get(item.id, ZERO)

    def remaining(self, code: str) -> Decimal:
        """Units of a variant that have not left, over all its live items."""
        return sum((item.quantity for item in self.live if item.code == code), ZERO) - self.by_code.get(code, ZERO)

    def cancellable(self, item: Item) -> Decimal:
        if item.is_cancelled or self.is_shipped:
            return ZERO
        return max(ZERO, min(item.quantity - self.fulfilled(item), self.remaining(item.code)))


def complete(raw: Node, order_id: str) -> Node:
    """The order that was asked for. Raises Misread where items are missing: cancelled ones stay on it as well."""
    if json_readers.ident(raw, "_id", "id") != order_id:
        raise Misread("_id")
    items = json_readers.nodes(raw, "items")
    if not items or any(item.get("quantity") is None for item in items):
        raise Misread("items")
    return raw


def tally(raw: Node) -> Tally:
    """Raises Misread."""
    by_item: defaultdict[str, Decimal] = defaultdict(Decimal)
    by_code: defaultdict[str, Decimal] = defaultdict(Decimal)
    for shipment in json_readers.nodes(raw, "fulfillments"):
        for part in json_readers.nodes(shipment, "items"):
            by_item[json_readers.text(part, "orderItemId")] += json_readers.units(part, "quantity")
            by_code[json_readers.text(part, "sellerVariantCode", "sku")] += json_readers.units(part, "quantity")
    items = tuple(to_item(one) for one in json_readers.nodes(raw, "items"))
    return Tally(items, json_readers.flag(raw, "shipped"), dict(by_item), dict(by_code))


def to_item(raw: Node) -> Item:
    return Item(
        id=json_readers.ident(raw, "_id", "id"),
        code=json_readers.text(raw, "sellerVariantCode"),
        quantity=json_readers.units(raw, "quantity"),
        is_cancelled=json_readers.flag(raw, "cancelled"),
        reason=json_readers.text(raw, "cancelledReason"),
        by=json_readers.text(raw, "cancelledBy"),
    )
