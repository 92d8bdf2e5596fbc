"""Amounts as ranges of minor units: 10 means 10 in yen and 1000 in cents, so there is one for each number of digits."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from django.db.models import Q

from stores.kernel.money import exponent
from stores.kernel.search_text import fold
from stores.models import Store

LARGEST: Final = 2**62  # minor units
# with a sign or code before or after it, or with cents: a bare whole number is an order's
SIGN = r"(?:[a-z]{0,3}[$€£¥₩]|[a-z]{3})"
AMOUNT: Final = re.compile(rf"(?P<before>{SIGN})?\s?(?P<number>\d[\d.,' ]*)\s?(?P<after>{SIGN})?", re.ASCII)
CENTS: Final = re.compile(r"(?P<whole>[\d.,' ]*\d)[.,](?P<part>\d{2,3})")


def between(low: Decimal | None, high: Decimal | None, stores: Iterable[Store]) -> Q:
    """Both ends included; an empty Q where neither is asked for."""
    if low is None and high is None:
        return Q()
    return _by_digits(stores, lambda digits: _range(low, high, digits))


def typed(text: str, stores: Iterable[Store]) -> Q:
    """Orders whose total was typed: `47.98`, `US$1,204.00`, `1.204,00 €`, `¥4,180`. An empty Q for other text."""
    amount = read(text)
    return Q() if amount is None else between(amount, amount, stores)


def read(text: str) -> Decimal | None:
    """None for what is no amount. The last separator is the point when two digits, or three, follow it."""
    found = AMOUNT.fullmatch(fold(text))
    if not found:
        return None
    number = found["number"].strip()
    cents = CENTS.fullmatch(number)
    if not (found["before"] or found["after"]):
        if cents is None or len(cents["part"]) != 2:
            return None
    elif cents is not None and len(cents["part"]) == 3:
        cents = None  # `¥4,180`: a thousand, not a thousandth
    whole = re.sub(r"[.,' ]", "", cents["whole"] if cents else number)
    return Decimal(f"{whole}.{cents['part']}" if cents else whole) if len(whole) <= 12 else None


def _by_digits(stores: Iterable[Store], ranged: Callable[[int], Q]) -> Q:
    by_digits: dict[int, set[str]] = defaultdict(set)
    for currency in {store.currency for store in stores}:
        by_digits[exponent(currency)].add(currency)
    found = Q(pk__in=[])
    for digits, currencies in by_digits.items():
        amounts = ranged(digits)
        found |= amounts if len(by_digits) == 1 else amounts & Q(currency__in=sorted(currencies))
    return found


def _range(low: Decimal | None, high: Decimal | None, digits: int) -> Q:
    """Both ends are always said: SQLite takes an index for a range between two, and reads all rows for an open one."""
    first, last = -LARGEST, LARGEST
    if low is not None:
        first = int(low.scaleb(digits).to_integral_value(ROUND_CEILING))
    if high is not None:
        last = int(high.scaleb(digits).to_integral_value(ROUND_FLOOR))
    return Q(total_minor__gte=first, total_minor__lte=last)
