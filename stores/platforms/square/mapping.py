"""An order of theirs as an order of ours, with its people and what is worth a look beside the figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from stores.canonical import order as ours
from stores.connectors.fields import in_minor
from stores.connectors.order_totals import Count
from stores.kernel import i18n as sentences
from stores.kernel.http.json_readers import Node, at, joined, maybe, nodes, text, texts, when
from stores.kernel.http.json_readers import ident as ident_of
from stores.kernel.money import Money
from stores.platforms.square import cancellable, capabilities, finding, money
from stores.platforms.square.api import currency_of, quantity
from stores.platforms.square.cancellable import GONE, LIVE, ZERO, Disputes, Facts, fulfilments, lines_of, uid
from stores.platforms.square.money import refund_ids

SHORT_ID = 6  # characters of an order's id that people see where it has no other name


@dataclass(frozen=True)
class Place:
    """Where the order is made. taken: ids of the catalogue of which this order took units out of stock."""

    location: ours.Location
    taken: frozenset[str] = frozenset()


def to_order(facts: Facts, place: Place, *, is_summary: bool = False) -> ours.Order:
    """A summary comes from a listing: it has no payments, refunds or stock."""
    raw = facts.order
    currency = currency_of(raw)
    money.check_currency(raw, facts.payments)
    back = finding.to_refunds(facts)
    counts = cancellable.counts(raw, back)
    paid = tuple(money.to_payment(payment, back, facts.read_at) for payment in facts.payments)
    received = money.received(paid, currency)
    cancelled = cancellable.cancelled_at(raw, received, back, counts)
    is_over = cancelled is not None
    is_coming = any(money.is_coming(payment) for payment in facts.payments)
    is_spent = bool(received) and not is_coming and not any(payment.refundable for payment in paid)
    closed = cancellable.why_closed(raw, is_over=is_over, is_spent=is_spent)
    lines = tuple(to_lines(raw, counts, place, closed=closed, is_over=is_over))
    stopped = cancellable.blockers(raw, counts, back, is_over=is_over, is_coming=is_coming)
    totals = money.to_totals(raw, paid, back, is_dead=is_over)
    created, updated = at(raw, "created_at"), at(raw, "updated_at")
    held = bool(totals.capturable.customer)
    return ours.Order(
        platform="square",
        external_id=ident_of(raw, "id"),
        number=number(raw),
        confirmation_number=", ".join(filter(None, (text(p, "receipt_number") for p in facts.payments))),
        placed_at=created,
        created_at=created,
        updated_at=updated,
        cancelled_at=cancelled,
        closed_at=when(raw, "closed_at"),
        cancel_reason=cancellable.cancel_reason(raw, is_refunded=is_over),
        cancel_note=cancellable.note_of(raw),
        is_confirmed=text(raw, "state") != "DRAFT",
        fulfilment=cancellable.fulfilment(raw, counts),
        payment=money.from_tenders(raw) if is_summary else money.to_state(totals, paid),
        currency=currency,
        customer_currency=currency,
        customer=to_person(raw, facts.payments),
        note=customer_note(raw),
        source=text(maybe(raw, "source"), "name"),
        taxes_included=money.is_tax_included(raw),
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
        remarks=tuple(remarks_of(facts, paid, back, is_over=is_over)),
        cancellable=cancellable.how_much(lines, stopped),
        whole_cancel_blockers=stopped,
        ends_by_refund=cancellable.ends_by_refund(raw, counts, is_over=is_over),
        ends_when_repaid=cancellable.ends_when_repaid(raw),
        is_summary=is_summary,
    )


def number(raw: Node) -> str:
    """As the seller wrote it, else the end of the id; customers hold a payment's receipt number."""
    return text(raw, "reference_id", "ticket_name") or ident_of(raw, "id")[-SHORT_ID:]


def edit_blockers(raw: Node, received: Money, *, is_held: bool, is_coming: bool) -> Iterator[str]:
    if received:
        yield str(capabilities.PAID_EDIT)
    elif is_coming:
        yield str(capabilities.PENDING_PAYMENT)
    elif is_held:
        yield str(capabilities.HELD_EDIT)
    elif not cancellable.can_update(raw):
        yield cancellable.why_fixed(raw)


