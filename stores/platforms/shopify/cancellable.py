"""Lines: where their units wait, what has left, and so what can still be stopped; reasons in words. Pure.

The states are those of FulfillmentOrder.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from stores.canonical import order as ours
from stores.connectors import fields
from stores.kernel.http.json_readers import Node
from stores.platforms.shopify import capabilities
from stores.platforms.shopify.api import maybe_pair, pair

ZERO = Decimal(0)
BACK_WITH_US = frozenset({"UNSUBMITTED", "REJECTED", "CANCELLATION_ACCEPTED", "CLOSED"})
OVER = frozenset({"CLOSED", "CANCELLED", "INCOMPLETE"})


def readiness(status: str, request: str) -> ours.Readiness:
    """One row of the table by `status` and `requestStatus`; what no row names is not ours to stop."""
    if status in OVER:
        return ours.Readiness.GONE
    if request == "CANCELLATION_REJECTED":
        return ours.Readiness.REFUSED
    if request == "CANCELLATION_REQUESTED":
        return ours.Readiness.WAITING
    if status == "ON_HOLD":
        return ours.Readiness.ON_HOLD
    if status in ("OPEN", "SCHEDULED") and request in BACK_WITH_US:
        return ours.Readiness.OPEN
    if status == "IN_PROGRESS" and request == "UNSUBMITTED":
        return ours.Readiness.BEING_PACKED
    return ours.Readiness.WITH_SERVICE


def placements(group: Node) -> Iterator[tuple[str, str, ours.Placement]]:
    """(line id, stock item id, share) for each line of one fulfilment order."""
    state = readiness(fields.text(group, "status"), fields.text(group, "requestStatus"))
    location, detail, ident = to_location(group), _detail(group, state), fields.ident(group)
    for share in fields.items(group, "lineItems"):
        units = fields.units(share, "remainingQuantity")
        place = ours.Placement(
            id=fields.ident(share), group_id=ident, units=units, readiness=state, location=location, detail=detail
        )
        yield fields.ident(fields.node(share, "lineItem")), fields.text(share, "inventoryItemId"), place


def to_location(group: Node) -> ours.Location | None:
    assigned = fields.node(group, "assignedLocation")
    known = fields.maybe(assigned, "location")
    if known is None:  # deleted since, or not ours to read
        return None
    return ours.Location(
        id=fields.ident(known),
        name=fields.text(known, "name") or fields.text(assigned, "name"),
        is_active=fields.flag(known, "isActive"),
        is_service=fields.flag(known, "isFulfillmentService"),
    )


def _detail(group: Node, state: ours.Readiness) -> str:
    if state is ours.Readiness.ON_HOLD:
        held = [
            ": ".join(filter(None, (fields.text(hold, "displayReason"), fields.text(hold, "reasonNotes"))))
            for hold in fields.items(group, "fulfillmentHolds")
        ]
        return "; ".join(held)
    if state in (ours.Readiness.WITH_SERVICE, ours.Readiness.WAITING, ours.Readiness.REFUSED):
        location = fields.maybe(fields.node(group, "assignedLocation"), "location") or {}
        service = fields.maybe(location, "fulfillmentService") or {}
        return fields.text(service, "serviceName") or fields.text(fields.node(group, "assignedLocation"), "name")
    return ""


def cancellable_units(line: ours.LineItem, places: Sequence[ours.Placement]) -> Decimal:
    """min(refundable, units at a ready place); what no place tracks (digital goods) uses what is unfulfilled.

    Goods that must be shipped and stand nowhere are at a place we may not see: not ours to stop.
    """
    if places:
        return min(line.refundable, sum((p.units for p in places if p.readiness in ours.READY), ZERO))
    return ZERO if line.needs_shipping else min(line.refundable, line.unfulfilled)


def why_not(line: ours.LineItem, *, is_cancelled: bool) -> str:
    """The reason in words when nothing of a line can be cancelled; "" when something can."""
    if line.cancellable > 0:
        return ""
    if is_cancelled:
        return _("The order is cancelled.")
    if line.current <= 0:
        return _("Nothing of this line is left on the order.")
    if line.is_tip:
        return _("A tip goes back with a whole cancellation only.")
    return _elsewhere(line) or _gone(line)


def _elsewhere(line: ours.LineItem) -> str:
    """Somebody else holds the units."""
    return next(_held(line.placements, capabilities.HELD_OF_LINE), "")


def _held(places: Iterable[ours.Placement], words: Mapping[ours.Readiness, str]) -> Iterator[str]:
    """In the words of each state in which units wait."""
    waiting = {place.readiness: place for place in places if place.units > 0}
    for state, said in words.items():
        if place := waiting.get(state):
            who = place.detail or (place.location.name if place.location else _("A fulfilment service"))
            yield said % {"who": who}


def _gone(line: ours.LineItem) -> str:
    if line.shipped > 0 and line.unfulfilled <= 0:
        return _("All units have left: start a return instead.")
    if line.refundable <= 0:
        return _("All units are already refunded.")
    if line.unfulfilled > 0 and line.needs_shipping:
        return _("Shopify does not show where these units wait: a right is missing, or the order is minutes old.")
    return _("Nothing of this line waits to be fulfilled.")


def whole_blockers(
    *,
    is_cancelled: bool,
    has_shipped: bool,
    has_pending_payment: bool,
    has_open_return: bool,
    places: Iterable[ours.Placement],
) -> tuple[str, ...]:
    """Why Shopify would refuse to cancel the whole order, each in words; none: it may be cancelled."""
    stands = (
        (is_cancelled, _("The order is already cancelled.")),
        (has_shipped, _("A parcel has left or is about to.")),
        (has_pending_payment, _("A payment is still pending.")),
        (has_open_return, _("A return is open.")),
    )
    return (*(said for is_so, said in stands if is_so), *_held(places, capabilities.HELD_OF_ORDER))


def how_much(lines: Iterable[ours.LineItem], *, may_all: bool, is_cancelled: bool) -> ours.Cancellable:
    """All, part or none of what is still on the order; a tip follows the order."""
    goods = [line for line in lines if line.current > 0 and not line.is_tip]
    if is_cancelled or not any(line.cancellable > 0 for line in goods):
        return ours.Cancellable.NONE
    whole = may_all and all(line.cancellable == line.current for line in goods)
    return ours.Cancellable.ALL if whole else ours.Cancellable.PART


def quantities(raw: Node) -> dict[str, Any]:
    """What of a line can move; where its units wait is read with the places."""
    return {
        **_counted(raw),
        "shipped": ZERO,
        "cancelled": ZERO,
        "cancellable": ZERO,
        "is_restockable": fields.flag(raw, "restockable"),
        "is_editable": fields.flag(raw, "merchantEditable"),
        "placements": (),
    }


def _counted(raw: Node) -> dict[str, Any]:
    return {
        "ordered": fields.units(raw, "quantity"),
        "current": fields.units(raw, "currentQuantity"),
        "refundable": fields.units(raw, "refundableQuantity"),
        "unfulfilled": fields.units(raw, "unfulfilledQuantity"),
    }


def _named(raw: Node) -> dict[str, Any]:
    """What a list tells of a line, too."""
    return {
        "id": fields.ident(raw),
        "title": fields.text(raw, "title"),
        "variant": fields.text(raw, "variantTitle"),
        "sku": fields.text(raw, "sku"),
        "vendor": fields.text(raw, "vendor"),
        "is_gift_card": fields.flag(raw, "isGiftCard"),
        "needs_shipping": fields.flag(raw, "requiresShipping"),
    }


def to_goods(raw: Node, price: ours.MoneyPair, *, is_cancelled: bool) -> ours.LineItem:
    """A line as a list tells it."""
    named, count = _named(raw), _counted(raw)
    current, waiting = count["current"], count["unfulfilled"]
    return ours.LineItem(
        **named,
        **count,
        shipped=max(ZERO, current - waiting) if named["needs_shipping"] else ZERO,
        cancelled=max(ZERO, count["ordered"] - current),
        cancellable=ZERO if is_cancelled else min(current, count["refundable"], waiting),
        unit_price=price,
        is_tip=is_tip_like(raw),
    )


def to_line(raw: Node, *, has_tip: bool) -> ours.LineItem:
    variant = fields.maybe(raw, "variant")
    stock = fields.maybe(variant or {}, "inventoryItem")
    group = fields.maybe(raw, "lineItemGroup") or {}
    return ours.LineItem(
        **_named(raw),
        **quantities(raw),
        unit_price=pair(raw, "discountedUnitPriceAfterAllDiscountsSet"),
        original_unit_price=maybe_pair(raw, "originalUnitPriceSet"),
        tax=tuple(_tax(tax) for tax in fields.items(raw, "taxLines")),
        duties=tuple(
            ours.Duty(id=fields.ident(d), amount=pair(d, "price").customer) for d in fields.items(raw, "duties")
        ),
        is_tracked=fields.flag(stock, "tracked") if stock else True,
        is_tip=has_tip and variant is None and is_tip_like(raw),
        group_id=fields.text(group, "id"),
        group_title=fields.text(group, "title"),
        stock_item_id=fields.text(stock or {}, "id"),
    )


def is_tip_like(raw: Node) -> bool:
    """A tip is a line without product that can never be fulfilled."""
    whole = fields.units(raw, "quantity")
    is_never_fulfilled = whole > 0 and fields.units(raw, "nonFulfillableQuantity") >= whole
    return is_never_fulfilled and not fields.flag(raw, "requiresShipping")


def _tax(raw: Node) -> str:
    rate = raw.get("rate")
    title = fields.text(raw, "title")
    if isinstance(rate, bool) or not isinstance(rate, int | Decimal):
        return title
    return f"{title} {rate * 100:f}".rstrip("0").rstrip(".") + " %" if rate else title


def placed(raw: Node, order: ours.Order, shipments: Iterable[ours.Shipment]) -> Iterator[ours.LineItem]:
    """Each line with where its units wait, what has left, and so what can be cancelled."""
    shipped: defaultdict[str, Decimal] = defaultdict(Decimal)
    for shipment in shipments:
        for line_id, count in shipment.lines if shipment.is_effective else ():
            shipped[line_id] += count
    places: defaultdict[str, list[ours.Placement]] = defaultdict(list)
    stock: dict[str, str] = {}
    for group in fields.items(raw, "fulfillmentOrders"):
        for line_id, stock_id, place in placements(group):
            stock.setdefault(line_id, stock_id)
            if place.units > 0 or place.readiness is not ours.Readiness.GONE:
                places[line_id].append(place)
    for line in order.lines:
        yield _line_at(order, line, tuple(places[line.id]), shipped[line.id], stock.get(line.id, ""))


def _line_at(
    order: ours.Order, line: ours.LineItem, places: tuple[ours.Placement, ...], shipped: Decimal, stock_id: str
) -> ours.LineItem:
    left = ZERO if order.cancelled_at else cancellable_units(line, places)
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
    return replace(placed, why_not=why_not(placed, is_cancelled=order.cancelled_at is not None))
