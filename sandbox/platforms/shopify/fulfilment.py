"""Calling fulfilment orders back from a service, and holds."""

from __future__ import annotations

from typing import Any

from sandbox.platforms.shopify import totals
from sandbox.platforms.shopify.build import hold
from sandbox.platforms.shopify.session import Session
from sandbox.platforms.shopify.values import Body, gid, next_part, number_of

SERVICE_SECONDS = 30.0
Problem = dict[str, Any]


def parcel_of(session: Session, value: str) -> tuple[Body, Body] | tuple[None, None]:
    """(order, fulfilment order) by gid; (None, None) when this shop has none."""
    number = number_of(value, "FulfillmentOrder")
    order = session.owner(number)
    found = next((parcel for parcel in order["fulfillment_orders"] if parcel["id"] == number), None) if order else None
    return (order, found) if order and found else (None, None)


def problem(message: str, code: str | None = None) -> list[Problem]:
    return [{"field": ["id"], "message": message, "code": code}]


def take_back(session: Session, value: str) -> tuple[Body | None, Body | None, Body | None, list[Problem]]:
    """fulfillmentOrderCancel: (order, fulfilment order, its replacement, errors)."""
    order, parcel = parcel_of(session, value)
    if order is None or parcel is None:
        return None, None, None, problem("Fulfillment order does not exist.")
    if parcel["status"] != "OPEN" or parcel["request_status"] != "SUBMITTED":
        return order, parcel, None, problem("Fulfillment order cannot be cancelled.")
    items = [{**item, "id": next_part(order)} for item in parcel["items"]]
    fresh = parcel | {"id": next_part(order), "items": items, "request_status": "UNSUBMITTED"}
    parcel |= {"status": "CLOSED", "items": [{**item, "remaining": 0} for item in parcel["items"]]}
    order["fulfillment_orders"].append(fresh)
    changed(session, order, parcel, "FULFILLMENT_ORDERS_CANCELLED", "fulfillmentOrderCancel")
    return order, parcel, fresh, []


def ask_back(session: Session, value: str) -> tuple[Body | None, Body | None, list[Problem]]:
    """fulfillmentOrderSubmitCancellationRequest: the service answers later, as the switch says."""
    order, parcel = parcel_of(session, value)
    if order is None or parcel is None:
        return None, None, problem("Fulfillment order does not exist.")
    if parcel["request_status"] != "ACCEPTED":
        return order, parcel, problem("The fulfillment request has not been accepted.")
    parcel["request_status"] = "CANCELLATION_REQUESTED"
    if session.switches["service_answers"] != "waits":
        session.timer(session.at + SERVICE_SECONDS, "service", {"order": order["id"], "parcel": parcel["id"]})
    topic = "FULFILLMENT_ORDERS_CANCELLATION_REQUEST_SUBMITTED"
    changed(session, order, parcel, topic, "fulfillmentOrderSubmitCancellationRequest")
    return order, parcel, []


def service_answers(session: Session, order: Body, parcel_id: int) -> None:
    """The third party lets go, or does not."""
    parcel = next(parcel for parcel in order["fulfillment_orders"] if parcel["id"] == parcel_id)
    if parcel["request_status"] != "CANCELLATION_REQUESTED":
        return
    accepts = session.switches["service_answers"] == "accepts"
    parcel["request_status"] = "CANCELLATION_ACCEPTED" if accepts else "CANCELLATION_REJECTED"
    parcel["status"] = "OPEN" if accepts else parcel["status"]
    word = "ACCEPTED" if accepts else "REJECTED"
    changed(session, order, parcel, f"FULFILLMENT_ORDERS_CANCELLATION_REQUEST_{word}", "service")


def release_hold(session: Session, value: str) -> tuple[Body | None, Body | None, list[Problem]]:
    order, parcel = parcel_of(session, value)
    if order is None or parcel is None:
        return None, None, problem("Fulfillment order does not exist.", "FULFILLMENT_ORDER_NOT_FOUND")
    parcel |= {"holds": [], "status": "OPEN" if parcel["status"] == "ON_HOLD" else parcel["status"]}
    changed(session, order, parcel, "FULFILLMENT_ORDERS_HOLD_RELEASED", "fulfillmentOrderReleaseHold")
    return order, parcel, []


def place_hold(session: Session, value: str, wanted: Body) -> tuple[Body | None, Body | None, list[Problem]]:
    order, parcel = parcel_of(session, value)
    if order is None or parcel is None:
        return None, None, problem("Fulfillment order does not exist.", "FULFILLMENT_ORDER_NOT_FOUND")
    if parcel["status"] not in totals.OPEN_FULFILMENT:
        return order, parcel, problem("Fulfillment order cannot be put on hold.", "TAKEN")
    parcel["status"] = "ON_HOLD"
    parcel["holds"].append(hold(order, wanted["reason"], wanted.get("reason_notes") or "") | {"is_ours": True})
    changed(session, order, parcel, "FULFILLMENT_ORDERS_PLACED_ON_HOLD", "fulfillmentOrderHold")
    return order, parcel, []


def changed(session: Session, order: Body, parcel: Body, topic: str, cause: str) -> None:
    parcel["updated_at"] = session.at
    session.changed("fulfilment", order, cause=cause, parcel=parcel["id"], status=parcel["status"])
    session.save(order)
    shown = {"id": gid("FulfillmentOrder", parcel["id"]), "status": parcel["request_status"].lower()}
    session.happened(topic, {"fulfillment_order": shown, "order_id": order["id"]})
    session.order_event("ORDERS_UPDATED", order)
