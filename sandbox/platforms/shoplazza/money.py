"""Amounts are minor units inside and decimal text outside."""

from __future__ import annotations

from decimal import Decimal

from stores.kernel.money import Money


def text(minor: int, currency: str) -> str:
    """1990, USD → 19.90"""
    return format(Money.from_minor(int(minor), currency).amount.quantize(Decimal(1).scaleb(-digits(currency))), "f")


def digits(currency: str) -> int:
    return -int(Money.from_minor(1, currency).amount.as_tuple().exponent)


def minor(amount: str, currency: str) -> int:
    """Raises ValueError for what is no amount, ArithmeticError for garbage."""
    return Money(Decimal(amount), currency).minor
