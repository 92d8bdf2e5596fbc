"""inventoryAdjustQuantities: adds a delta to what is available somewhere, under a key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.platforms.shopify import idempotency, stock
from sandbox.platforms.shopify.session import Session
from sandbox.platforms.shopify.values import Body, gid, iso, number_of
from sandbox.platforms.shopify.views.shop import ItemView, LocationView

CAUSE = "inventoryAdjustQuantities"
REASONS = (
    "correction", "cycle_count_available", "damaged", "movement_created", "movement_updated", "movement_received",
    "movement_canceled", "other", "promotion", "quality_control", "received", "reservation_created",
    "reservation_deleted", "reservation_updated", "restock", "safety_stock", "shrinkage",
)  # fmt: skip
Payload = dict[str, Any]


def refused(message: str, code: str, *path: str) -> dict[str, Any]:
    return {"field": list(path) or None, "message": message, "code": code}


def adjust(session: Session, info: GraphQLResolveInfo, wanted: Mapping[str, Any]) -> Payload:
    try:
        outcome = idempotency.once(session, info, wanted, lambda: act(session, wanted))
    except idempotency.KeyRefused as exc:
        if exc.code == "MISSING":
            raise exc.as_error() from exc
        return {"inventoryAdjustmentGroup": None, "userErrors": [refused(exc.words, exc.code)]}
    group = outcome["group"]
    return {"inventoryAdjustmentGroup": group and serialize(session, group), "userErrors": outcome["errors"]}


def act(session: Session, wanted: Mapping[str, Any]) -> idempotency.Outcome:
    errors = [error for place, change in enumerate(wanted["changes"]) for error in problems(session, place, change)]
    if wanted["reason"] not in REASONS:
        errors.append(refused("The specified reason is invalid.", "INVALID_REASON", "input", "reason"))
    if wanted["name"] not in ("available", "damaged", "quality_control", "reserved", "safety_stock"):
        errors.append(refused("The quantity name is invalid.", "INVALID_QUANTITY_NAME", "input", "name"))
    if errors:
        return {"group": None, "errors": errors}
    changes = [change_one(session, wanted, change) for change in wanted["changes"]]
    group = {"id": session.number(), "at": session.at, "reason": wanted["reason"], "changes": changes}
    session.happened(
        "INVENTORY_LEVELS_UPDATE", {"inventory_item_id": changes[0]["item"], "location_id": changes[0]["location"]}
    )
    return {"group": group | {"uri": wanted.get("reference_document_uri")}, "errors": []}


def problems(session: Session, place: int, change: Body) -> list[dict[str, Any]]:
    where = ("input", "changes", str(place))
    item, location = (
        number_of(change["inventory_item_id"], "InventoryItem"),
        number_of(change["location_id"], "Location"),
    )
    if item is None:
        return [refused("The inventory item could not be found.", "INVALID_INVENTORY_ITEM", *where, "inventoryItemId")]
    if session.location(location) is None or location is None:
        return [refused("The location could not be found.", "INVALID_LOCATION", *where, "locationId")]
    expected = change.get("change_from_quantity")
    available = stock.level(session.db, session.shop["name"], item, location)["available"]
    if expected is not None and expected != available:
        return [refused("The quantity has changed.", "CHANGE_FROM_QUANTITY_STALE", *where, "changeFromQuantity")]
    return []


def change_one(session: Session, wanted: Mapping[str, Any], change: Body) -> Body:
    item, location = number_of(change["inventory_item_id"]) or 0, number_of(change["location_id"]) or 0
    delta = change["delta"]
    stock.move(session.db, session.shop["name"], item, location, available=delta, on_hand=delta)
    note = wanted.get("reference_document_uri") or ""
    session.changed("stock", None, cause=CAUSE, note=note, units=delta, item=item, location=location)
    after = stock.level(session.db, session.shop["name"], item, location)["available"]
    return {"name": wanted["name"], "delta": delta, "item": item, "location": location, "after": after}


def serialize(session: Session, group: Body) -> dict[str, Any]:
    return {
        "id": gid("InventoryAdjustmentGroup", group["id"]), "createdAt": iso(group["at"]), "reason": group["reason"],
        "referenceDocumentUri": group["uri"],
        "changes": [serialize_change(session, change) for change in group["changes"]],
    }  # fmt: skip


def serialize_change(session: Session, change: Body) -> dict[str, Any]:
    location = session.location(change["location"])
    return {
        "name": change["name"], "delta": change["delta"], "quantityAfterChange": change["after"],
        "item": ItemView(session, {"id": change["item"], "is_tracked": True, "sku": None}),
        "location": LocationView(session, location) if location else None,
    }  # fmt: skip
