"""Order edits: begin a session, set absolute quantities, commit. Nothing is saved before the commit."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from sandbox.platforms.shopify import refund as refunds
from sandbox.platforms.shopify import stock, totals
from sandbox.platforms.shopify.session import Session
from sandbox.platforms.shopify.totals import edit_refusals
from sandbox.platforms.shopify.values import Body, gid, number_of
from sandbox.platforms.shopify.views.calculated import CalculatedLineView, CalculatedOrderView
from sandbox.platforms.shopify.views.order import OrderView

CAUSE = "orderEditCommit"
Problem = dict[str, Any]
Payload = dict[str, Any]


def problem(message: str, *path: str) -> list[Problem]:
    return [{"field": list(path) or None, "message": message}]


def begin(session: Session, order_id: str) -> Payload:
    order = session.visible(number_of(order_id, "Order"))
    refused = ["The order does not exist."] if order is None else edit_refusals(order)
    if order is None or refused:
        return {"calculatedOrder": None, "orderEditSession": None, "userErrors": problem(refused[0], "id")}
    number = session.number()
    staged: Body = {"id": number, "order": order["id"], "quantities": {}, "restock": {}}
    session.db.execute(
        "INSERT INTO edits VALUES (?, ?, ?, ?)", (number, session.shop["name"], order["id"], json.dumps(staged))
    )
    return payload_of(session, staged, order)


def payload_of(session: Session, staged: Body, order: Body) -> Payload:
    view = CalculatedOrderView(session, staged, order, planned(order, staged))
    edit_session = {"id": gid("OrderEditSession", staged["id"])}
    return {"calculatedOrder": view, "orderEditSession": edit_session, "userErrors": []}


def opened(session: Session, value: str) -> tuple[Body, Body] | tuple[None, None]:
    """(session, order) by either id of the session."""
    number = number_of(value, "CalculatedOrder", "OrderEditSession")
    row = session.db.execute(
        "SELECT body FROM edits WHERE id = ? AND shop = ?", (number, session.shop["name"])
    ).fetchone()
    staged = json.loads(row["body"]) if row else None
    order = session.visible(staged["order"]) if staged else None
    return (staged, order) if staged and order else (None, None)


def calculated(session: Session, number: int | None) -> CalculatedOrderView | None:
    staged, order = opened(session, gid("CalculatedOrder", number or 0))
    if staged is None or order is None:
        return None
    return CalculatedOrderView(session, staged, order, planned(order, staged))


def planned(order: Body, staged: Body) -> Body:
    """The order as it would be after the commit."""
    after = copy.deepcopy(order)
    for line in after["lines"]:
        keep = staged["quantities"].get(str(line["id"]))
        if keep is not None:
            line["removed"] += totals.refundable(line) - keep
    return after


def set_quantity(session: Session, wanted: Mapping[str, Any]) -> Payload:
    staged, order = opened(session, wanted["id"])
    nothing = {"calculatedLineItem": None, "calculatedOrder": None, "orderEditSession": None}
    if staged is None or order is None:
        return nothing | {"userErrors": problem("The edit session does not exist.", "id")}
    line = totals.line_of(order, number_of(wanted["line_item_id"], "CalculatedLineItem"))
    if line is None:
        return nothing | {"userErrors": problem("The line item does not exist.", "lineItemId")}
    refused = quantity_refusal(line, wanted["quantity"])
    if refused:
        return nothing | {"userErrors": problem(refused, "quantity")}
    staged["quantities"][str(line["id"])] = wanted["quantity"]
    staged["restock"][str(line["id"])] = bool(wanted.get("restock"))
    session.db.execute("UPDATE edits SET body = ? WHERE id = ?", (json.dumps(staged), staged["id"]))
    payload = payload_of(session, staged, order)
    after = planned(order, staged)
    changed = totals.line_of(after, line["id"])
    assert changed is not None, "the plan keeps every line"
    return payload | {"calculatedLineItem": CalculatedLineView(session, changed, after, line, staged)}


def quantity_refusal(line: Body, quantity: int) -> str:
    now, shipped = totals.refundable(line), totals.refundable(line) - totals.waiting(line)
    if quantity < 0:
        return "Quantity must be greater than or equal to 0."
    if quantity > now:
        return "Quantity cannot be raised on this order."
    return "Quantity cannot be less than what was fulfilled." if quantity < shipped else ""


def commit(session: Session, wanted: Mapping[str, Any]) -> Payload:
    staged, order = opened(session, wanted["id"])
    if staged is None or order is None:
        return refused_commit("The edit session does not exist.", "id")
    forced = [error["message"] for error in session.forced_errors(CAUSE)]
    late = forced or edit_refusals(order) or stale(order, staged)
    if late:
        return refused_commit(late[0])
    note = wanted.get("staff_note") or ""
    for line in order["lines"]:
        keep = staged["quantities"].get(str(line["id"]))
        if keep is not None and keep != totals.refundable(line):
            take_off(session, order, line, keep, restock=staged["restock"][str(line["id"])], note=note)
    order["edited"] = True
    order.setdefault("edit_notes", []).append(note)
    session.db.execute("DELETE FROM edits WHERE id = ?", (staged["id"],))
    session.changed("edit", order, cause=CAUSE, note=note, quantities=staged["quantities"])
    session.save(order)
    session.happened("ORDERS_EDITED", {"order_edit": {"order_id": order["id"], "staff_note": note}})
    session.order_event("ORDERS_UPDATED", order)
    return {"order": OrderView(session, order), "successMessages": ["Order updated"], "userErrors": []}


def refused_commit(message: str, *path: str) -> Payload:
    return {"order": None, "successMessages": None, "userErrors": problem(message, *path)}


def stale(order: Body, staged: Body) -> list[str]:
    """What was possible when it was staged and no longer is."""
    lines = {str(line["id"]): line for line in order["lines"]}
    reasons = (quantity_refusal(lines[number], keep) for number, keep in staged["quantities"].items())
    return [reason for reason in reasons if reason]


def take_off(session: Session, order: Body, line: Body, keep: int, *, restock: bool, note: str) -> None:
    """Waiting units leave the order and its fulfilment orders."""
    units = totals.refundable(line) - keep
    line["removed"] += units
    for parcel in order["fulfillment_orders"]:
        for part in parcel["items"]:
            if part["line"] != line["id"] or not units or parcel["status"] not in totals.OPEN_FULFILMENT:
                continue
            freed = min(units, part["remaining"])
            part["remaining"] -= freed
            part["total"] -= freed
            units -= freed
            target = parcel["location"] if restock else None
            stock.released(
                session, order, line, freed, source=parcel["location"], target=target, cause=CAUSE, note=note
            )
        refunds.close_if_empty(session, parcel)
