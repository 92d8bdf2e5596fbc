"""An order of theirs as an order of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from stores.canonical.order import LineItem, Location, Order, Placement, Readiness, Shipment
from stores.kernel import i18n as sentences
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node, maybe
from stores.kernel.money import Money
from stores.platforms.square import cancellable, capabilities, moneys, people, refunds, remarks, units
from stores.platforms.square.facts import Facts
from stores.platforms.square.fields import currency_of, money, quantity
from stores.platforms.square.units import Count, uid

SHORT_ID = 6  # characters of an order's id that people see where it has no other name


@dataclass(frozen=True)
class Place:
    """Where the order is made. taken: ids of the catalogue of which this order took units out of stock."""

    location: Location
    taken: frozenset[str] = frozenset()


def to_order(facts: Facts, place: Place, *, is_summary: bool = False) -> Order:
    """A summary comes from a listing: it has no payments, refunds or stock."""
    raw = facts.order
    currency = currency_of(raw)
    moneys.check_currency(raw, facts.payments)
    back = refunds.to_refunds(facts)
    counts = units.counts(raw, back)
    paid = tuple(moneys.to_payment(payment, back, facts.read_at) for payment in facts.payments)
    received = moneys.received(paid, currency)
    cancelled = cancellable.cancelled_at(raw, received, back, counts)
    is_over = cancelled is not None
    is_coming = any(moneys.is_coming(payment) for payment in facts.payments)
    is_spent = bool(received) and not is_coming and not any(payment.refundable for payment in paid)
    closed = cancellable.why_closed(raw, is_over=is_over, is_spent=is_spent)
    lines = tuple(to_lines(raw, counts, place, closed=closed, is_over=is_over))
    stopped = cancellable.blockers(raw, counts, back, is_over=is_over, is_coming=is_coming)
    totals = moneys.to_totals(raw, paid, back, is_dead=is_over)
    created, updated = json_readers.when(raw, "created_at"), json_readers.when(raw, "updated_at")
    if created is None or updated is None:
        raise Misread("updated_at")
    held = bool(totals.capturable.customer)
    return Order(
        platform="square",
        external_id=json_readers.ident(raw, "id"),
        number=number(raw),
        confirmation_number=", ".join(filter(None, (json_readers.text(p, "receipt_number") for p in facts.payments))),
        placed_at=created,
        created_at=created,
        updated_at=updated,
        cancelled_at=cancelled,
        closed_at=json_readers.when(raw, "closed_at"),
        cancel_reason=cancellable.cancel_reason(raw, is_refunded=is_over),
        cancel_note=cancellable.note_of(raw),
        is_confirmed=json_readers.text(raw, "state") != "DRAFT",
        fulfilment=cancellable.fulfilment(raw, counts),
        payment=moneys.from_tenders(raw) if is_summary else moneys.to_state(totals, paid),
        currency=currency,
        customer_currency=currency,
        customer=people.to_person(raw, facts.payments),
        note=people.note(raw),
        source=json_readers.text(maybe(raw, "source"), "name"),
        taxes_included=is_tax_included(raw),
        gateways=tuple(dict.fromkeys(payment.label for payment in paid)),
        is_editable=cancellable.can_update(raw) and not received and not held and not is_coming,
        edit_blockers=tuple(edit_blockers(raw, received, is_held=held, is_coming=is_coming)),
        can_notify=False,
        is_refundable=any(payment.refundable for payment in paid),
        is_restockable=any(line.is_restockable for line in lines),
        totals=totals,
        lines=lines,
        shipping_lines=tuple(charges(raw, currency)),
        payments=paid,
        shipments=tuple(to_shipments(raw, place.location)),
        refunds=back,
        remarks=tuple(remarks.of(facts, paid, back, is_over=is_over)),
        cancellable=cancellable.how_much(lines, stopped),
        whole_cancel_blockers=stopped,
        ends_by_refund=cancellable.ends_by_refund(raw, counts, is_over=is_over),
        ends_when_repaid=cancellable.ends_when_repaid(raw),
        is_summary=is_summary,
    )


def number(raw: Node) -> str:
    """As the seller wrote it, else the end of the id; customers hold a payment's receipt number."""
    return json_readers.text(raw, "reference_id", "ticket_name") or json_readers.ident(raw, "id")[-SHORT_ID:]


def is_tax_included(raw: Node) -> bool:
    kinds = {json_readers.text(tax, "type") for tax in json_readers.nodes(raw, "taxes")}
    return kinds == {"INCLUSIVE"}


def edit_blockers(raw: Node, received: Money, *, is_held: bool, is_coming: bool) -> Iterator[str]:
    if received:
        yield str(capabilities.PAID_EDIT)
    elif is_coming:
        yield str(capabilities.PENDING_PAYMENT)
    elif is_held:
        yield str(capabilities.HELD_EDIT)
    elif not cancellable.can_update(raw):
        yield str(capabilities.NO_VERSION if json_readers.text(raw, "state") == "OPEN" else capabilities.CLOSED)


