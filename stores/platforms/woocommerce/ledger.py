"""An order's books: each product, shipping and fee with what was given back of it; read from the order and its refunds.

`quantity` of a line never falls, and the order tells refunds by their sum alone, so both answers are needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.money import Money
from stores.platforms.woocommerce import amounts

REFUNDED_ITEM = "_refunded_item_id"
TAKEN, RETURNED = "_reduced_stock", "_restock_refunded_items"
ZERO = Decimal(0)


class Kind(StrEnum):
    PRODUCT = "line_items"
    SHIPPING = "shipping_lines"
    FEE = "fee_lines"


@dataclass(frozen=True)
class Item:
    """Amounts without tax; taxes by rate id. `taken`: units core took from stock and has not given back."""

    id: str
    kind: Kind
    title: str
    units: Decimal
    units_back: Decimal
    net: Decimal
    net_back: Decimal
    taxes: Mapping[str, Decimal]
    taxes_back: Mapping[str, Decimal]
    taken: Decimal = ZERO
    returned: Decimal = ZERO

    @property
    def units_left(self) -> Decimal:
        return max(ZERO, self.units - self.units_back)

    @property
    def net_left(self) -> Decimal:
        return self.net - self.net_back

    @property
    def taxes_left(self) -> dict[str, Decimal]:
        return {rate: whole - self.taxes_back.get(rate, ZERO) for rate, whole in self.taxes.items()}

    @property
    def gross(self) -> Decimal:
        return self.net + sum(self.taxes.values(), ZERO)

    @property
    def gross_back(self) -> Decimal:
        return self.net_back + sum(self.taxes_back.values(), ZERO)

    @property
    def gross_left(self) -> Decimal:
        return self.net_left + sum(self.taxes_left.values(), ZERO)


@dataclass(frozen=True)
class Books:
    """`step`: the store's smallest amount; `most`: what can still be refunded (max_refundable)."""

    currency: str
    step: Decimal
    items: tuple[Item, ...]
    total: Decimal
    given_back: Decimal

    @property
    def most(self) -> Decimal:
        return max(ZERO, amounts.floored(self.total - self.given_back, self.step))

    def of(self, kind: Kind) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.kind is kind)

    def product(self, line_id: str) -> Item | None:
        return next((item for item in self.of(Kind.PRODUCT) if item.id == line_id), None)

    def left_of(self, kind: Kind) -> Decimal:
        """With tax, negative ones (discounts) left out."""
        left = sum((max(ZERO, item.gross_left) for item in self.of(kind) if item.net >= 0), ZERO)
        return amounts.rounded(left, self.step)

    @property
    def unlisted(self) -> Decimal:
        """What the total has beyond its items: below 0 where gift cards paid a part of them."""
        return self.total - sum((amounts.rounded(item.gross, self.step) for item in self.items), ZERO)

    @property
    def rounding(self) -> Decimal:
        """The most that rounding each item by itself may come to."""
        return self.step * len(self.items)

    @property
    def holds_kept_stock(self) -> bool:
        """Units refunded earlier were left out of stock on purpose: only setting the order to cancelled undoes that."""
        return any(item.taken > item.units_left for item in self.of(Kind.PRODUCT))

    def money(self, amount: Decimal) -> Money:
        return Money(amount, self.currency).rounded()


def read(order: Node, refunds: Sequence[Node], digits: int | None = None) -> Books:
    """digits: of the store's prices, where the order was read with more. Raises Misread."""
    items = tuple(_item(raw, kind, refunds) for kind in Kind for raw in json_readers.nodes(order, kind.value))
    found = Books(
        currency=amounts.currency(order),
        step=amounts.smallest(order, amounts.digits(order) if digits is None else digits),
        items=items,
        total=amounts.number(order, "total"),
        given_back=given_back(refunds),
    )
    return _summed(found) if json_readers.flag(order, "prices_include_tax") else found


def _summed(found: Books) -> Books:
    """Lines as they must have been before a store rounded them: where prices contain their tax the total is their sum.

    A shop that does not heed `dp` tells 8.33 and 1.67 of a price of 9.99.
    """
    taxed = [item for item in found.items if item.taxes and item.net > 0]
    over = sum((item.gross for item in found.items), ZERO) - found.total
    if not taxed or abs(over) > found.step * len(taxed):
        return found
    each = over / len(taxed)
    return replace(found, items=tuple(replace(i, net=i.net - each) if i in taxed else i for i in found.items))


def given_back(refunds: Sequence[Node]) -> Decimal:
    return sum((amounts.number(refund, "amount") for refund in refunds), ZERO)


def _item(raw: Node, kind: Kind, refunds: Sequence[Node]) -> Item:
    shares = list(shares_of(raw, kind, refunds))
    taxes = _taxes(raw)
    return Item(
        id=json_readers.ident(raw, "id"),
        kind=kind,
        title=json_readers.text(raw, "name", "method_title"),
        units=amounts.number(raw, "quantity") if kind is Kind.PRODUCT else ZERO,
        units_back=sum((abs(amounts.number(share, "quantity")) for share in shares), ZERO),
        net=amounts.number(raw, "total"),
        net_back=sum((-amounts.number(share, "total") for share in shares), ZERO),
        taxes=taxes,
        taxes_back={rate: sum((-_taxes(share).get(rate, ZERO) for share in shares), ZERO) for rate in taxes},
        taken=max(ZERO, amounts.decimal(meta(raw, TAKEN), TAKEN)),
        returned=max(ZERO, amounts.decimal(meta(raw, RETURNED), RETURNED)),
    )


def _taxes(raw: Node) -> dict[str, Decimal]:
    return {json_readers.ident(tax, "id"): amounts.number(tax, "total") for tax in json_readers.nodes(raw, "taxes")}


def shares_of(raw: Node, kind: Kind, refunds: Sequence[Node]) -> Iterator[Node]:
    """The entries of refunds that belong to one item, by the meta that links them, else by a product of its own."""
    ident = json_readers.ident(raw, "id")
    for refund in refunds:
        for share in json_readers.nodes(refund, kind.value):
            named = meta(share, REFUNDED_ITEM)
            if str(named) == ident or (named is None and kind is Kind.PRODUCT and _same_product(raw, share)):
                yield share


def _same_product(raw: Node, share: Node) -> bool:
    return all(raw.get(name) == share.get(name) for name in ("product_id", "variation_id", "sku"))


def meta(raw: Node, key: str) -> Any:
    """A plain value out of meta_data; None where there is none."""
    for one in json_readers.nodes(raw, "meta_data"):
        if one.get("key") == key:
            value = one.get("value")
            if isinstance(value, dict | list):
                raise Misread(key)
            return value
    return None
