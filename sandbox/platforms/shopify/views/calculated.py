"""An order while it is being edited: the plan beside what stands."""

from __future__ import annotations

from typing import Any

from sandbox.platforms.shopify import totals
from sandbox.platforms.shopify.search import connection
from sandbox.platforms.shopify.session import Session
from sandbox.platforms.shopify.values import Bag, Body, bag, cut
from sandbox.platforms.shopify.views.lines import VariantView
from sandbox.platforms.shopify.views.order import OrderView
from sandbox.platforms.shopify.views.view import View


class CalculatedOrderView(View):
    typename = "CalculatedOrder"

    def __init__(self, session: Session, staged: Body, order: Body, after: Body) -> None:
        super().__init__(session, staged)
        self.before = order
        self.order = after

    committed = property(lambda self: False)
    original_order = property(lambda self: OrderView(self.session, self.before))
    total_outstanding_set = property(lambda self: bag(self.order, totals.outstanding(self.order)))
    total_price_set = property(lambda self: bag(self.order, totals.current(self.order)))
    subtotal_price_set = property(lambda self: bag(self.order, totals.subtotal(self.order)))
    cart_discount_amount_set = property(lambda self: bag(self.order, totals.discounts(self.order)))
    subtotal_line_items_quantity = property(lambda self: sum(map(totals.refundable, self.order["lines"])))
    tax_lines = property(lambda self: OrderView(self.session, self.order).tax_lines)
    notification_preview_title = property(lambda self: f"Order {self.before['name']} updated")

    def line_items(self, query: str | None = None, **paging: Any) -> dict[str, Any]:
        pairs = list(zip(self.order["lines"], self.before["lines"], strict=True))
        rows = [pair for pair in pairs if totals.refundable(pair[1])]
        return connection(rows, self.line_view, **paging)

    def line_view(self, pair: tuple[Body, Body]) -> CalculatedLineView:
        return CalculatedLineView(self.session, pair[0], self.order, pair[1], self.body)

    def added_line_items(self, **paging: Any) -> dict[str, Any]:
        return connection([], lambda row: row, **paging)


class CalculatedLineView(View):
    typename = "CalculatedLineItem"

    def __init__(self, session: Session, line: Body, order: Body, before: Body, staged: Body) -> None:
        super().__init__(session, line)
        self.order = order
        self.before = before
        self.staged = staged

    quantity = property(lambda self: totals.refundable(self.body))
    editable_quantity = property(lambda self: totals.waiting(self.body))
    editable_quantity_before_changes = property(lambda self: totals.waiting(self.before))
    restockable = property(lambda self: self.body["is_restockable"])
    restocking = property(lambda self: bool(self.staged["restock"].get(str(self.body["id"]))))
    has_staged_line_item_discount = property(lambda self: False)
    variant = property(lambda self: None if self.body["is_tip"] else VariantView(self.session, self.body))
    original_unit_price_set = property(lambda self: bag(self.order, self.body["price"]))

    @property
    def discounted_unit_price_set(self) -> Bag:
        return bag(self.order, cut(totals.line_total(self.body), 1, self.body["quantity"]))

    @property
    def editable_subtotal_set(self) -> Bag:
        return bag(self.order, cut(totals.line_total(self.body), totals.waiting(self.body), self.body["quantity"]))

    @property
    def uneditable_subtotal_set(self) -> Bag:
        fixed = totals.refundable(self.body) - totals.waiting(self.body)
        return bag(self.order, cut(totals.line_total(self.body), max(0, fixed), self.body["quantity"]))
