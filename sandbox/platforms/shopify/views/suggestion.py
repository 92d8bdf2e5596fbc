"""`suggestedRefund` as the API tells it."""

from __future__ import annotations

from typing import Any

from sandbox.platforms.shopify import totals
from sandbox.platforms.shopify.ids import Body
from sandbox.platforms.shopify.money import Bag, bag
from sandbox.platforms.shopify.payments import LABELS
from sandbox.platforms.shopify.session import Session
from sandbox.platforms.shopify.suggest import Suggestion, shipping_back
from sandbox.platforms.shopify.views.money import RefundLineView, TransactionView, refund_duty


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
        told = {"amount": self.bag(self.made.amount), "maximumRefundable": self.bag(self.made.ceiling)}
        return [told | {"__typename": "SuggestedStoreCreditRefund", "expiresAt": None}]
