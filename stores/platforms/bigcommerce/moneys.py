"""Numbers of theirs as money of ours: text in v2, JSON numbers in v3, three currencies by name.

The vendor's description: `default_currency_code` is the currency the customer pays in, `currency_code` the one prices
were shown in, `store_default_currency_code` the store's own; the rate leads from the store's to the paid one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from stores.canonical.order import MoneyPair
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.money import Money

NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?", re.ASCII)
CODE = re.compile(r"[A-Z]{3}", re.ASCII)


def decimal(parent: Node, *names: str) -> Decimal:
    """0 for what is not there."""
    found = json_readers.first(parent, *names)
    if found is None or found == "":
        return Decimal(0)
    if isinstance(found, bool) or not isinstance(found, str | int | Decimal):
        raise Misread(names[0])
    said = f"{found:f}" if isinstance(found, Decimal) else str(found)
    if not NUMBER.fullmatch(said):
        raise Misread(names[0])
    return Decimal(said)


def amount(parent: Node, currency: str, *names: str) -> Money:
    return Money(decimal(parent, *names), currency).rounded()


def code(parent: Node, *names: str) -> str:
    """A currency, "" for none."""
    said = next((text for name in names if (text := json_readers.text(parent, name))), "")
    if said and not CODE.fullmatch(said):
        raise Misread(names[0])
    return said


@dataclass(frozen=True)
class Rates:
    """currency: the one that moves; shop: the store's own; shown: of the storefront; rate: shop × rate = currency."""

    currency: str
    shop: str
    shown: str
    rate: Decimal

    @classmethod
    def of(cls, raw: Node) -> Rates:
        currency = code(raw, "default_currency_code", "currency_code")
        if not currency:
            raise Misread("default_currency_code")
        shop = code(raw, "store_default_currency_code") or currency
        rate = decimal(raw, "store_default_to_transactional_exchange_rate")
        return cls(currency, shop, code(raw, "currency_code") or currency, rate)

    @property
    def zero(self) -> Money:
        return Money.zero(self.currency)

    def pair(self, money: Money) -> MoneyPair:
        """In both currencies; without a rate the paid one stands for both."""
        if self.shop == self.currency or self.rate <= 0:
            return MoneyPair(shop=money, customer=money)
        return MoneyPair(shop=Money(money.amount / self.rate, self.shop).rounded(), customer=money)

    def read(self, parent: Node, *names: str) -> MoneyPair:
        return self.pair(amount(parent, self.currency, *names))
