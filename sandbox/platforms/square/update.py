"""PUT /v2/orders/{id}: what an order allows, and when it is complete or cancelled."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.core.records import Session
from sandbox.platforms.square import pricing, serializers, stock, webhooks
from sandbox.platforms.square.build import DETAILS
from sandbox.platforms.square.pricing import Body, holds
from sandbox.platforms.square.serializers import Refused, iso, keep, missing, not_found, serialize

FINAL = ("COMPLETED", "CANCELED", "FAILED")
TOP = ("order", "fields_to_clear", "idempotency_key")
KNOWN = ("location_id", "version", "state", "fulfillments", "line_items", "metadata", "reference_id", "ticket_name",
         "customer_id", "source", "taxes", "discounts", "service_charges", "pricing_options")  # fmt: skip
PARTS = ("uid", "type", "state", "metadata", *DETAILS.values())


def update(session: Session, ident: str, asked: Any, key: str) -> Body:
    """Raises Refused. Every change makes one row in the ledger for what it did."""
    wanted = asked.get("order")
    if not isinstance(wanted, dict):
        raise missing("order")
    order = session.require("order", ident, not_found("Order"))
    check(session, order, wanted)
    refuse_unknown(session, asked, wanted)
    before = [one["state"] for one in order.get("fulfillments", ())]
    shrunk = change_lines(order, wanted, asked.get("fields_to_clear") or [])
    move_fulfilments(session, order, wanted.get("fulfillments") or [])
    cancels = wanted.get("state") == "CANCELED"
    if cancels:
        may_cancel(session, order)
        order["state"] = "CANCELED"
    elif wanted.get("state") not in (None, "OPEN", "COMPLETED"):
        raise Refused("INVALID_VALUE", "Unknown state.", "order.state")
    if wanted.get("metadata"):
        order["metadata"] = {**order.get("metadata", {}), **wanted["metadata"]}
    is_ended = cancels or (order.get("fulfillments") and before != [one["state"] for one in order["fulfillments"]])
    note = remembered(order, wanted)
    finish(session, order)
    if is_ended and all(one["state"] != "COMPLETED" for one in wanted.get("fulfillments") or ()):
        act(session, order, "cancel", note, key)
    if shrunk:
        act(session, order, "edit", note, key, units=shrunk)
    return {"order": serialize(order)}


def check(session: Session, order: Body, wanted: Body) -> None:
    if "version" not in order:
        raise Refused("BAD_REQUEST", "The order was not created through the API and cannot be updated.")
    if not wanted.get("location_id"):
        raise missing("order.location_id")
    if wanted["location_id"] != order["location_id"]:
        raise Refused("LOCATION_MISMATCH", "The order belongs to another location.", "order.location_id")
    if "version" not in wanted:
        raise missing("order.version")
    if wanted["version"] != order["version"]:
        if session.switch("conflict") == "409":
            raise Refused("CONFLICT", "The order has changed.", "order.version", status=409)
        raise Refused("VERSION_MISMATCH", "The order has changed.", "order.version")
    if order["state"] in ("COMPLETED", "CANCELED"):
        raise Refused("BAD_REQUEST", f"An order in state {order['state']} cannot be updated.", "order.state")


def refuse_unknown(session: Session, asked: Body, wanted: Body) -> None:
    """Usually a field nobody knows changes nothing and is answered with 200."""
    if session.switch("unknown_fields") == "ignored":
        return
    strange = [name for name in asked if name not in TOP] + [name for name in wanted if name not in KNOWN]
    for part in wanted.get("fulfillments") or ():
        strange += [name for name in part if name not in PARTS]
    if strange:
        raise Refused("UNKNOWN_BODY_PARAMETER", f"Unknown field {strange[0]}.", strange[0])


def is_paid(order: Body) -> bool:
    cards = (tender.get("card_details") or {} for tender in order["tenders"])
    return any(card.get("status", "CAPTURED") == "CAPTURED" for card in cards)


def may_cancel(session: Session, order: Body) -> None:
    held = any(holds(tender) for tender in order["tenders"])
    was_voided = order["tenders"] or order.get("_had_void")
    if held or (was_voided and session.switch("cancel_after_void") == "refused"):
        raise Refused("BAD_REQUEST", serializers.AFTER_PAYMENT, "order.state")
    if any(one["state"] not in ("CANCELED", "FAILED") for one in order["fulfillments"]):
        raise Refused("BAD_REQUEST", "All fulfillments must be canceled first.", "order.fulfillments")


def move_fulfilments(session: Session, order: Body, parts: list[Any]) -> None:
    known = {one["uid"]: one for one in order.get("fulfillments", ())}
    for part in parts:
        one = known.get(part.get("uid"))
        if one is None:
            raise Refused("BAD_REQUEST", "No such fulfillment.", "order.fulfillments")
        state = part.get("state", one["state"])
        if one["state"] in FINAL and state != one["state"]:
            raise Refused("BAD_REQUEST", f"A fulfillment in state {one['state']} is final.", "order.fulfillments")
        details = DETAILS[one["type"]]
        said = dict(part.get(details) or {})
        if session.switch("cancel_reason") == "dropped":
            said.pop("cancel_reason", None)
        if state == "CANCELED" and one["state"] != "CANCELED":
            said["canceled_at"] = iso(session.at)
        one |= {"state": state, details: {**one.get(details, {}), **said}}


def change_lines(order: Body, wanted: Body, cleared: list[str]) -> Decimal:
    """How many units the order lost; it is priced anew."""
    asked = {part.get("uid"): part for part in wanted.get("line_items") or ()}
    if not asked and not cleared:
        return Decimal(0)
    if any(holds(tender) for tender in order["tenders"]):
        raise Refused("BAD_REQUEST", "A paid order cannot be changed.", "order.line_items")
    before = units(order)
    kept = []
    for line in order["line_items"]:
        if f"line_items[{line['uid']}]" in cleared:
            continue
        line["quantity"] = quantity(asked.get(line["uid"], {}).get("quantity", line["quantity"]))
        kept.append(line)
    if not kept:
        raise Refused("BAD_REQUEST", "An order must have a line item.", "order.line_items")
    order["line_items"] = kept
    pricing.price(order)
    return before - units(order)


def quantity(said: Any) -> str:
    try:
        found = Decimal(said) if isinstance(said, str) and len(said) <= 12 else Decimal(-1)
    except InvalidOperation:
        found = Decimal(-1)
    if found < 0:
        raise Refused("INVALID_VALUE", "Not a quantity.", "order.line_items.quantity")
    return str(said)


def units(order: Body) -> Decimal:
    return sum((Decimal(line["quantity"]) for line in order["line_items"]), Decimal(0))


def finish(session: Session, order: Body) -> None:
    """Another version; COMPLETED once paid with nothing left to hand over."""
    order |= {"version": order["version"] + 1, "updated_at": iso(session.at)}
    states = [one["state"] for one in order.get("fulfillments", ())]
    is_handed_over = "COMPLETED" in states or not states or session.switch("after_cancel") == "completed"
    if order["state"] == "OPEN" and is_paid(order) and all(state in FINAL for state in states) and is_handed_over:
        order["state"] = "COMPLETED"
    if order["state"] != "OPEN":
        order["closed_at"] = iso(session.at)
    pricing.owe(order)
    stock.take_for(session, order)
    keep(session, order)
    webhooks.order(session, "order.updated", order)


def remembered(order: Body, wanted: Body) -> str:
    """The words that came with a change: its metadata, else the reason at a fulfilment."""
    parts = [
        inside for part in wanted.get("fulfillments") or () for inside in part.values() if isinstance(inside, dict)
    ]
    said = [
        *(wanted.get("metadata") or {}).values(),
        *(one["cancel_reason"] for one in parts if "cancel_reason" in one),
    ]
    return str(said[0]) if said else ""


def act(session: Session, order: Body, kind: str, note: str, key: str, *, units: object = 0) -> None:
    session.effect(kind, order["id"], cause="update", currency=order["_currency"], key=key, note=note, units=units)
