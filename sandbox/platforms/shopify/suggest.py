"""What the platform would refund: shares of lines with tax and discounts, shipping, duties, spread over payments.

Rule of shares: the part of `n` more units is the difference of two rounded sums (half up), so that refunds of all
units add up to the line exactly. Payments are filled in the order in which they were made, each up to its cap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.platforms.shopify import totals
from sandbox.platforms.shopify.session import Session
from sandbox.platforms.shopify.values import Body, cut, minor, number_of, share


@dataclass
class Suggestion:
    """All amounts in minor units of the customer's currency; `payments`: (payment, amount)."""

    lines: list[Body] = field(default_factory=list)
    shipping: list[Body] = field(default_factory=list)
    duties: list[Body] = field(default_factory=list)
    payments: list[tuple[Body, int]] = field(default_factory=list)
    adds_tax: bool = True
    ceiling: int = 0
    to_store_credit: bool = False
    discount: int = 0

    @property
    def subtotal(self) -> int:
        return sum(int(line["subtotal"]) for line in self.lines)

    @property
    def tax(self) -> int:
        return sum(int(part["tax"]) for part in (*self.lines, *self.shipping))

    @property
    def due(self) -> int:
        """What these units, this shipping and these duties are worth, before the ceiling."""
        parts = (*self.shipping, *self.duties)
        return self.subtotal + sum(int(part["amount"]) for part in parts) + (self.tax if self.adds_tax else 0)

    @property
    def amount(self) -> int:
        return min(self.due, self.ceiling)


def suggest(
    session: Session,
    order: Body,
    *,
    refund_line_items: Sequence[dict[str, Any]] | None = None,
    suggest_full_refund: bool | None = False,
    refund_shipping: bool | None = None,
    shipping_amount: str | None = None,
    refund_duties: Sequence[dict[str, Any]] | None = None,
    refund_method_allocation: str | None = "ORIGINAL_PAYMENT_METHODS",
) -> Suggestion:
    """`Order.suggestedRefund`. Raises ValueError for lines that are not on the order or too many units."""
    made = Suggestion(adds_tax=not order["taxes_included"], ceiling=totals.refundable_money(order))
    made.to_store_credit = refund_method_allocation == "STORE_CREDIT"
    wanted = everything(order) if suggest_full_refund else list(refund_line_items or ())
    taken: dict[int, int] = {}
    for item in wanted:
        made.lines.append(refund_line(session, order, item, taken))
    made.discount = sum(line["discount"] for line in made.lines)
    if suggest_full_refund or refund_shipping:
        made.shipping = shipping_back(order, None)
    elif shipping_amount is not None:
        made.shipping = shipping_back(order, minor(shipping_amount, order["currency"]))
    wanted_duties = None if suggest_full_refund else refund_duties or ()
    made.duties = duties_back(order, taken, wanted_duties)
    made.payments = over_payments(order, made.amount)
    return made


def everything(order: Body) -> list[dict[str, Any]]:
    """Lines of a full refund: waiting units are cancelled, shipped ones are not put back."""
    items: list[dict[str, Any]] = []
    for line in order["lines"]:
        waiting = min(totals.waiting(line), totals.refundable(line))
        shipped = totals.refundable(line) - waiting
        for units, kind in ((waiting, "CANCEL"), (shipped, "NO_RESTOCK")):
            if units:
                items.append({"line": line["id"], "quantity": units, "restock_type": kind})
    return items


def refund_line(session: Session, order: Body, item: dict[str, Any], taken: dict[int, int]) -> Body:
    """One refund line; `taken` counts units of earlier lines for the same line item."""
    number = item["line"] if "line" in item else number_of(item["line_item_id"], "LineItem")
    line = totals.line_of(order, number)
    if line is None:
        raise ValueError("Line item does not belong to this order")
    before, units = taken.get(line["id"], 0), item["quantity"]
    if units < 1 or before + units > totals.refundable(line):
        raise ValueError("Quantity cannot refund more items than were purchased")
    taken[line["id"]] = before + units
    gone = totals.gone(line) + before
    kind = item.get("restock_type") or "NO_RESTOCK"
    return {
        "id": None, "line": line["id"], "units": units, "type": kind, "restocked": False,
        "location": location_for(order, line, kind, number_of(item.get("location_id"), "Location")),
        "subtotal": share(totals.line_total(line), gone, units, line["quantity"]),
        "discount": share(line["discount"], gone, units, line["quantity"]),
        "tax": sum(share(tax["amount"], gone, units, line["quantity"]) for tax in line["taxes"]),
    }  # fmt: skip


def location_for(order: Body, line: Body, kind: str, wanted: int | None) -> int | None:
    """Where units would go back: as asked, else where they wait, else where they were sent from."""
    if wanted is not None or kind == "NO_RESTOCK":
        return wanted
    parcels = [p for p in order["fulfillment_orders"] if any(item["line"] == line["id"] for item in p["items"])]
    waiting = [p for p in parcels if any(i["line"] == line["id"] and i["remaining"] for i in p["items"])]
    chosen = (waiting or parcels)[:1]
    return chosen[0]["location"] if chosen else None


def shipping_back(order: Body, amount: int | None) -> list[Body]:
    """Shipping that goes back, with its tax; `amount` None: all that is left of it."""
    parts, rest = [], amount
    for ship in order["shipping"]:
        left = ship["price"] - ship["refunded"]
        back = left if rest is None else min(left, rest)
        rest = None if rest is None else rest - back
        whole = sum(tax["amount"] for tax in ship["taxes"])
        tax = cut(whole, ship["refunded"] + back, ship["price"]) - ship["tax_refunded"] if ship["price"] else 0
        parts.append({"line": ship["id"], "amount": back, "tax": max(0, tax)})
    return parts


def duties_back(order: Body, taken: dict[int, int], wanted: Sequence[dict[str, Any]] | None) -> list[Body]:
    """Duties that go back: those asked for; with `wanted` None (a full refund) all of them."""
    chosen = None if wanted is None else {number_of(item["duty_id"], "Duty"): item for item in wanted}
    parts = []
    for line in order["lines"]:
        for duty in line["duties"]:
            item = {"refund_type": "FULL"} if chosen is None else chosen.get(duty["id"])
            if item is None or (chosen is None and line["id"] not in taken):
                continue
            left = duty["amount"] - duty["refunded"]
            if item.get("refund_type") == "PROPORTIONAL":
                left = min(left, cut(duty["amount"], taken.get(line["id"], 0), line["quantity"]))
            parts.append({"duty": duty["id"], "amount": left})
    return parts


def over_payments(order: Body, amount: int) -> list[tuple[Body, int]]:
    """`amount` over the payments that can still give back, first made first."""
    parts = []
    for payment in order["transactions"]:
        back = min(amount, totals.max_refundable(order, payment))
        if back > 0:
            parts.append((payment, back))
            amount -= back
    return parts
