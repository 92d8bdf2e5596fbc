"""Payments: shown as they stand, released while they are only approved, disputed by the customer's bank."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.core.paging import from_place
from sandbox.core.records import Session
from sandbox.platforms.square import pricing, webhooks
from sandbox.platforms.square.pricing import Body, amount
from sandbox.platforms.square.serializers import PAYMENT, Refused, iso, keep, not_found, serialize
from stores.kernel.money import Money


def known(session: Session, ident: str) -> Body:
    return session.require("payment", ident, not_found("Payment"))


def one(session: Session, ident: str) -> Body:
    return {"payment": serialize(known(session, ident))}


def cancel(session: Session, ident: str) -> Body:
    """POST /v2/payments/{id}/cancel. Raises Refused."""
    payment = known(session, ident)
    if payment["status"] == "CANCELED":
        raise Refused("DELAYED_TRANSACTION_CANCELED", "The payment was canceled.", category=PAYMENT)
    if payment["status"] != "APPROVED":
        raise Refused("DELAYED_TRANSACTION_CAPTURED", "The payment was completed.", category=PAYMENT)
    settle(session, payment, "CANCELED", "VOIDED")
    value = Money.from_minor(amount(payment, "total_money"), payment["total_money"]["currency"])
    session.effect("void", payment["order_id"], cause="void", currency=value.currency, amount=value.amount,
                   payment=ident)  # fmt: skip
    return {"payment": serialize(payment)}


def settle(session: Session, payment: Body, status: str, card: str) -> None:
    """The payment's new status, and what its order shows of it."""
    payment |= {"status": status, "updated_at": iso(session.at), "version_token": f"v{session.number()}"}
    if "card_details" in payment:
        payment["card_details"] = payment["card_details"] | {"status": card}
    session.put("payment", payment["id"], payment)
    order: Any = session.get("order", payment["order_id"])
    for tender in order["tenders"]:
        if tender["payment_id"] == payment["id"] and "card_details" in tender:
            tender["card_details"] = tender["card_details"] | {"status": card}
    if card == "VOIDED":
        order["_had_void"] = True
        if session.switch("void_releases_order") == "drops":
            order["tenders"] = [one for one in order["tenders"] if one["payment_id"] != payment["id"]]
    pricing.owe(order)
    order |= {"updated_at": iso(session.at)} | ({"version": order["version"] + 1} if "version" in order else {})
    keep(session, order)
    webhooks.record(session, "payment.updated", "payment", payment)
    webhooks.order(session, "order.updated", order)


# What banks dispute: one record for each disputed payment, told of the seller, newest first, some to a page
OPEN = frozenset({"INQUIRY_EVIDENCE_REQUIRED", "INQUIRY_PROCESSING", "EVIDENCE_REQUIRED", "PROCESSING"})
STANDING = OPEN | {"LOST", "ACCEPTED"}
STATES = STANDING | {"INQUIRY_CLOSED", "WON"}
PAGE = 10


def listed(session: Session, asked: Mapping[str, str]) -> Body:
    """GET /v2/disputes. Raises Refused for a state that is none."""
    state, place = asked.get("states", ""), asked.get("location_id", "")
    if state and state not in STATES:
        raise Refused("INVALID_ENUM_VALUE", f"{state} is not a valid enum value for field states.", "states")
    found = [shown(payment) for payment in session.all("payment") if payment["_disputed"]]
    found = [d for d in found if state in ("", d["state"]) and place in ("", d["location_id"])]
    found.sort(key=lambda one: (one["created_at"], one["id"]), reverse=True)
    page, more = from_place(found, asked.get("cursor"), PAGE)
    return {"disputes": page, **more}


def is_shut(session: Session, payment: Body) -> bool:
    """No refund of it is taken: while the dispute runs, and, as the switch says, once it was lost."""
    state = payment["_disputed"]
    return state in OPEN or (state in STANDING and session.switch("lost_dispute") == "refused")


def shown(payment: Body) -> Body:
    return {
        "id": f"D{payment['id'][:38]}", "amount_money": payment["total_money"], "state": payment["_disputed"],
        "reason": "NO_KNOWLEDGE", "disputed_payment": {"payment_id": payment["id"]}, "card_brand": "VISA",
        "location_id": payment["location_id"], "created_at": payment["created_at"],
        "updated_at": payment["updated_at"], "reported_at": payment["created_at"], "version": 1,
    }  # fmt: skip


def begin(session: Session, payment: Any, state: str) -> None:
    """The bank says so; the payment itself does not change."""
    session.put("payment", payment["id"], payment | {"_disputed": state})
    webhooks.record(session, "dispute.created", "dispute", shown(payment | {"_disputed": state}))
