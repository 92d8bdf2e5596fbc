"""Refunds: amounts on payments, pending for a while, each with a return order that knows no lines."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.core.paging import from_place
from sandbox.core.records import Session
from sandbox.platforms.square import payments, webhooks
from sandbox.platforms.square.pricing import Body, amount, money
from sandbox.platforms.square.serializers import REFUND, Refused, iso, keep, missing, not_found, serialize, stamp
from stores.kernel.money import Money

MOST = 20  # refunds of one payment
LONGEST_REASON = 192
YEAR = 366 * 86_400
GONE = ("REJECTED", "FAILED")
SLOW = {"BANK_ACCOUNT": 3 * 86_400.0}  # ACH
AT_ONCE = ("CASH", "EXTERNAL")


def create(session: Session, asked: Any, key: str) -> Body:
    """POST /v2/refunds. Raises Refused."""
    if not asked.get("payment_id"):
        raise missing("payment_id")
    payment = payments.known(session, asked["payment_id"])
    value = wanted(asked, payment)
    check(session, payment, asked, value)
    made = write(session, payment, value, reason=str(asked.get("reason") or ""), status="PENDING", key=key)
    begin(session, payment, made)
    return {"refund": serialize(session.get("refund", made["id"]))}


def wanted(asked: Any, payment: Body) -> int:
    said = asked.get("amount_money")
    if not isinstance(said, dict) or not isinstance(said.get("amount"), int) or isinstance(said["amount"], bool):
        raise missing("amount_money.amount")
    if said.get("currency") != payment["total_money"]["currency"]:
        raise Refused("CURRENCY_MISMATCH", "The currency is not the payment's.", "amount_money.currency")
    if len(str(asked.get("reason") or "")) > LONGEST_REASON:
        raise Refused("VALUE_TOO_LONG", "Field must not be greater than 192 in length", "reason")
    return int(said["amount"])


def check(session: Session, payment: Body, asked: Any, value: int) -> None:
    token = asked.get("payment_version_token")
    if token and token != payment["version_token"] and session.switch("payment_version") == "checked":
        raise Refused("VERSION_MISMATCH", "The payment has changed.", "payment_version_token")
    if payment["status"] == "APPROVED":
        raise Refused("REFUND_ERROR_PAYMENT_NEEDS_COMPLETION", "The payment was not completed.", category=REFUND)
    if payment["status"] != "COMPLETED" or session.at - stamp(payment["created_at"]) > YEAR:
        raise Refused("PAYMENT_NOT_REFUNDABLE", "The payment cannot be refunded.", category=REFUND)
    if payments.is_shut(session, payment):
        raise Refused("PAYMENT_NOT_REFUNDABLE_DUE_TO_DISPUTE", "The payment is disputed.", category=REFUND)
    known = session.of("refund", payment["id"])
    is_waiting = any(one["status"] == "PENDING" for one in known)
    if is_waiting and session.switch("second_refund") == "refused":
        raise Refused("REFUND_ALREADY_PENDING", "A refund of this payment is pending.", category=REFUND)
    gone = sum(amount(one, "amount_money") for one in known if one["status"] not in GONE)
    left = amount(payment, "total_money") - gone
    part_only = session.switch("partial_refund") == "whole_only" and value != amount(payment, "total_money")
    if value <= 0 or value > left or len(known) >= MOST or part_only:
        raise Refused("REFUND_AMOUNT_INVALID", "The requested refund amount exceeds the amount available to refund.",
                      "amount_money", category=REFUND)  # fmt: skip


def write(session: Session, payment: Body, value: int, *, reason: str, status: str, key: str = "") -> Body:
    """The record and its return order; nothing has moved yet unless `status` says so."""
    currency = payment["total_money"]["currency"]
    ident = f"{payment['id']}_{session.number()}"
    returned = return_order(session, payment["order_id"], value, currency)
    made: Body = {
        "id": ident, "status": status, "amount_money": money(value, currency), "payment_id": payment["id"],
        "order_id": returned["id"], "location_id": payment["location_id"], "reason": reason,
        "created_at": iso(session.at), "updated_at": iso(session.at), "_key": key, "_sale": payment["order_id"],
    }  # fmt: skip
    session.put("refund", ident, made, parent=payment["id"])
    payment.setdefault("refund_ids", []).append(ident)
    touch(session, payment)
    return made


def return_order(session: Session, sale: str, value: int, currency: str, lines: list[Body] | None = None) -> Body:
    """By API: one custom amount without a link to any line."""
    sold: Any = session.get("order", sale)
    plain = [{"uid": f"ri{session.number()}", "quantity": "1", "item_type": "CUSTOM_AMOUNT",
              "total_money": money(value, currency)}]  # fmt: skip
    one = {"uid": f"re{session.number()}", "source_order_id": sale, "return_line_items": lines or plain,
           "return_amounts": {"total_money": money(value, currency)}}  # fmt: skip
    body: Body = {
        "id": f"CAISE{session.number()}RET", "location_id": sold["location_id"], "state": "COMPLETED", "version": 1,
        "returns": [one], "return_amounts": {"total_money": money(value, currency)},
        "total_money": money(0, currency), "net_amounts": {"total_money": money(-value, currency)},
        "created_at": iso(session.at), "updated_at": iso(session.at), "closed_at": iso(session.at),
    }  # fmt: skip
    keep(session, body)
    return body


def touch(session: Session, payment: Body) -> None:
    """A payment that changed has another version; its refunded money is what was completed."""
    done = [one for one in session.of("refund", payment["id"]) if one["status"] == "COMPLETED"]
    back = sum(amount(one, "amount_money") for one in done)
    payment |= {"updated_at": iso(session.at), "version_token": f"v{session.number()}",
                "refunded_money": money(back, payment["total_money"]["currency"])}  # fmt: skip
    session.put("payment", payment["id"], payment)


# --- the payment provider answers ------------------------------------------------------------------------
def begin(session: Session, payment: Body, made: Body) -> None:
    webhooks.record(session, "refund.created", "refund", made)
    said = session.switch("refund_seconds")
    if payment["source_type"] in AT_ONCE or (said == "0" and payment["source_type"] not in SLOW):
        settle(session, made["id"])
    elif said != "never":
        wait = SLOW.get(payment["source_type"]) or float(said)
        session.timer(session.at + wait, "settle", {"refund": made["id"]})


def settle(session: Session, ident: str) -> None:
    made = session.get("refund", ident)
    payment = session.get("payment", made["payment_id"]) if made else None
    if made is None or payment is None or made["status"] != "PENDING":
        return
    made |= {"status": payment["_outcome"], "updated_at": iso(session.at)}
    session.put("refund", ident, made, parent=payment["id"])
    touch(session, payment)
    if made["status"] == "COMPLETED":
        moved(session, payment, made, cause="refund")
    webhooks.record(session, "refund.updated", "refund", made)
    webhooks.record(session, "payment.updated", "payment", payment)


def moved(session: Session, payment: Body, made: Body, *, cause: str, units: object = 0) -> None:
    value = Money.from_minor(amount(made, "amount_money"), made["amount_money"]["currency"])
    session.effect(
        "refund", payment["order_id"], cause=cause, currency=value.currency, key=made.get("_key", ""),
        note=made["reason"], amount=value.amount, units=units, payment=payment["id"], record=made["id"],
    )  # fmt: skip


# --- reading ---------------------------------------------------------------------------------------------
def one(session: Session, ident: str) -> Body:
    return {"refund": serialize(session.require("refund", ident, not_found("Refund")))}


def listed(session: Session, asked: Mapping[str, str]) -> Body:
    """GET /v2/refunds, newest first; at most 100 a page."""
    field = "updated_at" if asked.get("sort_field") == "UPDATED_AT" else "created_at"
    since = stamp(asked["updated_at_begin_time"]) if "updated_at_begin_time" in asked else 0.0
    found = [one for one in session.all("refund") if stamp(one["updated_at"]) >= since]
    found.sort(key=lambda one: str(one[field]), reverse=asked.get("sort_order", "DESC") != "ASC")
    page, more = from_place(found, asked.get("cursor"), min(100, int(asked.get("limit", 100))))
    return {"refunds": serialize(page), **more}


# --- somebody at the till ----------------------------------------------------------------------------------
def at_the_till(session: Session, sale: Body, payment: Body, line: Body, units: object) -> None:
    """An itemised return at the point of sale: its return order names the line of the sale."""
    count = Decimal(str(units))
    currency = sale["_currency"]
    value = int(amount(line, "total_money") * count / Decimal(line["quantity"]))
    made = write(session, payment, value, reason="Returned Goods", status="COMPLETED")
    item = {"uid": f"ri{session.number()}", "source_line_item_uid": line["uid"], "quantity": str(count),
            "name": line["name"], "item_type": line["item_type"], "total_money": money(value, currency)}  # fmt: skip
    returned: Any = session.get("order", made["order_id"])
    returned["returns"][0]["return_line_items"] = [item]
    keep(session, returned)
    touch(session, payment)
    moved(session, payment, made, cause="till", units=count)
