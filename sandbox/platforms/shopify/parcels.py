"""Fulfilment orders and shipments of an order that is being built."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.platforms.shopify import totals
from sandbox.platforms.shopify.ids import Body, next_part
from sandbox.platforms.shopify.spec import Line, Order

HOUR = 3_600.0


def location_named(shop: Body, name: str) -> Body:
    """A location by name; "" is the first. Raises ValueError for an unknown one."""
    for location in shop["locations"]:
        if not name or location["name"] == name:
            found: Body = location
            return found
    raise ValueError(f"{shop['name']} has no location {name!r}")


def places(line: Line) -> Mapping[str, int]:
    return {line.at: line.quantity} if isinstance(line.at, str) else line.at


def left_from(line: Line) -> Mapping[str, int]:
    """Units shipped per location; a bare number is taken from the places in order."""
    if not isinstance(line.fulfilled, int):
        return line.fulfilled
    rest, taken = line.fulfilled, {}
    for name, units in places(line).items():
        taken[name] = min(units, rest)
        rest -= taken[name]
    return taken


def add_fulfilment_orders(shop: Body, order: Body, spec: Order) -> None:
    """One per location that has to send something."""
    by_place: dict[str, list[tuple[Body, Line]]] = {}
    for body, line in zip(order["lines"], spec.lines, strict=False):
        for name in places(line) if line.ships else ():
            by_place.setdefault(name, []).append((body, line))
    for name, members in by_place.items():
        parcel = fulfilment_order(order, location_named(shop, name), spec)
        for body, line in members:
            units, sent = places(line)[name], left_from(line).get(name, 0)
            item = {"id": next_part(order), "line": body["id"], "total": units, "remaining": units - sent}
            parcel["items"].append(item)
        if not any(item["remaining"] for item in parcel["items"]):
            parcel |= {"status": "CLOSED", "holds": []}
        order["fulfillment_orders"].append(parcel)


def fulfilment_order(order: Body, location: Body, spec: Order) -> Body:
    is_service = bool(location["service"])
    holds = [hold(order, spec.hold)] if spec.hold else []
    request = spec.request if is_service or spec.request == "UNSUBMITTED" else "UNSUBMITTED"
    status = "IN_PROGRESS" if request in ("ACCEPTED", "CANCELLATION_REQUESTED", "CANCELLATION_REJECTED") else "OPEN"
    return {
        "id": next_part(order), "location": location["id"],
        "status": "ON_HOLD" if holds else (status if status != "OPEN" else spec.fulfilment), "request_status": request,
        "created_at": order["created_at"], "updated_at": order["created_at"], "fulfill_at": order["created_at"],
        "holds": holds, "items": [],
    }  # fmt: skip


def hold(order: Body, reason: str, notes: str = "") -> Body:
    return {"id": next_part(order), "reason": reason, "notes": notes or None, "is_ours": False}


def add_shipments(shop: Body, order: Body, spec: Order) -> None:
    """What has left, one shipment per location, a day after the order was placed."""
    sent: dict[str, list[tuple[Body, int]]] = {}
    for body, line in zip(order["lines"], spec.lines, strict=False):
        for name, units in left_from(line).items():
            if units:
                sent.setdefault(name, []).append((body, units))
    for name, items in sent.items():
        add_shipment(order, location_named(shop, name), items)


def add_shipment(order: Body, location: Body, items: list[tuple[Body, int]]) -> None:
    number = len(order["fulfillments"]) + 1
    order["fulfillments"].append(
        {
            "id": next_part(order), "name": f"{order['name']}-F{number}", "status": "SUCCESS",
            "created_at": order["created_at"] + 20 * HOUR, "location": location["id"],
            "tracking": {"company": "UPS", "number": f"1Z{order['id'] % 10**10:010d}{number}"},
            "items": [{"id": next_part(order), "line": line["id"], "units": units} for line, units in items],
        }
    )  # fmt: skip
    for line, units in items:
        line["fulfilled"] += units


def open_units(order: Body, line: Body) -> int:
    """Units of a line that wait in open fulfilment orders."""
    return sum(
        item["remaining"]
        for parcel in order["fulfillment_orders"]
        if parcel["status"] in totals.OPEN_FULFILMENT
        for item in parcel["items"]
        if item["line"] == line["id"]
    )
