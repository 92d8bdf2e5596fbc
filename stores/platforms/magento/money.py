"""One order with what hangs on it: its numbers, which items are lines, and how much an invoice can still give back.

Numbers have up to four decimals, whole pieces or decimal ones, absent when null; all in base currency.
A configurable stands there twice: the parent with the money is the line. A bundle of fixed price is one line; of a
bundle whose parts carry the prices, the parts are. Refunds name these items and no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import cached_property

from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.money import Money, exponent, summed

ZERO = Decimal(0)
when, at = json_readers.utc, json_readers.utc_at
CENT = Decimal("0.01")
number = json_readers.decimal  # JSON numbers arrive as int or Decimal, some plug-ins write text


def sum_of(parents: Iterable[Node], name: str) -> Decimal:
    return sum((number(parent, name) for parent in parents), ZERO)


def quantity(parent: Node, name: str) -> Decimal:
    """Never negative; 3.0000 is 3."""
    found = number(parent, name)
    if found < 0:
        raise Misread(name)
    return Decimal(int(found)) if found == found.to_integral_value() else found.normalize()


def money(parent: Node, name: str, currency: str) -> Money:
    """To the minor unit of the currency: totals are kept with up to four decimals."""
    return Money(number(parent, name), currency).rounded()


def smallest(currency: str) -> Decimal:
    """The finest step in which money moves: a provider is asked for two digits, whatever the currency has."""
    return max(CENT, Decimal(1).scaleb(-exponent(currency)))


def payable(amount: Decimal, currency: str) -> Decimal:
    """What of it can go back: down to that step, since Magento keeps parts of a yen that nobody can pay."""
    return max(ZERO, amount).quantize(smallest(currency), ROUND_DOWN)


def cents(value: Decimal) -> Decimal:
    """As Magento rounds: to two digits in every currency; the noise of a division does not count (PHP's round)."""
    return value.quantize(json_readers.NOISE, ROUND_HALF_UP).quantize(CENT, ROUND_HALF_UP)


# --- lines --------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Item:
    """One real line. `title_of`: the bundle it belongs to."""

    raw: Node
    id: str
    ordered: Decimal
    invoiced: Decimal
    shipped: Decimal
    canceled: Decimal
    refunded: Decimal
    is_virtual: bool
    title_of: str = ""
    is_composite: bool = False  # parts of it, or the whole it is part of, come along without money

    @property
    def current(self) -> Decimal:
        return max(ZERO, self.ordered - self.canceled - self.refunded)

    @property
    def uninvoiced(self) -> Decimal:
        return max(ZERO, self.ordered - self.invoiced - self.canceled)

    @property
    def unrefunded(self) -> Decimal:
        return max(ZERO, self.invoiced - self.refunded)

    @property
    def waiting(self) -> Decimal:
        """Neither left nor taken off. What is only virtual never leaves."""
        return self.current if self.is_virtual else max(ZERO, self.current - self.shipped)

    @property
    def cancellable(self) -> Decimal:
        """What Magento's own cancel would take."""
        return min(self.uninvoiced, self.waiting)


def lines_of(order: Node) -> tuple[Item, ...]:
    items = json_readers.nodes(order, "items")
    families: dict[str, list[Node]] = {}
    for raw in items:
        if parent := json_readers.text(raw, "parent_item_id"):
            families.setdefault(parent, []).append(raw)
    by_id = {json_readers.ident(raw, "item_id"): raw for raw in items}
    return tuple(to_item(raw, by_id, families) for raw in items if is_real(raw, by_id, families))


def is_real(raw: Node, by_id: Mapping[str, Node], families: Mapping[str, Sequence[Node]]) -> bool:
    parent = by_id.get(json_readers.text(raw, "parent_item_id"))
    return not is_sum_of_parts(raw, families) if parent is None else is_sum_of_parts(parent, families)


def is_sum_of_parts(raw: Node, families: Mapping[str, Sequence[Node]]) -> bool:
    """A bundle whose members carry the prices."""
    parts = families.get(json_readers.ident(raw, "item_id"), ())
    return json_readers.text(raw, "product_type") == "bundle" and any(number(part, "base_row_total") for part in parts)


def to_item(raw: Node, by_id: Mapping[str, Node], families: Mapping[str, Sequence[Node]]) -> Item:
    item_id = json_readers.ident(raw, "item_id")
    parent = by_id.get(json_readers.text(raw, "parent_item_id"))
    relatives = families.get(item_id, ()) if parent is None else (parent,)
    ordered = quantity(raw, "qty_ordered")
    return Item(
        raw=raw,
        id=item_id,
        ordered=ordered,
        invoiced=quantity(raw, "qty_invoiced"),
        shipped=max(quantity(raw, "qty_shipped"), shipped_with(relatives, ordered)),
        canceled=quantity(raw, "qty_canceled"),
        refunded=quantity(raw, "qty_refunded"),
        is_virtual=bool(json_readers.units(raw, "is_virtual")),
        title_of=json_readers.text(parent, "name") if parent else "",
        is_composite=bool(relatives),
    )


def shipped_with(relatives: Iterable[Node], ordered: Decimal) -> Decimal:
    """Parts are shipped with their bundle or for themselves; who carries the number differs. Rounded up: safe side."""
    told = (one for one in relatives if one.get("qty_ordered"))
    most = max((quantity(one, "qty_shipped") / quantity(one, "qty_ordered") for one in told), default=ZERO)
    return (most * ordered).to_integral_value(ROUND_CEILING) if most else ZERO


# --- the order ----------------------------------------------------------------------------------------
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
        return lines_of(self.order)

    @cached_property
    def currency(self) -> str:
        """The base currency: the one that moves, and the one that refunds are written in."""
        return json_readers.ident(self.order, "base_currency_code")

    @cached_property
    def state(self) -> str:
        return json_readers.text(self.order, "state")

    @property
    def payment(self) -> Node:
        return json_readers.or_empty(self.order, "payment")

    @property
    def method(self) -> str:
        return json_readers.text(self.payment, "method")

    @property
    def nothing_shipped(self) -> bool:
        return not any(item.shipped for item in self.lines)

    @property
    def has_uninvoiced(self) -> bool:
        return any(item.uninvoiced for item in self.lines)

    def money(self, amount: Decimal) -> Money:
        return Money(amount, self.currency).rounded()

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
        is_whole = len(self.invoices) == 1 and not self.has_uninvoiced
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
        rows = ((json_readers.ident(one, "entity_id"), lines_in(one)) for one in self.invoices)
        return summed(((invoice, line), units) for invoice, lines in rows for line, units in lines)

    def refundable(self, item: Item) -> Decimal:
        """Over all paid invoices."""
        return min(item.unrefunded, sum((self.units_on(one, item) for one in self.paid_invoices), ZERO))

    def memos_of(self, invoice: Node) -> list[Node]:
        wanted = json_readers.ident(invoice, "entity_id")
        return [memo for memo in self.memos if json_readers.text(memo, "invoice_id") == wanted]

    @property
    def is_plain(self) -> bool:
        """No store credit, gift card, points, wrapping, product tax or extra fee, whose shares Magento works out."""
        known = json_readers.or_empty(self.order, "extension_attributes")
        has_tax_per_piece = any(number(item.raw, "base_weee_tax_applied_row_amnt") for item in self.lines)
        return not (has_tax_per_piece or known.get("custom_fees") or any(number(known, name) for name in SPECIAL))

    def is_by_hand(self, invoice: Node) -> bool:
        """Nothing at a payment provider can be told to pay back."""
        return self.method in BY_HAND or not json_readers.text(invoice, "transaction_id")


def lines_in(document: Node) -> list[tuple[str, Decimal]]:
    """(order item, units) of an invoice, credit memo or shipment."""
    rows = json_readers.nodes(document, "items")
    return [(json_readers.ident(row, "order_item_id"), quantity(row, "qty")) for row in rows]
