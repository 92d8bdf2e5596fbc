"""An order of theirs as an order of ours. Words nobody knows become "unknown" and a remark, never an error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from stores.canonical import order as ours
from stores.connectors import sentences
from stores.connectors.order_totals import Count
from stores.kernel.http.json_readers import Node, at, joined, maybe, nodes, text, texts, when
from stores.kernel.http.json_readers import units as units_of
from stores.kernel.money import Money
from stores.platforms.shoplazza import cancellable, capabilities, money
from stores.platforms.shoplazza.api import Rates, amount_of, flag, ident_of
from stores.platforms.shoplazza.cancellable import ZERO
from stores.platforms.shoplazza.money import FAILED, PENDING


def to_order(
    raw: Node, records: Sequence[Node] = (), paid: Sequence[ours.Payment] = (), *, is_summary: bool = False
) -> ours.Order:
    """records: of GET …/refund; paid: from the transactions; a summary comes from a list and has neither."""
    rates = Rates.of(raw)
    updated, placed = at(raw, "updated_at"), at(raw, "placed_at", "created_at")
    blockers = cancellable.whole_cancel_blockers(raw, records)
    lines = to_lines(raw, rates)
    status, shipping = text(raw, "status"), text(raw, "fulfillment_status")
    reason = text(raw, "cancel_reason")
    return ours.Order(
        platform="shoplazza",
        external_id=ident_of(raw),
        number=text(raw, "number") or ident_of(raw),
        placed_at=placed,
        created_at=when(raw, "created_at"),
        updated_at=updated,
        cancelled_at=cancellable.cancelled_at(raw),
        closed_at=when(raw, "finished_at"),
        cancel_reason=reason,
        cancel_note=reason,
        is_test=any(payment.is_test for payment in paid),
        is_confirmed=bool(text(raw, "placed_at")),
        fulfilment=capabilities.FULFILMENT.get(shipping, ours.Fulfilment.UNKNOWN),
        payment=to_payment_state(raw, rates),
        return_state=str(capabilities.RETURNS.get(shipping, "")),
        currency=rates.shop,
        customer_currency=rates.currency,
        customer=to_person(raw),
        note=text(raw, "note"),
        tags=tuple(tag.strip() for tag in text(raw, "tags").split(",") if tag.strip()),
        source=text(raw, "source"),
        app_name=text(raw, "source_name") if isinstance(raw.get("source_name"), str) else "",
        taxes_included=flag(maybe(raw, "config"), "product_tax_included"),
        gateways=tuple(dict.fromkeys(money.label(line) for line in money.lines_of(raw))),
        payment_terms=text(raw, "payment_method"),
        is_editable=False,
        edit_blockers=(str(capabilities.UNPAID),) if not amount_of(raw, "total_paid", rates.currency) else (),
        can_notify=False,
        is_refundable=bool(money.remaining(raw, records, rates)),
        totals=money.to_totals(raw, records, paid, rates),
        lines=lines,
        shipping_lines=shipping_lines(raw, rates),
        shipping_refundable=money.shipping_left(raw, records, rates),
        payments=tuple(paid),
        shipments=tuple(to_shipment(s, updated) for s in nodes(raw, "fulfillments")),
        refunds=tuple(to_refund(record, rates, updated) for record in records),
        remarks=tuple(remarks_of(raw, records, paid, rates)),
        cancellable=cancellable.how_much(raw, lines, blockers, status),
        whole_cancel_blockers=blockers,
        is_summary=is_summary,
    )


def to_payment_state(raw: Node, rates: Rates) -> ours.PaymentState:
    word = text(raw, "financial_status")
    if word in capabilities.BY_AMOUNT:
        is_some = amount_of(raw, "total_refund_price", rates.currency)
        return ours.PaymentState.PARTLY_REFUNDED if is_some else ours.PaymentState.PAID
    return capabilities.PAYMENT.get(word, ours.PaymentState.UNKNOWN)


# --- lines ---------------------------------------------------------------------------------------
def to_lines(raw: Node, rates: Rates) -> tuple[ours.LineItem, ...]:
    left = cancellable.shipped(nodes(raw, "fulfillments"))
    place = to_location(maybe(raw, "location_line"))
    return tuple(
        to_line(
            line, cancellable.count(line, left.get(ident_of(line), ZERO)), rates, place, can=cancellable.is_open(raw)
        )
        for line in nodes(raw, "line_items")
    )


def to_line(raw: Node, count: Count, rates: Rates, place: ours.Location | None, *, can: bool) -> ours.LineItem:
    stoppable = count.waiting if can else Decimal(0)
    line_id = ident_of(raw)
    why_not = "" if stoppable else str(sentences.LINE_GONE if can else capabilities.LINE_CLOSED)
    readiness = ours.Readiness.OPEN if can else ours.Readiness.GONE
    return ours.LineItem(
        id=line_id,
        title=text(raw, "product_title"),
        variant=text(raw, "variant_title"),
        sku=text(raw, "sku"),
        vendor=text(raw, "vendor"),
        **count.of_line(closed=not can),
        unit_price=each(raw, count.ordered, rates),
        original_unit_price=rates.read(raw, "price"),
        tax=tuple(tax_words(raw, rates)),
        placements=(
            ours.Placement(id=line_id, group_id="", units=count.waiting, readiness=readiness, location=place),
        ) if count.waiting else (),
        is_editable=False,
        needs_shipping=raw.get("requires_shipping") is not False,
        stock_item_id=text(raw, "variant_id"),
        why_not=why_not,
    )  # fmt: skip


def each(raw: Node, ordered: Decimal, rates: Rates) -> ours.MoneyPair:
    """After discounts, to the minor unit: for show; the estimate starts from the line's total."""
    whole = amount_of(raw, "total_price", rates.currency) if raw.get("total_price") else None
    if whole is None or not ordered:
        return rates.read(raw, "price")
    return rates.pair(Money((whole.amount) / ordered, rates.currency).rounded())


