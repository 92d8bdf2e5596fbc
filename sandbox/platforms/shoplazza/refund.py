"""Itemised refunds (2025-06 and newer): a record and an after-sales case now, the money some seconds later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.core.messages import Refused
from sandbox.platforms.shoplazza import totals
from sandbox.platforms.shoplazza.session import Session, field_wrong, missing, not_now
from sandbox.platforms.shoplazza.totals import Body, minor, text

PARTS = ("refund_product_total", "refund_shipping_total", "refund_tip", "refund_additional_total")
KINDS = ("auto", "shipped", "waiting_ship")
SECONDS = {"bogus_pending": 60.0}
NEVER = 10.0**9
BY_HAND = ("custom",)
ADJUSTABLE = ("custom", "bogus", "bogus_pending", "bogus_fail")


def create(session: Session, order: Body, asked: Any) -> dict[str, Any]:
    """Raises Refused."""
    wanted = asked.get("refund") if isinstance(asked, Mapping) else None
    if not isinstance(wanted, Mapping):
        if session.switch("empty_refund") == "everything":
            return ids_of(everything(session, order, cause="refund"))
        raise missing("refund is required")
    check_state(session, order)
    if not wanted.get("refund_total"):
        raise missing("refund.refund_total is required")
    price = amount(wanted["refund_total"], order, "refund_total")
    if not price and session.switch("zero_refund") == "refused":
        raise field_wrong("refund_total", "must be greater than 0")
    left = text(totals.remaining(order), order["currency"])
    if price > totals.remaining(order):
        raise field_wrong("refund_total", f"must be less than or equal to {left}")
    lines = [line_off(order, item) for item in wanted.get("refund_line_items") or ()]
    payments = over_payments(session, order, wanted, price)
    parts: dict[str, Any] = {
        "shipping": amount(wanted.get("refund_shipping_total") or "0", order, "refund_shipping_total"),
        "tip": amount(wanted.get("refund_tip") or "0", order, "refund_tip"),
        "additional": amount(wanted.get("refund_additional_total") or "0", order, "refund_additional_total"),
    }
    check_sum(order, wanted, price, parts)
    return ids_of(record(session, order, price, lines, payments, note=str(wanted.get("note") or ""), **parts))


def check_sum(order: Body, wanted: Mapping[str, Any], price: int, parts: Mapping[str, int]) -> None:
    """Parts of the total add up to it, or none is told; and no part is more than the order has of it."""
    if not any(wanted.get(name) for name in PARTS):
        return
    product = amount(wanted.get("refund_product_total") or "0", order, "refund_product_total")
    if product + sum(parts.values()) != price:
        raise field_wrong("refund_total", "must be the sum of its parts")
    for name, part in parts.items():
        if part > totals.part_left(order, name):
            raise field_wrong(f"refund_{name}", "is greater than what can be refunded")


def ids_of(made: Body) -> dict[str, Any]:
    return {"refund_record_id": made["id"], "post_sale_id": made["post_sale"]}


def amount(said: Any, order: Body, field: str) -> int:
    try:
        value = minor(str(said), order["currency"])
    except (ValueError, ArithmeticError) as exc:
        raise field_wrong(field, "is not a valid amount") from exc
    if value < 0:
        raise field_wrong(field, "must be greater than or equal to 0")
    return value


def check_state(session: Session, order: Body) -> None:
    is_over = order["status"] == "cancelled" and session.switch("refund_after_cancel") == "refused"
    if is_over or order["status"] == "opened" or not totals.paid(order):
        raise not_now(session)


def line_off(order: Body, item: Any) -> Body:
    """One refund line, checked; `off`: units that had not left."""
    line = totals.line_of(order, str(item.get("line_item_id"))) if isinstance(item, Mapping) else None
    if line is None:
        raise field_wrong("refund_line_items", "line item does not exist")
    units, kind = item.get("quantity") or 0, item.get("refund_item_type") or "auto"
    if not isinstance(units, int) or units < 1 or kind not in KINDS:
        raise field_wrong("refund_line_items", "is invalid")
    waiting = totals.waiting(line)
    most = {"waiting_ship": waiting, "shipped": line["shipped"]}.get(kind, totals.left_to_refund(line))
    if units > min(most, totals.left_to_refund(line)):
        raise field_wrong("refund_line_items", "quantity is greater than what can be refunded")
    off = {"waiting_ship": units, "shipped": 0}.get(kind, min(units, waiting))
    price = (totals.gross(line) - line["discount"]) * units // line["quantity"]
    return {"line": line["id"], "units": units, "off": off, "price": price,
            "restock": bool(item.get("return_inventory"))}  # fmt: skip


def over_payments(session: Session, order: Body, wanted: Mapping[str, Any], price: int) -> list[Body]:
    """How much through which payment line: as asked, else as the platform likes."""
    named = wanted.get("refund_payments") or []
    if not named:
        if session.switch("refund_payments") == "all" and len(order["payment_lines"]) > 1:
            raise field_wrong("refund_payments", "must list every payment line")
        return spread(session, order, price)
    if session.switch("refund_payments") == "all" and len(named) < len(order["payment_lines"]):
        raise field_wrong("refund_payments", "must list every payment line")
    known = {line["id"]: line for line in order["payment_lines"]}
    parts = []
    for item in named:
        line = known.get(str(item.get("payment_line_id")))
        if line is None:
            raise field_wrong("refund_payments", "payment line does not exist")
        part = amount(item.get("refund_price"), order, "refund_payments")
        if part > totals.left_on(order, line["id"]):
            raise field_wrong("refund_payments", "refund price is greater than what was paid")
        parts.append({"line": line["id"], "channel": line["channel"], "price": part})
    if sum(part["price"] for part in parts) != price:
        raise field_wrong("refund_payments", "must sum to refund_total")
    return [part for part in parts if part["price"]]


def spread(session: Session, order: Body, price: int) -> list[Body]:
    first = session.switch("gift_card") == "first"
    lines = sorted(order["payment_lines"], key=lambda line: (line["channel"] == "gift_card") != first)
    parts = []
    for line in lines:
        part = min(price, totals.left_on(order, line["id"]))
        if part > 0:
            parts.append({"line": line["id"], "channel": line["channel"], "price": part})
            price -= part
    return parts


def record(session: Session, order: Body, price: int, lines: list[Body], payments: list[Body], *, note: str,
           shipping: int = 0, tip: int = 0, additional: int = 0, cause: str = "refund") -> Body:  # fmt: skip
    """Units leave at once; the money when each payment channel says so."""
    made: Body = {"id": session.ident(), "post_sale": session.ident(), "price": price, "shipping": shipping,
                  "tip": tip, "additional": additional, "note": note, "at": session.at, "lines": lines,
                  "cause": cause, "status": "pending"}  # fmt: skip
    made["payments"] = [p | {"id": session.ident(), "status": "pending", "finished_at": None} for p in payments]
    order["refunds"].append(made)
    for item in lines:
        take_off(session, order, item, cause=cause)
    for part in made["payments"]:
        start(session, order, made, part)
    if not payments:
        settle_record(session, order, made)
    session.save(order)
    session.order_event("orders/update", order)
    return made


def take_off(session: Session, order: Body, item: Body, *, cause: str) -> None:
    line = totals.line_of(order, item["line"])
    assert line is not None, "checked before"
    line["refunded"] += item["units"]
    line["off"] += item["off"]
    if session.switch("line_quantity") == "falls":
        line["fallen"] += item["off"]
    if item["restock"]:
        session.restock(order, line, item["off"], cause=cause)


def start(session: Session, order: Body, made: Body, part: Body) -> None:
    if part["channel"] in BY_HAND:
        return
    said = session.switch("refund_seconds")
    wait = NEVER if said == "never" else SECONDS.get(part["channel"], float(said))
    if wait == 0:
        settle_part(session, order, made, part)
    elif wait < NEVER:
        session.timer(session.at + wait, "settle", {"order": order["id"], "record": made["id"], "part": part["id"]})


def settle_part(session: Session, order: Body, made: Body, part: Body) -> None:
    """The payment provider answers."""
    if part["status"] != "pending":
        return
    part["status"] = "failed" if part["channel"] == "bogus_fail" else "finished"
    part["finished_at"] = session.at
    if part["status"] == "finished":
        session.changed(
            "refund", order, cause=made.get("cause", "refund"), note=made["note"], amount=part["price"],
            record=made["id"], channel=part["channel"],
        )  # fmt: skip
    settle_record(session, order, made)


def settle_record(session: Session, order: Body, made: Body) -> None:
    states = {part["status"] for part in made["payments"]}
    if "pending" in states:
        return
    made["status"] = "failed" if "failed" in states else "finished"
    if not made["payments"]:
        units = sum(item["units"] for item in made["lines"])
        session.changed("refund", order, cause=made.get("cause", "refund"), note=made["note"], units=units)
    topic = "orders/refunded" if totals.remaining(order) <= 0 else "orders/partially_refunded"
    session.order_event(topic, order)


def finish(session: Session, order: Body, asked: Any) -> dict[str, Any]:
    """Closes a refund by hand. Raises Refused."""
    found = next((r for r in order["refunds"] if r["id"] == str(asked.get("refund_record_id"))), None)
    if found is None or found["post_sale"] != str(asked.get("post_sale_id")):
        raise Refused(404, {"errors": ["Record not found"]})
    if found["status"] != "pending" or any(p["channel"] not in ADJUSTABLE for p in found["payments"]):
        raise not_now(session)
    for part in found["payments"]:
        settle_part(session, order, found, part)
    session.save(order)
    return ids_of(found)


def everything(session: Session, order: Body, *, cause: str, note: str = "") -> Body:
    """All that is left, units and money: what 2022-01 does whatever it is told."""
    check_state(session, order)
    price = totals.remaining(order)
    lines = [
        {"line": line["id"], "units": totals.left_to_refund(line), "off": totals.waiting(line),
         "price": totals.gross(line) - line["discount"], "restock": False}
        for line in order["lines"] if totals.left_to_refund(line)
    ]  # fmt: skip
    return record(session, order, price, lines, spread(session, order, price), note=note, cause=cause,
                  shipping=min(price, totals.part_left(order, "shipping")))  # fmt: skip


# --- Cancelling a whole order: what it does beside that is nobody's knowledge, hence switches -----
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
        everything(session, order, cause=cause)
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
