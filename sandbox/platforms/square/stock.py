"""Inventory: counts of what is tracked, adjustments with their reasons, and when a sale takes units."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.core.paging import from_place
from sandbox.core.records import Session
from sandbox.platforms.square import serializers
from sandbox.platforms.square.pricing import Body
from sandbox.platforms.square.serializers import Refused, iso, missing, stamp

FIRST_COUNT = "20"
MOST_CHANGES = 100
DAY = 86_400
COMES_FROM = ("UNLINKED_RETURN", "NONE", "RETURNED_BY_CUSTOMER", "SOLD")
PAGE = 1000


def track(session: Session, item: str, *, is_tracked: bool) -> None:
    """An item of the catalogue; counted at every location when tracked."""
    if session.get("stock", item) is None:
        counts = {one["id"]: FIRST_COUNT for one in session.shop["locations"]} if is_tracked else None
        session.put("stock", item, {"counts": counts})


def count(session: Session, item: str, place: str) -> Decimal | None:
    """None: not tracked."""
    counts = (session.get("stock", item) or {"counts": None})["counts"]
    return None if counts is None else Decimal(counts.get(place, "0"))


def move(session: Session, item: str, place: str, delta: Decimal, record: Body) -> None:
    counts = (session.get("stock", item) or {"counts": {}})["counts"]
    counts[place] = format(Decimal(counts.get(place, "0")) + delta, "f")
    session.put("stock", item, {"counts": counts})
    ident = f"ADJ{session.number()}"
    session.put("adjustment", ident, record | {"id": ident, "created_at": iso(session.at)}, parent=item)


def take_for(session: Session, order: Body) -> None:
    """A sale takes its units once: when it is paid, or when it is completed (a switch)."""
    is_due = order["state"] == "COMPLETED" or (order["tenders"] and session.switch("stock_taken") == "paid")
    if order.get("_took") or not is_due or order["state"] == "CANCELED":
        return
    order["_took"] = True
    for line in order["line_items"]:
        item, place = line.get("catalog_object_id", ""), order["location_id"]
        if item and count(session, item, place) is not None:
            units = Decimal(line["quantity"])
            move(session, item, place, -units, adjustment(item, place, units, "IN_STOCK", "SOLD", iso(session.at))
                 | {"transaction_id": order["id"]})  # fmt: skip


def adjustment(item: str, place: str, units: Decimal, from_state: str, to_state: str, at: str) -> Body:
    return {"catalog_object_id": item, "catalog_object_type": "ITEM_VARIATION", "location_id": place,
            "quantity": format(units, "f"), "from_state": from_state, "to_state": to_state,
            "occurred_at": at}  # fmt: skip


# --- POST /v2/inventory/changes/batch-create -----------------------------------------------------------------
def change(session: Session, asked: Any, key: str) -> Body:
    changes = asked.get("changes")
    if not isinstance(changes, list) or not changes:
        raise missing("changes")
    if len(changes) > MOST_CHANGES:
        raise Refused("ARRAY_LENGTH_TOO_LONG", "At most 100 changes.", "changes")
    wanted = [read(session, one) for one in changes]
    done = [apply(session, one, key) for one in wanted]
    places = {(one["catalog_object_id"], one["location_id"]): None for one in wanted}
    return {"counts": [told_count(session, *place) for place in places if count(session, *place) is not None],
            "changes": [{"type": "ADJUSTMENT", "adjustment": one} for one in done]}  # fmt: skip


def read(session: Session, asked: Any) -> Body:
    """One adjustment that brings units in. Raises Refused."""
    one = asked.get("adjustment") if isinstance(asked, dict) else None
    if not isinstance(one, dict) or asked.get("type") != "ADJUSTMENT":
        raise missing("changes.adjustment")
    for name in ("catalog_object_id", "location_id", "quantity", "occurred_at", "from_state", "to_state"):
        if not one.get(name):
            raise missing(f"changes.adjustment.{name}")
    try:
        units, age = Decimal(one["quantity"]), session.at - stamp(one["occurred_at"])
    except (InvalidOperation, ValueError, TypeError) as exc:
        raise Refused("INVALID_VALUE", "Not a quantity or time.", "changes.adjustment") from exc
    if units <= 0 or age > DAY or one["from_state"] not in COMES_FROM or one["to_state"] != "IN_STOCK":
        raise Refused("INVALID_VALUE", "This adjustment is not allowed.", "changes.adjustment")
    if session.get("stock", one["catalog_object_id"]) is None:
        raise serializers.not_found("Catalog object")
    return one


def apply(session: Session, one: Body, key: str) -> Body:
    item, place, units = one["catalog_object_id"], one["location_id"], Decimal(one["quantity"])
    made = adjustment(item, place, units, one["from_state"], one["to_state"], one["occurred_at"])
    made |= {"reference_id": one["reference_id"]} if one.get("reference_id") else {}
    if count(session, item, place) is not None:
        move(session, item, place, units, made)
        session.effect("stock", order_of(one), cause="stock", currency=session.shop["locations"][0]["currency"],
                       key=key, note=str(one.get("reference_id", "")), units=units, item=item,
                       location=place)  # fmt: skip
    return made


def order_of(one: Body) -> str:
    """Our reference begins with the order it is for; for the ledger alone."""
    return str(one.get("reference_id", "")).partition(" ")[0]


# --- reading ---------------------------------------------------------------------------------------------
def told_count(session: Session, item: str, place: str) -> Body:
    units = count(session, item, place)
    shown = {"catalog_object_id": item, "catalog_object_type": "ITEM_VARIATION", "state": "IN_STOCK",
            "location_id": place, "calculated_at": iso(session.at)}  # fmt: skip
    return shown | {"quantity": format(units if units is not None else Decimal(0), "f")}


def counts(session: Session, asked: Any) -> Body:
    places = asked.get("location_ids") or [one["id"] for one in session.shop["locations"]]
    shelves = ((item, place) for item in asked.get("catalog_object_ids") or () for place in places)
    return {"counts": [told_count(session, *shelf) for shelf in shelves if count(session, *shelf) is not None]}


def changes(session: Session, asked: Any) -> Body:
    """POST /v2/inventory/changes/batch-retrieve, oldest first."""
    found = list(fitting(session, asked))
    page, more = from_place(found, asked.get("cursor"), min(PAGE, int(asked.get("limit") or 100)))
    return {"changes": [{"type": "ADJUSTMENT", "adjustment": one} for one in page], **more}


def fitting(session: Session, asked: Any) -> Iterator[Body]:
    since = stamp(asked["updated_after"]) if asked.get("updated_after") else 0.0
    places, states = asked.get("location_ids") or (), asked.get("states") or ()
    for item in asked.get("catalog_object_ids") or ():
        for one in session.of("adjustment", item):
            if stamp(one["created_at"]) < since or (places and one["location_id"] not in places):
                continue
            if not states or one["to_state"] in states or one["from_state"] in states:
                yield one
