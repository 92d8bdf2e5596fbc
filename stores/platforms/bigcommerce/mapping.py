"""An order of theirs as an order of ours. Words nobody knows become "unknown" and a remark, never an error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from stores.canonical.order import (
    Cancellable,
    EndsWhenRepaid,
    Fulfilment,
    LineItem,
    Order,
    Payment,
    PaymentState,
    PaymentStatus,
    Person,
    Shipment,
)
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.platforms.bigcommerce import capabilities, lines, parts, payments, remarks
from stores.platforms.bigcommerce.moneys import Rates
from stores.platforms.bigcommerce.parts import Cost
from stores.platforms.bigcommerce.stock import Stocks
from stores.platforms.bigcommerce.totals import to_totals


@dataclass(frozen=True)
class Read:
    """All that is known of an order. A summary comes from a list and has the order alone."""

    raw: Node
    records: Sequence[Node] = ()
    paid: tuple[Payment, ...] = ()
    states: payments.States = field(default_factory=dict)
    costs: Sequence[Cost] = ()
    shipments: Sequence[Node] = ()
    stocks: Stocks = field(default_factory=Stocks)
    is_clear: bool = True  # every amount is in the order's own currency
    is_summary: bool = False


def to_order(read: Read) -> Order:
    raw, rates = read.raw, Rates.of(read.raw)
    status = status_of(raw)
    placed, updated = when(raw, "date_created"), when(raw, "date_modified")
    if placed is None:
        raise Misread("date_created")
    ids = [payment.id for payment in read.paid]
    closed, packing = why_closed(read, status), str(capabilities.PACKING.get(status, ""))
    found = lines.to_lines(parts.lines(raw), rates, read.stocks, closed=closed, packing=packing)
    blockers = whole_cancel_blockers(read, closed)
    is_over, by_refund = is_cancelled(raw, status, found, read)
    notes = json_readers.text(raw, "staff_notes")
    was_refunded = any(line.current < line.ordered for line in found)
    restocks = read.stocks.gives_back and read.stocks.is_taken
    shipping = parts.sum_of(parts.of_kind(read.costs, "SHIPPING"), rates.currency)
    return Order(
        platform="bigcommerce",
        external_id=json_readers.ident(raw, "id"),
        number=json_readers.ident(raw, "id"),
        placed_at=placed,
        created_at=placed,
        updated_at=updated or placed,
        cancelled_at=(updated or placed) if is_over else None,
        cancel_reason=str(capabilities.BY_REFUND) if by_refund else "",
        cancel_note=last_line(notes) if is_over else "",
        is_test=any(payment.is_test for payment in read.paid),
        is_confirmed=status != capabilities.INCOMPLETE,
        fulfilment=to_fulfilment(status, found),
        payment=to_payment_state(raw, read),
        currency=rates.shop,
        customer_currency=rates.currency,
        customer=to_person(raw),
        note=notes,
        source=json_readers.text(raw, "order_source"),
        po_number=json_readers.text(raw, "external_order_id"),
        app_name=json_readers.text(raw, "external_source"),
        taxes_included=json_readers.flag(raw, "is_tax_inclusive_pricing"),
        gateways=tuple(payment.label for payment in read.paid),
        payment_terms=json_readers.text(raw, "payment_method"),
        is_editable=False,
        can_notify=False,
        is_refundable=any(payment.refundable for payment in read.paid),
        is_restockable=read.stocks.is_taken and read.stocks.places is not None,
        totals=to_totals(raw, read.records, read.paid, rates, is_over=is_over),
        lines=found,
        shipping_lines=shipping_lines(raw),
        shipping_refundable=shipping,
        payments=read.paid,
        shipments=tuple(to_shipment(sent, updated or placed) for sent in read.shipments),
        refunds=tuple(payments.to_refund(r, read.states, ids, rates, updated or placed) for r in read.records),
        remarks=tuple(remarks.of(raw, read.records, read.stocks, rates, is_clear=read.is_clear)),
        cancellable=how_much(found, blockers),
        whole_cancel_blockers=blockers,
        cancel_restocks=restocks and not was_refunded,
        ends_by_refund=restocks and was_refunded and not is_over,
        ends_when_repaid=when_it_ends(found, read, is_over=is_over),
        is_summary=read.is_summary,
    )


def when(raw: Node, name: str) -> datetime | None:
    """As in mails, always UTC; None for what is not there."""
    said = json_readers.text(raw, name)
    if not said:
        return None
    try:
        found = parsedate_to_datetime(said)
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, OverflowError) as exc:
        raise Misread(name) from exc


def status_of(raw: Node) -> int:
    """Never missing: 0 is a state of its own."""
    if raw.get("status_id") is None:
        raise Misread("status_id")
    return int(json_readers.units(raw, "status_id"))


def last_line(notes: str) -> str:
    return next((line.strip() for line in reversed(notes.splitlines()) if line.strip()), "")


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
    money = json_readers.text(read.raw, "payment_status")
    if money in capabilities.UNDECIDED:
        found.append(str(capabilities.UNDECIDED[money]))
    if PaymentStatus.PENDING in read.states.values():
        found.append(str(capabilities.PENDING_REFUND))
    if not read.is_summary and money in ("captured", "paid") and not any(p.refundable is not None for p in read.paid):
        found.append(str(capabilities.NO_PAYMENT))
    return tuple(found)


def is_cancelled(raw: Node, status: int, found: Sequence[LineItem], read: Read) -> tuple[bool, bool]:
    """(is it over, by a refund alone): all units or all money given back before anything left."""
    if status == capabilities.CANCELLED:
        return True, False
    taken = [payment.refundable for payment in read.paid if payment.refundable is not None]
    is_repaid = bool(taken) and not any(taken)
    is_empty = bool(found) and all(not line.current for line in found)
    is_back = status == capabilities.REFUNDED and (is_empty or is_repaid) and not any(line.shipped for line in found)
    return is_back, is_back


def when_it_ends(found: Sequence[LineItem], read: Read, *, is_over: bool) -> EndsWhenRepaid:
    """A refund that uses up the money sets the status to Refunded by itself, whatever units remain; a status that
    follows a shipment ends nothing of ours."""
    is_paid = any(payment.refundable for payment in read.paid)
    is_open = is_paid and not is_over and not any(line.shipped for line in found)
    return EndsWhenRepaid.ALWAYS if is_open else EndsWhenRepaid.NEVER


def how_much(found: Sequence[LineItem], blockers: Sequence[str]) -> Cancellable:
    if not any(line.cancellable for line in found):
        return Cancellable.NONE
    has_left = any(line.shipped for line in found)
    return Cancellable.PART if blockers or has_left else Cancellable.ALL


def to_fulfilment(status: int, found: Sequence[LineItem]) -> Fulfilment:
    if status in capabilities.FULFILMENT:
        return capabilities.FULFILMENT[status]
    if any(line.shipped for line in found):
        return Fulfilment.PARTIAL if any(line.unfulfilled for line in found) else Fulfilment.FULFILLED
    return Fulfilment.UNFULFILLED


def to_payment_state(raw: Node, read: Read) -> PaymentState:
    """Their word, which is empty for what is paid outside: then by what was taken."""
    word = json_readers.text(raw, "payment_status")
    taken = any(payment.refundable is not None for payment in read.paid)
    if not word:
        return PaymentState.PAID if taken else PaymentState.PENDING
    return capabilities.PAYMENT.get(word, PaymentState.UNKNOWN)


# --- the rest ------------------------------------------------------------------------------------
def shipping_lines(raw: Node) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(filter(None, (json_readers.text(p, "shipping_method") for p in parts.shipping_places(raw))))
    )


def to_shipment(sent: Node, at: datetime) -> Shipment:
    rows = [(json_readers.ident(item, "order_product_id"), json_readers.units(item, "quantity"))
            for item in json_readers.nodes(sent, "items")]  # fmt: skip
    names = ("shipping_provider_display_name", "tracking_number", "tracking_link")
    tracking = " ".join(filter(None, (json_readers.text(sent, name) for name in names)))
    return Shipment(
        id=json_readers.ident(sent, "id"),
        name=json_readers.text(sent, "shipping_method"),
        status="",
        created_at=when(sent, "date_created") or at,
        units=sum((units for _, units in rows), lines.ZERO),
        tracking=(tracking,) if tracking else (),
        lines=tuple(rows),
    )


def to_person(raw: Node) -> Person:
    billing = json_readers.node(json_readers.first(raw, "billing_address") or {}, "billing_address")
    places = parts.shipping_places(raw)
    name = " ".join(filter(None, (json_readers.text(billing, name) for name in ("first_name", "last_name"))))
    customer = json_readers.text(raw, "customer_id")
    return Person(
        id=customer if customer != "0" else "",
        name=name,
        email=json_readers.text(billing, "email"),
        phone=json_readers.text(billing, "phone"),
        billing_address=address(billing),
        shipping_address=address(places[0]) if places else (),
    )


def address(raw: Node) -> tuple[str, ...]:
    name = " ".join(filter(None, (json_readers.text(raw, part) for part in ("first_name", "last_name"))))
    rest = (
        json_readers.text(raw, part) for part in ("company", "street_1", "street_2", "zip", "city", "state", "country")
    )
    return tuple(said for said in (name, *rest) if said)
