"""An order of theirs as an order of ours. States nobody knows become "unknown" and a remark, never an error."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from stores.canonical.order import (
    EndsWhenRepaid,
    Fulfilment,
    LineItem,
    Order,
    PaymentState,
    Person,
    Placement,
    Readiness,
    Shipment,
    Totals,
)
from stores.kernel import i18n as sentences
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.money import Money
from stores.platforms.magento import cancellable, items, messages, payments, remarks
from stores.platforms.magento.amounts import ZERO, money, number, pair, when
from stores.platforms.magento.facts import Facts, lines_in
from stores.platforms.magento.items import Item
from stores.platforms.magento.shipping import Shipping

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
    notes = [payments.comments(memo) for memo in facts.memos]
    return Order(
        platform="magento",
        external_id=json_readers.ident(raw, "entity_id"),
        number=json_readers.text(raw, "increment_id") or json_readers.ident(raw, "entity_id"),
        placed_at=placed,
        created_at=placed,
        updated_at=updated,
        cancelled_at=ended,
        closed_at=updated if facts.state == "closed" else None,
        cancel_reason=str(messages.BY_REFUND) if by_refund else "",
        cancel_note=next((note for note in reversed(notes) if note), "") if ended else "",
        fulfilment=to_fulfilment(facts),
        payment=to_payment_state(facts),
        currency=currency,
        customer_currency=currency,
        customer=to_person(raw),
        note=json_readers.text(raw, "customer_note"),
        source=json_readers.text(raw, "store_name").replace("\n", " / "),
        gateways=tuple(filter(None, (payments.method_name(raw),))),
        is_editable=False,
        edit_blockers=(str(messages.LINE_UNINVOICED),) if cancellable.has_uninvoiced(facts) else (),
        can_notify=bool(facts.paid_invoices) and not cancellable.has_uninvoiced(facts),
        is_refundable=bool(facts.money_left),
        totals=to_totals(facts),
        lines=tuple(to_line(facts, item, count) for item, count in counts),
        shipping_lines=tuple(filter(None, (json_readers.text(raw, "shipping_description"),))),
        shipping_refundable=shipping_left(facts),
        payments=payments.to_payments(facts),
        shipments=tuple(to_shipment(shipment, updated) for shipment in facts.shipments),
        refunds=tuple(payments.to_refund(facts, memo, updated) for memo in facts.memos),
        remarks=tuple(remarks.of(facts)),
        cancellable=cancellable.how_much(counts, blockers),
        whole_cancel_blockers=blockers,
        ends_by_refund=not blockers
        and bool(facts.money_left or facts.leaves_for_nothing)
        and not cancellable.has_uninvoiced(facts),
        ends_when_repaid=EndsWhenRepaid.WHEN_EMPTY if items.nothing_shipped(facts.lines) else EndsWhenRepaid.NEVER,
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
    held = any(payment.capturable for payment in payments.authorisation(facts))
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
    held = [payment.capturable for payment in payments.authorisation(facts) if payment.capturable]
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
