"""An order of theirs as an order of ours. States nobody knows become "unknown" and a remark, never an error.

Invoices are payments that can be refunded one by one, credit memos are refunds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from stores.canonical.order import (
    EndsWhenRepaid,
    Fulfilment,
    LineItem,
    Order,
    Payment,
    PaymentKind,
    PaymentState,
    PaymentStatus,
    Person,
    Placement,
    Readiness,
    Refund,
    RefundedLine,
    Shipment,
    Totals,
)
from stores.kernel import i18n as sentences
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.money import Money
from stores.platforms.magento import cancellable, capabilities
from stores.platforms.magento.money import (
    PAID,
    ZERO,
    Facts,
    Item,
    lines_in,
    method_of,
    money,
    nothing_shipped,
    number,
    pair,
    when,
)
from stores.platforms.magento.refund_math import Shipping

# --- payments -----------------------------------------------------------------------------------------
ENDED = ("canceled", "closed")


def to_payments(facts: Facts) -> tuple[Payment, ...]:
    return (*(to_payment(facts, invoice) for invoice in facts.invoices), *authorisation(facts))


def to_payment(facts: Facts, invoice: Node) -> Payment:
    """Only what was paid can go back; an open invoice waits for its money."""
    is_paid = number(invoice, "state") == PAID
    amount = money(invoice, "base_grand_total", facts.currency)
    return Payment(
        id=json_readers.ident(invoice, "entity_id"),
        kind=PaymentKind.CAPTURE if is_paid else PaymentKind.OTHER,
        status=PaymentStatus.SUCCESS if is_paid else PaymentStatus.PENDING,
        gateway=method_of(facts.order),
        label=label(facts, invoice),
        amount=pair(amount),
        refundable=Money(facts.left_on(invoice), facts.currency).rounded() if is_paid else None,
        is_manual=is_paid and facts.is_by_hand(invoice),
        processed_at=when(invoice, "created_at"),
    )


def label(facts: Facts, invoice: Node) -> str:
    said = {"number": json_readers.text(invoice, "increment_id"), "method": method_name(facts.order)}
    return _("Invoice %(number)s, %(method)s") % said


def method_name(order: Node) -> str:
    """Payment method as the shop calls it, with the card's last digits where there are some."""
    payment = order.get("payment")
    if not isinstance(payment, dict):
        return ""
    more = payment.get("additional_information")
    title = next((one for one in more if isinstance(one, str) and one), "") if isinstance(more, list) else ""
    last = json_readers.text(payment, "cc_last4")
    name = title[:60] or json_readers.text(payment, "method")
    return f"{name} •••• {last}" if last.isdecimal() and len(last) == 4 else name


def authorisation(facts: Facts) -> Iterator[Payment]:
    """What is held and was never captured; an order that ended holds nothing any more."""
    payment = facts.order.get("payment")
    held = number(payment, "base_amount_authorized") if isinstance(payment, dict) else ZERO
    if held <= 0:
        return
    amount = Money(held, facts.currency).rounded()
    rest = Money(max(ZERO, held - number(facts.order, "base_total_paid")), facts.currency).rounded()
    is_over = facts.state in ENDED or bool(number(facts.order, "base_total_canceled"))
    yield Payment(
        id=f"authorisation-{json_readers.ident(facts.order, 'entity_id')}",
        kind=PaymentKind.VOID if is_over else PaymentKind.AUTHORISATION,
        status=PaymentStatus.SUCCESS,
        gateway=method_of(facts.order),
        label=method_name(facts.order),
        amount=pair(amount),
        capturable=None if is_over or not rest else rest,
    )


# --- what went back ----------------------------------------------------------------------------------
def to_refund(facts: Facts, memo: Node, at: datetime) -> Refund:
    """Whether units were put back is not told."""
    known = {item.id for item in facts.lines}
    amount = pair(money(memo, "base_grand_total", facts.currency))
    made = when(memo, "created_at") or at
    memo_id = json_readers.ident(memo, "entity_id")
    return Refund(
        id=memo_id,
        created_at=made,
        note=comments(memo)[:2000],
        amount=amount,
        lines=tuple(
            RefundedLine(line_id=line_id, units=units, restock="unknown", was_restocked=False)
            for line_id, units in lines_in(memo)
            if line_id in known and units
        ),
        transactions=(
            Payment(
                id=memo_id,
                kind=PaymentKind.REFUND,
                status=PaymentStatus.SUCCESS if number(memo, "state") == PAID else PaymentStatus.PENDING,
                gateway=method_of(facts.order),
                label=json_readers.text(memo, "increment_id"),
                amount=amount,
                parent_id=json_readers.text(memo, "invoice_id"),
                is_manual=not json_readers.text(memo, "transaction_id"),
                processed_at=made,
            ),
        ),
    )


