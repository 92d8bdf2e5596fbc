"""Payments of an order that is being built, and what each gateway does with a refund."""

from __future__ import annotations

from typing import Any

from sandbox.platforms.shopify import totals
from sandbox.platforms.shopify.ids import Body, next_part
from sandbox.platforms.shopify.money import minor
from sandbox.platforms.shopify.spec import Order

WEEK = 604_800.0
LABELS = {
    "bogus": "Visa •••• 4242", "bogus_pending": "Slow bank •••• 0060", "bogus_fail": "Refusing bank •••• 0002",
    "manual": "Bank deposit", "cash": "Cash on delivery", "gift_card": "Gift card •••• 7H2K",
    "store_credit": "Store credit",
}  # fmt: skip
MANUAL = ("manual", "cash")
REFUND_STATUS = {"bogus_pending": "PENDING", "bogus_fail": "FAILURE"}


def add_payments(order: Body, spec: Order) -> None:
    """The order's total, paid the way the specification says. Remembers the total as the original one."""
    due = totals.current(order)
    order["original"] = original(order)
    tender = [(gateway, minor(amount, order["currency"])) for gateway, amount in spec.tender]
    tender = tender or [("manual" if spec.pay == "pending" and spec.gateway == "bogus" else spec.gateway, due)]
    order["gateways"] = [gateway for gateway, _ in tender]
    for gateway, amount in tender:
        pay(order, spec, gateway, amount)


def original(order: Body) -> Body:
    """Totals before anything was taken off."""
    return {
        "total": totals.current(order), "subtotal": totals.subtotal(order), "tax": totals.tax(order),
        "shipping": totals.shipping(order), "discounts": totals.discounts(order),
    }  # fmt: skip


def pay(order: Body, spec: Order, gateway: str, amount: int) -> None:
    part = minor(spec.captured, order["currency"]) if spec.captured else amount // 2
    match spec.pay:
        case "paid":
            transaction(order, "SALE", gateway, amount)
        case "processing":
            transaction(order, "AUTHORIZATION", gateway, amount, status="PENDING")
        case "part_paid":
            transaction(order, "SALE", gateway, part)
        case "authorised":
            transaction(order, "AUTHORIZATION", gateway, amount)
        case "expired":
            transaction(order, "AUTHORIZATION", gateway, amount, expired=True)
        case "partly_captured" | "captured" | "voided":
            parent = transaction(order, "AUTHORIZATION", gateway, amount)
            kind, moved = ("VOID", amount) if spec.pay == "voided" else ("CAPTURE", part)
            whole = amount if spec.pay == "captured" else moved
            transaction(order, kind, gateway, whole, parent_id=parent["id"])
        case "pending":
            pass  # nobody has paid yet: Shopify holds no transaction that could block a cancel
        case _:
            raise ValueError(f"no way to pay: {spec.pay!r}")


def transaction(order: Body, kind: str, gateway: str, amount: int, **more: Any) -> Body:
    """Appends a payment; `more` overrides what is usual."""
    body: Body = {
        "id": next_part(order), "kind": kind, "status": "SUCCESS", "gateway": gateway, "amount": amount,
        "parent_id": None, "at": order["created_at"], "error": None, **more,
    }  # fmt: skip
    order["transactions"].append(body)
    return body
