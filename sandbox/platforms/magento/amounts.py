"""Decimal text and the way credit memos round: what rounding leaves is carried to the next line."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT, NOISE = Decimal("0.01"), Decimal("1E-10")
ZERO = Decimal(0)


def dec(value: Any) -> Decimal:
    return Decimal(str(value or 0))


def cents(value: Decimal) -> Decimal:
    """PHP's round(): what is half a cent but for the noise of a division is half a cent."""
    return value.quantize(NOISE, ROUND_HALF_UP).quantize(CENT, ROUND_HALF_UP)


def text(value: Decimal) -> str:
    return f"{value:f}"


def plus(record: dict[str, Any], name: str, value: Decimal) -> None:
    record[name] = text(dec(record.get(name)) + value)


def taxed(
    amount: Decimal, off: Decimal, rate: Decimal, *, is_incl: bool, after: bool
) -> tuple[Decimal, Decimal, Decimal]:
    """(net before the discount, tax, compensation): what a discount takes off the tax inside of prices that contain it
    is told apart as compensation, since the discount is told with it."""
    if not is_incl:
        return amount, cents((amount - off if after else amount) * rate), ZERO
    whole = cents(amount * rate / (1 + rate))
    tax = cents((amount - off) * rate / (1 + rate)) if after else whole
    return amount - whole, tax, whole - tax


class Rounder:
    """Math\\Calculator::deltaRound."""

    def __init__(self) -> None:
        self.delta = ZERO

    def __call__(self, price: Decimal, *, negative: bool = False) -> Decimal:
        if not price:
            return price
        sign = -1 if negative else 1
        whole = price + sign * self.delta
        rounded = cents(whole)
        self.delta = sign * (whole - rounded)
        return rounded
