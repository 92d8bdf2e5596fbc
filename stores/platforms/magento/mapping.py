"""An order of theirs as an order of ours. States nobody knows become "unknown" and a remark, never an error.

Invoices are payments that can be refunded one by one, credit memos are refunds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from stores.canonical import order as ours
from stores.connectors import order_totals, refunds, sentences
from stores.kernel import i18n
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.money import Money
from stores.platforms.magento import cancellable, capabilities, refund_math
from stores.platforms.magento.money import PAID, ZERO, Facts, Item, at, lines_in, money, number, when

# --- payments -----------------------------------------------------------------------------------------
ENDED = ("canceled", "closed")


def to_payment(facts: Facts, invoice: Node) -> ours.Payment:
    """Only what was paid can go back; an open invoice waits for its money."""
    is_paid = number(invoice, "state") == PAID
    return ours.Payment(
        id=json_readers.ident(invoice, "entity_id"),
        kind=ours.PaymentKind.CAPTURE if is_paid else ours.PaymentKind.OTHER,
        status=ours.PaymentStatus.SUCCESS if is_paid else ours.PaymentStatus.PENDING,
        gateway=facts.method,
        label=label(facts, invoice),
        amount=ours.MoneyPair.of(money(invoice, "base_grand_total", facts.currency)),
        refundable=facts.money(facts.left_on(invoice)) if is_paid else None,
        is_manual=is_paid and facts.is_by_hand(invoice),
        processed_at=when(invoice, "created_at"),
    )


def label(facts: Facts, invoice: Node) -> str:
    said = {"number": json_readers.text(invoice, "increment_id"), "method": method_name(facts)}
    return _("Invoice %(number)s, %(method)s") % said


def method_name(facts: Facts) -> str:
    """Payment method as the shop calls it, with the card's last digits where there are some."""
    more, last = facts.payment.get("additional_information"), json_readers.text(facts.payment, "cc_last4")
    title = next((one for one in more if isinstance(one, str) and one), "") if isinstance(more, list) else ""
    return sentences.with_digits(title[:60] or facts.method, last if len(last) == 4 else "")


def authorisation(facts: Facts) -> Iterator[ours.Payment]:
    """What is held and was never captured; an order that ended holds nothing any more."""
    held = number(facts.payment, "base_amount_authorized")
    if held <= 0:
        return
    rest = facts.money(max(ZERO, held - number(facts.order, "base_total_paid")))
    is_over = facts.state in ENDED or bool(number(facts.order, "base_total_canceled"))
    yield ours.Payment(
        id=f"authorisation-{json_readers.ident(facts.order, 'entity_id')}",
        kind=ours.PaymentKind.VOID if is_over else ours.PaymentKind.AUTHORISATION,
        status=ours.PaymentStatus.SUCCESS,
        gateway=facts.method,
        label=method_name(facts),
        amount=ours.MoneyPair.of(facts.money(held)),
        capturable=None if is_over or not rest else rest,
    )


# --- what went back ----------------------------------------------------------------------------------
def to_refund(facts: Facts, memo: Node, updated: datetime) -> ours.Refund:
    """Whether units were put back is not told."""
    known = {item.id for item in facts.lines}
    is_done = number(memo, "state") == PAID
    return refunds.of_one(
        json_readers.ident(memo, "entity_id"),
        ours.MoneyPair.of(money(memo, "base_grand_total", facts.currency)),
        (ours.RefundedLine(line_id=line, units=units) for line, units in lines_in(memo) if line in known and units),
        through=json_readers.text(memo, "invoice_id"),
        status=ours.PaymentStatus.SUCCESS if is_done else ours.PaymentStatus.PENDING,
        gateway=facts.method,
        label=json_readers.text(memo, "increment_id"),
        is_manual=not json_readers.text(memo, "transaction_id"),
        made=when(memo, "created_at") or updated,
        otherwise=updated,
        note=comments(memo)[:2000],
    )


def comments(memo: Node) -> str:
    return "\n".join(filter(None, (json_readers.text(one, "comment") for one in json_readers.nodes(memo, "comments"))))


# --- the order ----------------------------------------------------------------------------------------
SMALLEST = Decimal("0.0001")  # of a quantity that is sold by weight or length


