"""Cancelling a whole order: what it does beside that is nobody's knowledge, hence switches."""

from __future__ import annotations

from typing import Any

from sandbox.platforms.shoplazza import refund, totals
from sandbox.platforms.shoplazza.refusals import not_now
from sandbox.platforms.shoplazza.session import Session
from sandbox.platforms.shoplazza.totals import Body


def cancel(session: Session, order: Body, asked: Any) -> Body:
    """The order as the answer shows it. Raises Refused."""
    reason = str(asked.get("reason") or "") if isinstance(asked, dict) else ""
    if order["status"] == "cancelled":
        if session.switch("second_cancel") == "refused":
            raise not_now(session)
        return order
    if order["status"] not in totals.OPEN or order["deleted_at"]:
        raise not_now(session)
    if totals.is_shipped(order) and session.switch("cancel_shipped") == "refused":
        raise not_now(session)
    was_refunded = totals.paid(order) > 0 and totals.remaining(order) <= 0
    if was_refunded and session.switch("cancel_after_refund") == "refused":
        raise not_now(session)
    before = dict(order)
    apply(session, order, reason, cause="cancel")
    return before if session.switch("cancel_answer") == "generic" else order


def apply(session: Session, order: Body, reason: str, *, cause: str) -> None:
    if session.switch("cancel_refunds") == "yes" and totals.remaining(order) > 0:
        refund.everything(session, order, cause=cause)
    elif session.switch("cancel_restocks") == "yes":
        for line in order["lines"]:
            session.restock(order, line, totals.waiting(line), cause=cause)
    order["status"], order["cancelled_at"], order["cancel_reason"] = "cancelled", session.at, reason
    session.changed("cancel", order, cause=cause, note=reason)
    if session.switch("cancel_voids") == "yes":
        for payment in order["transactions"]:
            if payment["status"] == "authorized":
                payment["status"] = "void"
                session.changed("void", order, cause=cause, amount=payment["amount"])
    if session.switch("cancel_notifies") == "yes":
        session.changed("notify", order, cause=cause)
    session.save(order)
    session.order_event("orders/cancelled", order)
    session.order_event("orders/update", order)
