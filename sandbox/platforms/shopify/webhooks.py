"""What a webhook delivery says beside its body: topic, signature, where it comes from."""

from __future__ import annotations

import sqlite3

from sandbox.core.webhooks import sign
from sandbox.platforms.shopify.values import Body, iso

SUBJECTS = ("ORDER_TRANSACTIONS", "INVENTORY_LEVELS", "FULFILLMENT_ORDERS", "FULFILLMENTS", "REFUNDS", "ORDERS",
            "RETURNS", "DISPUTES", "APP")  # fmt: skip


def header_topic(topic: str) -> str:
    """ORDERS_CANCELLED is told as orders/cancelled."""
    for subject in SUBJECTS:
        if topic.startswith(f"{subject}_"):
            return f"{subject}/{topic.removeprefix(f'{subject}_')}".lower()
    return topic.lower()


def headers(shop: Body, row: sqlite3.Row) -> dict[str, str]:
    return {
        "Content-Type": "application/json", "X-Shopify-Topic": header_topic(row["topic"]),
        "X-Shopify-Hmac-Sha256": sign(shop["secret"], row["body"]),
        "X-Shopify-Shop-Domain": f"{shop['name']}.myshopify.com", "X-Shopify-API-Version": "2026-10",
        "X-Shopify-Webhook-Id": row["delivery"], "X-Shopify-Event-Id": row["event"],
        "X-Shopify-Triggered-At": iso(row["triggered_at"]) or "",
    }  # fmt: skip
