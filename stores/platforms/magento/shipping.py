"""Shipping of one invoice: what was paid for it, what of that went back, and the number that asks for the rest.

Magento keeps it before its discount and without tax; the discount, the tax, and what the discount took off the tax
(compensation, where prices contain tax) stand beside it. Refunds name it with or without tax, by a setting of the shop.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.platforms.magento.amounts import CENT, ZERO, cents, number
from stores.platforms.magento.facts import Facts

INCLUDING = "including"


@dataclass(frozen=True)
class Shipping:
    """net, incl: before the discount, of the whole order; paid: for all of it, to the cent; gone: what of that went
    back; open_net, open_incl: the most a credit memo may still name. has_tax: the shop's setting matters."""

    net: Decimal = ZERO
    incl: Decimal = ZERO
    tax: Decimal = ZERO
    discount: Decimal = ZERO
    compensation: Decimal = ZERO
    gone: Decimal = ZERO
    open_net: Decimal = ZERO
    open_incl: Decimal = ZERO
    is_disputed: bool = False  # the two rules for open_incl differ
    is_adjusted: bool = False

    @property
    def paid(self) -> Decimal:
        return self.net + self.tax + self.compensation - self.discount

    @property
    def left(self) -> Decimal:
        return max(ZERO, self.paid - self.gone)

    @property
    def has_tax(self) -> bool:
        return bool(self.tax or self.compensation)

    @classmethod
    def of(cls, facts: Facts, invoice: Node) -> Shipping:
        order, net = facts.order, number(invoice, "base_shipping_amount")
        if net <= 0:
            return cls()
        found = cls(
            net=net,
            incl=incl_of(order, invoice),
            tax=number(invoice, "base_shipping_tax_amount"),
            discount=number(order, "base_shipping_discount_amount"),
            compensation=number(invoice, COMPENSATION),
        )
        back = number(order, "base_shipping_refunded")
        by_rules = named_incl(order, facts.memos)
        adjusted = adjustments(facts.memos_of(invoice)) if found.has_tax else ZERO
        return cls(
            **{name: getattr(found, name) for name in ("net", "incl", "tax", "discount", "compensation")},
            gone=given_back(found, facts.memos, back) + adjusted,
            open_net=max(ZERO, net - back),
            open_incl=max(ZERO, found.incl - max(by_rules)),
            is_disputed=len(set(by_rules)) > 1,
            is_adjusted=bool(adjusted),
        )

    def argument(self, wanted: Decimal, prices: str) -> Decimal:
        """The number that is sent for `wanted`, as the customer paid it; 0 where it travels as an adjustment: taxed,
        and nobody said how the shop reads a number. All that is left is asked for as all that is left."""
        if not wanted or not self.paid or (self.has_tax and not prices):
            return ZERO
        whole, most = self.as_read(prices)
        if whole == self.incl and self.is_disputed and cents(self.net * most / whole) != self.open_net:
            most = max(ZERO, most - CENT)  # below both, where one and the same comes out
        if wanted == self.left and not self.is_adjusted:
            return most
        return min(most, cents(wanted * whole / self.paid))

    def as_read(self, prices: str) -> tuple[Decimal, Decimal]:
        """(all of it, the most that may still be named), with tax or without, as the shop reads such a number."""
        return (self.incl, self.open_incl) if prices == INCLUDING and self.has_tax else (self.net, self.open_net)


COMPENSATION = "base_shipping_discount_tax_compensation_amnt"  # so spelt


def incl_of(order: Node, invoice: Node) -> Decimal:
    """With its tax before the discount; worked out where it is not told."""
    told = number(order, "base_shipping_incl_tax")
    tax = number(invoice, "base_shipping_tax_amount") + number(invoice, COMPENSATION)
    return told or number(order, "base_shipping_amount") + tax


def named_incl(order: Node, memos: Sequence[Node]) -> tuple[Decimal, Decimal]:
    """Two rules for what was named so far are in use, by version and by what a discount does to tax."""
    by_order = number(order, "base_shipping_refunded") + number(order, "base_shipping_tax_refunded")
    return by_order, sum((number(memo, "base_shipping_incl_tax") for memo in memos), ZERO)


# --- what went back ----------------------------------------------------------------------------------
def given_back(found: Shipping, memos: Sequence[Node], back: Decimal) -> Decimal:
    """As the customer got it. Without the credit memos (in a list) by its share."""
    named = [memo for memo in memos if number(memo, "base_shipping_amount")]
    if sum((number(memo, "base_shipping_amount") for memo in named), ZERO) != back:
        return cents(found.paid * back / found.net)
    return sum((cents(part_of(found, memo)) for memo in named), ZERO) + rounding(named)


def part_of(found: Shipping, memo: Node) -> Decimal:
    net = number(memo, "base_shipping_amount")
    share = net / found.net
    return net + number(memo, "base_shipping_tax_amount") + (found.compensation - found.discount) * share


def adjustments(memos: Iterable[Node]) -> Decimal:
    """What may have gone back of taxed shipping as an extra refund, which Magento's books do not tell from goodwill, so
    that none goes back twice. Beside shipping that a memo names it is goodwill, or a cent of rounding."""
    return sum(
        (number(memo, "base_adjustment_positive") for memo in memos if not number(memo, "base_shipping_amount")), ZERO
    )


def rounding(memos: Iterable[Node]) -> Decimal:
    """Cents by which a memo was corrected to what was wanted: they belong to its shipping."""
    found = ZERO
    for memo in memos:
        cent = number(memo, "base_adjustment_positive") - number(memo, "base_adjustment_negative")
        found += cent if abs(cent) <= CENT * (1 + len(json_readers.nodes(memo, "items"))) else ZERO
    return found
