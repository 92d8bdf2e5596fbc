"""The parts of an order that a refund can name: lines, places with shipping and handling, fees. Pure.

`left` amounts are as the store writes prices (without tax, unless prices contain it), since that is how an item's
`amount` is read; what goes back with tax is the quote's to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.money import Money, total
from stores.platforms.bigcommerce import moneys
from stores.platforms.bigcommerce.moneys import Rates

FEE_COST = ("cost_ex_tax", "cost_exc_tax")  # the vendor's own sample spells it both ways


@dataclass(frozen=True)
class Cost:
    """One amount that can go back. kind: SHIPPING, HANDLING or FEE; tax: the share of tax on top of it."""

    kind: str
    id: int
    left: Money
    tax: Decimal


def lines(raw: Node) -> list[Node]:
    """All lines, whatever they are sent by.

    Raises Misread where they are left out: an order without its lines is half an answer, not an empty order.
    """
    places = json_readers.node(raw.get("consignments"), "consignments")
    email = json_readers.node(json_readers.first(places, "email") or {}, "email")
    groups = (
        *json_readers.nodes(places, "pickups"),
        *json_readers.nodes(places, "shipping"),
        *json_readers.nodes(places, "downloads"),
        *json_readers.nodes(email, "gift_certificates"),
    )
    if any(group.get("line_items") is None for group in groups):
        raise json_readers.Misread("line_items")
    found = {
        json_readers.ident(line, "id"): line for group in groups for line in json_readers.nodes(group, "line_items")
    }
    if not found and json_readers.units(raw, "items_total"):
        raise json_readers.Misread("line_items")
    return [found[ident] for ident in sorted(found, key=lambda ident: (len(ident), ident))]


def shipping_places(raw: Node) -> list[Node]:
    return json_readers.nodes(json_readers.node(raw.get("consignments"), "consignments"), "shipping")


def has_own_ids(raw: Node) -> bool:
    """A consignment that is not numbered as the address of its lines: refunds want the address."""
    return any(
        number(line, "order_address_id") not in (0, number(place, "id"))
        for place in shipping_places(raw)
        for line in json_readers.nodes(place, "line_items")
    )


def number(parent: Node, name: str) -> int:
    """An id as the number that refunds take; 0 for none."""
    found = json_readers.text(parent, name) or "0"
    if not found.isascii() or not found.isdigit() or len(found) > 18:
        raise json_readers.Misread(name)
    return int(found)


# --- costs ---------------------------------------------------------------------------------------------
def costs(raw: Node, addresses: Sequence[Node], records: Sequence[Node], rates: Rates) -> list[Cost]:
    """Shipping of each address, then handling of each, then fees: what is left of them."""
    included = json_readers.flag(raw, "is_tax_inclusive_pricing")
    found = [_cost(kind, place, ("",), records, rates, included=included)
             for kind in ("SHIPPING", "HANDLING") for place in addresses]  # fmt: skip
    listed = raw.get("fees")
    fees = json_readers.nodes(raw, "fees") if isinstance(listed, list) else []
    found += [_cost("FEE", fee, FEE_COST, records, rates, included=included) for fee in fees]
    return [cost for cost in found if cost.left.amount > 0]


def _cost(
    kind: str, raw: Node, names: tuple[str, ...], records: Sequence[Node], rates: Rates, *, included: bool
) -> Cost:
    prefix = "handling_cost" if kind == "HANDLING" else "cost"
    ex = moneys.amount(raw, rates.currency, f"{prefix}_ex_tax", *(name for name in names if name))
    inc = moneys.amount(raw, rates.currency, f"{prefix}_inc_tax")
    whole = inc if included else ex
    ident = number(raw, "id")
    left = max(whole - _given(kind, ident, records, rates), rates.zero)
    tax = (inc - ex).amount / whole.amount if whole and not included else Decimal(0)
    return Cost(kind, ident, left, max(tax, Decimal(0)))


def _given(kind: str, ident: int, records: Sequence[Node], rates: Rates) -> Money:
    gone = (
        moneys.amount(item, rates.currency, "requested_amount")
        for record in records
        if not is_declined(record)
        for item in json_readers.nodes(record, "items")
        if json_readers.text(item, "item_type") == kind and json_readers.text(item, "item_id") == str(ident)
    )
    return total(gone, rates.currency)


def is_declined(record: Node) -> bool:
    """No payment of it was made."""
    paid = json_readers.nodes(record, "payments")
    return bool(paid) and all(json_readers.flag(payment, "is_declined") for payment in paid)


def of_kind(found: Sequence[Cost], *kinds: str) -> list[Cost]:
    return [cost for cost in found if cost.kind in kinds]


def sum_of(found: Sequence[Cost], currency: str) -> Money:
    return total((cost.left for cost in found), currency)


def spread(amount: Money, found: Sequence[Cost]) -> Iterator[tuple[Cost, Money]]:
    """`amount` over what is left, one after another: the same every time."""
    for cost in found:
        part = min(amount, cost.left)
        if part.amount > 0:
            yield cost, part
        amount = amount - part
