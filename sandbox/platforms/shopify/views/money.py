"""Payments, refunds and returns."""

from __future__ import annotations

from typing import Any

from sandbox.platforms.shopify import totals
from sandbox.platforms.shopify.search import connection
from sandbox.platforms.shopify.session import Session
from sandbox.platforms.shopify.suggest import Suggestion, shipping_back
from sandbox.platforms.shopify.totals import LABELS, MANUAL, WEEK
from sandbox.platforms.shopify.values import Bag, Body, bag, gid, iso, text
from sandbox.platforms.shopify.views.lines import PartView, serialize_duty, tax_lines


class TransactionView(PartView):
    typename = "OrderTransaction"

    amount_set = property(lambda self: self.bag(self.body["amount"]))
    formatted_gateway = property(lambda self: LABELS.get(self.body["gateway"], self.body["gateway"]))
    manual_payment_gateway = property(lambda self: self.body["gateway"] in MANUAL)
    created_at = processed_at = property(lambda self: iso(self.body["at"]))
    test = property(lambda self: self.owner["test"])
    multi_capturable = property(lambda self: False)
    error_code = property(lambda self: self.body["error"])
    manually_capturable = property(lambda self: totals.unsettled(self.owner, self.body) > 0)
    payment_id = property(lambda self: f"{self.owner['name']}.{self.body['id'] % 10_000}")

    @property
    def account_number(self) -> str | None:
        return "•••• •••• •••• 4242" if self.body["gateway"] == "bogus" else None

    @property
    def total_unsettled_set(self) -> Bag | None:
        if self.body["kind"] not in totals.AUTH:
            return None
        return self.bag(totals.unsettled(self.owner, self.body))

    @property
    def authorization_expires_at(self) -> str | None:
        return iso(self.body["at"] + WEEK) if self.body["kind"] in totals.AUTH else None

    @property
    def maximum_refundable_v2(self) -> dict[str, str] | None:
        if self.body["kind"] not in totals.PAID:
            return None
        left, currency = totals.max_refundable(self.owner, self.body), self.owner["currency"]
        return {"amount": text(left, currency), "currencyCode": currency}

    @property
    def parent_transaction(self) -> TransactionView | None:
        parent = totals.payment_of(self.owner, self.body["parent_id"])
        return TransactionView(self.session, parent, self.owner) if parent else None


class RefundView(PartView):
    typename = "Refund"

    created_at = processed_at = updated_at = property(lambda self: iso(self.body["created_at"]))

    def __getattr__(self, name: str) -> Any:
        return None if name == "return" else super().__getattr__(name)  # a word of Python cannot be a method

    @property
    def payments(self) -> list[Body]:
        ids = self.body["order_transactions"]
        return [payment for payment in self.owner["transactions"] if payment["id"] in ids]

    @property
    def total_refunded_set(self) -> Bag:
        moved = [part["amount"] for part in self.payments if part["kind"] == "REFUND" and part["status"] == "SUCCESS"]
        return self.bag(sum(moved))

    def transactions(self, **paging: Any) -> dict[str, Any]:
        return connection(self.payments, lambda row: TransactionView(self.session, row, self.owner), **paging)

    def refund_line_items(self, **paging: Any) -> dict[str, Any]:
        return connection(self.body["lines"], lambda row: RefundLineView(self.session, row, self.owner), **paging)

    def refund_shipping_lines(self, **paging: Any) -> dict[str, Any]:
        return connection(self.body["shipping"], self.serialize_shipping, **paging)

    def serialize_shipping(self, row: Body) -> dict[str, Any]:
        line = next(ship for ship in self.owner["shipping"] if ship["id"] == row["line"])
        return {
            "id": gid("RefundShippingLine", row["id"]),
            "shippingLine": ShippingLineView(self.session, line, self.owner),
            "subtotalAmountSet": self.bag(row["amount"]),
            "taxAmountSet": self.bag(row["tax"]),
        }

    def order_adjustments(self, **paging: Any) -> dict[str, Any]:
        rows = [self.body] if self.body["adjustment"] else []
        return connection(rows, self.serialize_adjustment, **paging)

    def serialize_adjustment(self, row: Body) -> dict[str, Any]:
        amount, none = self.bag(-row["adjustment"]), self.bag(0)
        reason = "REFUND_DISCREPANCY"
        return {"id": gid("OrderAdjustment", row["id"]), "amountSet": amount, "taxAmountSet": none, "reason": reason}

    @property
    def duties(self) -> list[dict[str, Any]]:
        return [refund_duty(self.owner, part) for part in self.body["duties"]]


