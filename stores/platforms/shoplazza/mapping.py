"""An order of theirs as an order of ours. Words nobody knows become "unknown" and a remark, never an error."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from stores.canonical.order import (
    Cancellable,
    Fulfilment,
    LineItem,
    Location,
    MoneyPair,
    Order,
    Payment,
    PaymentState,
    Person,
    Placement,
    Readiness,
    Shipment,
)
from stores.kernel.money import Money
from stores.platforms.shoplazza import capabilities, fields, moneys, payments, remarks, units
from stores.platforms.shoplazza.fields import Misread, Node
from stores.platforms.shoplazza.rates import Rates
from stores.platforms.shoplazza.units import Count

OPEN = ("opened", "placed")
UNSHIPPED = ("initialled", "waiting")


def to_order(
    raw: Node,
    records: Sequence[Node] = (),
    paid: Sequence[Payment] = (),
    *,
    is_summary: bool = False,
) -> Order:
    """records: of GET …/refund; paid: from the transactions; a summary comes from a list and has neither."""
    rates = Rates.of(raw)
    updated = fields.when(raw, "updated_at")
    placed = fields.when(raw, "placed_at") or fields.when(raw, "created_at")
    if updated is None or placed is None:
        raise Misread("updated_at")
    blockers = whole_cancel_blockers(raw, records)
    lines = to_lines(raw, rates)
    status, shipping = fields.text(raw, "status"), fields.text(raw, "fulfillment_status")
    reason = fields.text(raw, "cancel_reason")
    return Order(
        platform="shoplazza",
        external_id=fields.ident(raw),
        number=fields.text(raw, "number") or fields.ident(raw),
        placed_at=placed,
        created_at=fields.when(raw, "created_at"),
        updated_at=updated,
        cancelled_at=cancelled_at(raw),
        closed_at=fields.when(raw, "finished_at"),
        cancel_reason=reason,
        cancel_note=reason,
        is_test=any(payment.is_test for payment in paid),
        is_confirmed=bool(fields.text(raw, "placed_at")),
        fulfilment=capabilities.FULFILMENT.get(shipping, Fulfilment.UNKNOWN),
        payment=to_payment_state(raw, rates),
        return_state=str(capabilities.RETURNS.get(shipping, "")),
        currency=rates.shop,
        customer_currency=rates.currency,
        customer=to_person(raw),
        note=fields.text(raw, "note"),
        tags=tuple(tag.strip() for tag in fields.text(raw, "tags").split(",") if tag.strip()),
        source=fields.text(raw, "source"),
        app_name=fields.text(raw, "source_name") if isinstance(raw.get("source_name"), str) else "",
        taxes_included=fields.flag(fields.maybe(raw, "config"), "product_tax_included"),
        gateways=tuple(dict.fromkeys(payments.label(line) for line in payments.lines_of(raw))),
        payment_terms=fields.text(raw, "payment_method"),
        is_editable=False,
        edit_blockers=(str(capabilities.UNPAID),) if not fields.amount(raw, "total_paid", rates.currency) else (),
        can_notify=False,
        is_refundable=bool(moneys.remaining(raw, records, rates)),
        totals=moneys.to_totals(raw, records, paid, rates),
        lines=lines,
        shipping_lines=shipping_lines(raw, rates),
        shipping_refundable=moneys.shipping_left(raw, records, rates),
        payments=tuple(paid),
        shipments=tuple(to_shipment(s, updated) for s in fields.items(raw, "fulfillments")),
        refunds=tuple(payments.to_refund(record, rates, updated) for record in records),
        remarks=tuple(remarks.of(raw, records, paid, rates)),
        cancellable=how_much(raw, lines, blockers, status),
        whole_cancel_blockers=blockers,
        is_summary=is_summary,
    )


def cancelled_at(raw: Node) -> datetime | None:
    """Two l from 2025-06 on, one before; the time of the last change where only the state says it."""
    at = fields.when(raw, "cancelled_at") or fields.when(raw, "canceled_at")
    return at or (fields.when(raw, "updated_at") if fields.text(raw, "status") == "cancelled" else None)


def to_payment_state(raw: Node, rates: Rates) -> PaymentState:
    word = fields.text(raw, "financial_status")
    if word in capabilities.BY_AMOUNT:
        is_some = fields.amount(raw, "total_refund_price", rates.currency)
        return PaymentState.PARTLY_REFUNDED if is_some else PaymentState.PAID
    return capabilities.PAYMENT.get(word, PaymentState.UNKNOWN)


# --- may it be cancelled -------------------------------------------------------------------------
def is_open(raw: Node) -> bool:
    return fields.text(raw, "status") in OPEN and cancelled_at(raw) is None and not fields.text(raw, "deleted_at")


def whole_cancel_blockers(raw: Node, records: Sequence[Node]) -> tuple[str, ...]:
    """Our conservative rule: what the platform would do is not documented."""
    found = []
    if fields.text(raw, "deleted_at"):
        found.append(capabilities.DELETED)
    elif not is_open(raw):
        found.append(capabilities.NOT_OPEN)
    is_unshipped = fields.text(raw, "fulfillment_status") in UNSHIPPED
    if is_open(raw) and not (is_unshipped and not any(units.shipped(fields.items(raw, "fulfillments")).values())):
        found.append(capabilities.SHIPPED)
    if any(fields.text(record, "refund_status") == payments.PENDING for record in records):
        found.append(capabilities.PENDING_REFUND)
    return tuple(str(word) for word in found)


def how_much(raw: Node, lines: Sequence[LineItem], blockers: Sequence[str], status: str) -> Cancellable:
    if not any(line.cancellable for line in lines):
        return Cancellable.NONE
    if not blockers:
        return Cancellable.ALL
    return Cancellable.PART if status == "placed" else Cancellable.NONE


# --- lines ---------------------------------------------------------------------------------------
def to_lines(raw: Node, rates: Rates) -> tuple[LineItem, ...]:
    left = units.shipped(fields.items(raw, "fulfillments"))
    place = to_location(fields.maybe(raw, "location_line"))
    return tuple(
        to_line(line, units.count(line, left.get(fields.ident(line), units.ZERO)), rates, place, can=is_open(raw))
        for line in fields.items(raw, "line_items")
    )


def to_line(raw: Node, count: Count, rates: Rates, place: Location | None, *, can: bool) -> LineItem:
    stoppable = count.waiting if can else Decimal(0)
    line_id = fields.ident(raw)
    why_not = "" if stoppable else str(capabilities.LINE_GONE if can else capabilities.LINE_CLOSED)
    readiness = Readiness.OPEN if can else Readiness.GONE
    return LineItem(
        id=line_id,
        title=fields.text(raw, "product_title"),
        variant=fields.text(raw, "variant_title"),
        sku=fields.text(raw, "sku"),
        vendor=fields.text(raw, "vendor"),
        ordered=count.ordered,
        current=count.current,
        shipped=count.shipped,
        cancelled=count.cancelled,
        refundable=count.current,
        unfulfilled=count.waiting,
        cancellable=stoppable,
        unit_price=each(raw, count.ordered, rates),
        original_unit_price=rates.read(raw, "price"),
        tax=tuple(tax_words(raw, rates)),
        placements=(
            Placement(id=line_id, group_id="", units=count.waiting, readiness=readiness, location=place),
        ) if count.waiting else (),
        is_editable=False,
        needs_shipping=raw.get("requires_shipping") is not False,
        stock_item_id=fields.text(raw, "variant_id"),
        why_not=why_not,
    )  # fmt: skip


def each(raw: Node, ordered: Decimal, rates: Rates) -> MoneyPair:
    """After discounts, to the minor unit: for show; the estimate starts from the line's total."""
    whole = fields.amount(raw, "total_price", rates.currency) if raw.get("total_price") else None
    if whole is None or not ordered:
        return rates.read(raw, "price")
    return rates.pair(Money((whole.amount) / ordered, rates.currency).rounded())


