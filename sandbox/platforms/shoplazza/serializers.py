"""An order as the answers of 2025-06 and newer tell it, and as 2022-01 does."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sandbox.platforms.shoplazza import totals
from sandbox.platforms.shoplazza.session import Session
from sandbox.platforms.shoplazza.totals import Body, text
from stores.kernel.money import Money


def iso(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def order(session: Session, body: Body) -> dict[str, Any]:
    return old(session, body) if session.is_old else new(session, body)


def shared(session: Session, body: Body) -> dict[str, Any]:
    """What both generations call by the same name."""
    currency = body["currency"]
    gross = sum(totals.gross(line) for line in body["lines"])
    discount = sum(line["discount"] for line in body["lines"]) + body.get("off", 0)
    cards = sum(t["amount"] for t in body["transactions"] if t["channel"] == "gift_card" and t["status"] == "success")
    return {
        "id": body["id"], "number": body["number"], "note": body["note"], "customer_note": body["customer_note"],
        "tags": body["tags"], "status": body["status"], "financial_status": totals.financial_status(body),
        "fulfillment_status": totals.fulfillment_status(body), "refund_status": totals.refund_status(body),
        "recovery_status": body["recovery"], "email_status": "send", "cancel_reason": body["cancel_reason"] or None,
        "created_at": iso(body["created_at"]), "updated_at": iso(body["updated_at"]),
        "placed_at": iso(body["placed_at"]), "deleted_at": iso(body["deleted_at"]), "customer_deleted_at": None,
        "currency": currency, "total_price": text(totals.total(body), currency),
        "sub_total": text(gross - discount, currency), "total_discount": text(discount, currency),
        "code_discount_total": text(discount if body["code"] else body.get("off", 0), currency),
        "total_tax": text(totals.tax_of(body), currency), "shipping_tax_total": text(body["shipping_tax"], currency),
        "total_shipping": text(body["shipping"], currency), "total_tip_received": text(body["tip"], currency),
        "gift_card_total": text(cards, currency), "total_paid": text(totals.paid(body), currency),
        "total_refund_price": text(totals.refunded(body), currency),
        "payment_method": "online" if body["payment_lines"] else "", "customer": customer(body["person"]),
        "shipping_address": address(body["person"]), "billing_address": address(body["person"]),
    }  # fmt: skip


def new(session: Session, body: Body) -> dict[str, Any]:
    currency = body["currency"]
    lines = [payment_line(line) for line in body["payment_lines"]]
    return shared(session, body) | {
        "cancelled_at": iso(body["cancelled_at"]), "finished_at": iso(body["finished_at"]),
        "duty_total": text(sum(line["duty"] for line in body["lines"]), currency),
        "additional_total": text(sum(fee["price"] for fee in body["fees"]), currency),
        "additional_prices": [
            {"name": fee["name"], "price": text(fee["price"], currency), "biz_id": "", "fee_title": fee["name"]}
            for fee in body["fees"]
        ],
        "primary_market_price": primary(body), "config": config(body), "payment_line": lines[0] if lines else None,
        "payment_lines": lines, "line_items": [new_line(session, body, line) for line in body["lines"]],
        "fulfillments": [shipment(session, body, sent) for sent in body["fulfillments"]],
        "location_line": body["location"],
        "shipping_line": {"id": "ship-1", "name": "Standard", "desc": "3 to 5 days", "delivery_method": 1},
        "checkout_url": f"https://{session.shop['name']}.myshoplaza.com/checkouts/{body['id']}",
        "order_type": "normal", "source": body["source"], "source_name": body["source"], "sales_platform": "shoplazza",
        "device": "pc", "discount_applications": "[]", "buyer_accepts_marketing": False,
    }  # fmt: skip


def new_line(session: Session, body: Body, line: Body) -> dict[str, Any]:
    currency = body["currency"]
    applied = [{"title": body["code"] or "Discount", "amount": text(line["discount"], currency)}]
    quantity = line["quantity"] - line["fallen"]
    return {
        "id": line["id"], "product_id": line["product_id"], "product_title": line["title"],
        "variant_id": line["variant_id"], "variant_title": line["variant"], "quantity": quantity,
        "price": text(line["price"], currency), "compare_at_price": text(0, currency),
        "total_price": text(line["price"] * quantity, currency), "trunk_price": text(0, currency),
        "tax_price": text(line["tax"], currency), "duty_price": text(line["duty"], currency),
        "payment_discount_price": text(0, currency),
        "discount_applications": json.dumps(applied if line["discount"] else []),
        "fulfillment_status": "shipped" if line["shipped"] and not totals.waiting(line) else "waiting",
        "refund_quantity_total": line["refunded"], "requires_shipping": line["ships"], "taxable": bool(line["tax"]),
        "custom": False, "custom_properties": None, "sku": line["sku"], "spu": line["sku"], "vendor": line["vendor"],
        "weight": "0.3", "weight_unit": "kg",
        "image": {"src": "https://img.example/mug.jpg", "width": 400, "height": 400, "alt": line["title"]},
        "options": [{"name": "Option", "value": line["variant"]}] if line["variant"] else [], "note": "",
        "product_url": "/products/x", "created_at": iso(body["created_at"]), "updated_at": iso(body["updated_at"]),
    }  # fmt: skip


def shipment(session: Session, body: Body, sent: Body) -> dict[str, Any]:
    lines = {line["id"]: line for line in body["lines"]}
    mood = session.switch("ship_quantity")
    items = []
    for item in sent["lines"]:
        shown = new_line(session, body, lines[item["line"]])
        shown |= {"quantity": item["quantity"]}
        if mood != "absent":
            shown["ship_quantity"] = item["quantity"] if mood == "told" else 0
        items.append(shown)
    parcel = {"tracking_number": sent["number"], "tracking_company": sent["company"]}
    parcel |= {"tracking_company_code": sent["company"].lower(), "tracking_url": f"https://track.example/{sent['id']}"}
    return parcel | {
        "id": sent["id"], "order_id": body["id"], "status": sent["status"], "created_at": iso(sent["at"]),
        "updated_at": iso(sent["at"]), "line_items": items, "tracking_items": [parcel], "phone_number": "",
    }  # fmt: skip


def old(session: Session, body: Body) -> dict[str, Any]:
    currency = body["currency"]
    lines = body["payment_lines"]
    known = {name: value for name, value in shared(session, body).items() if value is not None}
    return known | {
        "canceled_at": iso(body["cancelled_at"]),
        "payment_line": {"payment_channel": lines[0]["channel"], "payment_method": "online"} if lines else {},
        "shipping_line": {"name": "Standard"},
        "product_tax_included": body["taxes_included"],
        "line_items": [
            {"id": line["id"], "product_id": line["product_id"], "variant_id": line["variant_id"],
             "product_title": line["title"], "variant_title": line["variant"], "quantity": line["quantity"],
             "price": text(line["price"], currency), "total": text(totals.gross(line), currency), "sku": line["sku"],
             "refund_quantity": line["refunded"], "refund_total": text(0, currency),
             "fulfillment_status": "waiting", "vendor": line["vendor"]}
            for line in body["lines"]
        ],
        "fulfillments": [],
    }  # fmt: skip


def payment_line(line: Body) -> dict[str, Any]:
    return {"id": line["id"], "payment_name": line["name"], "payment_channel": line["channel"],
            "payment_method": "online", "credit_card_number": line["card"], "trans_channel": line["channel"],
            "trans_method": "online", "transaction_no": f"T{line['id'][-6:]}", "merchant_email": ""}  # fmt: skip


def transaction(body: Body, paid: Body) -> dict[str, Any]:
    """As printed: four decimals, and a time that names no zone."""
    whole = Money.from_minor(paid["amount"], body["currency"])
    return {"id": paid["id"], "order_id": body["id"], "payment_channel": paid["channel"], "message": "",
            "created_at": datetime.fromtimestamp(paid["at"], UTC).strftime("%Y-%m-%d %H:%M:%S"),
            "test": paid["channel"].startswith("bogus"), "error_code": "", "amount": f"{whole.amount:.4f}",
            "currency": body["currency"], "trade_id": f"T{paid['line'][-6:]}", "status": paid["status"],
            "payment_name": paid["name"], "payment_detail": {"card_last_four": "4242"}}  # fmt: skip


def record(session: Session, body: Body, made: Body) -> dict[str, Any]:
    currency = body["currency"]
    shown = session.switch("delete_quantity") == "told"
    return {
        "id": made["id"], "order_id": body["id"], "refund_price": text(made["price"], currency),
        "refund_shipping": text(made["shipping"], currency), "refund_shipping_tax": text(0, currency),
        "refund_tip": text(made["tip"], currency), "additional_total": text(made["additional"], currency),
        "additional_prices": [], "refund_method": "original", "refund_status": made["status"], "note": made["note"],
        "created_at": iso(made["at"]), "updated_at": iso(made["at"]),
        "refund_line_items": [
            {"line_item_id": item["line"], "refund_quantity": item["units"],
             "delete_quantity": item["off"] if shown else 0, "tax": text(0, currency), "discount": text(0, currency),
             "sub_total": text(item["price"], currency), "total": text(item["price"], currency)}
            for item in made["lines"]
        ],
        "payment_details": [
            {"id": part["id"], "payment_line_id": part["line"], "payment_channel": part["channel"],
             "payment_method": "online", "refund_price": text(part["price"], currency),
             "refund_status": part["status"], "finished_at": iso(part["finished_at"])}
            for part in made["payments"]
        ],
    }  # fmt: skip


def primary(body: Body) -> dict[str, Any] | None:
    if not body["primary"]:
        return None
    currency, rate = body["primary"]
    whole = Money(Money.from_minor(totals.total(body), body["currency"]).amount * Decimal(rate), currency).rounded()
    return {"price": f"{whole.amount:f}", "total_price": f"{whole.amount:f}", "compare_at_price": "0",
            "actual_rate": rate}  # fmt: skip


def config(body: Body) -> dict[str, Any]:
    market = None
    if body["primary"]:
        market = {"market_currency": body["currency"], "primary_market_currency": body["primary"][0]}
    return {"page_type": "", "requires_shipping": True, "product_tax_included": body["taxes_included"],
            "market_setting": market}  # fmt: skip


def customer(who: Body | None) -> dict[str, Any] | None:
    if who is None:
        return None
    return {"id": who["id"], "email": who["email"], "first_name": who["first"], "last_name": who["last"],
            "phone": who["phone"]}  # fmt: skip


def address(who: Body | None) -> dict[str, Any] | None:
    if who is None:
        return None
    return {"first_name": who["first"], "last_name": who["last"], "name": f"{who['first']} {who['last']}",
            "address": who["address"], "address1": "", "city": who["city"], "zip": who["zip"],
            "country": who["country"], "country_code": who["country"], "province": "", "company": "",
            "phone": who["phone"], "email": who["email"]}  # fmt: skip
