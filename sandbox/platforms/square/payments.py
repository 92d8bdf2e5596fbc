"""Payments: told as they stand, and released while they are only approved."""

from __future__ import annotations

from typing import Any

from sandbox.core.records import Session
from sandbox.platforms.square import pricing, webhooks
from sandbox.platforms.square.pricing import Body, amount
from sandbox.platforms.square.refusals import PAYMENT, Refused, not_found
from sandbox.platforms.square.serializers import iso, keep, told
from stores.kernel.money import Money


def known(session: Session, ident: str) -> Body:
    payment = session.get("payment", ident)
    if payment is None:
        raise not_found("Payment")
    return payment


def one(session: Session, ident: str) -> Body:
    return {"payment": told(known(session, ident))}


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
    return {"payment": told(payment)}


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
