"""An order of theirs as an order of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from stores.canonical.order import LineItem, Location, Order, Placement, Readiness, Shipment
from stores.kernel import shapes
from stores.kernel import words as sentences
from stores.kernel.money import Money
from stores.kernel.shapes import Misread, Node
from stores.platforms.square import moneys, people, refunds, remarks, states, units, words
from stores.platforms.square.facts import Facts
from stores.platforms.square.fields import currency_of, maybe, money, quantity
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
    cancelled = states.cancelled_at(raw, received, back, counts)
    is_over = cancelled is not None
    is_coming = any(moneys.is_coming(payment) for payment in facts.payments)
    is_spent = bool(received) and not is_coming and not any(payment.refundable for payment in paid)
    closed = states.why_closed(raw, is_over=is_over, is_spent=is_spent)
    lines = tuple(to_lines(raw, counts, place, closed=closed, is_over=is_over))
    stopped = states.blockers(raw, counts, back, is_over=is_over, is_coming=is_coming)
    totals = moneys.to_totals(raw, paid, back, is_dead=is_over)
    created, updated = shapes.when(raw, "created_at"), shapes.when(raw, "updated_at")
    if created is None or updated is None:
        raise Misread("updated_at")
    held = bool(totals.capturable.customer)
    return Order(
        platform="square",
        external_id=shapes.ident(raw, "id"),
        number=number(raw),
        confirmation_number=", ".join(filter(None, (shapes.text(p, "receipt_number") for p in facts.payments))),
        placed_at=created,
        created_at=created,
        updated_at=updated,
        cancelled_at=cancelled,
        closed_at=shapes.when(raw, "closed_at"),
        cancel_reason=states.cancel_reason(raw, is_refunded=is_over),
        cancel_note=states.note_of(raw),
        is_confirmed=shapes.text(raw, "state") != "DRAFT",
        fulfilment=states.fulfilment(raw, counts),
        payment=moneys.from_tenders(raw) if is_summary else moneys.to_state(totals, paid),
        currency=currency,
        customer_currency=currency,
        customer=people.to_person(raw, facts.payments),
        note=people.note(raw),
        source=shapes.text(maybe(raw, "source"), "name"),
        taxes_included=is_tax_included(raw),
        gateways=tuple(dict.fromkeys(payment.label for payment in paid)),
        is_editable=states.can_update(raw) and not received and not held and not is_coming,
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
        cancellable=states.how_much(lines, stopped),
        whole_cancel_blockers=stopped,
        ends_by_refund=states.ends_by_refund(raw, counts, is_over=is_over),
        ends_when_repaid=states.ends_when_repaid(raw),
        is_summary=is_summary,
    )


def number(raw: Node) -> str:
    """As the seller wrote it, else the end of the id; customers hold a payment's receipt number."""
    return shapes.text(raw, "reference_id", "ticket_name") or shapes.ident(raw, "id")[-SHORT_ID:]


def is_tax_included(raw: Node) -> bool:
    kinds = {shapes.text(tax, "type") for tax in shapes.nodes(raw, "taxes")}
    return kinds == {"INCLUSIVE"}


def edit_blockers(raw: Node, received: Money, *, is_held: bool, is_coming: bool) -> Iterator[str]:
    if received:
        yield str(words.PAID_EDIT)
    elif is_coming:
        yield str(words.PENDING_PAYMENT)
    elif is_held:
        yield str(words.HELD_EDIT)
    elif not states.can_update(raw):
        yield str(words.NO_VERSION if shapes.text(raw, "state") == "OPEN" else words.CLOSED)


def charges(raw: Node, currency: str) -> Iterator[str]:
    for charge in shapes.nodes(raw, "service_charges"):
        amount = money(charge, "total_money", currency)
        yield f"{shapes.text(charge, 'name')}: {amount.amount:f} {currency}"


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
    currency, item = currency_of(raw), shapes.text(line, "catalog_object_id")
    stoppable = Decimal(0) if closed else count.waiting
    kind = shapes.text(line, "item_type")
    spot = Placement(
        id=uid(line), group_id=group_of(raw), units=count.waiting, readiness=readiness, location=place.location
    )
    return LineItem(
        id=uid(line),
        title=shapes.text(line, "name") or str(words.KINDS.get(kind, "")),
        variant=shapes.text(line, "variation_name"),
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
        is_editable=states.can_update(raw) and not states.is_paid(raw),
        is_gift_card=kind == "GIFT_CARD",
        needs_shipping=bool(units.fulfilments(raw)) and kind == "ITEM",
        stock_item_id=item,
        why_not="" if stoppable else closed or str(words.LINE_GONE),
    )


def each(line: Node, currency: str) -> Money:
    """After discounts, without tax; for show: what goes back starts from the line's total."""
    count = quantity(line)
    net = money(line, "gross_sales_money", currency) - money(line, "total_discount_money", currency)
    return Money(net.amount / count, currency).rounded() if count else money(line, "base_price_money", currency)


def group_of(raw: Node) -> str:
    return next((shapes.text(one, "uid") for one in units.fulfilments(raw, *units.LIVE)), "")


# --- what has left -----------------------------------------------------------------------------------
def to_shipments(raw: Node, place: Location) -> Iterator[Shipment]:
    for one in units.fulfilments(raw, units.GONE):
        details = states.details_of(one)
        named = shapes.nodes(one, "entries") if shapes.text(one, "line_item_application") == "ENTRY_LIST" else None
        rows = [(shapes.ident(e, "line_item_uid"), quantity(e)) for e in named] if named is not None else [
            (uid(line), quantity(line)) for line in units.lines_of(raw)
        ]  # fmt: skip
        at = next(filter(None, (shapes.when(details, n) for n in ("shipped_at", "picked_up_at", "delivered_at"))), None)
        changed = shapes.when(raw, "updated_at")
        if at is None and changed is None:
            raise Misread("updated_at")
        yield Shipment(
            id=shapes.text(one, "uid"),
            name=str(words.FULFILMENTS.get(shapes.text(one, "type"), shapes.text(one, "type").title())),
            status=str(words.HANDED_OVER),
            created_at=at or changed,  # type: ignore[arg-type]  # one of them is there
            units=sum((count for _, count in rows), Decimal(0)),
            location=place.name,
            tracking=tuple(filter(None, (" ".join(filter(None, (shapes.text(details, "carrier"),
                                                               shapes.text(details, "tracking_number")))),))),
            lines=tuple(rows),
        )  # fmt: skip
