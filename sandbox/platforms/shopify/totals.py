"""Where an order stands: units per line, money, and the status words that follow from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.platforms.shopify.spec import Order
from sandbox.platforms.shopify.values import Body, cut, minor, next_part

PAID = ("SALE", "CAPTURE")
AUTH = ("AUTHORIZATION", "EMV_AUTHORIZATION")
OPEN_FULFILMENT = ("OPEN", "SCHEDULED", "ON_HOLD", "IN_PROGRESS")
LIVE_SHIPMENT = ("SUCCESS", "OPEN", "PENDING")


# --- units ---------------------------------------------------------------------------------------
def gone(line: Body) -> int:
    """Units no longer on the order."""
    return int(line["removed"] + line["refunded_waiting"] + line["refunded_shipped"])


def refundable(line: Body) -> int:
    return int(line["quantity"] - gone(line))


def waiting(line: Body) -> int:
    """Units still to ship."""
    if line["is_tip"]:
        return 0
    return int(line["quantity"] - line["removed"] - line["fulfilled"] - line["refunded_waiting"])


def line_of(order: Body, line_id: int | None) -> Body | None:
    return next((line for line in order["lines"] if line["id"] == line_id), None)


# --- money ---------------------------------------------------------------------------------------
def left(line: Body, total: int) -> int:
    """What of a line's `total` belongs to the units still on the order."""
    return total - cut(total, gone(line), line["quantity"])


def line_total(line: Body) -> int:
    """After all discounts, all units."""
    return int(line["price"] * line["quantity"] - line["discount"])


def line_tax(line: Body) -> int:
    return sum(tax["amount"] for tax in line["taxes"])


def goods(order: Body) -> list[Body]:
    return [line for line in order["lines"] if not line["is_tip"]]


def subtotal(order: Body) -> int:
    return sum(left(line, line_total(line)) for line in goods(order))


def discounts(order: Body) -> int:
    return sum(left(line, line["discount"]) for line in order["lines"])


def tips(order: Body) -> int:
    return sum(left(line, line_total(line)) for line in order["lines"] if line["is_tip"])


def shipping(order: Body) -> int:
    return sum(ship["price"] - ship["refunded"] for ship in order["shipping"])


def shipping_tax_left(ship: Body) -> int:
    whole = sum(tax["amount"] for tax in ship["taxes"])
    return int(whole - ship["tax_refunded"])


def tax(order: Body) -> int:
    lines = sum(left(line, part["amount"]) for line in order["lines"] for part in line["taxes"])
    return lines + sum(shipping_tax_left(ship) for ship in order["shipping"])


def duties(order: Body) -> int:
    return sum(duty["amount"] - duty["refunded"] for line in order["lines"] for duty in line["duties"])


def current(order: Body) -> int:
    """What the order is worth now; money given back beyond the units cannot turn it negative."""
    added = 0 if order["taxes_included"] else tax(order)
    adjusted: int = sum(refund["adjustment"] for refund in order["refunds"])
    whole = subtotal(order) + tips(order) + shipping(order) + added + duties(order)
    return max(0, whole - int(adjusted))


def of_kind(order: Body, kinds: Iterable[str], *states: str) -> int:
    return sum(int(t["amount"]) for t in order["transactions"] if t["kind"] in kinds and t["status"] in states)


def received(order: Body) -> int:
    return of_kind(order, PAID, "SUCCESS")


def refunded(order: Body) -> int:
    return of_kind(order, ("REFUND",), "SUCCESS")


def net(order: Body) -> int:
    return received(order) - refunded(order)


def outstanding(order: Body) -> int:
    """Positive: the customer owes; negative: the shop owes."""
    return current(order) - net(order)


def children(order: Body, parent: Body, kinds: Iterable[str], *states: str) -> int:
    return sum(
        t["amount"]
        for t in order["transactions"]
        if t["parent_id"] == parent["id"] and t["kind"] in kinds and t["status"] in states
    )


def max_refundable(order: Body, payment: Body) -> int:
    """What can still go back through one payment; a pending refund holds its amount."""
    if payment["kind"] not in PAID or payment["status"] != "SUCCESS":
        return 0
    return int(payment["amount"] - children(order, payment, ("REFUND",), "SUCCESS", "PENDING"))


def refundable_money(order: Body) -> int:
    return sum(max_refundable(order, payment) for payment in order["transactions"])


def unsettled(order: Body, payment: Body) -> int:
    """What is authorised and neither captured nor voided."""
    if payment["kind"] not in AUTH or payment["status"] != "SUCCESS" or payment.get("expired"):
        return 0
    if children(order, payment, ("VOID",), "SUCCESS"):
        return 0
    return max(0, int(payment["amount"] - children(order, payment, ("CAPTURE",), "SUCCESS")))


def capturable(order: Body) -> int:
    return sum(unsettled(order, payment) for payment in order["transactions"])


# --- words ---------------------------------------------------------------------------------------
def financial_status(order: Body) -> str:
    got, back = received(order), refunded(order)
    if got:
        if back:
            return "REFUNDED" if back >= got else "PARTIALLY_REFUNDED"
        return "PARTIALLY_PAID" if outstanding(order) > 0 else "PAID"
    if capturable(order):
        return "AUTHORIZED"
    if any(t.get("expired") for t in order["transactions"]):
        return "EXPIRED"
    voided = any(t["kind"] == "VOID" and t["status"] == "SUCCESS" for t in order["transactions"])
    if voided or order["cancelled_at"] is not None:
        return "VOIDED"
    return "PENDING" if current(order) else "PAID"


