"""Why the platform says no: to a cancel of the whole order, and to an edit."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.platforms.shopify import totals
from sandbox.platforms.shopify.ids import Body

CLOSED = ("CLOSED", "CANCELLED", "INCOMPLETE")
ACTIVE_RETURN = ("REQUESTED", "OPEN")
NO_EDIT_GATEWAYS = ("instalments",)


def cancel_refusals(order: Body, switches: Mapping[str, str]) -> list[str]:
    """Empty when the order can be cancelled as a whole."""
    found = []
    if order["cancelled_at"] is not None:
        found.append("Order has already been cancelled")
    if any(parcel["status"] in totals.LIVE_SHIPMENT for parcel in order["fulfillments"]):
        found.append("Order has fulfillments that can't be cancelled")
    if any(payment["status"] == "PENDING" for payment in order["transactions"]):
        found.append("Order has pending payment authorizations")
    if any(back["status"] in ACTIVE_RETURN for back in order["returns"]):
        found.append("Order has active returns")
    if not all(can_stop(parcel, switches) for parcel in order["fulfillment_orders"]):
        found.append("Order has outstanding fulfillments that can't be cancelled")
    return found


def can_stop(parcel: Body, switches: Mapping[str, str]) -> bool:
    """Whether what waits in a fulfilment order can still be called back."""
    state, request = parcel["status"], parcel["request_status"]
    if state in CLOSED:
        return True
    if request in ("CANCELLATION_REJECTED", "SUBMITTED"):
        return False
    if state == "ON_HOLD":
        return bool(switches["cancel_on_hold"] == "allowed")
    if state == "IN_PROGRESS":
        return bool(request == "UNSUBMITTED")
    return True


def edit_refusals(order: Body) -> list[str]:
    """`merchantEditableErrors`: empty when an order edit is allowed."""
    found = []
    if order["cancelled_at"] is not None:
        found.append("Cancelled orders can't be edited.")
    if order["app"]["is_other"]:
        found.append("Orders created by another app can only be edited by that app.")
    if any(gateway in NO_EDIT_GATEWAYS for gateway in order["gateways"]):
        found.append("Orders paid in instalments can't be edited.")
    if any(payment["status"] == "PENDING" for payment in order["transactions"]):
        found.append("Orders with pending payments can't be edited.")
    if order["currency"] != order["shop_currency"]:
        found.append("Orders in a currency other than the shop's can't be edited.")
    return found
