"""Where units wait and whether they can still be stopped, by the states of FulfillmentOrder; reasons in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from stores.canonical.order import READY, Cancellable, LineItem, Location, Placement, Readiness
from stores.platforms.shopify import fields
from stores.platforms.shopify.fields import Node

ZERO = Decimal(0)
BACK_WITH_US = frozenset({"UNSUBMITTED", "REJECTED", "CANCELLATION_ACCEPTED", "CLOSED"})
OVER = frozenset({"CLOSED", "CANCELLED", "INCOMPLETE"})


def readiness(status: str, request: str) -> Readiness:
    """One row of the table by `status` and `requestStatus`; what no row names is not ours to stop."""
    if status in OVER:
        return Readiness.GONE
    if request == "CANCELLATION_REJECTED":
        return Readiness.REFUSED
    if request == "CANCELLATION_REQUESTED":
        return Readiness.WAITING
    if status == "ON_HOLD":
        return Readiness.ON_HOLD
    if status in ("OPEN", "SCHEDULED") and request in BACK_WITH_US:
        return Readiness.OPEN
    if status == "IN_PROGRESS" and request == "UNSUBMITTED":
        return Readiness.BEING_PACKED
    return Readiness.WITH_SERVICE


def placements(group: Node) -> list[tuple[str, str, Placement]]:
    """(line id, stock item id, share) for each line of one fulfilment order."""
    state = readiness(fields.text(group, "status"), fields.text(group, "requestStatus"))
    location, detail = to_location(group), _detail(group, state)
    return [
        (
            fields.ident(fields.node(share, "lineItem")),
            fields.text(share, "inventoryItemId"),
            Placement(
                id=fields.ident(share),
                group_id=fields.ident(group),
                units=fields.units(share, "remainingQuantity"),
                readiness=state,
                location=location,
                detail=detail,
            ),
        )
        for share in fields.items(group, "lineItems")
    ]


def to_location(group: Node) -> Location | None:
    assigned = fields.node(group, "assignedLocation")
    known = fields.maybe(assigned, "location")
    if known is None:  # deleted since, or not ours to read
        return None
    return Location(
        id=fields.ident(known),
        name=fields.text(known, "name") or fields.text(assigned, "name"),
        is_active=fields.flag(known, "isActive"),
        is_service=fields.flag(known, "isFulfillmentService"),
    )


def _detail(group: Node, state: Readiness) -> str:
    if state is Readiness.ON_HOLD:
        held = [
            ": ".join(filter(None, (fields.text(hold, "displayReason"), fields.text(hold, "reasonNotes"))))
            for hold in fields.items(group, "fulfillmentHolds")
        ]
        return "; ".join(held)
    if state in (Readiness.WITH_SERVICE, Readiness.WAITING, Readiness.REFUSED):
        location = fields.maybe(fields.node(group, "assignedLocation"), "location") or {}
        service = fields.maybe(location, "fulfillmentService") or {}
        return fields.text(service, "serviceName") or fields.text(fields.node(group, "assignedLocation"), "name")
    return ""


def cancellable_units(
    places: Sequence[Placement], *, refundable: Decimal, unfulfilled: Decimal, needs_shipping: bool
) -> Decimal:
    """min(refundable, units at a ready place); what no place tracks (digital goods) uses what is unfulfilled.

    Goods that must be shipped and stand nowhere are at a place we may not see: not ours to stop.
    """
    if places:
        return min(refundable, sum((p.units for p in places if p.readiness in READY), ZERO))
    return ZERO if needs_shipping else min(refundable, unfulfilled)


def why_not(line: LineItem, *, is_cancelled: bool) -> str:
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


def _elsewhere(line: LineItem) -> str:
    """Somebody else holds the units."""
    waiting = {place.readiness: place for place in line.placements if place.units > 0}
    if place := waiting.get(Readiness.WITH_SERVICE):
        return _("%(who)s has these units. Ask for them back in Shopify first.") % {"who": _who(place)}
    if place := waiting.get(Readiness.WAITING):
        return _("%(who)s was asked to stop and has not answered yet.") % {"who": _who(place)}
    if place := waiting.get(Readiness.REFUSED):
        return _("%(who)s will not give these units back: start a return once they have arrived.") % {
            "who": _who(place)
        }
    return ""


def _gone(line: LineItem) -> str:
    if line.shipped > 0 and line.unfulfilled <= 0:
        return _("All units have left: start a return instead.")
    if line.refundable <= 0:
        return _("All units are already refunded.")
    if line.unfulfilled > 0 and line.needs_shipping:
        return _("Shopify does not show where these units wait: a right is missing, or the order is minutes old.")
    return _("Nothing of this line waits to be fulfilled.")


def _who(place: Placement) -> str:
    return place.detail or (place.location.name if place.location else _("A fulfilment service"))


def whole_blockers(
    *,
    is_cancelled: bool,
    has_shipped: bool,
    has_pending_payment: bool,
    has_open_return: bool,
    places: Iterable[Placement],
) -> tuple[str, ...]:
    """Why Shopify would refuse to cancel the whole order, each in words; none: it may be cancelled."""
    found = []
    if is_cancelled:
        found.append(_("The order is already cancelled."))
    if has_shipped:
        found.append(_("A parcel has left or is about to."))
    if has_pending_payment:
        found.append(_("A payment is still pending."))
    if has_open_return:
        found.append(_("A return is open."))
    held = {place.readiness: place for place in places if place.units > 0 and place.readiness not in READY}
    if place := held.get(Readiness.WITH_SERVICE):
        found.append(_("%(who)s has units of this order.") % {"who": _who(place)})
    if place := held.get(Readiness.WAITING):
        found.append(_("%(who)s has not yet said whether it stops.") % {"who": _who(place)})
    if place := held.get(Readiness.REFUSED):
        found.append(_("%(who)s will ship its units all the same.") % {"who": _who(place)})
    return tuple(found)


def how_much(lines: Iterable[LineItem], blockers: Sequence[str], *, is_cancelled: bool) -> Cancellable:
    """All, part or none of what is still on the order; a tip follows the order."""
    goods = [line for line in lines if line.current > 0 and not line.is_tip]
    if is_cancelled or not any(line.cancellable > 0 for line in goods):
        return Cancellable.NONE
    whole = not blockers and all(line.cancellable == line.current for line in goods)
    return Cancellable.ALL if whole else Cancellable.PART