def charges(raw: Node, currency: str) -> Iterator[str]:
    for charge in nodes(raw, "service_charges"):
        amount = in_minor(charge, "total_money", currency)
        yield f"{text(charge, 'name')}: {amount.amount:f} {currency}"


# --- lines -------------------------------------------------------------------------------------------
def to_lines(
    raw: Node, counts: Mapping[str, Count], place: Place, *, closed: str, is_over: bool
) -> Iterator[ours.LineItem]:
    """closed: why no unit can be cancelled."""
    packed = cancellable.covered(raw, "PREPARED")
    for line in lines_of(raw):
        readiness = ours.Readiness.BEING_PACKED if packed.get(uid(line)) else ours.Readiness.OPEN
        yield to_line(raw, line, counts[uid(line)], place, closed=closed, readiness=readiness, is_over=is_over)


def to_line(
    raw: Node, line: Node, count: Count, place: Place, *, closed: str, readiness: ours.Readiness, is_over: bool
) -> ours.LineItem:
    currency, item = currency_of(raw), text(line, "catalog_object_id")
    stoppable, stayed = ZERO if closed else count.waiting, count.ordered - count.shipped
    kind, group = text(line, "item_type"), next((text(one, "uid") for one in fulfilments(raw, *LIVE)), "")
    spot = ours.Placement(
        id=uid(line), group_id=group, units=count.waiting, readiness=readiness, location=place.location
    )
    return ours.LineItem(
        id=uid(line),
        title=text(line, "name") or str(capabilities.KINDS.get(kind, "")),
        variant=text(line, "variation_name"),
        ordered=count.ordered,
        current=min(count.current, count.shipped) if is_over else count.current,
        shipped=count.shipped,
        cancelled=max(ZERO, stayed) if is_over else min(count.refunded, stayed),
        refundable=count.current,
        unfulfilled=ZERO if is_over else count.waiting,
        cancellable=stoppable,
        unit_step=cancellable.step_of(line),
        unit_price=ours.MoneyPair.of(each(line, currency)),
        original_unit_price=ours.MoneyPair.of(in_minor(line, "base_price_money", currency)),
        tax=sentences.tax(in_minor(line, "total_tax_money", currency)),
        placements=(spot,) if count.waiting and not closed else (),
        is_restockable=item in place.taken,
        is_tracked=bool(item),
        is_editable=cancellable.can_update(raw) and not cancellable.is_paid(raw),
        is_gift_card=kind == "GIFT_CARD",
        needs_shipping=bool(fulfilments(raw)) and kind == "ITEM",
        stock_item_id=item,
        why_not="" if stoppable else closed or str(capabilities.LINE_GONE),
    )


def each(line: Node, currency: str) -> Money:
    """After discounts, without tax; for show: what goes back starts from the line's total."""
    count = quantity(line)
    net = in_minor(line, "gross_sales_money", currency) - in_minor(line, "total_discount_money", currency)
    return Money(net.amount / count, currency).rounded() if count else in_minor(line, "base_price_money", currency)


# --- what has left -----------------------------------------------------------------------------------
def to_shipments(raw: Node, place: ours.Location) -> Iterator[ours.Shipment]:
    for one in fulfilments(raw, GONE):
        details = cancellable.details_of(one)
        if text(one, "line_item_application") == "ENTRY_LIST":
            rows = [(ident_of(entry, "line_item_uid"), quantity(entry)) for entry in nodes(one, "entries")]
        else:
            rows = [(uid(line), quantity(line)) for line in lines_of(raw)]
        moment = when(details, "shipped_at", "picked_up_at", "delivered_at") or at(raw, "updated_at")
        parcel = joined(details, "carrier", "tracking_number")
        kind = text(one, "type")
        yield ours.Shipment(
            id=text(one, "uid"),
            name=str(capabilities.FULFILMENTS.get(kind, kind.title())),
            status=str(capabilities.HANDED_OVER),
            created_at=moment,
            units=sum((count for _, count in rows), ZERO),
            location=place.name,
            tracking=(parcel,) if parcel else (),
            lines=tuple(rows),
        )