def refund_duty(order: Body, part: Body) -> dict[str, Any]:
    duty = next(duty for line in order["lines"] for duty in line["duties"] if duty["id"] == part["duty"])
    return {"amountSet": bag(order, part["amount"]), "originalDuty": serialize_duty(order, duty)}


class RefundLineView(PartView):
    """A line of a refund, made or suggested (then without id)."""

    typename = "RefundLineItem"

    @property
    def id(self) -> str | None:  # type: ignore[override]
        return gid("RefundLineItem", self.body["id"]) if self.body["id"] else None

    quantity = property(lambda self: self.body["units"])
    restock_type = property(lambda self: self.body["type"])
    location = property(lambda self: self.location_view(self.body["location"]))
    line_item = property(lambda self: self.line_view(self.body["line"]))
    subtotal_set = property(lambda self: self.bag(self.body["subtotal"]))
    total_tax_set = property(lambda self: self.bag(self.body["tax"]))
    price_set = property(lambda self: self.bag(self.body["subtotal"] // max(1, self.body["units"])))


class ShippingLineView(PartView):
    typename = "ShippingLine"

    code = property(lambda self: self.body["title"])
    source = property(lambda self: "shopify")
    custom = property(lambda self: False)
    is_removed = property(lambda self: False)
    original_price_set = discounted_price_set = property(lambda self: self.bag(self.body["price"]))
    tax_lines = property(lambda self: tax_lines(self.owner, self.body["taxes"]))

    @property
    def current_discounted_price_set(self) -> Bag:
        return self.bag(self.body["price"] - self.body["refunded"])


class ReturnView(PartView):
    typename = "Return"

    created_at = property(lambda self: iso(self.body["created_at"]))
    closed_at = property(lambda self: iso(self.body["created_at"]) if self.body["status"] == "CLOSED" else None)
    total_quantity = property(lambda self: self.body["units"])


# --- `suggestedRefund` as the API tells it --------------------------------------------------------
class SuggestionView:
    typename = "SuggestedRefund"

    def __init__(self, session: Session, made: Suggestion, order: Body) -> None:
        self.session = session
        self.made = made
        self.order = order

    def bag(self, units: int) -> Bag:
        return bag(self.order, units)

    amount_set = property(lambda self: self.bag(self.made.amount))
    maximum_refundable_set = property(lambda self: self.bag(self.made.ceiling))
    discounted_subtotal_set = property(lambda self: self.bag(self.made.subtotal))
    subtotal_set = discounted_subtotal_set
    total_tax_set = property(lambda self: self.bag(self.made.tax))
    total_duties_set = property(lambda self: self.bag(sum(duty["amount"] for duty in self.made.duties)))
    total_cart_discount_amount_set = property(lambda self: self.bag(self.made.discount))

    @property
    def shipping(self) -> dict[str, Any]:
        left = sum(part["amount"] for part in shipping_back(self.order, None))
        amount = self.bag(sum(part["amount"] for part in self.made.shipping))
        tax = self.bag(sum(part["tax"] for part in self.made.shipping))
        return {"amountSet": amount, "maximumRefundableSet": self.bag(left), "taxSet": tax}

    @property
    def refund_line_items(self) -> list[RefundLineView]:
        return [RefundLineView(self.session, line, self.order) for line in self.made.lines]

    @property
    def refund_duties(self) -> list[dict[str, Any]]:
        return [refund_duty(self.order, part) for part in self.made.duties]

    @property
    def suggested_transactions(self) -> list[dict[str, Any]]:
        if self.made.to_store_credit:
            return []
        return [self.serialize_payment(payment, amount) for payment, amount in self.made.payments]

    def serialize_payment(self, payment: Body, amount: int) -> dict[str, Any]:
        return {
            "kind": "SUGGESTED_REFUND", "gateway": payment["gateway"],
            "formattedGateway": LABELS.get(payment["gateway"], payment["gateway"]), "accountNumber": None,
            "amountSet": self.bag(amount),
            "maximumRefundableSet": self.bag(totals.max_refundable(self.order, payment)),
            "parentTransaction": TransactionView(self.session, payment, self.order),
        }  # fmt: skip

    @property
    def suggested_refund_methods(self) -> list[dict[str, Any]]:
        can_credit = self.session.shop["store_credit"] and self.order["customer"] and not self.order["company"]
        if not self.made.to_store_credit or not can_credit:
            return []
        shown = {"amount": self.bag(self.made.amount), "maximumRefundable": self.bag(self.made.ceiling)}
        return [shown | {"__typename": "SuggestedStoreCreditRefund", "expiresAt": None}]
