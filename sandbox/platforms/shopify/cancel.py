"""orderCancel: accepted as a job, carried out a little later, found done or failed afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sandbox.platforms.shopify import refund as refunds
from sandbox.platforms.shopify import suggest, totals
from sandbox.platforms.shopify.session import Session
from sandbox.platforms.shopify.totals import CLOSED, cancel_refusals, transaction
from sandbox.platforms.shopify.values import Body, is_exact, minor, number_of, text
from sandbox.platforms.shopify.views.money import TransactionView

CAUSE = "orderCancel"
NOTE_LIMIT = 255
FIELDS = {"order_id": ["orderId"], "base": ["base"], "none": None}
Problem = dict[str, Any]


def invalid(session: Session, message: str, code: str = "INVALID", field: str = "") -> Problem:
    where = [field] if field else FIELDS[session.switches["refusal_field"]]
    return {"field": where, "message": message, "code": code}


def start(session: Session, wanted: Mapping[str, Any]) -> tuple[Body | None, list[Problem]]:
    """(job, user errors). The order itself changes only when the job runs."""
    order = session.visible(number_of(wanted["order_id"], "Order"))
    if order is None:
        return None, [invalid(session, "Order does not exist", "NOT_FOUND", "orderId")]
    method, refused = method_of(session, order, wanted)
    refused += session.forced_errors(CAUSE)
    if len(wanted.get("staff_note") or "") > NOTE_LIMIT:
        refused.append(
            invalid(session, f"Staff note is too long (maximum is {NOTE_LIMIT} characters)", field="staffNote")
        )
    if session.switches["cancel_refusals"] == "sync":
        refused += [invalid(session, words) for words in cancel_refusals(order, session.switches)[:1]]
    queued = running_job(session, order)
    if queued and session.switches["second_cancel"] == "same_job" and not refused:
        return queued, []
    if queued and session.switches["second_cancel"] == "refused":
        refused.append(invalid(session, "Order is already being cancelled"))
    return (None, refused) if refused else (queue(session, order, wanted, method), [])


def method_of(session: Session, order: Body, wanted: Mapping[str, Any]) -> tuple[str, list[Problem]]:
    """How money goes back (none | original | store_credit), and why not."""
    asked = wanted.get("refund_method") or {}
    original = asked.get("original_payment_methods_refund")
    credit = asked.get("store_credit_refund") is not None
    if credit:
        return "store_credit", credit_problems(session, order, asked["store_credit_refund"])
    if original is None and wanted.get("refund") is None:
        policy = session.switches["method_absent"]
        refused = [invalid(session, "A refund method is required", field="refundMethod")]
        return {"refund": "original"}.get(policy, "none"), refused if policy == "refused" else []
    return "original" if original or wanted.get("refund") else "none", []


def credit_problems(session: Session, order: Body, asked: Mapping[str, Any]) -> list[Problem]:
    if order["company"]:
        return [invalid(session, "Not for company orders", "STORE_CREDIT_REFUND_B2B_NOT_SUPPORTED", "refundMethod")]
    if not order["customer"]:
        return [invalid(session, "Order has no customer", "STORE_CREDIT_REFUND_MISSING_CUSTOMER", "refundMethod")]
    until = asked.get("expires_at")
    if until and datetime.fromisoformat(until).timestamp() <= session.at:
        return [invalid(session, "Expired", "STORE_CREDIT_REFUND_EXPIRATION_IN_PAST", "refundMethod")]
    return []


# --- jobs ----------------------------------------------------------------------------------------
def queue(session: Session, order: Body, wanted: Mapping[str, Any], method: str) -> Body:
    job_id = session.number()
    job = {
        "id": job_id, "reason": wanted["reason"], "restock": wanted["restock"], "note": wanted.get("staff_note") or "",
        "method": method, "request": session.request,
    }  # fmt: skip
    session.db.execute(
        "INSERT INTO jobs VALUES (?, ?, ?, ?, 'STARTED', '[]')",
        (job_id, session.shop["name"], order["id"], json.dumps(job)),
    )
    takes = session.switches["job_seconds"]
    if takes == "0":
        finish(session, job_id)
    elif takes != "never" and not session.fault("stuck_job", CAUSE):
        session.timer(session.at + (1 + job_id % 3 if takes == "1-3" else float(takes)), "job", {"job": job_id})
    queued: Body = read_job(session, job_id)
    return queued


def read_job(session: Session, job_id: int | None) -> Any:
    """{id, order_id, state, errors, ...}; None when this shop has no such job."""
    row = session.db.execute("SELECT * FROM jobs WHERE id = ? AND shop = ?", (job_id, session.shop["name"])).fetchone()
    if row is None:
        return None
    state = {"order_id": row["order_id"], "state": row["state"], "errors": json.loads(row["errors"])}
    return json.loads(row["body"]) | state


def running_job(session: Session, order: Body) -> Body | None:
    row = session.db.execute(
        "SELECT id FROM jobs WHERE order_id = ? AND state = 'STARTED' ORDER BY id LIMIT 1", (order["id"],)
    ).fetchone()
    return read_job(session, row["id"]) if row else None


def finish(session: Session, job_id: int) -> None:
    """Runs a queued job: SUCCEEDED with the order cancelled, or FAILED with nothing changed."""
    job = read_job(session, job_id)
    order = session.order(job["order_id"])
    if order is None or job["state"] != "STARTED":
        return
    session.request = job["request"]
    errors = forced_failure(session) or [
        {"code": "INVALID", "field": None, "message": words}
        for words in (cancel_refusals(order, session.switches) or place_refusals(session, order, job))[:1]
    ]
    if not errors:
        apply(session, order, job)
    session.db.execute(
        "UPDATE jobs SET state = ?, errors = ? WHERE id = ?",
        ("FAILED" if errors else "SUCCEEDED", json.dumps(errors), job_id),
    )


def forced_failure(session: Session) -> list[Problem]:
    fault = session.fault("job_fails", CAUSE)
    usual = {"code": "INTERNAL_ERROR", "field": None, "message": "Something went wrong"}
    return [usual | dict(fault.detail)] if fault else []


def has_closed_place(session: Session, order: Body) -> bool:
    places = (session.location(parcel["location"]) for parcel in order["fulfillment_orders"])
    return any(place is None or not place["active"] for place in places)


def place_refusals(session: Session, order: Body, job: Body) -> list[str]:
    """The location trap: a paid order cannot be restocked at a deactivated location."""
    if job["restock"] and totals.received(order) and has_closed_place(session, order):
        return ["Order cannot be restocked because its location was deactivated"]
    return []


# --- what a cancel does ----------------------------------------------------------------------------
def apply(session: Session, order: Body, job: Body) -> None:
    order |= {"cancelled_at": session.at, "closed_at": session.at}
    order |= {"cancel_reason": job["reason"], "cancel_note": job["note"] or None}
    session.changed("cancel", order, cause=CAUSE, note=job["note"], job=job["id"], reason=job["reason"])
    refund = refunds.open_refund(session, order, job["note"], is_told=False)
    waiting = [parcel for parcel in order["fulfillment_orders"] if parcel["status"] not in CLOSED]
    restock = job["restock"] and not has_closed_place(session, order)  # unpaid: silently not returned
    for item in suggest.everything(order):
        line = suggest.refund_line(session, order, item | {"restock_type": "CANCEL" if restock else "NO_RESTOCK"}, {})
        refunds.take_units(session, order, refund, line, cause=CAUSE)
    if job["method"] != "none":
        refunds.take_shipping(order, refund, {"full_refund": True})
        refunds.take_duties(order, refund, suggest.duties_back(order, {i["line"]: 1 for i in refund["lines"]}, None))
        give_back(session, order, refund, job["method"])
    release_authorisations(session, order, refund, job["note"])
    for parcel in waiting:
        parcel |= {"status": session.switches["fulfilment_after_cancel"], "holds": [], "updated_at": session.at}
    if session.switches["issued_gift_card"] == "disabled" and any(line["is_gift_card"] for line in order["lines"]):
        session.changed("gift_card", order, cause=CAUSE, note=job["note"])
    session.save(order)
    session.order_event("ORDERS_CANCELLED", order)
    session.order_event("ORDERS_UPDATED", order)
    if refund["order_transactions"]:
        session.happened("REFUNDS_CREATE", {"id": refund["id"], "order_id": order["id"]})


def give_back(session: Session, order: Body, refund: Body, method: str) -> None:
    """Everything that was paid and has not gone back yet."""
    left = suggest.over_payments(order, totals.refundable_money(order))
    if method == "store_credit":
        amount = sum(part for _, part in left)
        if amount:
            words = {"amount": text(amount, order["currency"])}
            refunds.give_credit(session, order, refund, {"store_credit_refund": {"amount": words}}, cause=CAUSE)
        return
    for parent, amount in left:
        refunds.pay_back(session, order, refund, parent, amount, cause=CAUSE)


def release_authorisations(session: Session, order: Body, refund: Body, note: str) -> None:
    """Authorised money is voided whatever the refund method says."""
    for parent in list(order["transactions"]):
        amount = totals.unsettled(order, parent)
        if amount:
            void(session, order, parent, amount, cause=CAUSE, note=note)


def void(session: Session, order: Body, parent: Body, amount: int, *, cause: str, note: str = "") -> Body:
    made = transaction(order, "VOID", parent["gateway"], amount, parent_id=parent["id"], at=session.at)
    session.changed("void", order, cause=cause, note=note, amount=amount, payment=parent["id"])
    return made


# --- Authorised money: voided (released) or captured (taken) --------------------------------------
Payload = dict[str, Any]


def refused(message: str, code: str, field: str) -> Payload:
    return {"transaction": None, "userErrors": [{"field": [field], "message": message, "code": code}]}


def authorisation(session: Session, value: str) -> tuple[Body, Body] | tuple[None, None]:
    number = number_of(value, "OrderTransaction")
    order = session.owner(number)
    payment = totals.payment_of(order, number) if order else None
    return (order, payment) if order and payment else (None, None)


def void_authorisation(session: Session, value: str) -> Payload:
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
    made = void(session, order, parent, amount, cause="transactionVoid")
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
