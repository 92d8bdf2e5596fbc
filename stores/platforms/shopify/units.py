"""Lines: what was ordered, where its units wait, what has left, and so what can be cancelled. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from stores.canonical.order import Duty, LineItem, Order, Placement, Readiness, Shipment
from stores.platforms.shopify import cancellable, fields
from stores.platforms.shopify.fields import Node

ZERO = Decimal(0)


def quantities(raw: Node) -> dict[str, Any]:
    return {
        "ordered": fields.units(raw, "quantity"),
        "current": fields.units(raw, "currentQuantity"),
        "refundable": fields.units(raw, "refundableQuantity"),
        "unfulfilled": fields.units(raw, "unfulfilledQuantity"),
        "shipped": ZERO,
        "cancelled": ZERO,
        "cancellable": ZERO,
        "is_restockable": fields.flag(raw, "restockable"),
        "is_editable": fields.flag(raw, "merchantEditable"),
        "placements": (),
    }


def to_line(raw: Node, *, has_tip: bool) -> LineItem:
    variant = fields.maybe(raw, "variant")
    stock = fields.maybe(variant or {}, "inventoryItem")
    group = fields.maybe(raw, "lineItemGroup") or {}
    price = fields.pair(raw, "discountedUnitPriceAfterAllDiscountsSet")
    return LineItem(
        id=fields.ident(raw),
        title=fields.text(raw, "title"),
        variant=fields.text(raw, "variantTitle"),
        sku=fields.text(raw, "sku"),
        vendor=fields.text(raw, "vendor"),
        unit_price=price,
        original_unit_price=fields.maybe_pair(raw, "originalUnitPriceSet"),
        tax=tuple(_tax(tax) for tax in fields.items(raw, "taxLines")),
        duties=tuple(
            Duty(id=fields.ident(d), amount=fields.pair(d, "price").customer) for d in fields.items(raw, "duties")
        ),
        is_tracked=fields.flag(stock, "tracked") if stock else True,
        is_gift_card=fields.flag(raw, "isGiftCard"),
        is_tip=has_tip and variant is None and is_tip_like(raw),
        needs_shipping=fields.flag(raw, "requiresShipping"),
        group_id=fields.text(group, "id"),
        group_title=fields.text(group, "title"),
        stock_item_id=fields.text(stock or {}, "id"),
        **quantities(raw),
    )


def is_tip_like(raw: Node) -> bool:
    """A tip is a line without product that can never be fulfilled."""
    whole = fields.units(raw, "quantity")
    return (
        whole > 0 and fields.units(raw, "nonFulfillableQuantity") >= whole and not fields.flag(raw, "requiresShipping")
    )


def _tax(raw: Node) -> str:
    rate = raw.get("rate")
    title = fields.text(raw, "title")
    if isinstance(rate, bool) or not isinstance(rate, int | Decimal):
        return title
    return f"{title} {rate * 100:f}".rstrip("0").rstrip(".") + " %" if rate else title


def placed(raw: Node, order: Order, shipments: Iterable[Shipment]) -> Iterator[LineItem]:
    """Each line with where its units wait, what has left, and so what can be cancelled."""
    shipped: defaultdict[str, Decimal] = defaultdict(Decimal)
    for shipment in shipments:
        for line_id, count in shipment.lines if shipment.is_effective else ():
            shipped[line_id] += count
    places: defaultdict[str, list[Placement]] = defaultdict(list)
    stock: dict[str, str] = {}
    for group in fields.items(raw, "fulfillmentOrders"):
        for line_id, stock_id, place in cancellable.placements(group):
            stock.setdefault(line_id, stock_id)
            if place.units > 0 or place.readiness is not Readiness.GONE:
                places[line_id].append(place)
    for line in order.lines:
        yield _line_at(order, line, tuple(places[line.id]), shipped[line.id], stock.get(line.id, ""))


def _line_at(order: Order, line: LineItem, places: tuple[Placement, ...], shipped: Decimal, stock_id: str) -> LineItem:
    left = (
        ZERO
        if order.cancelled_at
        else cancellable.cancellable_units(
            places, refundable=line.refundable, unfulfilled=line.unfulfilled, needs_shipping=line.needs_shipping
        )
    )
    # Never shipped and no longer waiting: what was removed or refunded before it left.
    cancelled = max(ZERO, min(line.ordered - shipped - line.unfulfilled, line.ordered - line.current))
    placed = replace(
        line,
        placements=places,
        shipped=shipped,
        cancelled=cancelled,
        cancellable=min(left, line.current),
        stock_item_id=line.stock_item_id or stock_id,
    )
    return replace(placed, why_not=cancellable.why_not(placed, is_cancelled=order.cancelled_at is not None))