def charges(raw: Node, currency: str) -> Iterator[str]:
    for charge in json_readers.nodes(raw, "service_charges"):
        amount = money(charge, "total_money", currency)
        yield f"{json_readers.text(charge, 'name')}: {amount.amount:f} {currency}"


# --- lines -------------------------------------------------------------------------------------------
def to_lines(raw: Node, counts: Mapping[str, Count], place: Place, *, closed: str, is_over: bool) -> Iterator[LineItem]:
    """closed: why no unit can be cancelled."""
    packed = units.covered(raw, "PREPARED")
    for line in units.lines_of(raw):
        readiness = Readiness.BEING_PACKED if packed.get(uid(line)) else Readiness.OPEN
        yield to_line(raw, line, counts[uid(line)], place, closed=closed, readiness=readiness, is_over=is_over)


def to_line(
    raw: Node, line: Node, count: Count, place: Place, *, closed: str, readiness: Readiness, is_over: bool
) -> LineItem:
    currency, item = currency_of(raw), json_readers.text(line, "catalog_object_id")
    stoppable = Decimal(0) if closed else count.waiting
    kind = json_readers.text(line, "item_type")
    spot = Placement(
        id=uid(line), group_id=group_of(raw), units=count.waiting, readiness=readiness, location=place.location
    )
    return LineItem(
        id=uid(line),
        title=json_readers.text(line, "name") or str(capabilities.KINDS.get(kind, "")),
        variant=json_readers.text(line, "variation_name"),
        ordered=count.ordered,
        current=min(count.left, count.shipped) if is_over else count.left,
        shipped=count.shipped,
        cancelled=max(Decimal(0), count.ordered - count.shipped)
        if is_over
        else min(count.taken, count.ordered - count.shipped),
        refundable=count.left,
        unfulfilled=Decimal(0) if is_over else count.waiting,
        cancellable=stoppable,
        unit_step=units.step_of(line),
        unit_price=moneys.pair(each(line, currency)),
        original_unit_price=moneys.pair(money(line, "base_price_money", currency)),
        tax=sentences.tax(money(line, "total_tax_money", currency)),
        placements=(spot,) if count.waiting and not closed else (),
        is_restockable=item in place.taken,
        is_tracked=bool(item),
        is_editable=cancellable.can_update(raw) and not cancellable.is_paid(raw),
        is_gift_card=kind == "GIFT_CARD",
        needs_shipping=bool(units.fulfilments(raw)) and kind == "ITEM",
        stock_item_id=item,
        why_not="" if stoppable else closed or str(capabilities.LINE_GONE),
    )


def each(line: Node, currency: str) -> Money:
    """After discounts, without tax; for show: what goes back starts from the line's total."""
    count = quantity(line)
    net = money(line, "gross_sales_money", currency) - money(line, "total_discount_money", currency)
    return Money(net.amount / count, currency).rounded() if count else money(line, "base_price_money", currency)


def group_of(raw: Node) -> str:
    return next((json_readers.text(one, "uid") for one in units.fulfilments(raw, *units.LIVE)), "")


# --- what has left -----------------------------------------------------------------------------------
def to_shipments(raw: Node, place: Location) -> Iterator[Shipment]:
    for one in units.fulfilments(raw, units.GONE):
        details = cancellable.details_of(one)
        named = (
            json_readers.nodes(one, "entries")
            if json_readers.text(one, "line_item_application") == "ENTRY_LIST"
            else None
        )
        rows = [(json_readers.ident(e, "line_item_uid"), quantity(e)) for e in named] if named is not None else [
            (uid(line), quantity(line)) for line in units.lines_of(raw)
        ]  # fmt: skip
        at = next(
            filter(None, (json_readers.when(details, n) for n in ("shipped_at", "picked_up_at", "delivered_at"))), None
        )
        changed = json_readers.when(raw, "updated_at")
        if at is None and changed is None:
            raise Misread("updated_at")
        kind = json_readers.text(one, "type")
        yield Shipment(
            id=json_readers.text(one, "uid"),
            name=str(capabilities.FULFILMENTS.get(kind, kind.title())),
            status=str(capabilities.HANDED_OVER),
            created_at=at or changed,  # type: ignore[arg-type]  # one of them is there
            units=sum((count for _, count in rows), Decimal(0)),
            location=place.name,
            tracking=tuple(filter(None, (" ".join(filter(None, (json_readers.text(details, "carrier"),
                                                               json_readers.text(details, "tracking_number")))),))),
            lines=tuple(rows),
        )  # fmt: skip