# --- the customer, from the fulfilment's recipient or the payment -------------------------------------
ADDRESS = ("address_line_1", "address_line_2", "address_line_3", "postal_code", "locality",
         "administrative_district_level_1", "country")  # fmt: skip


def to_person(raw: Node, payments: Sequence[Node]) -> ours.Person:
    someone = recipient(raw)
    paid = payments[0] if payments else {}
    email = text(someone, "email_address") or next(
        (found for payment in payments if (found := text(payment, "buyer_email_address"))), ""
    )
    return ours.Person(
        id=text(raw, "customer_id"),
        name=text(someone, "display_name"),
        email=email,
        phone=text(someone, "phone_number"),
        billing_address=texts(maybe(paid, "billing_address"), *ADDRESS),
        shipping_address=texts(maybe(someone, "address"), *ADDRESS),
    )


def recipient(raw: Node) -> Node:
    found = (maybe(cancellable.details_of(one), "recipient") for one in fulfilments(raw))
    return next((one for one in found if one), {})


def customer_note(raw: Node) -> str:
    """What the customer asked for at the pick-up or the shipment."""
    said = (text(cancellable.details_of(one), "note", "shipping_note") for one in fulfilments(raw))
    return next((one for one in said if one), "")


# --- remarks ------------------------------------------------------------------------------------------
def remarks_of(
    facts: Facts, paid: Sequence[ours.Payment], back: Sequence[ours.Refund], *, is_over: bool
) -> Iterator[ours.Remark]:
    if not is_over and cancellable.is_paid(facts.order):
        yield from _said("risk", _where_it_stands(facts.order))
    yield from dispute_remarks(facts.disputes)
    yield from _said("other", _of_money(facts, paid, back))
    if any(text(line, "item_type") == "GIFT_CARD" for line in lines_of(facts.order)):
        yield ours.Remark(kind="risk", text=str(capabilities.GIFT_CARD), is_open=True)


Stand = tuple[object, str, bool]  # whether it is so, in words, and whether it is still open


def _said(kind: str, stands: Sequence[Stand]) -> Iterator[ours.Remark]:
    return (ours.Remark(kind=kind, text=str(words), is_open=is_open) for is_so, words, is_open in stands if is_so)


def _where_it_stands(order: Node) -> Sequence[Stand]:
    """Paid, and something that no call of Square's can stop."""
    is_done = text(order, "state") == "COMPLETED" and not fulfilments(order)
    is_fixed = not cancellable.can_update(order) and bool(fulfilments(order, *LIVE))
    return (is_done, capabilities.HANDED_OVER_RISK, True), (is_fixed, capabilities.STAYS_OPEN, True)


def _of_money(facts: Facts, paid: Sequence[ours.Payment], back: Sequence[ours.Refund]) -> Sequence[Stand]:
    loose = finding.unallocated(back, currency_of(facts.order))
    is_used_up = any(len(refund_ids(payment)) >= money.MOST_REFUNDS for payment in facts.payments)
    return (
        (loose, capabilities.unallocated(loose), True),
        (any(cancellable.is_pending(refund) for refund in back), capabilities.ON_ITS_WAY, True),
        (any(not cancellable.counts_as_paid(refund) for refund in back), capabilities.NOT_PAID_BACK, False),
        (is_used_up, capabilities.TWENTY, False),
        (any(money.is_too_old(payment, facts.read_at) for payment in facts.payments), capabilities.A_YEAR, True),
        (facts.hidden, capabilities.HIDDEN, True),
        (any(payment.is_manual for payment in paid), capabilities.BY_HAND, False),
    )


PAID_BY_BANK: Final = frozenset({"LOST", "ACCEPTED"})


def dispute_remarks(found: Disputes | None) -> Iterator[ours.Remark]:
    if found is None:
        yield ours.Remark(kind="payment", text=str(capabilities.DISPUTES_UNKNOWN), is_open=True)
        return
    for payment, state in found:
        text = str(capabilities.DISPUTES.get(state, capabilities.DISPUTES_OTHER))
        is_open = state not in PAID_BY_BANK
        yield ours.Remark(kind="dispute", text=text, is_open=is_open, stops_refund=True, payment_id=payment)