def tax_words(raw: Node, rates: Rates) -> list[str]:
    tax = amount_of(raw, "tax_price", rates.currency)
    duty = amount_of(raw, "duty_price", rates.currency)
    said = [_("Tax: %(amount)s") % {"amount": f"{tax.amount:f} {tax.currency}"}] if tax else []
    return said + ([_("Duty: %(amount)s") % {"amount": f"{duty.amount:f} {duty.currency}"}] if duty else [])


def to_location(raw: Node) -> ours.Location | None:
    name = text(raw, "location_name")
    where = text(raw, "location_id") or text(raw, "id")
    return ours.Location(id=where, name=name or where) if where else None


PARCEL = ("tracking_company", "tracking_number", "tracking_url")
ADDRESS = ("name", "company", "address", "address1", "zip", "city", "province", "country")


# --- the rest ------------------------------------------------------------------------------------
def shipping_lines(raw: Node, rates: Rates) -> tuple[str, ...]:
    line = maybe(raw, "shipping_line")
    name, desc = text(line, "name"), text(line, "desc")
    return (f"{name}, {desc}" if desc else name,) if name else ()


def to_shipment(raw: Node, updated: datetime) -> ours.Shipment:
    lines = tuple((ident_of(line), cancellable.sent(line)) for line in nodes(raw, "line_items"))
    parcels = nodes(raw, "tracking_items") or [raw]
    return ours.Shipment(
        id=ident_of(raw),
        name=text(raw, "tracking_company"),
        status=text(raw, "status"),
        created_at=when(raw, "created_at") or updated,
        units=sum((count for _, count in lines), ZERO),
        tracking=tuple(dict.fromkeys(filter(None, (joined(one, *PARCEL) for one in parcels)))),
        lines=lines,
        is_effective=cancellable.is_effective(raw),
    )


def to_person(raw: Node) -> ours.Person:
    buyer, shipping = maybe(raw, "customer"), maybe(raw, "shipping_address")
    return ours.Person(
        id=text(buyer, "id"),
        name=joined(buyer, "first_name", "last_name") or text(shipping, "name"),
        email=text(buyer, "email") or text(shipping, "email"),
        phone=text(buyer, "phone") or text(shipping, "phone"),
        billing_address=texts(maybe(raw, "billing_address"), *ADDRESS),
        shipping_address=texts(shipping, *ADDRESS),
    )