def comments(memo: Node) -> str:
    return "\n".join(filter(None, (json_readers.text(one, "comment") for one in json_readers.nodes(memo, "comments"))))


# --- the order ----------------------------------------------------------------------------------------
SMALLEST = Decimal("0.0001")  # of a quantity that is sold by weight or length


def to_order(facts: Facts, *, is_summary: bool = False) -> Order:
    raw, currency = facts.order, facts.currency
    placed, updated = when(raw, "created_at"), when(raw, "updated_at")
    if placed is None or updated is None:
        raise Misread("updated_at")
    blockers = cancellable.whole_blockers(facts)
    counts = [(item, cancellable.stoppable(facts, item, whole=not blockers)) for item in facts.lines]
    by_refund = cancellable.is_ended_by_refund(facts)
    ended = ended_at(facts, updated, by_refund=by_refund)
    notes = [comments(memo) for memo in facts.memos]
    return Order(
        platform="magento",
        external_id=json_readers.ident(raw, "entity_id"),
        number=json_readers.text(raw, "increment_id") or json_readers.ident(raw, "entity_id"),
        placed_at=placed,
        created_at=placed,
        updated_at=updated,
        cancelled_at=ended,
        closed_at=updated if facts.state == "closed" else None,
        cancel_reason=str(capabilities.BY_REFUND) if by_refund else "",
        cancel_note=next((note for note in reversed(notes) if note), "") if ended else "",
        fulfilment=to_fulfilment(facts),
        payment=to_payment_state(facts),
        currency=currency,
        customer_currency=currency,
        customer=to_person(raw),
        note=json_readers.text(raw, "customer_note"),
        source=json_readers.text(raw, "store_name").replace("\n", " / "),
        gateways=tuple(filter(None, (method_name(raw),))),
        is_editable=False,
        edit_blockers=(str(capabilities.LINE_UNINVOICED),) if cancellable.has_uninvoiced(facts) else (),
        can_notify=bool(facts.paid_invoices) and not cancellable.has_uninvoiced(facts),
        is_refundable=bool(facts.money_left),
        totals=to_totals(facts),
        lines=tuple(to_line(facts, item, count) for item, count in counts),
        shipping_lines=tuple(filter(None, (json_readers.text(raw, "shipping_description"),))),
        shipping_refundable=shipping_left(facts),
        payments=to_payments(facts),
        shipments=tuple(to_shipment(shipment, updated) for shipment in facts.shipments),
        refunds=tuple(to_refund(facts, memo, updated) for memo in facts.memos),
        remarks=tuple(cancellable.remarks(facts)),
        cancellable=cancellable.how_much(counts, blockers),
        whole_cancel_blockers=blockers,
        ends_by_refund=not blockers
        and bool(facts.money_left or facts.leaves_for_nothing)
        and not cancellable.has_uninvoiced(facts),
        ends_when_repaid=EndsWhenRepaid.WHEN_EMPTY if nothing_shipped(facts.lines) else EndsWhenRepaid.NEVER,
        leaves_for_nothing=facts.leaves_for_nothing,
        is_summary=is_summary,
    )


def ended_at(facts: Facts, updated: datetime, *, by_refund: bool) -> datetime | None:
    """Magento keeps no time of a cancellation: the order's last change, or the credit memo that ended it."""
    if facts.state == "canceled":
        return updated
    made = [at for memo in facts.memos if (at := when(memo, "created_at"))]
    return (max(made) if made else updated) if by_refund else None


def to_payment_state(facts: Facts) -> PaymentState:
    paid, back = number(facts.order, "base_total_paid"), number(facts.order, "base_total_refunded")
    due = number(facts.order, "base_grand_total") - paid - number(facts.order, "base_total_canceled")
    if back > 0:
        return PaymentState.PARTLY_REFUNDED if facts.money_left else PaymentState.REFUNDED
    if paid > 0:
        return PaymentState.PAID if due <= 0 else PaymentState.PARTLY_PAID
    if facts.state == "canceled":
        return PaymentState.VOIDED
    held = any(payment.capturable for payment in authorisation(facts))
    return PaymentState.AUTHORISED if held else PaymentState.PENDING


