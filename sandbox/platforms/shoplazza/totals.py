"""Where an order stands: units, money, and the status words that follow from them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from stores.kernel.money import Money

Body = dict[str, Any]
OPEN = ("opened", "placed")


def line_of(order: Body, line_id: str) -> Body | None:
    return next((line for line in order["lines"] if line["id"] == line_id), None)


def waiting(line: Body) -> int:
    """Units that neither left nor were refunded while they waited."""
    return max(0, int(line["quantity"] - line["shipped"] - line["off"]))


def left_to_refund(line: Body) -> int:
    return max(0, int(line["quantity"] - line["refunded"]))


def gross(line: Body) -> int:
    return int(line["price"] * line["quantity"])


def total(order: Body) -> int:
    goods = sum(gross(line) - line["discount"] + line["duty"] for line in order["lines"])
    tax = 0 if order["taxes_included"] else tax_of(order)
    fees = sum(fee["price"] for fee in order["fees"])
    beside = order["shipping"] + order["shipping_tax"] + order["tip"] + fees
    return int(goods + tax + beside - order.get("off", 0))


def tax_of(order: Body) -> int:
    return sum(int(line["tax"]) for line in order["lines"])


def paid(order: Body) -> int:
    return sum(int(t["amount"]) for t in order["transactions"] if t["status"] == "success")


def refunded(order: Body, *states: str) -> int:
    return sum(int(r["price"]) for r in order["refunds"] if r["status"] in (states or ("finished",)))


def remaining(order: Body) -> int:
    return paid(order) - refunded(order, "finished", "pending")


def part_left(order: Body, name: str) -> int:
    """Of the shipping, the tip or the additional fees: what no refund gave back."""
    whole = sum(fee["price"] for fee in order["fees"]) if name == "additional" else order[name]
    return int(whole) - sum(int(r[name]) for r in order["refunds"] if r["status"] != "failed")


def left_on(order: Body, payment_line: str) -> int:
    """What can still go back through one payment line."""
    taken = sum(t["amount"] for t in order["transactions"] if t["line"] == payment_line and t["status"] == "success")
    gone = sum(
        part["price"]
        for record in order["refunds"]
        for part in record["payments"]
        if part["line"] == payment_line and part["status"] != "failed"
    )
    return int(taken - gone)


def is_shipped(order: Body) -> bool:
    return any(line["shipped"] for line in order["lines"])


def financial_status(order: Body) -> str:
    if order["financial"]:
        return str(order["financial"])
    states = {record["status"] for record in order["refunds"]}
    if "pending" in states:
        return "refunding"
    if paid(order):
        if refunded(order):
            return "refunded" if refunded(order) >= paid(order) else "partially_refunded"
        if "failed" in states:
            return "refund_failed"
        return "paid" if paid(order) >= total(order) else "partially_paid"
    if any(t["status"] == "authorized" for t in order["transactions"]):
        return "authorized"
    return "cancelled" if order["status"] == "cancelled" else "waiting"


def fulfillment_status(order: Body) -> str:
    if is_shipped(order):
        if any(waiting(line) for line in order["lines"]):
            return "partially_shipped"
        return "finished" if order["status"] == "finished" else "shipped"
    if order["status"] == "cancelled":
        return "cancelled"
    return "initialled" if order["status"] == "opened" else "waiting"


def refund_status(order: Body) -> str:
    """Of the order as a whole."""
    if not order["refunds"]:
        return "none"
    return str(order["refunds"][-1]["status"])


# --- Amounts are minor units inside and decimal text outside --------------------------------------
def text(minor: int, currency: str) -> str:
    """1990, USD → 19.90"""
    return format(Money.from_minor(int(minor), currency).amount.quantize(Decimal(1).scaleb(-digits(currency))), "f")


def digits(currency: str) -> int:
    return -int(Money.from_minor(1, currency).amount.as_tuple().exponent)


def minor(amount: str, currency: str) -> int:
    """Raises ValueError for what is no amount, ArithmeticError for garbage."""
    return Money(Decimal(amount), currency).minor
