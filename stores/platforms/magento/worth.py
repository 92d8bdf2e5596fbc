"""What a credit memo of one invoice comes to: Magento's own arithmetic, since no call of it can be asked beforehand.

Per line: what was invoiced and not given back, over the units left, times the units; the last units take what remains.
Rounded to cents; what rounding leaves over is carried to the next figure of the same memo (there: deltaRound).
Shipping is named as it was paid, with its tax. Where it is taxed and the shop does not say how it reads that number,
it travels as an adjustment, which means the same everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from stores.kernel.shapes import Node
from stores.platforms.magento.amounts import ZERO, number
from stores.platforms.magento.facts import Facts
from stores.platforms.magento.items import Item

CENT = Decimal("0.01")
PARTS = ("row", "tax", "compensation", "discount")
FIELDS = {
    "row": ("base_row_invoiced", "base_amount_refunded"),
    "tax": ("base_tax_invoiced", "base_tax_refunded"),
    "compensation": ("base_discount_tax_compensation_invoiced", "base_discount_tax_compensation_refunded"),
    "discount": ("base_discount_invoiced", "base_discount_refunded"),
}
EXCLUDING, INCLUDING = "excluding", "including"


@dataclass(frozen=True)
class Share:
    """Units of one line: what goes back for them without tax, and the tax."""

    line_id: str
    units: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Worth:
    """shipping: what the customer gets of it; argument: the number that is sent for it; modelled: what Magento makes
    of lines and argument, without adjustments; expected: the money that goes back, never more than is left."""

    shares: tuple[Share, ...]
    shipping: Decimal
    argument: Decimal
    modelled: Decimal
    expected: Decimal
    left: Decimal


@dataclass
class Books:
    """Figures that change from one credit memo to the next, as Magento's order items keep them."""

    facts: Facts
    prices: str = ""  # how the shop reads a shipping amount: excluding, including, "" = not known
    units: dict[str, Decimal] = field(init=False)
    open: dict[str, dict[str, Decimal]] = field(init=False)

    def __post_init__(self) -> None:
        self.units = {item.id: item.unrefunded for item in self.facts.lines}
        self.open = {
            item.id: {part: number(item.raw, FIELDS[part][0]) - number(item.raw, FIELDS[part][1]) for part in PARTS}
            for item in self.facts.lines
        }

    def memo(self, invoice: Node, wanted: Mapping[str, Decimal], shipping: Decimal) -> Worth:
        """The next credit memo; what it takes is gone for those that follow."""
        chosen = [item for item in self.facts.lines if wanted.get(item.id)]
        rounds = Rounding()
        raw = {part: [self._part(item, part, wanted[item.id], rounds) for item in chosen] for part in PARTS}
        shares = tuple(self._share(item, wanted[item.id], place, raw) for place, item in enumerate(chosen))
        goods = sum((share.net + share.tax for share in shares), ZERO)
        argument = self._argument(invoice, shipping)
        modelled = goods + (shipping if argument else ZERO)
        left = self.facts.left_on(invoice)
        whole = goods + shipping
        return Worth(shares, shipping, argument, modelled, min(whole, left), left)

    def _part(self, item: Item, part: str, count: Decimal, rounds: Rounding) -> Decimal:
        left, units = self.open[item.id][part], self.units[item.id]
        if not units or count >= units:
            return left
        return rounds(left / units * count, negative=part == "discount")

    def _share(self, item: Item, count: Decimal, place: int, raw: Mapping[str, list[Decimal]]) -> Share:
        parts = {part: raw[part][place] for part in PARTS}
        for part, value in parts.items():
            self.open[item.id][part] -= value
        self.units[item.id] -= count
        net = parts["row"] - parts["discount"] + parts["compensation"]
        return Share(item.id, count, net, parts["tax"])

    def _argument(self, invoice: Node, shipping: Decimal) -> Decimal:
        """0 where the amount travels as an adjustment instead."""
        held = Shipping.of(self.facts, invoice)
        if not held.is_taxed:
            return shipping
        if shipping != held.left or held.adjusted or not self.prices:
            return ZERO
        return held.net if self.prices == EXCLUDING else held.net + held.tax


@dataclass(frozen=True)
class Shipping:
    """Shipping that stands on one invoice and was not given back. `adjusted`: what may have gone back of it as an
    adjustment, which Magento's books do not tell from goodwill, so that none goes back twice."""

    net: Decimal = ZERO
    tax: Decimal = ZERO
    discount: Decimal = ZERO
    adjusted: Decimal = ZERO

    @property
    def left(self) -> Decimal:
        return max(ZERO, self.net + self.tax - self.discount - self.adjusted)

    @property
    def is_taxed(self) -> bool:
        return bool(self.tax or self.discount)

    @classmethod
    def of(cls, facts: Facts, invoice: Node) -> Shipping:
        if number(invoice, "base_shipping_amount") <= 0:
            return cls()
        order = facts.order
        net = number(invoice, "base_shipping_amount") - number(order, "base_shipping_refunded")
        if net <= 0:
            return cls()
        share = net / number(invoice, "base_shipping_amount")
        tax = number(invoice, "base_shipping_tax_amount") - number(order, "base_shipping_tax_refunded")
        found = cls(net, max(ZERO, tax), cents(number(order, "base_shipping_discount_amount") * share))
        return replace(found, adjusted=facts.adjusted(invoice)) if found.is_taxed else found


class Rounding:
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


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)