def to_fulfilment(facts: Facts) -> Fulfilment:
    goods = [item for item in facts.lines if not item.is_virtual]
    if not goods:
        return Fulfilment.NOT_NEEDED
    if facts.state == "holded":
        return Fulfilment.ON_HOLD
    if not any(item.shipped for item in goods):
        return Fulfilment.UNFULFILLED
    return Fulfilment.PARTIAL if any(item.waiting for item in goods) else Fulfilment.FULFILLED


# --- lines -------------------------------------------------------------------------------------------
def to_line(facts: Facts, item: Item, count: Decimal) -> LineItem:
    raw, currency = item.raw, facts.currency
    is_open = facts.state not in cancellable.NEVER
    waits = Placement(
        id=item.id, group_id="", units=item.waiting, readiness=Readiness.OPEN if is_open else Readiness.ON_HOLD
    )
    tax = money(raw, "base_tax_amount", currency)
    return LineItem(
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
        unit_price=pair(unit_price(item, currency)),
        original_unit_price=pair(money(raw, "base_price", currency)),
        tax=sentences.tax(tax),
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
def to_totals(facts: Facts) -> Totals:
    raw, currency = facts.order, facts.currency
    whole, paid, back, gone = (
        money(raw, name, currency)
        for name in ("base_grand_total", "base_total_paid", "base_total_refunded", "base_total_canceled")
    )
    zero = Money.zero(currency)
    held = [payment.capturable for payment in authorisation(facts) if payment.capturable]
    due = max(whole - paid - gone, zero)
    return Totals(
        original=pair(whole),
        current=pair(max(whole - back - gone, zero)),
        subtotal=pair(money(raw, "base_subtotal", currency)),
        tax=pair(money(raw, "base_tax_amount", currency)),
        shipping=pair(money(raw, "base_shipping_amount", currency)),
        discounts=pair(-money(raw, "base_discount_amount", currency)),
        received=pair(paid),
        refunded=pair(back),
        refunded_shipping=pair(
            money(raw, "base_shipping_refunded", currency) + money(raw, "base_shipping_tax_refunded", currency)
        ),
        outstanding=pair(due if facts.state != "canceled" else zero),
        capturable=pair(held[0] if held else zero),
        net=pair(paid - back),
    )


def shipping_left(facts: Facts) -> Money | None:
    """With its tax, as the customer paid it; None where nothing was invoiced."""
    if not facts.paid_invoices:
        return None
    left = sum((Shipping.of(facts, invoice).left for invoice in facts.paid_invoices), ZERO)
    return Money(min(left, facts.money_left), facts.currency).rounded()


# --- the rest ----------------------------------------------------------------------------------------
def to_shipment(raw: Node, at: datetime) -> Shipment:
    lines = tuple(lines_in(raw))
    tracks = (" ".join(filter(None, (json_readers.text(t, "title"), json_readers.text(t, "track_number"))))
              for t in json_readers.nodes(raw, "tracks"))  # fmt: skip
    return Shipment(
        id=json_readers.ident(raw, "entity_id"),
        name=json_readers.text(raw, "increment_id"),
        status="",
        created_at=when(raw, "created_at") or at,
        units=sum((units for _, units in lines), ZERO),
        tracking=tuple(filter(None, tracks)),
        lines=lines,
    )


def to_person(raw: Node) -> Person:
    billing, shipping = inner(raw, "billing_address"), shipping_address(raw)
    names = (json_readers.text(raw, "customer_firstname"), json_readers.text(raw, "customer_lastname"))
    return Person(
        id=json_readers.text(raw, "customer_id"),
        name=" ".join(filter(None, names)) or name_in(billing) or name_in(shipping),
        email=json_readers.text(raw, "customer_email"),
        phone=json_readers.text(billing, "telephone") or json_readers.text(shipping, "telephone"),
        billing_address=address(billing),
        shipping_address=address(shipping),
    )


def inner(parent: Node, name: str) -> Node:
    found = parent.get(name)
    return found if isinstance(found, dict) else {}


def shipping_address(raw: Node) -> Node:
    first = next(iter(json_readers.nodes(inner(raw, "extension_attributes"), "shipping_assignments")), {})
    return inner(inner(first, "shipping"), "address")


def name_in(raw: Node) -> str:
    return " ".join(filter(None, (json_readers.text(raw, "firstname"), json_readers.text(raw, "lastname"))))


def address(raw: Node) -> tuple[str, ...]:
    street = raw.get("street")
    lines = [line for line in street if isinstance(line, str)] if isinstance(street, list) else []
    rest = (json_readers.text(raw, name) for name in ("postcode", "city", "region", "country_id"))
    return tuple(said for said in (name_in(raw), json_readers.text(raw, "company"), *lines, *rest) if said)
