"""What changes an order without money moving back: its status, a void, the archive. No transition is guarded."""

from __future__ import annotations

from typing import Any

from sandbox.core.records import Session
from sandbox.platforms.bigcommerce import amounts, build, inventory, webhooks
from sandbox.platforms.bigcommerce.amounts import Body
from sandbox.platforms.bigcommerce.refusals import v2, v3

NAMES = ("Incomplete", "Pending", "Shipped", "Partially Shipped", "Refunded", "Cancelled", "Declined",
         "Awaiting Payment", "Awaiting Pickup", "Awaiting Shipment", "Completed", "Awaiting Fulfillment",
         "Manual Verification Required", "Disputed", "Partially Refunded")  # fmt: skip
REFUNDED, CANCELLED, PART_REFUNDED = 4, 5, 14


def change(session: Session, order: Body, asked: Any) -> None:
    """PUT: `status_id` is written, the text `status` is read-only and passed over without a word."""
    if not isinstance(asked, dict):
        raise v2(400, "The request body is not valid.")
    wanted = asked.get("status_id", order["status_id"])
    if isinstance(wanted, bool) or not isinstance(wanted, int) or not 0 <= wanted < len(NAMES):
        raise v2(400, "The field 'status_id' is invalid.")
    if "staff_notes" in asked:
        order["staff_notes"] = str(asked["staff_notes"])
    if "products" in asked or "consignments" in asked:
        _edit(session, order)
    if wanted != order["status_id"]:
        become(session, order, wanted, cause="status")


def _edit(session: Session, order: Body) -> None:
    """Editing lines wipes their discounts and replaces the fees."""
    for line in order["lines"]:
        line |= {"off": "0", "discount": "0"}
    order["fees"] = []
    session.effect("edit", order["id"], cause="status", currency=order["currency"])


def become(session: Session, order: Body, wanted: int, *, cause: str) -> None:
    before, order["status_id"] = order["status_id"], wanted
    if wanted in (REFUNDED, CANCELLED):
        was_refunded = before == REFUNDED
        inventory.give_back(session, order, was_refunded=was_refunded, cause=cause)
    if wanted == CANCELLED:
        note = order["staff_notes"].rstrip().rsplit("\n", 1)[-1]
        session.effect("cancel", order["id"], cause=cause, currency=order["currency"], note=note,
                       units=sum(line["quantity"] for line in order["lines"]))  # fmt: skip
        if session.switch("void_on_cancel") == "yes" and amounts.held(order) > 0:
            released(session, order, cause=cause)
    webhooks.status(session, order, before)


# --- authorisations ------------------------------------------------------------------------------------
def void(session: Session, order: Body) -> None:
    """Accepted now, done a moment later."""
    if order["payment_status"] != "authorized":
        raise v3(422, "The payment cannot be voided.", {"order": "is not authorized"})
    order |= {"payment_status": "void pending", "voiding": session.request}
    seconds = session.switch("void_seconds")
    if seconds == "0":
        voided(session, order)
    elif seconds != "never":
        session.timer(session.at + float(seconds), "void", {"order": order["id"]})


def voided(session: Session, order: Body) -> None:
    if order["payment_status"] != "void pending":
        return
    session.request = order["voiding"] or session.request
    if session.switch("void") == "fails":
        order["payment_status"] = "authorized"
        return
    released(session, order, cause="void")


def released(session: Session, order: Body, *, cause: str) -> None:
    held = amounts.held(order)
    order["transactions"].append(build.transaction(session, order, "void", order["gateway"], held))
    order["payment_status"] = "void"
    session.effect("void", order["id"], cause=cause, currency=order["currency"], amount=held)
