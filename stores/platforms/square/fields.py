"""Looks into Square's answers: money in minor units, quantities as decimal text."""

from __future__ import annotations

import re
from decimal import Decimal

from stores.kernel.http.json_readers import Misread, Node, first, maybe, node, text
from stores.kernel.money import Money, exponent

QUANTITY = re.compile(r"[0-9]{1,12}(\.[0-9]{1,5})?", re.ASCII)
MOST_MINOR = 10**15


def currency_of(order: Node) -> str:
    """Of the order's total: Square keeps one currency."""
    return checked(text(maybe(order, "total_money"), "currency"))


def checked(currency: str) -> str:
    try:
        Money.zero(currency)
        exponent(currency)
    except (ValueError, LookupError) as exc:
        raise Misread("currency") from exc
    return currency


def money(parent: Node, name: str, currency: str) -> Money:
    """Zero for null. Two currencies in one order are no order we understand."""
    found = first(parent, name)
    if found is None:
        return Money.zero(currency)
    amount = first(node(found, name), "amount") or 0
    if isinstance(amount, bool) or not isinstance(amount, int) or abs(amount) > MOST_MINOR:
        raise Misread(name)
    if amount and text(found, "currency") != currency:
        raise Misread(f"{name}.currency")
    return Money.from_minor(amount, currency)


def quantity(parent: Node, name: str = "quantity") -> Decimal:
    """ "1" or "0.75"; 0 for null."""
    said = text(parent, name)
    if not said:
        return Decimal(0)
    if not QUANTITY.fullmatch(said):
        raise Misread(name)
    return Decimal(said)


def spelt(units: Decimal) -> str:
    """As Square writes quantities: no exponent, no zeros at the end."""
    return format(units.normalize(), "f") if units else "0"
