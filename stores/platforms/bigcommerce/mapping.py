"""An order of theirs as an order of ours, with its lines and its money.

Words nobody knows become "unknown" and a remark, never an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime

from stores.canonical import order as ours
from stores.connectors import order_totals, sentences
from stores.kernel import i18n
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.money import Money, total
from stores.platforms.bigcommerce import cancellable, capabilities, money
from stores.platforms.bigcommerce.cancellable import Read, Stocks, count_of
from stores.platforms.bigcommerce.money import Rates


def to_order(read: Read) -> ours.Order:
    raw, rates = read.raw, Rates.of(read.raw)
    status = cancellable.status_of(raw)
    placed, updated = when(raw, "date_created"), when(raw, "date_modified")
    if placed is None:
        raise Misread("date_created")
    ids = [payment.id for payment in read.paid]
    closed, packing = cancellable.why_closed(read, status), str(capabilities.PACKING.get(status, ""))
    found = to_lines(cancellable.line_nodes(raw), rates, read.stocks, closed=closed, packing=packing)
    blockers = cancellable.whole_cancel_blockers(read, closed)
    is_over, by_refund = cancellable.is_cancelled(raw, status, found, read)
    notes = json_readers.text(raw, "staff_notes")
    was_refunded = any(line.current < line.ordered for line in found)
    restocks = read.stocks.gives_back and read.stocks.is_taken
    shipping = cancellable.sum_of(cancellable.of_kind(read.costs, "SHIPPING"), rates.currency)
    return ours.Order(
        platform="bigcommerce",
        external_id=json_readers.ident(raw, "id"),
        number=json_readers.ident(raw, "id"),
        placed_at=placed,
        created_at=placed,
        updated_at=updated or placed,
        cancelled_at=(updated or placed) if is_over else None,
        cancel_reason=str(sentences.BY_REFUND) if by_refund else "",
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
        totals=to_totals(read, rates, is_over=is_over),
        lines=found,
        shipping_lines=shipping_lines(raw),
        shipping_refundable=shipping,
        payments=read.paid,
        shipments=tuple(to_shipment(sent, updated or placed) for sent in read.shipments),
        refunds=tuple(money.to_refund(r, read.states, ids, rates, updated or placed) for r in read.records),
        remarks=tuple(cancellable.remarks_of(read, rates)),
        cancellable=cancellable.how_much(found, blockers),
        whole_cancel_blockers=blockers,
        cancel_restocks=restocks and not was_refunded,
        ends_by_refund=restocks and was_refunded and not is_over,
        ends_when_repaid=cancellable.when_it_ends(found, read, is_over=is_over),
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


def last_line(notes: str) -> str:
    return next((line.strip() for line in reversed(notes.splitlines()) if line.strip()), "")


def to_fulfilment(status: int, found: Sequence[ours.LineItem]) -> ours.Fulfilment:
    if status in capabilities.FULFILMENT:
        return capabilities.FULFILMENT[status]
    if any(line.shipped for line in found):
        return ours.Fulfilment.PARTIAL if any(line.unfulfilled for line in found) else ours.Fulfilment.FULFILLED
    return ours.Fulfilment.UNFULFILLED


def to_payment_state(raw: Node, read: Read) -> ours.PaymentState:
    """Their word, which is empty for what is paid outside: then by what was taken."""
    word = json_readers.text(raw, "payment_status")
    taken = any(payment.refundable is not None for payment in read.paid)
    if not word:
        return ours.PaymentState.PAID if taken else ours.PaymentState.PENDING
    return capabilities.PAYMENT.get(word, ours.PaymentState.UNKNOWN)


# --- the rest ------------------------------------------------------------------------------------
def shipping_lines(raw: Node) -> tuple[str, ...]:
    found = (json_readers.text(place, "shipping_method") for place in cancellable.shipping_places(raw))
    return tuple(dict.fromkeys(filter(None, found)))


def to_shipment(sent: Node, at: datetime) -> ours.Shipment:
    rows = [(json_readers.ident(item, "order_product_id"), json_readers.units(item, "quantity"))
            for item in json_readers.nodes(sent, "items")]  # fmt: skip
    tracking = json_readers.joined(sent, "shipping_provider_display_name", "tracking_number", "tracking_link")
    return ours.Shipment(
        id=json_readers.ident(sent, "id"),
        name=json_readers.text(sent, "shipping_method"),
        status="",
        created_at=when(sent, "date_created") or at,
        units=sum((units for _, units in rows), cancellable.ZERO),
        tracking=(tracking,) if tracking else (),
        lines=tuple(rows),
    )


def to_person(raw: Node) -> ours.Person:
    billing = json_readers.node(json_readers.first(raw, "billing_address") or {}, "billing_address")
    places = cancellable.shipping_places(raw)
    customer = json_readers.text(raw, "customer_id")
    return ours.Person(
        id=customer if customer != "0" else "",
        name=json_readers.joined(billing, "first_name", "last_name"),
        email=json_readers.text(billing, "email"),
        phone=json_readers.text(billing, "phone"),
        billing_address=address(billing),
        shipping_address=address(places[0]) if places else (),
    )


def address(raw: Node) -> tuple[str, ...]:
    rest = json_readers.texts(raw, "company", "street_1", "street_2", "zip", "city", "state", "country")
    return tuple(filter(None, (json_readers.joined(raw, "first_name", "last_name"), *rest)))


# --- lines -----------------------------------------------------------------------------------------
def to_lines(
    raws: Sequence[Node], rates: Rates, stocks: Stocks, *, closed: str, packing: str
) -> tuple[ours.LineItem, ...]:
    """closed: why nothing of the order can be cancelled, "" when it can; packing: the state that warns."""
    bundles = {json_readers.text(raw, "parent_order_product_id") for raw in raws} - {"", "0"}
    names = {json_readers.ident(raw, "id"): json_readers.text(raw, "name") for raw in raws}
    return tuple(_line(raw, rates, stocks, _bundle(raw, bundles), names, closed, packing) for raw in raws)


def _bundle(raw: Node, bundles: set[str]) -> str:
    """What was chosen from a pick list goes with its parent."""
    parent = json_readers.text(raw, "parent_order_product_id")
    ident = json_readers.ident(raw, "id")
    return parent if parent in bundles else ident if ident in bundles else ""


def _line(
    raw: Node, rates: Rates, stocks: Stocks, bundle: str, names: Mapping[str, str], closed: str, packing: str
) -> ours.LineItem:
    count, kind = count_of(raw), json_readers.text(raw, "type")
    variant = json_readers.text(raw, "variant_id")
    place = (stocks.places or {}).get(variant)
    is_counted = place is not None and stocks.is_taken and count.waiting > 0
    stoppable = cancellable.ZERO if closed else count.waiting
    options = json_readers.nodes(raw, "product_options")
    return ours.LineItem(
        id=json_readers.ident(raw, "id"),
        title=json_readers.text(raw, "name"),
        variant=", ".join(json_readers.text(option, "display_value") for option in options),
        sku=json_readers.text(raw, "sku"),
        vendor=json_readers.text(raw, "brand"),
        **count.of_line(closed=bool(closed)),
        unit_price=each(raw, count.ordered, rates),
        original_unit_price=rates.read(raw, "base_price"),
        tax=_tax(raw, rates),
        placements=_places(raw, count.waiting, place, closed, packing),
        is_restockable=is_counted,
        is_tracked=is_counted,
        is_editable=False,
        is_gift_card=kind == "giftcertificate",
        needs_shipping=kind in ("physical", ""),
        group_id=bundle,
        group_title=names.get(bundle, ""),
        stock_item_id=variant if variant != "0" else "",
        why_not="" if stoppable else closed or str(sentences.LINE_GONE),
    )


def _places(
    raw: Node, waiting: Decimal, place: ours.Location | None, closed: str, packing: str
) -> tuple[ours.Placement, ...]:
    if not waiting:
        return ()
    readiness = ours.Readiness.GONE if closed else ours.Readiness.BEING_PACKED if packing else ours.Readiness.OPEN
    ident = json_readers.ident(raw, "id")
    return (ours.Placement(id=ident, group_id="", units=waiting, readiness=readiness, location=place, detail=packing),)


def net(raw: Node, rates: Rates, *, included: bool) -> Money:
    """The whole line after discounts, as the store writes prices."""
    gross = money.amount(raw, rates.currency, "discounted_total_inc_tax", "total_inc_tax")
    return gross if included else max(gross - money.amount(raw, rates.currency, "total_tax"), rates.zero)


def each(raw: Node, ordered: Decimal, rates: Rates) -> ours.MoneyPair:
    """After discounts, without tax, to the minor unit: for show."""
    if not ordered:
        return rates.read(raw, "price_ex_tax")
    return rates.pair(Money(net(raw, rates, included=False).amount / ordered, rates.currency).rounded())


def _tax(raw: Node, rates: Rates) -> tuple[str, ...]:
    return i18n.tax(money.amount(raw, rates.currency, "total_tax"))


# --- totals ----------------------------------------------------------------------------------------
FIRST = ("purchase", "authorization", "pending")  # events that begin a payment


def to_totals(read: Read, rates: Rates, *, is_over: bool) -> ours.Totals:
    raw, zero, currency = read.raw, rates.zero, rates.currency
    whole = money.amount(raw, currency, "total_inc_tax")
    got = total((p.amount.customer for p in read.paid if p.refundable is not None), currency)
    held = total((p.capturable for p in read.paid if p.capturable), currency)
    fees = _both(raw, currency, "handling_cost_ex_tax", "wrapping_cost_ex_tax")
    fees += money.sum_of(cancellable.fee_nodes(raw), currency, *cancellable.FEE_COST)
    return order_totals.to_totals(
        rates.pair,
        whole,
        paid=got,
        back=money.refunded(read.records, rates),
        held=held,
        is_over=is_over,
        due=zero if held else None,
        subtotal=rates.read(raw, "subtotal_ex_tax"),
        tax=rates.read(raw, "total_tax"),
        shipping=rates.read(raw, "shipping_cost_ex_tax"),
        discounts=rates.pair(_both(raw, currency, "discount_amount", "coupon_discount")),
        refunded_shipping=rates.pair(cancellable.given("SHIPPING", read.records, rates)),
        fees=rates.pair(fees) if fees else None,
    )


def _both(raw: Node, currency: str, *names: str) -> Money:
    return total((money.amount(raw, currency, name) for name in names), currency)


def is_clear(raw: Node, rows: Sequence[Node], rates: Rates) -> bool:
    """Are all amounts in the currency that was paid? Where another was shown, only the payments can tell."""
    if any(json_readers.currency(row, "currency") not in ("", rates.currency) for row in rows):
        return False
    if rates.shown == rates.currency or not rows:  # nothing was paid: no money moves
        return True
    whole = money.amount(raw, rates.currency, "total_inc_tax")
    first = (row for row in rows if json_readers.text(row, "event") in FIRST and not money.is_error(row))
    return money.sum_of(first, rates.currency, "amount") == whole