def tax_words(raw: Node, rates: Rates) -> list[str]:
    tax = fields.amount(raw, "tax_price", rates.currency)
    duty = fields.amount(raw, "duty_price", rates.currency)
    said = [_("Tax: %(amount)s") % {"amount": f"{tax.amount:f} {tax.currency}"}] if tax else []
    return said + ([_("Duty: %(amount)s") % {"amount": f"{duty.amount:f} {duty.currency}"}] if duty else [])


def to_location(raw: Node) -> Location | None:
    name = fields.text(raw, "location_name")
    where = fields.text(raw, "location_id") or fields.text(raw, "id")
    return Location(id=where, name=name or where) if where else None


# --- the rest ------------------------------------------------------------------------------------
def shipping_lines(raw: Node, rates: Rates) -> tuple[str, ...]:
    line = fields.maybe(raw, "shipping_line")
    name, desc = fields.text(line, "name"), fields.text(line, "desc")
    return (f"{name}, {desc}" if desc else name,) if name else ()


def to_shipment(raw: Node, at: datetime) -> Shipment:
    lines = tuple((fields.ident(line), units.sent(line)) for line in fields.items(raw, "line_items"))
    parcels = fields.items(raw, "tracking_items") or [raw]
    return Shipment(
        id=fields.ident(raw),
        name=fields.text(raw, "tracking_company"),
        status=fields.text(raw, "status"),
        created_at=fields.when(raw, "created_at") or at,
        units=sum((count for _, count in lines), units.ZERO),
        tracking=tuple(dict.fromkeys(filter(None, map(tracking, parcels)))),
        lines=lines,
        is_effective=units.is_effective(raw),
    )


def tracking(raw: Node) -> str:
    said = (fields.text(raw, name) for name in ("tracking_company", "tracking_number", "tracking_url"))
    return " ".join(filter(None, said))


def to_person(raw: Node) -> Person:
    buyer, shipping = fields.maybe(raw, "customer"), fields.maybe(raw, "shipping_address")
    names = (fields.text(buyer, "first_name"), fields.text(buyer, "last_name"))
    return Person(
        id=fields.text(buyer, "id"),
        name=" ".join(filter(None, names)) or fields.text(shipping, "name"),
        email=fields.text(buyer, "email") or fields.text(shipping, "email"),
        phone=fields.text(buyer, "phone") or fields.text(shipping, "phone"),
        billing_address=address(fields.maybe(raw, "billing_address")),
        shipping_address=address(shipping),
    )


def address(raw: Node) -> tuple[str, ...]:
    names = ("name", "company", "address", "address1", "zip", "city", "province", "country")
    return tuple(said for said in (fields.text(raw, name) for name in names) if said)
