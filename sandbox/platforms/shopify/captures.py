"""Authorised money: voided (released) or captured (taken)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.platforms.shopify import cancel, totals
from sandbox.platforms.shopify.session import Session
from sandbox.platforms.shopify.totals import transaction
from sandbox.platforms.shopify.values import Body, is_exact, minor, number_of
from sandbox.platforms.shopify.views.money import TransactionView

Payload = dict[str, Any]


def refused(message: str, code: str, field: str) -> Payload:
    return {"transaction": None, "userErrors": [{"field": [field], "message": message, "code": code}]}


def authorisation(session: Session, value: str) -> tuple[Body, Body] | tuple[None, None]:
    number = number_of(value, "OrderTransaction")
    order = session.owner(number)
    payment = totals.payment_of(order, number) if order else None
    return (order, payment) if order and payment else (None, None)


def void(session: Session, value: str) -> Payload:
    """transactionVoid: releases what was authorised and never captured."""
    field = "parentTransactionId"
    order, parent = authorisation(session, value)
    if order is None or parent is None:
        return refused("Transaction does not exist", "TRANSACTION_NOT_FOUND", field)
    if parent["kind"] not in totals.AUTH or parent["status"] != "SUCCESS":
        return refused("Transaction is not a successful authorization", "AUTH_NOT_SUCCESSFUL", field)
    if forced := session.forced_errors("transactionVoid", "GENERIC_ERROR"):
        return {"transaction": None, "userErrors": forced}
    amount = totals.unsettled(order, parent)
    if not amount or totals.children(order, parent, ("CAPTURE",), "SUCCESS"):
        return refused("Authorization cannot be voided", "AUTH_NOT_VOIDABLE", field)
    made = cancel.void(session, order, parent, amount, cause="transactionVoid")
    return done(session, order, made)


def capture(session: Session, wanted: Mapping[str, Any]) -> Payload:
    """orderCapture: takes authorised money, in part or whole."""
    order, parent = authorisation(session, wanted["parent_transaction_id"])
    if order is None or parent is None or number_of(wanted["id"], "Order") != order["id"]:
        return refused("Transaction does not exist", "", "parentTransactionId")
    if not is_exact(wanted["amount"], order["currency"]):
        return refused("Amount is not valid for this currency", "", "amount")
    amount = minor(wanted["amount"], order["currency"])
    if not 0 < amount <= totals.unsettled(order, parent):
        return refused("Amount exceeds what can be captured", "", "amount")
    made = transaction(order, "CAPTURE", parent["gateway"], amount, parent_id=parent["id"], at=session.at)
    session.changed("capture", order, cause="orderCapture", amount=amount, payment=parent["id"])
    return done(session, order, made)


def done(session: Session, order: Body, made: Body) -> Payload:
    session.save(order)
    session.happened(
        "ORDER_TRANSACTIONS_CREATE", {"id": made["id"], "order_id": order["id"], "kind": made["kind"].lower()}
    )
    session.order_event("ORDERS_UPDATED", order)
    return {"transaction": TransactionView(session, made, order), "userErrors": []}
