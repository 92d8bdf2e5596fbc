"""What a credit memo comes to: the collectors of Magento\\Sales\\Model\\Order\\Creditmemo\\Total, in their order.

Subtotal, Discount, Shipping, Tax, Grand; in base currency. One calculator per memo carries what rounding leaves over
from figure to figure. The discount of the shipping is never rounded. Of the last units everything that is left goes,
and the tax of a memo of last units alone is what its invoice still holds, the shipping's too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from sandbox.core.records import Session
from sandbox.platforms.magento import amounts
from sandbox.platforms.magento.amounts import ZERO, Body, Rounder, cents, dec
from sandbox.platforms.magento.refusals import said

NAMES = ("row", "discount", "tax", "compensation")


@dataclass
class Totals:
    """lines: of the units that go, one body each, with the amounts of NAMES; tax and compensation hold shipping's."""

    lines: list[Body] = field(default_factory=list)
    shipping: Decimal = ZERO
    shipping_incl: Decimal = ZERO
    shipping_tax: Decimal = ZERO
    tax: Decimal = ZERO
    compensation: Decimal = ZERO
    grand: Decimal = ZERO


class Collector:
    """One memo being added up. wanted: units by item id; argument: the shipping that was asked for, None = all."""

    def __init__(
        self, session: Session, order: Body, invoice: Body | None, wanted: Mapping[int, int], argument: Decimal | None
    ) -> None:
        self.session, self.order, self.invoice, self.wanted = session, order, invoice, wanted
        self.memos: list[Body] = session.of("creditmemo", order["id"])
        self.is_incl = session.switch("shipping_config") == "including"
        self.argument = self._all_shipping() if argument is None else argument
        self.items = list(taking_part(order, invoice, wanted, self.memos))
        self.round = Rounder()
        self.made = Totals()

    def collect(self, positive: Decimal, negative: Decimal) -> Totals:
        """Raises Refused for more shipping than there is."""
        rows = {item["id"]: line_of(item, self.wanted.get(item["id"], 0)) for item in self.items if not item["dummy"]}
        self.made.grand += sum((self._subtotal(item, rows) for item in self._real()), ZERO)
        self.made.grand -= self._shipping_discount() + sum((self._discount(item, rows) for item in self._real()), ZERO)
        self._shipping()
        self._tax(rows)
        self.made.grand += positive - negative
        self.made.lines = [line for line in rows.values() if line["qty"]]
        return self.made

    def _real(self) -> list[Body]:
        return [item for item in self.items if not item["dummy"]]

    def _share(self, item: Body, name: str, *, negative: bool = False) -> Decimal:
        left = dec(item[f"{name}_invoiced"]) - dec(item[f"{name}_refunded"])
        count = self.wanted.get(item["id"], 0)
        if is_last(item, count):
            return left
        return self.round(left / (item["invoiced"] - item["refunded"]) * count, negative=negative)

    def _subtotal(self, item: Body, rows: Mapping[int, Body]) -> Decimal:
        rows[item["id"]]["row"] = self._share(item, "row")
        return dec(rows[item["id"]]["row"])

    def _discount(self, item: Body, rows: Mapping[int, Body]) -> Decimal:
        if not dec(item["discount_invoiced"]):
            return ZERO
        rows[item["id"]]["discount"] = self._share(item, "discount", negative=True)
        return dec(rows[item["id"]]["discount"])

    # --- shipping ------------------------------------------------------------------------------------
    def _all_shipping(self) -> Decimal:
        left = dec(self.order["shipping"]) - dec(self.order["shipping_refunded"])
        if self.is_incl:
            gone = dec(self.order["shipping_refunded"]) + dec(self.order["shipping_tax_refunded"])
            return dec(self.order["shipping_incl"]) - gone
        return min(left, dec(self.invoice["shipping"])) if self.invoice else left

    def _whole(self) -> Decimal:
        return dec(self.order["shipping_incl"] if self.is_incl else self.order["shipping"])

    def _shipping_discount(self) -> Decimal:
        """Of the number as it was asked for, before anybody looks whether it may go back."""
        if not self.argument:
            return ZERO
        if dec(self.order["shipping"]) <= 0:
            raise said("You can not refund shipping if there is no shipping amount.")
        return self.argument * dec(self.order["shipping_discount"]) / self._whole()

    def _most(self) -> Decimal:
        if not self.is_incl:
            return dec(self.order["shipping"]) - dec(self.order["shipping_refunded"])
        if self.order["tax_after_discount"]:
            gone = sum((dec(memo["shipping_incl"]) for memo in self.memos), ZERO)
        else:
            gone = dec(self.order["shipping_refunded"]) + dec(self.order["shipping_tax_refunded"])
        return max(ZERO, dec(self.order["shipping_incl"]) - gone)

    def _shipping(self) -> None:
        wanted, most = cents(self.argument), self._most()
        if wanted > cents(most):
            raise said("Maximum shipping amount allowed to refund is: %1", [f"${most:.2f}"])
        ratio = wanted / self._whole() if self._whole() > 0 else ZERO
        net = dec(self.order["shipping"])
        left = net - dec(self.order["shipping_refunded"])
        self.made.shipping = left if wanted >= most else cents(net * ratio)
        self.made.shipping_incl = cents(dec(self.order["shipping_incl"]) * ratio)
        self.made.grand += self.made.shipping

    # --- tax and what a discount took off it ----------------------------------------------------------
    def _tax(self, rows: Mapping[int, Body]) -> None:
        for item in self._real():
            if self.wanted.get(item["id"], 0) > 0:
                for name in ("tax", "compensation"):
                    rows[item["id"]][name] = self._share(item, name)
        made = self.made
        made.tax = sum((dec(line["tax"]) for line in rows.values()), ZERO)
        made.compensation = sum((dec(line["compensation"]) for line in rows.values()), ZERO)
        is_part = self._tax_of_shipping(self.invoice) if self.invoice else self._tax_of_shipping_alone()
        tax, compensation = self._allowed()
        if not is_part and self._is_last():
            made.tax, made.compensation = tax, compensation
        else:
            made.tax, made.compensation = min(tax, made.tax), min(compensation, made.compensation)
        made.grand += made.tax + made.compensation

    def _is_last(self) -> bool:
        if not self.items:
            return not any(map(amounts.to_refund, amounts.real(self.order)))
        return all(is_last(item, 1 if item["dummy"] else self.wanted.get(item["id"], 0)) for item in self.items)

    def _tax_of_shipping(self, invoice: Body) -> bool:
        """True where only a part of the shipping goes back, or all of it was a gift."""
        whole = dec(self.order["shipping"])
        if not whole:
            return False
        factor = self.made.shipping / whole
        self.made.compensation += dec(invoice["shipping_compensation"]) * factor
        self.made.shipping_tax = self.round(dec(invoice["shipping_tax"]) * factor)
        self.made.compensation = self.round(self.made.compensation)
        self.made.tax += self.made.shipping_tax
        is_gift = dec(self.order["shipping_discount"]) >= whole
        return (factor < 1 and dec(invoice["shipping_tax"]) > 0) or is_gift

    def _tax_of_shipping_alone(self) -> bool:
        """Of a memo that names no invoice."""
        order, whole, shipping = self.order, dec(self.order["shipping"]), self.made.shipping
        left = whole - dec(order["shipping_refunded"])
        off, is_part = ZERO, False
        if whole > 0 and (left > shipping or (self.is_incl and order["tax_after_discount"])):
            factor = shipping / whole
            self.made.shipping_tax = self.round(dec(order["shipping_tax"]) * factor)
            off = self.round(dec(order["shipping_compensation"]) * factor)
            is_gift = dec(order["shipping_discount"]) >= whole
            is_part = factor < 1 and (dec(order["shipping_tax"]) > 0 or is_gift)
        elif left == shipping:
            self.made.shipping_tax = dec(order["shipping_tax"]) - dec(order["shipping_tax_refunded"])
            off = dec(order["shipping_compensation"])
        self.made.tax += self.made.shipping_tax
        self.made.compensation += off
        return is_part

    def _allowed(self) -> tuple[Decimal, Decimal]:
        """(tax, compensation) that the invoice, or else the order, still holds, the shipping's included."""
        source = self.invoice or self.order
        mine = [memo for memo in self.memos if self.invoice is None or memo["invoice"] == self.invoice["id"]]
        tax = dec(source["tax_total" if self.invoice else "tax_invoiced"])
        off = dec(source["compensation" if self.invoice else "compensation_invoiced"])
        off += dec(source["shipping_compensation"])
        return (
            tax - sum((dec(memo["tax"]) for memo in mine), ZERO),
            off - sum((dec(memo["compensation"]) for memo in mine), ZERO),
        )