def to_order(facts: Facts, *, is_summary: bool = False) -> ours.Order:
    raw, currency = facts.order, facts.currency
    placed, updated = at(raw, "created_at"), at(raw, "updated_at")
    blockers = tuple(map(str, cancellable.blockers(facts)))
    counts = [(item, cancellable.stoppable(facts, item, whole=not blockers)) for item in facts.lines]
    is_all = not blockers and all(count == item.current for item, count in counts)
    by_refund = cancellable.is_ended_by_refund(facts)
    ended = cancellable.ended_at(facts, updated, by_refund=by_refund)
    notes = [comments(memo) for memo in facts.memos]
    totals = to_totals(facts)
    is_payable = bool(facts.money_left or facts.leaves_for_nothing)
    return ours.Order(
        platform="magento",
        external_id=json_readers.ident(raw, "entity_id"),
        number=json_readers.text(raw, "increment_id") or json_readers.ident(raw, "entity_id"),
        placed_at=placed,
        created_at=placed,
        updated_at=updated,
        cancelled_at=ended,
        closed_at=updated if facts.state == "closed" else None,
        cancel_reason=str(sentences.BY_REFUND) if by_refund else "",
        cancel_note=next((note for note in reversed(notes) if note), "") if ended else "",
        fulfilment=cancellable.to_fulfilment(facts),
        payment=to_payment_state(facts, totals),
        currency=currency,
        customer_currency=currency,
        customer=to_person(raw),
        note=json_readers.text(raw, "customer_note"),
        source=json_readers.text(raw, "store_name").replace("\n", " / "),
        gateways=tuple(filter(None, (method_name(facts),))),
        is_editable=False,
        edit_blockers=(str(capabilities.LINE_UNINVOICED),) if facts.has_uninvoiced else (),
        can_notify=bool(facts.paid_invoices) and not facts.has_uninvoiced,
        is_refundable=bool(facts.money_left),
        totals=totals,
        lines=tuple(to_line(facts, item, count) for item, count in counts),
        shipping_lines=tuple(filter(None, (json_readers.text(raw, "shipping_description"),))),
        shipping_refundable=shipping_left(facts),
        payments=(*(to_payment(facts, invoice) for invoice in facts.invoices), *authorisation(facts)),
        shipments=tuple(to_shipment(shipment, updated) for shipment in facts.shipments),
        refunds=tuple(to_refund(facts, memo, updated) for memo in facts.memos),
        remarks=tuple(ours.Remark(kind=kind, text=str(text)) for kind, text in cancellable.remarks(facts)),
        cancellable=order_totals.how_much((count for _, count in counts), is_all=is_all),
        whole_cancel_blockers=blockers,
        ends_by_refund=is_payable and not blockers and not facts.has_uninvoiced,
        ends_when_repaid=ours.EndsWhenRepaid.WHEN_EMPTY if facts.nothing_shipped else ours.EndsWhenRepaid.NEVER,
        leaves_for_nothing=facts.leaves_for_nothing,
        is_summary=is_summary,
    )


def to_payment_state(facts: Facts, totals: ours.Totals) -> ours.PaymentState:
    due = sum(number(facts.order, f"base_{name}") * sign for name, sign in DUE)
    is_void, is_repaid = facts.state == "canceled", not facts.money_left
    return order_totals.payment_state(totals, is_void=is_void, is_settled=due <= 0, is_repaid=is_repaid)


DUE = (("grand_total", 1), ("total_paid", -1), ("total_canceled", -1))


# --- lines -------------------------------------------------------------------------------------------
def to_line(facts: Facts, item: Item, count: Decimal) -> ours.LineItem:
    raw, currency = item.raw, facts.currency
    readiness = ours.Readiness.ON_HOLD if facts.state in cancellable.NEVER else ours.Readiness.OPEN
    waits = ours.Placement(id=item.id, group_id="", units=item.waiting, readiness=readiness)
    return ours.LineItem(
        id=item.id,
        title=json_readers.text(raw, "name"),
        variant=item.title_of,
        sku=json_readers.text(raw, "sku"),
        ordered=item.ordered,
        current=item.current,
        shipped=item.shipped,
        cancelled=item.canceled + min(item.refunded, max(ZERO, item.ordered - item.shipped)),
        refundable=facts.refundable(item),
        unfulfilled=ZERO if item.is_virtual else item.waiting,
        cancellable=count,
        unit_step=SMALLEST if number(raw, "is_qty_decimal") else Decimal(1),
        unit_price=ours.MoneyPair.of(unit_price(item, currency)),
        original_unit_price=ours.MoneyPair.of(money(raw, "base_price", currency)),
        tax=i18n.tax(money(raw, "base_tax_amount", currency)),
        placements=(waits,) if item.waiting and not item.is_virtual else (),
        is_editable=False,
        needs_shipping=not item.is_virtual,
        stock_item_id=json_readers.text(raw, "product_id"),
        why_not=cancellable.why_not(facts, item, count),
    )


