"""What a credit memo of one invoice comes to: Magento's own arithmetic, since no call of it can be asked beforehand.

Rows, discounts, shipping, then tax and compensation (what a discount took off the tax inside of prices that contain
it): per line what was invoiced and not given back, over the units left, times the units; of the last units all that
remains. Rounded to cents, and what rounding leaves over is carried to the next figure of the same memo (there:
deltaRound). Of the tax never more than the invoice still holds, and all of that with the last units of its lines.
Sources: the classes of Magento\\Sales\\Model\\Order\\Creditmemo\\Total.

Magento keeps shipping before its discount and without tax; the discount, the tax, and what the discount took off the
tax stand beside it. Refunds name it with or without tax, by a setting of the shop.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.platforms.magento.money import CENT, ZERO, Facts, Item, cents, number, sum_of

# --- shipping -----------------------------------------------------------------------------------------
INCLUDING = "including"
OF_SHIPPING = "base_shipping_discount_tax_compensation_amnt"  # so spelt


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
        tax, compensation = number(invoice, "base_shipping_tax_amount"), number(invoice, OF_SHIPPING)
        told = number(order, "base_shipping_incl_tax")  # before the discount; worked out where it is not told
        incl = told or number(order, "base_shipping_amount") + tax + compensation
        discount = number(order, "base_shipping_discount_amount")
        found = cls(net=net, incl=incl, tax=tax, discount=discount, compensation=compensation)
        back = number(order, "base_shipping_refunded")
        by_rules = named_incl(order, facts.memos)
        adjusted = adjustments(facts.memos_of(invoice)) if found.has_tax else ZERO
        return replace(
            found,
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


def named_incl(order: Node, memos: Sequence[Node]) -> tuple[Decimal, Decimal]:
    """Two rules for what was named so far are in use, by version and by what a discount does to tax."""
    by_order = number(order, "base_shipping_refunded") + number(order, "base_shipping_tax_refunded")
    return by_order, sum_of(memos, "base_shipping_incl_tax")


def shipping_left(facts: Facts) -> Decimal:
    """Of all paid invoices: an amount of one's own may go back through another one than the shipping's."""
    return sum((Shipping.of(facts, invoice).left for invoice in facts.paid_invoices), ZERO)


# --- what went back ----------------------------------------------------------------------------------
def given_back(found: Shipping, memos: Sequence[Node], back: Decimal) -> Decimal:
    """As the customer got it. Without the credit memos (in a list) by its share."""
    named = [memo for memo in memos if number(memo, "base_shipping_amount")]
    if sum_of(named, "base_shipping_amount") != back:
        return cents(found.paid * back / found.net)
    return sum((cents(part_of(found, memo)) for memo in named), ZERO) + rounding(named)


def part_of(found: Shipping, memo: Node) -> Decimal:
    net = number(memo, "base_shipping_amount")
    share = net / found.net
    return net + number(memo, "base_shipping_tax_amount") + (found.compensation - found.discount) * share


def adjustments(memos: Iterable[Node]) -> Decimal:
    """What may have gone back of taxed shipping as an extra refund, which Magento's books do not tell from goodwill, so
    that none goes back twice. Beside shipping that a memo names it is goodwill, or a cent of rounding."""
    return sum_of((memo for memo in memos if not number(memo, "base_shipping_amount")), "base_adjustment_positive")


def rounding(memos: Iterable[Node]) -> Decimal:
    """Cents by which a memo was corrected to what was wanted: they belong to its shipping."""
    corrected = ((adjusted(memo), CENT * (1 + len(json_readers.nodes(memo, "items")))) for memo in memos)
    return sum((cent for cent, most in corrected if abs(cent) <= most), ZERO)


def adjusted(memo: Node) -> Decimal:
    """What went back on top of what Magento made of lines and shipping; below 0 what was kept."""
    return number(memo, "base_adjustment_positive") - number(memo, "base_adjustment_negative")


# --- credit memos -------------------------------------------------------------------------------------
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


FIELDS = {
    "row": ("base_row_invoiced", "base_amount_refunded"),
    "tax": ("base_tax_invoiced", "base_tax_refunded"),
    "compensation": ("base_discount_tax_compensation_invoiced", "base_discount_tax_compensation_refunded"),
    "discount": ("base_discount_invoiced", "base_discount_refunded"),
}
TAX, COMPENSATION = "base_tax_amount", "base_discount_tax_compensation_amount"


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

    invoice: Node
    shares: tuple[Share, ...]
    shipping: Decimal
    argument: Decimal
    modelled: Decimal
    expected: Decimal
    left: Decimal


class Books:
    """Figures that change from one credit memo to the next, as Magento's order items keep them."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.units = {item.id: item.unrefunded for item in facts.lines}
        self.open = {
            item.id: {part: number(item.raw, told) - number(item.raw, back) for part, (told, back) in FIELDS.items()}
            for item in facts.lines
        }

    def memo(self, invoice: Node, wanted: Mapping[str, Decimal], shipping: Decimal) -> Worth:
        """The next credit memo; what it takes is gone for those that follow."""
        chosen = [item for item in self.facts.lines if wanted.get(item.id)]
        is_last = self._is_last(invoice, chosen, wanted)
        draft = Draft(self.facts, invoice, Shipping.of(self.facts, invoice), is_last=is_last)
        rows = draft.lines(self, chosen, wanted)
        argument = draft.shipping.argument(shipping, self.facts.ways.prices)
        modelled, for_shipping = draft.total(rows, argument)
        shares = tuple(self._taken(item, wanted[item.id], row) for item, row in zip(chosen, rows, strict=True))
        left = self.facts.left_on(invoice)
        expected = cents(modelled - for_shipping) + shipping
        return Worth(invoice, shares, shipping, argument, cents(modelled), min(expected, left), left)

    def part(self, item: Item, name: str, count: Decimal, rounds: Rounding) -> Decimal:
        left, units = self.open[item.id][name], self.units[item.id]
        if not units or count >= units:
            return left
        return rounds(left / units * count, negative=name == "discount")

    def _taken(self, item: Item, count: Decimal, row: Mapping[str, Decimal]) -> Share:
        for name, value in row.items():
            self.open[item.id][name] -= value
        self.units[item.id] -= count
        net = row["row"] - row["discount"] + row["compensation"]
        return Share(item.id, count, net, row["tax"])

    def _is_last(self, invoice: Node, chosen: list[Item], wanted: Mapping[str, Decimal]) -> bool:
        """Every line of which the invoice holds units goes for good. Parts of a composite product are never last."""
        if any(item.is_composite for item in chosen):
            return False
        held = [item for item in self.facts.lines if self.facts.billed_left(invoice, item)]
        if not held:
            return not any(self.units.values())
        return all(wanted.get(item.id, ZERO) == self.units[item.id] for item in held)


