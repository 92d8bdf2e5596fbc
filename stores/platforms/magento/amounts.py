"""Numbers of an answer: up to four decimals, whole pieces or decimal ones, absent when null. All in base currency."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from stores.canonical.order import MoneyPair
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.money import Money, exponent

NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?", re.ASCII)
ZERO = Decimal(0)
CENT, NOISE = Decimal("0.01"), Decimal("1E-10")


def number(parent: Node, name: str) -> Decimal:
    """0 for null. JSON numbers arrive as int or Decimal, some plug-ins write text."""
    found = parent.get(name)
    if found is None:
        return ZERO
    if isinstance(found, str) and NUMBER.fullmatch(found):
        found = Decimal(found)
    if isinstance(found, bool) or not isinstance(found, int | Decimal):
        raise Misread(name)
    return Decimal(found)


def quantity(parent: Node, name: str) -> Decimal:
    """Never negative; 3.0000 is 3."""
    found = number(parent, name)
    if found < 0:
        raise Misread(name)
    return Decimal(int(found)) if found == found.to_integral_value() else found.normalize()


def currency_of(order: Node) -> str:
    """The base currency: the one that moves, and the one that refunds are written in."""
    return json_readers.ident(order, "base_currency_code")


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
    return value.quantize(NOISE, ROUND_HALF_UP).quantize(CENT, ROUND_HALF_UP)


class Rounding:
    """What rounding leaves over is carried to the next figure."""

    def __init__(self) -> None:
        self.carried = ZERO

    def __call__(self, value: Decimal, *, negative: bool = False) -> Decimal:
        if not value:
            return value
        sign = -1 if negative else 1
        whole = value + sign * self.carried
        rounded = cents(whole)
        self.carried = sign * (whole - rounded)
        return rounded


def pair(amount: Money) -> MoneyPair:
    return MoneyPair(shop=amount, customer=amount)


def when(parent: Node, name: str) -> datetime | None:
    """UTC, which the text does not say."""
    said = json_readers.text(parent, name)
    if not said:
        return None
    try:
        return datetime.strptime(said, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError as exc:
        raise Misread(name) from exc