def fulfilment_status(order: Body) -> str:
    shipped = sum(line["fulfilled"] for line in order["lines"])
    open_orders = [f for f in order["fulfillment_orders"] if f["status"] in OPEN_FULFILMENT]
    if shipped:
        return "PARTIALLY_FULFILLED" if any(waiting(line) for line in order["lines"]) else "FULFILLED"
    for status, word in (("ON_HOLD", "ON_HOLD"), ("IN_PROGRESS", "IN_PROGRESS")):
        if any(f["status"] == status for f in open_orders):
            return word
    if any(f["request_status"] == "REJECTED" for f in open_orders):
        return "REQUEST_DECLINED"
    if any(f["request_status"] == "SUBMITTED" for f in open_orders):
        return "PENDING_FULFILLMENT"
    if open_orders and all(f["status"] == "SCHEDULED" for f in open_orders):
        return "SCHEDULED"
    return "UNFULFILLED"


def return_status(order: Body) -> str:
    states = {back["status"] for back in order["returns"]}
    for status, word in (("OPEN", "IN_PROGRESS"), ("REQUESTED", "RETURN_REQUESTED"), ("CLOSED", "RETURNED")):
        if status in states:
            return word
    return "NO_RETURN"


def payment_of(order: Body, payment_id: int | None) -> Body | None:
    return next((payment for payment in order["transactions"] if payment["id"] == payment_id), None)


# --- Payments of an order that is being built, and what each gateway does with a refund -----------
WEEK = 604_800.0
LABELS = {
    "bogus": "Visa •••• 4242", "bogus_pending": "Slow bank •••• 0060", "bogus_fail": "Refusing bank •••• 0002",
    "manual": "Bank deposit", "cash": "Cash on delivery", "gift_card": "Gift card •••• 7H2K",
    "store_credit": "Store credit",
}  # fmt: skip
MANUAL = ("manual", "cash")
REFUND_STATUS = {"bogus_pending": "PENDING", "bogus_fail": "FAILURE"}


def add_payments(order: Body, spec: Order) -> None:
    """The order's total, paid the way the specification says. Remembers the total as the original one."""
    due = current(order)
    order["original"] = original(order)
    tender = [(gateway, minor(amount, order["currency"])) for gateway, amount in spec.tender]
    tender = tender or [("manual" if spec.pay == "pending" and spec.gateway == "bogus" else spec.gateway, due)]
    order["gateways"] = [gateway for gateway, _ in tender]
    for gateway, amount in tender:
        pay(order, spec, gateway, amount)


def original(order: Body) -> Body:
    """Totals before anything was taken off."""
    return {
        "total": current(order), "subtotal": subtotal(order), "tax": tax(order),
        "shipping": shipping(order), "discounts": discounts(order),
    }  # fmt: skip


def pay(order: Body, spec: Order, gateway: str, amount: int) -> None:
    part = minor(spec.captured, order["currency"]) if spec.captured else amount // 2
    match spec.pay:
        case "paid":
            transaction(order, "SALE", gateway, amount)
        case "processing":
            transaction(order, "AUTHORIZATION", gateway, amount, status="PENDING")
        case "part_paid":
            transaction(order, "SALE", gateway, part)
        case "authorised":
            transaction(order, "AUTHORIZATION", gateway, amount)
        case "expired":
            transaction(order, "AUTHORIZATION", gateway, amount, expired=True)
        case "partly_captured" | "captured" | "voided":
            parent = transaction(order, "AUTHORIZATION", gateway, amount)
            kind, moved = ("VOID", amount) if spec.pay == "voided" else ("CAPTURE", part)
            whole = amount if spec.pay == "captured" else moved
            transaction(order, kind, gateway, whole, parent_id=parent["id"])
        case "pending":
            pass  # nobody has paid yet: Shopify holds no transaction that could block a cancel
        case _:
            raise ValueError(f"no way to pay: {spec.pay!r}")


def transaction(order: Body, kind: str, gateway: str, amount: int, **more: Any) -> Body:
    """Appends a payment; `more` overrides what is usual."""
    body: Body = {
        "id": next_part(order), "kind": kind, "status": "SUCCESS", "gateway": gateway, "amount": amount,
        "parent_id": None, "at": order["created_at"], "error": None, **more,
    }  # fmt: skip
    order["transactions"].append(body)
    return body


# --- Why the platform says no: to a cancel of the whole order, and to an edit ---------------------
CLOSED = ("CLOSED", "CANCELLED", "INCOMPLETE")
ACTIVE_RETURN = ("REQUESTED", "OPEN")
NO_EDIT_GATEWAYS = ("instalments",)


def cancel_refusals(order: Body, switches: Mapping[str, str]) -> list[str]:
    """Empty when the order can be cancelled as a whole."""
    found = []
    if order["cancelled_at"] is not None:
        found.append("Order has already been cancelled")
    if any(parcel["status"] in LIVE_SHIPMENT for parcel in order["fulfillments"]):
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