def taking_part(
    order: Body, invoice: Body | None, wanted: Mapping[int, int], memos: list[Body]
) -> list[Body]:  # fmt: skip
    """Every item of the invoice of which it holds units yet, named or not; a part or a parent without money comes with
    the one that was named."""
    limits = limits_of(invoice, memos) if invoice else {}
    named = {item_id for item_id, count in wanted.items() if count}
    parents = {item["parent"] for item in order["items"] if item["id"] in named}
    found = []
    for item in order["items"]:
        if item["dummy"]:
            if item["parent"] in named or item["id"] in parents:
                found.append(item)
        elif invoice is None or limits.get(item["id"], 0) > 0:
            found.append(item)
    return found


def limits_of(invoice: Body, memos: list[Body]) -> dict[int, int]:
    """Units by item id that the invoice billed and no memo of it took back."""
    found = {row["item"]: int(row["qty"]) for row in invoice["items"]}
    for memo in memos:
        for row in memo["items"] if memo["invoice"] == invoice["id"] else ():
            found[row["item"]] = found.get(row["item"], 0) - row["qty"]
    return found


def is_last(item: Body, count: int) -> bool:
    """An item without money of its own is never the last: nothing of it can be refunded, and it comes with units."""
    return count == (0 if item["dummy"] else amounts.to_refund(item))


def line_of(item: Body, count: int) -> Body:
    return {"item": item["id"], "qty": count} | dict.fromkeys(NAMES, ZERO)
