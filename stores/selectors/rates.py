"""What an amount is worth in another currency, by the stored exchange rates of the last 7 days.

Only limits and holds ask, so every doubt goes against the person: rounded up, and of two rates of the same day the
dearer one. None where no rate is known: then nothing can be compared. What moves is never converted here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal

from stores.kernel.money import Money, exponent
from stores.models import ExchangeRate, RateSource

OLDEST = timedelta(days=7)
SHOWN = timedelta(days=60)


@dataclass(frozen=True)
class Rates:
    """tables: for each source and base {currency: (day, one base in it)}; the base itself stands in it."""

    tables: tuple[Mapping[str, tuple[date, Decimal]], ...]

    def convert(self, amount: Money, currency: str) -> Money | None:
        """Up to the minor unit; None where no rate is known."""
        if amount.currency == currency:
            return amount
        worth = max(self._worths(amount, currency), default=None)
        if worth is None:
            return None
        unit = Decimal(1).scaleb(-exponent(currency))
        return Money((worth[1]).quantize(unit, ROUND_CEILING), currency)

    def total(self, amounts: Iterable[Money], currency: str) -> Money | None:
        """Of amounts in any currencies, each rounded up; None where one of them has no rate."""
        whole = Money.zero(currency)
        for amount in amounts:
            worth = self.convert(amount, currency)
            if worth is None:
                return None
            whole += worth
        return whole

    def _worths(self, amount: Money, currency: str) -> Iterable[tuple[date, Decimal]]:
        """(day of the older rate, worth) by each table that knows both."""
        for table in self.tables:
            if amount.currency in table and currency in table:
                (first, of_theirs), (second, of_ours) = table[amount.currency], table[currency]
                yield min(first, second), amount.amount * of_ours / of_theirs


def newest(now: datetime) -> list[tuple[ExchangeRate, bool]]:
    """[(the newest of each pair and source, whether it still counts)], for people."""
    rows: dict[tuple[str, str, str], ExchangeRate] = {}
    for row in ExchangeRate.objects.filter(on__gte=now.date() - SHOWN).order_by("on", "pk"):
        rows[row.source, row.base, row.currency] = row
    shown = sorted(rows.values(), key=lambda row: (row.source != RateSource.TYPED, row.base, row.currency))
    return [(row, row.on >= now.date() - OLDEST) for row in shown]


def as_of(now: datetime) -> Rates:
    """One query: the newest rate of each pair and source, not older than 7 days, none of a later day."""
    day = now.date()
    found = ExchangeRate.objects.filter(on__gte=day - OLDEST, on__lte=day).order_by("on", "pk")
    tables: dict[tuple[str, str], dict[str, tuple[date, Decimal]]] = {}
    for row in found:
        table = tables.setdefault((row.source, row.base), {row.base: (day, Decimal(1))})
        table[row.currency] = (row.on, Decimal(row.rate))
    return Rates(tuple(tables.values()))
