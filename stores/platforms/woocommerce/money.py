"""An order's books: each product, shipping and fee with what was given back of it, read from the order and its refunds.

Numbers are decimal text with the store's own number of digits, sometimes plain numbers. `quantity` of a line never
falls, and the order tells refunds by their sum alone, so both answers are needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from stores.canonical.order import MoneyPair
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.money import Money, exponent

NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,20})?(E-?[0-9]{1,2})?", re.ASCII)  # PHP writes tiny ones as 4.9E-5
LARGEST = Decimal(10) ** 13


def number(parent: Node, name: str) -> Decimal:
    """0 for what is missing or empty; raises Misread for what is no number."""
    return decimal(parent.get(name), name)


def decimal(said: Any, name: str) -> Decimal:
    if said is None or said == "":
        return Decimal(0)
    if isinstance(said, bool) or not isinstance(said, str | int | Decimal):
        raise Misread(name)
    if isinstance(said, str) and not NUMBER.fullmatch(said):
        raise Misread(name)
    try:
        found = Decimal(said)
    except ArithmeticError as exc:
        raise Misread(name) from exc
    if not found.is_finite() or abs(found) > LARGEST:
        raise Misread(name)
    return found


def currency(order: Node) -> str:
    """Raises Misread for what is no ISO code."""
    said = order.get("currency")
    try:
        return Money.zero(said if isinstance(said, str) else "").currency
    except ValueError as exc:
        raise Misread("currency") from exc


def digits(order: Node) -> int:
    """After the point, as the total of this answer shows them: the store's own, where no `dp` was asked for."""
    said = order.get("total")
    return len(said.partition(".")[2]) if isinstance(said, str) else 0


def smallest(order: Node, shown: int) -> Decimal:
    """The smallest step of an amount: the store's digits, never finer than the currency."""
    return Decimal(1).scaleb(-min(shown, exponent(currency(order))))


def rounded(amount: Decimal, step: Decimal) -> Decimal:
    return amount.quantize(step, ROUND_HALF_UP)


def floored(amount: Decimal, step: Decimal) -> Decimal:
    return amount.quantize(step, ROUND_DOWN)


def told(amount: Decimal) -> str:
    return format(abs(amount) if amount == 0 else amount, "f")


def is_paid(order: Node) -> bool:
    return when(order, "date_paid_gmt") is not None


def pair(amount: Decimal, currency: str) -> MoneyPair:
    """One currency: what a multi-currency plugin converts from is not told."""
    return MoneyPair.of(Money(amount, currency).rounded())


# --- books --------------------------------------------------------------------------------------------
REFUNDED_ITEM = "_refunded_item_id"
TAKEN, RETURNED = "_reduced_stock", "_restock_refunded_items"
ZERO = Decimal(0)
when, at = json_readers.utc, json_readers.utc_at  # `_gmt` times: the others are in the site's own zone, and not read


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
        return max(ZERO, floored(self.total - self.given_back, self.step))

    def of(self, kind: Kind) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.kind is kind)

    def product(self, line_id: str) -> Item | None:
        return next((item for item in self.of(Kind.PRODUCT) if item.id == line_id), None)

    def left_of(self, kind: Kind) -> Decimal:
        """With tax, negative ones (discounts) left out."""
        left = sum((max(ZERO, item.gross_left) for item in self.of(kind) if item.net >= 0), ZERO)
        return rounded(left, self.step)

    @property
    def unlisted(self) -> Decimal:
        """What the total has beyond its items: below 0 where gift cards paid a part of them."""
        return self.total - sum((rounded(item.gross, self.step) for item in self.items), ZERO)

    @property
    def rounding(self) -> Decimal:
        """The most that rounding each item by itself may come to."""
        return self.step * len(self.items)

    @property
    def took_stock(self) -> bool:
        return any(item.taken > 0 for item in self.items)

    @property
    def holds_kept_stock(self) -> bool:
        """Units refunded earlier were left out of stock on purpose: only setting the order to cancelled undoes that."""
        return any(item.taken > item.units_left for item in self.of(Kind.PRODUCT))

    def said(self, amount: Decimal) -> str:
        """9.99 EUR"""
        return f"{told(rounded(amount, self.step))} {self.currency}"

    def money(self, amount: Decimal) -> Money:
        return Money(amount, self.currency).rounded()


def to_books(order: Node, refunds: Sequence[Node], shown: int | None = None) -> Books:
    """shown: digits of the store's prices, where the order was read with more. Raises Misread."""
    items = tuple(_item(raw, kind, refunds) for kind in Kind for raw in json_readers.nodes(order, kind.value))
    found = Books(
        currency=currency(order),
        step=smallest(order, digits(order) if shown is None else shown),
        items=items,
        total=number(order, "total"),
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
    return sum((number(refund, "amount") for refund in refunds), ZERO)


def _item(raw: Node, kind: Kind, refunds: Sequence[Node]) -> Item:
    shares = list(shares_of(raw, kind, refunds))
    taxes = _taxes(raw)
    return Item(
        id=json_readers.ident(raw, "id"),
        kind=kind,
        title=json_readers.text(raw, "name", "method_title"),
        units=number(raw, "quantity") if kind is Kind.PRODUCT else ZERO,
        units_back=sum((abs(number(share, "quantity")) for share in shares), ZERO),
        net=number(raw, "total"),
        net_back=sum((-number(share, "total") for share in shares), ZERO),
        taxes=taxes,
        taxes_back={rate: sum((-_taxes(share).get(rate, ZERO) for share in shares), ZERO) for rate in taxes},
        taken=max(ZERO, decimal(meta(raw, TAKEN), TAKEN)),
        returned=max(ZERO, decimal(meta(raw, RETURNED), RETURNED)),
    )


def _taxes(raw: Node) -> dict[str, Decimal]:
    return {json_readers.ident(tax, "id"): number(tax, "total") for tax in json_readers.nodes(raw, "taxes")}


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