@dataclass
class Draft:
    """One memo being added up, with its calculator."""

    facts: Facts
    invoice: Node
    shipping: Shipping
    is_last: bool
    rounds: Rounding = field(default_factory=Rounding)

    def lines(self, books: Books, chosen: list[Item], wanted: Mapping[str, Decimal]) -> list[dict[str, Decimal]]:
        """The parts of each line, in the order in which rounding is carried through them."""
        rows: list[dict[str, Decimal]] = [{} for _ in chosen]
        for names in (("row",), ("discount",), ("tax", "compensation")):
            for item, row in zip(chosen, rows, strict=True):
                for name in names:
                    row[name] = books.part(item, name, wanted[item.id], self.rounds)
        return rows

    def total(self, rows: list[dict[str, Decimal]], argument: Decimal) -> tuple[Decimal, Decimal]:
        """(the whole memo, the shipping in it)."""
        sums = {name: sum((row[name] for row in rows), ZERO) for name in FIELDS}
        held, net = self.shipping, self._net(argument)
        share = net / held.net if held.net else ZERO
        off = self._discount(argument)
        tax = self.rounds(held.tax * share)
        compensation = sums["compensation"] + held.compensation * share
        compensation = self.rounds(compensation) if held.net else compensation
        all_tax, all_compensation = self._capped(sums["tax"] + tax, compensation, share)
        whole = sums["row"] - sums["discount"] + net - off + all_tax + all_compensation
        return whole, net - off + tax + held.compensation * share

    def _net(self, argument: Decimal) -> Decimal:
        """What Magento's books show as refunded, without tax."""
        held = self.shipping
        whole, most = held.as_read(self.facts.ways.prices)
        if not argument or not whole:
            return ZERO
        return held.open_net if argument >= most else cents(held.net * argument / whole)

    def _discount(self, argument: Decimal) -> Decimal:
        """Of the number as it is asked for, never rounded."""
        whole, _ = self.shipping.as_read(self.facts.ways.prices)
        return argument * self.shipping.discount / whole if argument and whole else ZERO

    def _capped(self, tax: Decimal, compensation: Decimal, share: Decimal) -> tuple[Decimal, Decimal]:
        """Never more than the invoice holds; exactly that with its last units, unless shipping stays behind."""
        if self.invoice.get(TAX) is None:  # not told: a list, or a plug-in that trims
            return tax, compensation
        memos = self.facts.memos_of(self.invoice)
        names = (TAX, COMPENSATION, OF_SHIPPING)
        most_tax, of_lines, of_shipping = (number(self.invoice, name) - sum_of(memos, name) for name in names)
        most_off = of_lines + of_shipping
        if self.is_last and not self._leaves_shipping(share):
            return most_tax, most_off
        return min(most_tax, tax), min(most_off, compensation)

    def _leaves_shipping(self, share: Decimal) -> bool:
        whole = number(self.facts.order, "base_shipping_amount")
        is_gift = number(self.facts.order, "base_shipping_discount_amount") >= whole
        return bool(whole) and (is_gift or (share < 1 and self.shipping.tax > 0))
