"""PUT of an order: any status may follow any other, and each brings its own consequences."""

from __future__ import annotations

from typing import Any

from sandbox.core.records import Body, Session
from sandbox.platforms.woocommerce import sums, webhooks
from sandbox.platforms.woocommerce.refusals import wrong

KNOWN = ("auto-draft", "pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed",
         "checkout-draft")  # fmt: skip
RESTORES = ("cancelled", "pending")


def update(session: Session, order: Body, asked: Any) -> Body:
    """Raises Refused. Line edits are taken at their word: a quantity of 0 rewrites history and restores stock."""
    wanted = asked if isinstance(asked, dict) else {}
    if "status" in wanted and wanted["status"] not in KNOWN:
        raise wrong("status")
    for line in wanted.get("line_items", ()):
        _edit(session, order, line)
    if session.switch("foreign_meta") == "kept":
        write_meta(session, order, wanted.get("meta_data", ()))
    move(session, order, str(wanted.get("status") or order["status"]), cause="order_update")
    return order


def write_meta(session: Session, holder: Body, given: Any) -> None:
    """Without an id a key is written over."""
    for one in given:
        kept = [old for old in holder["meta_data"] if old["key"] != one["key"]]
        holder["meta_data"] = [*kept, {"id": session.number(), "key": one["key"], "value": one["value"]}]


def move(session: Session, order: Body, status: str, *, cause: str) -> None:
    """To another status, and keep. The same status again changes nothing but the time."""
    before, order["status"] = order["status"], status
    if status != before:
        _consequences(session, order, cause)
    save(session, order)


def _consequences(session: Session, order: Body, cause: str) -> None:
    status = order["status"]
    note = next((one["value"] for one in order["meta_data"] if one["key"] == "_rescind_cancel"), "")
    if status == "completed":
        order["completed"] = session.at
    if status == "cancelled":
        session.effect("cancel", order["id"], cause=cause, currency=order["currency"], note=note)
        if order["held"] == "authorised" and order["paid"] is None and session.switch("cancel_voids") == "yes":
            order["held"] = "released"
            session.effect("void", order["id"], cause=cause, currency=order["currency"], amount=order["total"])
        if session.switch("cancel_mails") == "yes":
            session.effect("notify", order["id"], cause=cause, currency=order["currency"])
    if status in RESTORES:
        sums.restore_all(session, order, cause=cause)
    if status == "refunded":
        _refund_all(session, order, cause=cause)


def _edit(session: Session, order: Body, asked: Any) -> None:
    line = sums.item(order, asked.get("id"))
    if line is not None and asked.get("quantity") == 0:
        sums.give_back(session, order, line, sums.meta(line, sums.TAKEN), cause="order_update")
        order["lines"] = [one for one in order["lines"] if one is not line]
        order["total"] = sums.text(sums.number(order["total"]) - sums.number(line["total"]), order["digits"])
        session.effect("edit", order["id"], cause="order_update", currency=order["currency"], units=line["quantity"])


def save(session: Session, order: Body) -> None:
    order["modified"] = session.at
    session.put("order", order["id"], order, at=session.at)
    webhooks.notify(session, "order.updated", order)


def _refund_all(session: Session, order: Body, *, cause: str) -> None:
    """Status `refunded` by hand: a record of all that is left; no money moves and no stock comes back."""
    refunds = session.of("refund", order["id"])
    left, ident = sums.remaining(order, refunds), session.number()
    if left > 0:
        made = {"id": ident, "created": session.at, "amount": format(left, "f"), "by": 0, "paid_back": False,
                "told_amount": sums.text(left, order["digits"]), "reason": "Order fully refunded.", "meta_data": [],
                "items": []}  # fmt: skip
        session.put("refund", ident, made, parent=order["id"])
        session.effect("refund", order["id"], cause=cause, currency=order["currency"], amount=left, by_hand=True)
