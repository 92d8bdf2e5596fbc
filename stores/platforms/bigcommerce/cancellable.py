"""What of an order can still go back, or why nothing can: lines, shipping, fees, stock, and what is worth a look. Pure.

Amounts that are left are as the store writes prices (without tax, unless prices contain it), since that is how an
item's `amount` is read; what goes back with tax is the quote's to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from stores.canonical import order as ours
from stores.connectors import order_totals
from stores.connectors.order_totals import Count
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.money import Money, total
from stores.platforms.bigcommerce import capabilities, money
from stores.platforms.bigcommerce.money import Rates, States

FEE_COST = ("cost_ex_tax", "cost_exc_tax")  # the vendor's own sample spells it both ways
ZERO = Decimal(0)


@dataclass(frozen=True)
class Cost:
    """One amount that can go back. kind: SHIPPING, HANDLING or FEE; tax: the share of tax on top of it."""

    kind: str
    id: int
    left: Money
    tax: Decimal


def line_nodes(raw: Node) -> list[Node]:
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
        raise Misread("line_items")
    lines = [line for group in groups for line in json_readers.nodes(group, "line_items")]
    found = {json_readers.ident(line, "id"): line for line in lines}
    if not found and json_readers.units(raw, "items_total"):
        raise Misread("line_items")
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
        raise Misread(name)
    return int(found)


# --- costs ---------------------------------------------------------------------------------------------
def costs_left(raw: Node, addresses: Sequence[Node], records: Sequence[Node], rates: Rates) -> list[Cost]:
    """Shipping of each address, then handling of each, then fees: what is left of them."""
    included = json_readers.flag(raw, "is_tax_inclusive_pricing")
    found = [_cost(kind, place, records, rates, included=included)
             for kind in ("SHIPPING", "HANDLING") for place in addresses]  # fmt: skip
    found += [_cost("FEE", fee, records, rates, included=included) for fee in fee_nodes(raw)]
    return [cost for cost in found if cost.left.amount > 0]


def fee_nodes(raw: Node) -> list[Node]:
    return json_readers.nodes(raw, "fees") if isinstance(raw.get("fees"), list) else []


def _cost(kind: str, raw: Node, records: Sequence[Node], rates: Rates, *, included: bool) -> Cost:
    prefix = "handling_cost" if kind == "HANDLING" else "cost"
    ex = money.amount(raw, rates.currency, *(FEE_COST if kind == "FEE" else [f"{prefix}_ex_tax"]))
    inc = money.amount(raw, rates.currency, f"{prefix}_inc_tax")
    whole, ident = inc if included else ex, number(raw, "id")
    left = max(whole - given(kind, records, rates, str(ident)), rates.zero)
    tax = (inc - ex).amount / whole.amount if whole and not included else ZERO
    return Cost(kind, ident, left, max(tax, ZERO))


def given(kind: str, records: Sequence[Node], rates: Rates, ident: str = "") -> Money:
    """What went back of one kind; of one of it, where `ident` says which."""
    done = (record for record in records if not is_declined(record))
    items = (item for record in done for item in json_readers.nodes(record, "items"))
    mine = (item for item in items if json_readers.text(item, "item_type") == kind)
    wanted = (item for item in mine if not ident or json_readers.text(item, "item_id") == ident)
    return money.sum_of(wanted, rates.currency, "requested_amount")


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


def count_of(raw: Node) -> Count:
    ordered = json_readers.units(raw, "quantity")
    refunded, shipped = (min(json_readers.whole(raw, f"quantity_{name}"), ordered) for name in ("refunded", "shipped"))
    return Count(ordered, refunded, shipped)


@dataclass(frozen=True)
class Stocks:
    """gives_back: a cancellation puts units back; is_taken: this order took its units; places: variant → location.

    `places` None: the account may not see stock.
    """

    gives_back: bool = False
    is_taken: bool = False
    places: Mapping[str, ours.Location] | None = field(default_factory=dict)

    @classmethod
    def of(cls, before: ours.Order) -> Stocks:
        """As an earlier full read found them."""
        found = {
            line.stock_item_id: place.location
            for line in before.lines
            for place in line.placements
            if place.location and line.stock_item_id
        }
        gives_back = bool(before.cancel_restocks) or before.ends_by_refund
        is_hidden = any(remark.text == str(capabilities.NO_STOCK_RIGHT) for remark in before.remarks)
        return cls(gives_back, gives_back or before.is_restockable, None if is_hidden else found)


@dataclass(frozen=True)
class Read:
    """All that is known of an order. A summary comes from a list and has the order alone."""

    raw: Node
    records: Sequence[Node] = ()
    paid: tuple[ours.Payment, ...] = ()
    states: States = field(default_factory=dict)
    costs: Sequence[Cost] = ()
    shipments: Sequence[Node] = ()
    stocks: Stocks = field(default_factory=Stocks)
    is_clear: bool = True  # every amount is in the order's own currency
    is_summary: bool = False


def status_of(raw: Node) -> int:
    """Never missing: 0 is a state of its own."""
    if raw.get("status_id") is None:
        raise Misread("status_id")
    return int(json_readers.units(raw, "status_id"))


# --- may it be cancelled -------------------------------------------------------------------------
def why_closed(read: Read, status: int) -> str:
    """Why nothing of it can be cancelled; "" when it can."""
    if json_readers.flag(read.raw, "is_deleted"):
        return str(capabilities.ARCHIVED)
    if not read.is_clear:
        return str(capabilities.TWO_CURRENCIES)
    return str(capabilities.CLOSED.get(status, ""))


def whole_cancel_blockers(read: Read, closed: str) -> tuple[str, ...]:
    found = [closed] if closed else []
    word = json_readers.text(read.raw, "payment_status")
    if word in capabilities.UNDECIDED:
        found.append(str(capabilities.UNDECIDED[word]))
    if ours.PaymentStatus.PENDING in read.states.values():
        found.append(str(capabilities.PENDING_REFUND))
    if not read.is_summary and word in ("captured", "paid") and not any(p.refundable is not None for p in read.paid):
        found.append(str(capabilities.NO_PAYMENT))
    return tuple(found)


def is_cancelled(raw: Node, status: int, found: Sequence[ours.LineItem], read: Read) -> tuple[bool, bool]:
    """(is it over, by a refund alone): all units or all money given back before anything left."""
    if status == capabilities.CANCELLED:
        return True, False
    taken = [payment.refundable for payment in read.paid if payment.refundable is not None]
    is_repaid = bool(taken) and not any(taken)
    is_empty = bool(found) and all(not line.current for line in found)
    is_back = status == capabilities.REFUNDED and (is_empty or is_repaid) and not any(line.shipped for line in found)
    return is_back, is_back


def when_it_ends(found: Sequence[ours.LineItem], read: Read, *, is_over: bool) -> ours.EndsWhenRepaid:
    """A refund that uses up the money sets the status to Refunded by itself, whatever units remain; a status that
    follows a shipment ends nothing of ours."""
    is_paid = any(payment.refundable for payment in read.paid)
    is_open = is_paid and not is_over and not any(line.shipped for line in found)
    return ours.EndsWhenRepaid.ALWAYS if is_open else ours.EndsWhenRepaid.NEVER


def how_much(found: Sequence[ours.LineItem], blockers: Sequence[str]) -> ours.Cancellable:
    is_all = not blockers and not any(line.shipped for line in found)
    return order_totals.how_much((line.cancellable for line in found), is_all=is_all)


# --- in words --------------------------------------------------------------------------------------------
def remarks_of(read: Read, rates: Rates) -> Iterator[ours.Remark]:
    raw = read.raw
    status, word = int(json_readers.units(raw, "status_id")), json_readers.text(raw, "payment_status")
    if status == capabilities.DISPUTED:
        yield ours.Remark(kind="dispute", text=str(capabilities.DISPUTE), is_open=True, stops_refund=True)
    if status in capabilities.REMARKS:
        yield _other(str(capabilities.REMARKS[status]))
    if status in capabilities.PACKING:
        yield _other(str(capabilities.PACKING[status]))
    if json_readers.flag(raw, "is_deleted"):
        yield _other(str(capabilities.ARCHIVED))
    if word in capabilities.UNDECIDED:
        yield ours.Remark(kind="other", text=str(capabilities.UNDECIDED[word]), is_open=True)
    elif word and word not in capabilities.PAYMENT:
        yield _other(_("BigCommerce says “%(word)s”, which Rescind does not know.") % {"word": word[:60]})
    if not read.is_clear:
        yield _other(str(capabilities.TWO_CURRENCIES))
    if read.stocks.places is None:
        yield _other(str(capabilities.NO_STOCK_RIGHT))
    yield from _declined(read.records, rates)
    if said := json_readers.text(raw, "customer_message"):
        yield _other(_("The customer wrote: %(said)s") % {"said": said[:500]})


def _declined(records: Sequence[Node], rates: Rates) -> Iterator[ours.Remark]:
    for part in money.back_payments(records):
        if json_readers.flag(part, "is_declined"):
            back = money.amount(part, rates.currency, "amount")
            yield _other(str(capabilities.DECLINED_BEFORE) % {"amount": f"{back.amount:f} {back.currency}"})


def _other(text: str) -> ours.Remark:
    return ours.Remark(kind="other", text=text)