def unit_price(item: Item, currency: str) -> Money:
    """After discounts, to the minor unit: for show; refunds start from the rows."""
    row = number(item.raw, "base_row_total") - number(item.raw, "base_discount_amount")
    return Money(row / item.ordered if item.ordered else ZERO, currency).rounded()


# --- money -------------------------------------------------------------------------------------------
def to_totals(facts: Facts) -> ours.Totals:
    raw, currency = facts.order, facts.currency

    def base(name: str) -> Money:
        return money(raw, f"base_{name}", currency)

    whole, paid, back, gone = map(base, ("grand_total", "total_paid", "total_refunded", "total_canceled"))
    held = [payment.capturable for payment in authorisation(facts) if payment.capturable]
    return order_totals.to_totals(
        ours.MoneyPair.of,
        whole,
        paid=paid,
        back=back,
        gone=gone,
        held=held[0] if held else Money.zero(currency),
        is_over=facts.state == "canceled",
        subtotal=ours.MoneyPair.of(base("subtotal")),
        tax=ours.MoneyPair.of(base("tax_amount")),
        shipping=ours.MoneyPair.of(base("shipping_amount")),
        discounts=ours.MoneyPair.of(-base("discount_amount")),
        refunded_shipping=ours.MoneyPair.of(base("shipping_refunded") + base("shipping_tax_refunded")),
    )


def shipping_left(facts: Facts) -> Money | None:
    """With its tax, as the customer paid it; None where nothing was invoiced."""
    if not facts.paid_invoices:
        return None
    return facts.money(min(refund_math.shipping_left(facts), facts.money_left))


# --- the rest ----------------------------------------------------------------------------------------
def to_shipment(raw: Node, updated: datetime) -> ours.Shipment:
    lines = tuple(lines_in(raw))
    tracks = (json_readers.joined(track, "title", "track_number") for track in json_readers.nodes(raw, "tracks"))
    return ours.Shipment(
        id=json_readers.ident(raw, "entity_id"),
        name=json_readers.text(raw, "increment_id"),
        status="",
        created_at=when(raw, "created_at") or updated,
        units=sum((units for _, units in lines), ZERO),
        tracking=tuple(filter(None, tracks)),
        lines=lines,
    )


def to_person(raw: Node) -> ours.Person:
    billing, shipping = json_readers.or_empty(raw, "billing_address"), shipping_address(raw)
    own = json_readers.joined(raw, "customer_firstname", "customer_lastname")
    return ours.Person(
        id=json_readers.text(raw, "customer_id"),
        name=own or name_in(billing) or name_in(shipping),
        email=json_readers.text(raw, "customer_email"),
        phone=json_readers.text(billing, "telephone") or json_readers.text(shipping, "telephone"),
        billing_address=address(billing),
        shipping_address=address(shipping),
    )


def shipping_address(raw: Node) -> Node:
    more = json_readers.or_empty(raw, "extension_attributes")
    first = next(iter(json_readers.nodes(more, "shipping_assignments")), {})
    return json_readers.or_empty(json_readers.or_empty(first, "shipping"), "address")


def name_in(raw: Node) -> str:
    return json_readers.joined(raw, "firstname", "lastname")


def address(raw: Node) -> tuple[str, ...]:
    street = raw.get("street")
    lines = [line for line in street if isinstance(line, str)] if isinstance(street, list) else []
    rest = json_readers.texts(raw, "postcode", "city", "region", "country_id")
    return tuple(said for said in (name_in(raw), json_readers.text(raw, "company"), *lines, *rest) if said)
