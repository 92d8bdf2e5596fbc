"""2022-01 refunds: the same path as the itemised ones, and it refunds the whole order whatever the body says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.platforms.shoplazza import refund, serializers, totals
from sandbox.platforms.shoplazza.session import Session, field_wrong
from sandbox.platforms.shoplazza.totals import Body, text


def whole(session: Session, order: Body) -> dict[str, Any]:
    """Ignores any body."""
    return answer(session, order, refund.everything(session, order, cause="refund_all"))


def part(session: Session, order: Body, asked: Any) -> dict[str, Any]:
    wanted = asked if isinstance(asked, Mapping) else {}
    refund.check_state(session, order)
    price = refund.amount(wanted.get("price") or "0", order, "price")
    if price > totals.remaining(order):
        raise field_wrong("price", "is greater than what was paid", status=400)
    kind = "shipped" if wanted.get("is_return") else "auto"
    lines = [
        refund.line_off(order, {"line_item_id": i.get("id"), "quantity": i.get("quantity"), "refund_item_type": kind})
        for i in wanted.get("line_items") or ()
    ]
    payments = refund.spread(session, order, price)
    return answer(session, order, refund.record(session, order, price, lines, payments, note="", cause="partial"))


def answer(session: Session, order: Body, made: Body) -> dict[str, Any]:
    return {
        "id": made["post_sale"],
        "status": "finished",
        "number": f"{order['number']}-S{len(order['refunds'])}",
        "created_at": serializers.iso(made["at"]),
        "note": made["note"],
        "refund_fail_reason": "",
        "all_refunded": totals.remaining(order) <= 0,
        "refund_status": "general",
        "order": serializers.order(session, order),
        "refunds": record(order, made),  # one object here, a list when it is read
    }


def records(order: Body) -> dict[str, Any]:
    currency = order["currency"]
    return {
        "order_status": order["status"], "all_refunded": totals.paid(order) > 0 and totals.remaining(order) <= 0,
        "refund_status": "general" if order["refunds"] else "none",
        "refund_total": text(totals.refunded(order), currency), "refund_tax_total": text(0, currency),
        "refund_discount_total": text(0, currency), "refunds": [record(order, made) for made in order["refunds"]],
    }  # fmt: skip


def record(order: Body, made: Body) -> dict[str, Any]:
    return {
        "id": made["id"], "order_id": order["id"], "note": made["note"],
        "refund_price": text(made["price"], order["currency"]), "currency": order["currency"],
        "created_at": serializers.iso(made["at"]), "updated_at": serializers.iso(made["at"]),
        "refund_line_items": [
            {"refund_quantity": item["units"], "line_item_id": item["line"]} for item in made["lines"]
        ],
    }  # fmt: skip
