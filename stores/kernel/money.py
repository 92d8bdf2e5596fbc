"""Money: a Decimal and its ISO 4217 currency, never apart, never float.

Minor units come from the currency (JPY 0, EUR 2, KWD 3), as ISO 4217 has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from functools import cache
from typing import TypeVar

from babel.numbers import get_currency_precision

# Where CLDR, by which Babel goes, leaves out digits that nobody reads aloud: shops, banks and providers count them.
COUNTED = dict.fromkeys(
    ("AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SLL", "SOS", "SYP", "YER"), 2
) | {"IQD": 3}


@cache
def exponent(currency: str) -> int:
    """Digits after the point for this currency: JPY 0, USD 2, RSD 2, KWD 3."""
    return COUNTED.get(currency, get_currency_precision(currency))


def is_said_whole(currency: str) -> bool:
    """People say no parts of it, as of yen and dinars: a single one buys little."""
    return bool(get_currency_precision(currency) == 0)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in one currency. Adding or comparing two currencies raises ValueError."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError("Money takes a Decimal")
        if not self.amount.is_finite():
            raise ValueError("Money must be finite")
        if len(self.currency) != 3 or not self.currency.isalpha() or not self.currency.isupper():
            raise ValueError(f"not an ISO 4217 code: {self.currency!r}")

    def _same(self, other: Money) -> Decimal:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")
        return other.amount

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(self.amount * factor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def __bool__(self) -> bool:
        return self.amount != 0

    def rounded(self) -> Money:
        """Half up to the currency's minor unit: the rule of every platform so far."""
        return Money(self.amount.quantize(Decimal(1).scaleb(-exponent(self.currency)), ROUND_HALF_UP), self.currency)

    @property
    def minor(self) -> int:
        """The amount in minor units, as SQL stores it. Raises ValueError when it is not exact."""
        scaled = self.amount.scaleb(exponent(self.currency))
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{self.amount} has more digits than {self.currency} allows")
        return int(scaled)

    @property
    def minor_up(self) -> int:
        """The same rounded up: an amount that somebody else told may be finer than its currency is today."""
        return int(self.amount.scaleb(exponent(self.currency)).to_integral_value(ROUND_CEILING))

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> Money:
        return cls(Decimal(minor).scaleb(-exponent(currency)), currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(Decimal(0), currency)


Key = TypeVar("Key")
Sum = TypeVar("Sum", Decimal, Money)


def summed(pairs: Iterable[tuple[Key, Sum]]) -> dict[Key, Sum]:
    """What stands under the same key, added up; the keys stay in their order. Raises ValueError for two currencies."""
    found: dict[Key, Sum] = {}
    for key, value in pairs:
        found[key] = found[key] + value if key in found else value
    return found


def total(parts: Iterable[Money], currency: str) -> Money:
    """The sum of `parts`; zero of `currency` when there are none."""
    return sum(parts, Money.zero(currency))


def allocate(whole: Money, weights: Sequence[Decimal]) -> list[Money]:
    """Split `whole` over `weights`, to the minor unit; the parts sum exactly to `whole`.

    weights: n >= 1, none negative, not all zero; the result keeps their order.
    The remainder goes to the largest weights first (largest remainder method).
    Raises ValueError for empty, negative or all-zero weights, and for an amount finer than the minor unit.
    """
    if not weights or min(weights) < 0 or not sum(weights):
        raise ValueError("weights must be non-empty, non-negative and not all zero")
    sign, units = (-1, -whole.minor) if whole.minor < 0 else (1, whole.minor)
    exact = [Decimal(units) * weight / sum(weights) for weight in weights]
    parts = [int(share) for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], -weights[i], i))
    for i in by_remainder[: units - sum(parts)]:
        parts[i] += 1
    return [Money.from_minor(sign * part, whole.currency) for part in parts]
