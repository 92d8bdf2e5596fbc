"""Amounts as whole numbers, as payment providers tell them: counted as ISO 4217 does, and each has its exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from stores.connectors.errors import refusal
from stores.kernel.i18n import gettext as _
from stores.kernel.money import Money, exponent


@dataclass(frozen=True)
class MinorUnits:
    """digits: of currencies that the provider counts otherwise; steps: what an amount must be a multiple of."""

    digits: Mapping[str, int] = field(default_factory=dict)
    steps: Mapping[str, int] = field(default_factory=dict)

    def told(self, money: Money) -> int:
        """Raises RemoteRefused for an amount that the provider cannot move to the last digit: nothing is rounded."""
        number = money.amount.scaleb(self._digits(money.currency))
        step = self.steps.get(money.currency, 1)
        if number % step:
            least = format(Decimal(step).scaleb(-self._digits(money.currency)), "f")
            words = _("%(currency)s moves in steps of %(step)s.", currency=money.currency, step=least)
            raise refusal("too_fine", words)
        return int(number)

    def read(self, number: int, currency: str) -> Money:
        return Money(Decimal(number).scaleb(-self._digits(currency)), currency)

    def _digits(self, currency: str) -> int:
        return self.digits.get(currency, exponent(currency))
