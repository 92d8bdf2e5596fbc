"""Transactions and refunds as v3 tells them: money as numbers, dates as ISO 8601."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sandbox.platforms.bigcommerce import amounts
from sandbox.platforms.bigcommerce.amounts import OFFLINE, Body

METHODS = {"giftcertificate": "gift_certificate", "storecredit": "store_credit", "custom": "custom"}


def iso(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).isoformat()


def transaction(order: Body, raw: Body) -> Body:
    gateway = raw["gateway"]
    told: dict[str, Any] = {
        "id": raw["id"], "order_id": str(order["id"]), "event": raw["event"], "amount": amounts.v3(raw["amount"]),
        "method": "offline" if gateway in OFFLINE else METHODS.get(gateway, "credit_card"),
        "currency": order["currency"], "gateway": gateway, "gateway_transaction_id": f"gw-{raw['id']}", "test": False,
        "status": raw["status"], "fraud_review": False, "date_created": iso(raw["at"]),
        "payment_method_id": gateway,
    }  # fmt: skip
    if told["method"] == "credit_card":
        told["credit_card"] = {"card_type": "visa", "card_iin": "411111", "card_last4": "4242",
                               "card_expiry_month": 8, "card_expiry_year": 2030}  # fmt: skip
    if told["method"] == "offline":
        told["offline"] = {"display_name": gateway.title()}
    return told


def refund(order: Body, raw: Body) -> Body:
    return {
        "id": raw["id"], "order_id": order["id"], "user_id": 1, "created": iso(raw["at"]), "reason": raw["reason"],
        "total_amount": amounts.v3(raw["total"]), "total_tax": amounts.v3(raw["tax"]),
        "uses_merchant_override_values": raw["override"], "items": [item(one) for one in raw["items"]],
        "payments": [payment(one) for one in raw["payments"]],
    }  # fmt: skip


def item(raw: Body) -> Body:
    told: dict[str, Any] = {"item_type": raw["item_type"], "item_id": raw["item_id"], "reason": raw.get("reason", "")}
    if raw.get("quantity"):
        told["quantity"] = raw["quantity"]
    if raw.get("amount") is not None:
        told["requested_amount"] = raw["amount"]
    return told


def payment(raw: Body) -> Body:
    return {
        "id": raw["id"], "provider_id": raw["provider_id"], "amount": amounts.v3(raw["amount"]),
        "offline": raw["offline"], "is_declined": raw["is_declined"], "declined_message": raw["message"],
        "transaction_id": raw["transaction_id"],
    }  # fmt: skip
