"""Two currencies of one order: the one its amounts are in, and the one of the shop's primary market."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from stores.canonical.order import MoneyPair
from stores.kernel.money import Money
from stores.platforms.shoplazza import fields
from stores.platforms.shoplazza.fields import Misread, Node


@dataclass(frozen=True)
class Rates:
    """`currency` moves; `shop` is what limits compare; `factor`: shop money for one of the order's."""

    currency: str
    shop: str
    factor: Decimal = Decimal(1)

    @classmethod
    def of(cls, order: Node) -> Rates:
        """The rate is the order's own: its total in both currencies, else the rate that is told."""
        currency = fields.ident(order, "currency")
        market = fields.maybe(fields.maybe(order, "config"), "market_setting")
        shop = fields.text(market, "primary_market_currency") or currency
        _check(currency, shop)
        if shop == currency:
            return cls(currency, currency)
        primary = fields.maybe(order, "primary_market_price")
        there, here = fields.amount(primary, "total_price", shop), fields.amount(order, "total_price", currency)
        told = fields.amount(primary, "actual_rate", shop).amount or Decimal(1)
        return cls(currency, shop, there.amount / here.amount if there and here else told)

    def pair(self, amount: Money) -> MoneyPair:
        if self.shop == self.currency:
            return MoneyPair(shop=amount, customer=amount)
        return MoneyPair(shop=Money(amount.amount * self.factor, self.shop).rounded(), customer=amount)

    def read(self, parent: Node, name: str) -> MoneyPair:
        return self.pair(fields.amount(parent, name, self.currency))


def _check(*currencies: str) -> None:
    for currency in currencies:
        try:
            Money.zero(currency)
        except ValueError as exc:
            raise Misread("currency") from exc