# --- refunds ------------------------------------------------------------------------------------------
def to_refund(record: Node, rates: Rates, updated: datetime) -> ours.Refund:
    """Whether units were put back is not told."""
    return ours.Refund(
        id=ident_of(record),
        created_at=when(record, "created_at") or updated,
        note=text(record, "note"),
        amount=rates.pair(amount_of(record, "refund_price", rates.currency)),
        lines=tuple(
            ours.RefundedLine(
                line_id=ident_of(line, "line_item_id"),
                units=units_of(line, "refund_quantity"),
            )
            for line in nodes(record, "refund_line_items")
        ),
        transactions=tuple(_part(part, record, rates) for part in nodes(record, "payment_details")),
    )


def _part(part: Node, record: Node, rates: Rates) -> ours.Payment:
    state = text(part, "refund_status") or text(record, "refund_status")
    states = {
        "finished": ours.PaymentStatus.SUCCESS,
        PENDING: ours.PaymentStatus.PENDING,
        FAILED: ours.PaymentStatus.FAILED,
    }
    channel = text(part, "payment_channel")
    return ours.Payment(
        id=ident_of(part),
        kind=ours.PaymentKind.REFUND,
        status=states.get(state, ours.PaymentStatus.UNKNOWN),
        gateway=channel,
        label=channel,
        amount=rates.pair(amount_of(part, "refund_price", rates.currency)),
        parent_id=text(part, "payment_line_id"),
        is_manual=channel in money.BY_HAND,
        processed_at=when(part, "finished_at"),
    )


# --- remarks ------------------------------------------------------------------------------------------
def remarks_of(raw: Node, records: Sequence[Node], paid: Sequence[ours.Payment], rates: Rates) -> Iterator[ours.Remark]:
    yield from _states(raw)
    if text(raw, "fulfillment_status") in capabilities.RETURNS:
        said = str(capabilities.RETURNS[text(raw, "fulfillment_status")])
        yield ours.Remark(kind="return", text=said, is_open=text(raw, "fulfillment_status") == "returning")
    if amount_of(raw, "gift_card_total", rates.currency):
        yield ours.Remark(kind="payment", text=str(capabilities.GIFT_CARD))
    if any(p.capturable for p in paid) and not any(p.refundable is not None for p in paid):
        yield _other(capabilities.AUTHORISED)
    if money.shared_channels(raw):
        yield _other(capabilities.DIVIDE)
    if recovery := text(raw, "recovery_status"):
        yield _other(capabilities.RECOVERY.get(recovery, recovery))
    if said := text(raw, "customer_note"):
        yield _other(_("The customer wrote: %(said)s") % {"said": said[:500]})
    for fee in nodes(raw, "additional_prices"):
        name = text(fee, "fee_title") or text(fee, "name")
        price = amount_of(fee, "price", rates.currency)
        yield _other(_("Extra fee: %(name)s, %(price)s") % {"name": name, "price": f"{price.amount:f}"})


def _states(raw: Node) -> Iterator[ours.Remark]:
    status, money = text(raw, "status"), text(raw, "financial_status")
    if text(raw, "deleted_at"):
        yield _other(capabilities.DELETED)
    if money in capabilities.MONEY_STATES:
        yield ours.Remark(kind="other", text=str(capabilities.MONEY_STATES[money]), is_open=money == "refunding")
    known = (set(capabilities.ORDER), {*capabilities.PAYMENT, *capabilities.BY_AMOUNT}, set(capabilities.FULFILMENT))
    said = (status, money, text(raw, "fulfillment_status"))
    for word, table in zip(said, known, strict=True):
        if word and word not in table:
            yield _other(_("Shoplazza says “%(word)s”, which Rescind does not know.") % {"word": word[:60]})


def _other(text: str) -> ours.Remark:
    return ours.Remark(kind="other", text=str(text))
