"""One order with what hangs on it, and how much of its money and units an invoice can still give back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.platforms.magento import items
from stores.platforms.magento.amounts import CENT, ZERO, cents, currency_of, number, payable, quantity
from stores.platforms.magento.items import Item

PAID = 2  # invoice states: 1 open, 2 paid, 3 canceled
BY_HAND = frozenset({"checkmo", "banktransfer", "cashondelivery", "purchaseorder", "free"})
SPECIAL = (
    "base_customer_balance_amount", "base_gift_cards_amount", "base_reward_currency_amount", "gw_base_price",
    "gw_items_base_price", "gw_card_base_price",
)  # fmt: skip


@dataclass(frozen=True)
class Ways:
    """How this shop is set up, as its owner told us. prices: a shipping amount is read excluding or including tax, "" =
    nobody said. zero_memos: a credit memo may come to 0.00."""

    prices: str = ""
    zero_memos: bool = True


@dataclass(frozen=True)
class Facts:
    """As read: the order, its invoices, its credit memos, its shipments."""

    order: Node
    invoices: Sequence[Node] = ()
    memos: Sequence[Node] = ()
    shipments: Sequence[Node] = ()
    ways: Ways = Ways()
    has_labels_unread: bool = False  # its shipments came without the labels that may be there

    @cached_property
    def lines(self) -> tuple[Item, ...]:
        return items.lines_of(self.order)

    @cached_property
    def currency(self) -> str:
        return currency_of(self.order)

    @cached_property
    def state(self) -> str:
        return json_readers.text(self.order, "state")

    @cached_property
    def money_left(self) -> Decimal:
        """The ceiling of every further credit memo."""
        left = number(self.order, "base_total_paid") - number(self.order, "base_total_refunded")
        return payable(left, self.currency)

    @cached_property
    def cost_nothing(self) -> bool:
        """Billed, and there was nothing to pay."""
        is_zero = not number(self.order, "base_grand_total") and not number(self.order, "base_total_paid")
        return is_zero and bool(self.paid_invoices)

    @cached_property
    def leaves_for_nothing(self) -> bool:
        """A credit memo of 0.00 takes its units off: of the one invoice there is, without shares of Magento's own."""
        is_whole = len(self.invoices) == 1 and not any(item.uninvoiced for item in self.lines)
        return self.cost_nothing and self.ways.zero_memos and is_whole and self.is_plain

    @cached_property
    def paid_invoices(self) -> tuple[Node, ...]:
        return tuple(invoice for invoice in self.invoices if number(invoice, "state") == PAID)

    def left_on(self, invoice: Node) -> Decimal:
        """Money of one invoice that was not given back. What came off the order alone is not told apart."""
        memos = self.memos_of(invoice)
        gone = sum((cents(number(memo, "base_grand_total")) for memo in memos), ZERO)  # a provider pays whole cents
        told = cents(number(invoice, "base_total_refunded"))
        gone = told if told - gone > CENT * len(memos) else gone
        return payable(min(number(invoice, "base_grand_total") - gone, self.money_left), self.currency)

    def units_on(self, invoice: Node, item: Item) -> Decimal:
        """Units of a line that a credit memo of this invoice may still name."""
        return min(self.billed_left(invoice, item), item.unrefunded)

    def billed_left(self, invoice: Node, item: Item) -> Decimal:
        """Units that it billed and no memo of it took back."""
        billed = self._billed.get((json_readers.ident(invoice, "entity_id"), item.id), ZERO)
        gone = sum((q for memo in self.memos_of(invoice) for line, q in lines_in(memo) if line == item.id), ZERO)
        return max(ZERO, billed - gone)

    @cached_property
    def _billed(self) -> dict[tuple[str, str], Decimal]:
        """(invoice, line) → units."""
        found: dict[tuple[str, str], Decimal] = {}
        for invoice in self.invoices:
            for line, units in lines_in(invoice):
                at = (json_readers.ident(invoice, "entity_id"), line)
                found[at] = found.get(at, ZERO) + units
        return found

    def refundable(self, item: Item) -> Decimal:
        """Over all paid invoices."""
        return min(item.unrefunded, sum((self.units_on(one, item) for one in self.paid_invoices), ZERO))

    def memos_of(self, invoice: Node) -> list[Node]:
        wanted = json_readers.ident(invoice, "entity_id")
        return [memo for memo in self.memos if json_readers.text(memo, "invoice_id") == wanted]

    @property
    def is_plain(self) -> bool:
        """No store credit, gift card, points, wrapping, product tax or extra fee, whose shares Magento works out."""
        more = self.order.get("extension_attributes")
        known = more if isinstance(more, dict) else {}
        has_tax_per_piece = any(number(item.raw, "base_weee_tax_applied_row_amnt") for item in self.lines)
        return not (has_tax_per_piece or known.get("custom_fees") or any(number(known, name) for name in SPECIAL))

    def is_by_hand(self, invoice: Node) -> bool:
        """Nothing at a payment provider can be told to pay back."""
        method = method_of(self.order)
        return method in BY_HAND or not json_readers.text(invoice, "transaction_id")


def as_billed(raw: Node) -> dict[str, Any]:
    """A stand-in for a paid invoice that was not read: it could hold any unit that was billed, and the shipping."""
    return {
        "entity_id": "0",
        "state": PAID,
        "base_grand_total": number(raw, "base_total_paid"),
        "transaction_id": "known",
        "base_shipping_amount": number(raw, "base_shipping_invoiced"),
        "base_shipping_tax_amount": number(raw, "base_shipping_tax_amount"),
        "base_shipping_discount_tax_compensation_amnt": number(raw, "base_shipping_discount_tax_compensation_amnt"),
        "items": [
            {"order_item_id": item["item_id"], "qty": item.get("qty_invoiced") or 0}
            for item in json_readers.nodes(raw, "items")
        ],
    }


def lines_in(document: Node) -> list[tuple[str, Decimal]]:
    """(order item, units) of an invoice, credit memo or shipment."""
    return [
        (json_readers.ident(row, "order_item_id"), quantity(row, "qty"))
        for row in json_readers.nodes(document, "items")
    ]


def method_of(order: Node) -> str:
    payment = order.get("payment")
    return json_readers.text(payment, "method") if isinstance(payment, dict) else ""
