"""The order itself: head, sums, status words, and the doors to its parts."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError

from sandbox.platforms.shopify import suggest, totals
from sandbox.platforms.shopify.search import connection
from sandbox.platforms.shopify.totals import edit_refusals
from sandbox.platforms.shopify.values import Bag, bag, gid, iso
from sandbox.platforms.shopify.views.lines import FulfilmentOrderView, LineView, ShipmentView, tax_lines
from sandbox.platforms.shopify.views.money import (
    RefundView,
    ReturnView,
    ShippingLineView,
    SuggestionView,
    TransactionView,
)
from sandbox.platforms.shopify.views.shop import CustomerView, mailing_address
from sandbox.platforms.shopify.views.view import View


class Sums(View):
    """Money of an order, each in both currencies."""

    def bag(self, units: int) -> Bag:
        return bag(self.body, units)

    original_total_price_set = total_price_set = property(lambda self: self.bag(self.body["original"]["total"]))
    subtotal_price_set = property(lambda self: self.bag(self.body["original"]["subtotal"]))
    total_tax_set = property(lambda self: self.bag(self.body["original"]["tax"]))
    total_shipping_price_set = property(lambda self: self.bag(self.body["original"]["shipping"]))
    total_discounts_set = property(lambda self: self.bag(self.body["original"]["discounts"]))
    current_total_price_set = property(lambda self: self.bag(totals.current(self.body)))
    current_subtotal_price_set = property(lambda self: self.bag(totals.subtotal(self.body)))
    current_total_tax_set = property(lambda self: self.bag(totals.tax(self.body)))
    current_shipping_price_set = property(lambda self: self.bag(totals.shipping(self.body)))
    current_total_discounts_set = property(lambda self: self.bag(totals.discounts(self.body)))
    current_total_additional_fees_set = property(lambda self: None)
    total_tip_received_set = property(lambda self: self.bag(totals.tips(self.body)))
    total_received_set = property(lambda self: self.bag(totals.received(self.body)))
    total_refunded_set = property(lambda self: self.bag(totals.refunded(self.body)))
    total_refunded_shipping_set = property(
        lambda self: self.bag(sum(ship["refunded"] for ship in self.body["shipping"]))
    )
    total_outstanding_set = property(lambda self: self.bag(totals.outstanding(self.body)))
    total_capturable_set = property(lambda self: self.bag(totals.capturable(self.body)))
    net_payment_set = property(lambda self: self.bag(totals.net(self.body)))
    refund_discrepancy_set = property(
        lambda self: self.bag(sum(refund["adjustment"] for refund in self.body["refunds"]))
    )

    @property
    def current_total_duties_set(self) -> Bag | None:
        has_any = any(line["duties"] for line in self.body["lines"])
        return self.bag(totals.duties(self.body)) if has_any else None

    @property
    def total_cash_rounding_adjustment(self) -> dict[str, Bag]:
        return {"paymentSet": self.bag(0), "refundSet": self.bag(0)}


class Status(View):
    """Words and switches that follow from where the order stands."""

    closed = property(lambda self: self.body["closed_at"] is not None)
    display_financial_status = property(lambda self: totals.financial_status(self.body))
    display_fulfillment_status = property(lambda self: totals.fulfilment_status(self.body))
    return_status = property(lambda self: totals.return_status(self.body))
    capturable = property(lambda self: totals.capturable(self.body) > 0)
    can_notify_customer = property(lambda self: bool(self.body["email"]) and not self.is_hidden)
    fully_paid = property(lambda self: totals.outstanding(self.body) <= 0)
    unpaid = property(lambda self: totals.received(self.body) == 0)
    refundable = property(lambda self: totals.refundable_money(self.body) > 0)
    restockable = property(
        lambda self: any(line["is_restockable"] and totals.refundable(line) for line in self.body["lines"])
    )
    fulfillable = property(lambda self: any(totals.waiting(line) for line in self.body["lines"]))
    requires_shipping = property(lambda self: any(line["ships"] for line in self.body["lines"]))
    merchant_editable = property(lambda self: not edit_refusals(self.body))
    merchant_editable_errors = property(lambda self: edit_refusals(self.body))
    duties_included = estimated_taxes = tax_exempt = property(lambda self: False)
    is_hidden = property(lambda self: self.session.switches["customer"] == "hidden")

    @property
    def cancellation(self) -> dict[str, str | None] | None:
        return None if self.body["cancelled_at"] is None else {"staffNote": self.body["cancel_note"]}

    @property
    def risk(self) -> dict[str, str]:
        return {"recommendation": self.body["risk"]}

    @property
    def payment_terms(self) -> dict[str, Any] | None:
        if not self.body["terms"]:
            return None
        words = {"paymentTermsName": self.body["terms"], "overdue": False, "dueInDays": 30}
        return {"id": gid("PaymentTerms", self.body["id"])} | words

    @property
    def disputes(self) -> list[dict[str, Any]]:
        return [shown | {"id": gid("OrderDisputeSummary", shown["id"])} for shown in self.body["disputes"]]


class People(View):
    """Who bought. All of it is empty where the plan hides customers."""

    email = property(lambda self: None if self.is_hidden else self.body["email"])
    phone = property(lambda self: None if self.is_hidden else self.body["phone"])
    customer_locale = property(lambda self: None if self.is_hidden else "en")

    @property
    def customer(self) -> CustomerView | None:
        body = self.body["customer"]
        if not body or self.is_hidden:
            return None
        return CustomerView(self.session, body | {"email": self.body["email"], "phone": self.body["phone"]})

    @property
    def shipping_address(self) -> dict[str, Any] | None:
        return None if self.is_hidden else mailing_address(self.body)

    billing_address = shipping_address

    @property
    def purchasing_entity(self) -> Any:
        if self.body["company"]:
            return {"__typename": "PurchasingCompany", "company": self.body["company"]}
        return self.customer


class OrderView(Sums, Status, People):
    typename = "Order"

    created_at = property(lambda self: iso(self.body["created_at"]))
    processed_at = property(lambda self: iso(self.body["processed_at"]))
    updated_at = property(lambda self: iso(self.body["updated_at"]))
    cancelled_at = property(lambda self: iso(self.body["cancelled_at"]))
    closed_at = property(lambda self: iso(self.body["closed_at"]))
    currency_code = property(lambda self: self.body["shop_currency"])
    presentment_currency_code = property(lambda self: self.body["currency"])
    payment_gateway_names = property(lambda self: self.body["gateways"])
    source_identifier = property(lambda self: None)
    custom_attributes = property(lambda self: [])
    app = property(lambda self: self.body["app"])
    subtotal_line_items_quantity = property(lambda self: sum(line["quantity"] for line in self.body["lines"]))
    current_subtotal_line_items_quantity = property(lambda self: sum(map(totals.refundable, self.body["lines"])))
    transactions_count = property(lambda self: {"count": len(self.body["transactions"]), "precision": "EXACT"})
    fulfillments_count = property(lambda self: {"count": len(self.body["fulfillments"]), "precision": "EXACT"})

    @property
    def status_page_url(self) -> str:
        return f"https://{self.body['shop']}.myshopify.com/orders/{self.body['confirmation_number'].lower()}"

    @property
    def tax_lines(self) -> list[dict[str, Any]]:
        named: dict[tuple[str, str], int] = {}
        for part in (*self.body["lines"], *self.body["shipping"]):
            for tax in part["taxes"]:
                key = (tax["title"], tax["rate"])
                named[key] = named.get(key, 0) + tax["amount"]
        rows = [{"title": title, "rate": rate, "amount": amount} for (title, rate), amount in named.items()]
        return tax_lines(self.body, rows)

    current_tax_lines = tax_lines

    # --- parts -------------------------------------------------------------------------------------
    def line_items(self, **paging: Any) -> dict[str, Any]:
        return connection(self.body["lines"], lambda row: LineView(self.session, row, self.body), **paging)

    def non_fulfillable_line_items(self, **paging: Any) -> dict[str, Any]:
        rows = [line for line in self.body["lines"] if not totals.waiting(line) and not line["fulfilled"]]
        return connection(rows, lambda row: LineView(self.session, row, self.body), **paging)

    def shipping_lines(self, include_removals: bool = False, **paging: Any) -> dict[str, Any]:
        return connection(self.body["shipping"], lambda row: ShippingLineView(self.session, row, self.body), **paging)

    @property
    def shipping_line(self) -> ShippingLineView | None:
        lines = self.body["shipping"]
        return ShippingLineView(self.session, lines[0], self.body) if lines else None

    def transactions(self, first: int | None = None, capturable: bool | None = None,
                     manually_resolvable: bool | None = None) -> list[TransactionView]:  # fmt: skip
        rows = self.body["transactions"]
        if capturable is not None:
            rows = [row for row in rows if (totals.unsettled(self.body, row) > 0) is capturable]
        return [TransactionView(self.session, row, self.body) for row in rows[:first]]

    def refunds(self, first: int | None = None, query: str | None = None) -> list[RefundView]:
        return [RefundView(self.session, row, self.body) for row in self.body["refunds"][:first]]

    def returns(self, query: str | None = None, **paging: Any) -> dict[str, Any]:
        return connection(self.body["returns"], lambda row: ReturnView(self.session, row, self.body), **paging)

    def fulfillments(self, first: int | None = None, query: str | None = None) -> list[ShipmentView]:
        return [ShipmentView(self.session, row, self.body) for row in self.body["fulfillments"][:first]]

    def fulfillment_orders(self, query: str | None = None, displayable: bool = False, **paging: Any) -> dict[str, Any]:
        rows = self.body["fulfillment_orders"]
        return connection(rows, lambda row: FulfilmentOrderView(self.session, row, self.body), **paging)

    def suggested_refund(self, **wanted: Any) -> SuggestionView:
        try:
            return SuggestionView(self.session, suggest.suggest(self.session, self.body, **wanted), self.body)
        except ValueError as exc:
            raise GraphQLError(str(exc), extensions={"code": "INVALID"}) from exc
