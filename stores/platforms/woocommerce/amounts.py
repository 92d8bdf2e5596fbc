"""Numbers as WooCommerce writes them: decimal text with the store's own number of digits, sometimes plain numbers."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

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
