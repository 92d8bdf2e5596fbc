"""Theirs to ours: a raw order, read whole, becomes a canonical Order. Pure; raises Misread for a broken shape.

`to_order` reads everything; `renewed` takes what cannot move from an earlier read (a look again costs half).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from stores.canonical.order import (
    Cancellable,
    Duty,
    Fulfilment,
    LineItem,
    MoneyPair,
    Order,
    PaymentState,
    Person,
    Placement,
    Readiness,
    Totals,
)
from stores.platforms.shopify import fields, moneys, parcels, placing, words
from stores.platforms.shopify.fields import Misread, Node

ZERO = Decimal(0)
FULFILMENT = {
    "UNFULFILLED": Fulfilment.UNFULFILLED,
    "OPEN": Fulfilment.UNFULFILLED,
    "RESTOCKED": Fulfilment.UNFULFILLED,
    "PENDING_FULFILLMENT": Fulfilment.IN_PROGRESS,
    "IN_PROGRESS": Fulfilment.IN_PROGRESS,
    "REQUEST_DECLINED": Fulfilment.UNFULFILLED,
    "SCHEDULED": Fulfilment.SCHEDULED,
    "ON_HOLD": Fulfilment.ON_HOLD,
    "PARTIALLY_FULFILLED": Fulfilment.PARTIAL,
    "FULFILLED": Fulfilment.FULFILLED,
    "FULFILLMENT_NOT_REQUIRED": Fulfilment.NOT_NEEDED,
}
PAYMENT = {
    "PENDING": PaymentState.PENDING,
    "AUTHORIZED": PaymentState.AUTHORISED,
    "PARTIALLY_PAID": PaymentState.PARTLY_PAID,
    "PAID": PaymentState.PAID,
    "PARTIALLY_REFUNDED": PaymentState.PARTLY_REFUNDED,
    "REFUNDED": PaymentState.REFUNDED,
    "VOIDED": PaymentState.VOIDED,
    "EXPIRED": PaymentState.EXPIRED,
}


def to_order(raw: Node) -> Order:
    """A full read (all of documents.ORDER) as an Order."""
    totals = to_totals(raw, fixed=None)
    lines = tuple(
        to_line(line, has_tip=bool(totals.tips and totals.tips.shop)) for line in fields.items(raw, "lineItems")
    )
    return _finish(raw, Order(**_head(raw), **_fixed(raw), **_empty(), totals=totals, lines=lines))


def renewed(before: Order, raw: Node) -> Order | None:
    """A cheap read over an earlier full one; None when lines are new, so that all must be read again."""
    known = {line.id: line for line in before.lines}
    found = fields.items(raw, "lineItems")
    if any(fields.ident(line) not in known for line in found):
        return None
    lines = tuple(replace(known[fields.ident(line)], **_quantities(line)) for line in found)
    totals = to_totals(raw, fixed=before.totals)
    order = replace(before, **_head(raw), **_empty(), totals=totals, lines=lines, is_summary=False)
    kept = Person(
        **{**_person_of(before.customer), "email": fields.text(raw, "email"), "phone": fields.text(raw, "phone")}
    )
    return _finish(raw, replace(order, customer=kept), also=tuple(r for r in before.remarks if r.kind == "risk"))


def _person_of(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "billing_address": person.billing_address,
        "shipping_address": person.shipping_address,
    }


def _empty() -> dict[str, Any]:
    return {"cancellable": Cancellable.NONE, "whole_cancel_blockers": ()}


def _finish(raw: Node, order: Order, also: tuple[Any, ...] = ()) -> Order:
    """What is made of several parts: payments, parcels, refunds, and from them what can be cancelled."""
    payments = moneys.to_payments(fields.items(raw, "transactions"), order)
    shipments = tuple(parcels.to_shipment(node) for node in fields.items(raw, "fulfillments"))
    remarks = (*parcels.to_remarks(raw), *also)
    lines = tuple(_placed(raw, order, shipments))
    is_cancelled = order.cancelled_at is not None
    blockers = placing.whole_blockers(
        is_cancelled=is_cancelled,
        has_shipped=any(shipment.is_effective for shipment in shipments),
        has_pending_payment=any(payment.status == "pending" for payment in payments),
        has_open_return=any(remark.kind == "return" and remark.is_open for remark in remarks),
        places=[place for line in lines for place in line.placements],
    )
    return replace(
        order,
        payments=payments,
        shipments=shipments,
        refunds=tuple(moneys.to_refund(node) for node in fields.items(raw, "refunds")),
        remarks=remarks,
        lines=lines,
        whole_cancel_blockers=blockers,
        cancellable=placing.how_much(lines, blockers, is_cancelled=is_cancelled),
        shipping_refundable=order.totals.shipping.customer if payments else None,
    )


# --- head ---------------------------------------------------------------------------------------------


def _head(raw: Node) -> dict[str, Any]:
    """Everything that can move and costs nothing to read."""
    reason = fields.text(raw, "cancelReason")
    cancellation = fields.maybe(raw, "cancellation") or {}
    return {
        "platform": "shopify",
        "external_id": fields.ident(raw),
        "legacy_id": legacy_id(raw),
        "number": fields.ident(raw, "name"),
        "confirmation_number": fields.text(raw, "confirmationNumber"),
        "placed_at": fields.when(raw, "processedAt"),
        "created_at": fields.maybe_when(raw, "createdAt"),
        "updated_at": fields.when(raw, "updatedAt"),
        "cancelled_at": fields.maybe_when(raw, "cancelledAt"),
        "closed_at": fields.maybe_when(raw, "closedAt"),
        "cancel_reason": str(words.CANCEL_REASONS.get(reason, reason)),
        "cancel_note": fields.text(cancellation, "staffNote"),
        "is_test": fields.flag(raw, "test"),
        "is_edited": fields.flag(raw, "edited"),
        "is_confirmed": fields.flag(raw, "confirmed"),
        "fulfilment": FULFILMENT.get(fields.text(raw, "displayFulfillmentStatus"), Fulfilment.UNKNOWN),
        "payment": PAYMENT.get(fields.text(raw, "displayFinancialStatus"), PaymentState.UNKNOWN),
        "return_state": words.return_state(fields.text(raw, "returnStatus")),
        "currency": fields.ident(raw, "currencyCode"),
        "customer_currency": fields.ident(raw, "presentmentCurrencyCode"),
        "note": fields.text(raw, "note"),
        "tags": fields.texts(raw, "tags"),
        "source": fields.text(raw, "sourceName"),
        "source_id": fields.text(raw, "sourceIdentifier"),
        "po_number": fields.text(raw, "poNumber"),
        "taxes_included": fields.flag(raw, "taxesIncluded"),
        "duties_included": fields.flag(raw, "dutiesIncluded"),
        "is_tax_estimated": fields.flag(raw, "estimatedTaxes"),
        "gateways": fields.texts(raw, "paymentGatewayNames"),
        "is_editable": fields.flag(raw, "merchantEditable"),
        "edit_blockers": fields.texts(raw, "merchantEditableErrors"),
        "can_notify": fields.flag(raw, "canNotifyCustomer"),
        "is_refundable": fields.flag(raw, "refundable"),
        "is_restockable": fields.flag(raw, "restockable"),
    }


def legacy_id(raw: Node) -> str:
    found = raw.get("legacyResourceId")
    if isinstance(found, bool) or not isinstance(found, str | int):
        raise Misread("legacyResourceId")
    return fields.clean(str(found))[:40]


def _fixed(raw: Node) -> dict[str, Any]:
    """What an order keeps: who bought it, where, through what. Customer fields may be hidden by plan or right."""
    buyer, terms = fields.maybe(raw, "purchasingEntity") or {}, fields.maybe(raw, "paymentTerms") or {}
    return {
        "customer": to_person(raw),
        "company": fields.text(buyer, "__typename") == "PurchasingCompany",
        "app_name": fields.text(fields.maybe(raw, "app") or {}, "name"),
        "payment_terms": _terms(terms),
        "shipping_lines": tuple(
            fields.text(line, "title")
            for line in fields.items(raw, "shippingLines")
            if not fields.flag(line, "isRemoved")
        ),
    }


def _terms(terms: Node) -> str:
    name = fields.text(terms, "paymentTermsName")
    return f"{name} ({_('overdue')})" if name and fields.flag(terms, "overdue") else name


def to_person(raw: Node) -> Person:
    customer = fields.maybe(raw, "customer") or {}
    billing, shipping = fields.maybe(raw, "billingAddress") or {}, fields.maybe(raw, "shippingAddress") or {}
    return Person(
        id=fields.text(customer, "id"),
        name=fields.text(customer, "displayName") or fields.text(shipping, "name"),
        email=fields.text(raw, "email"),
        phone=fields.text(raw, "phone"),
        billing_address=fields.texts(billing, "formatted"),
        shipping_address=fields.texts(shipping, "formatted"),
    )


def to_totals(raw: Node, *, fixed: Totals | None) -> Totals:
    """`net` is received minus refunded, as the platform defines it; that saves its three points."""
    received, refunded = fields.pair(raw, "totalReceivedSet"), fields.pair(raw, "totalRefundedSet")
    try:
        net = MoneyPair(shop=received.shop - refunded.shop, customer=received.customer - refunded.customer)
    except ValueError as exc:
        raise Misread("two currencies") from exc
    return Totals(
        original=fixed.original if fixed else fields.pair(raw, "originalTotalPriceSet"),
        current=fields.pair(raw, "currentTotalPriceSet"),
        subtotal=fields.pair(raw, "currentSubtotalPriceSet"),
        tax=fields.pair(raw, "currentTotalTaxSet"),
        shipping=fields.pair(raw, "currentShippingPriceSet"),
        discounts=fields.pair(raw, "currentTotalDiscountsSet"),
        received=received,
        refunded=refunded,
        refunded_shipping=fields.pair(raw, "totalRefundedShippingSet"),
        outstanding=fields.pair(raw, "totalOutstandingSet"),
        capturable=fields.pair(raw, "totalCapturableSet"),
        net=net,
        duties=fields.maybe_pair(raw, "currentTotalDutiesSet"),
        fees=fields.maybe_pair(raw, "currentTotalAdditionalFeesSet"),
        tips=fixed.tips if fixed else fields.maybe_pair(raw, "totalTipReceivedSet"),
    )


# --- lines --------------------------------------------------------------------------------------------


def _quantities(raw: Node) -> dict[str, Any]:
    return {
        "ordered": fields.units(raw, "quantity"),
        "current": fields.units(raw, "currentQuantity"),
        "refundable": fields.units(raw, "refundableQuantity"),
        "unfulfilled": fields.units(raw, "unfulfilledQuantity"),
        "shipped": ZERO,
        "cancelled": ZERO,
        "cancellable": ZERO,
        "is_restockable": fields.flag(raw, "restockable"),
        "is_editable": fields.flag(raw, "merchantEditable"),
        "placements": (),
    }


def to_line(raw: Node, *, has_tip: bool) -> LineItem:
    variant = fields.maybe(raw, "variant")
    stock = fields.maybe(variant or {}, "inventoryItem")
    group = fields.maybe(raw, "lineItemGroup") or {}
    price = fields.pair(raw, "discountedUnitPriceAfterAllDiscountsSet")
    return LineItem(
        id=fields.ident(raw),
        title=fields.text(raw, "title"),
        variant=fields.text(raw, "variantTitle"),
        sku=fields.text(raw, "sku"),
        vendor=fields.text(raw, "vendor"),
        unit_price=price,
        original_unit_price=fields.maybe_pair(raw, "originalUnitPriceSet"),
        tax=tuple(_tax(tax) for tax in fields.items(raw, "taxLines")),
        duties=tuple(
            Duty(id=fields.ident(d), amount=fields.pair(d, "price").customer) for d in fields.items(raw, "duties")
        ),
        is_tracked=fields.flag(stock, "tracked") if stock else True,
        is_gift_card=fields.flag(raw, "isGiftCard"),
        is_tip=has_tip and variant is None and is_tip_like(raw),
        needs_shipping=fields.flag(raw, "requiresShipping"),
        group_id=fields.text(group, "id"),
        group_title=fields.text(group, "title"),
        stock_item_id=fields.text(stock or {}, "id"),
        **_quantities(raw),
    )


def is_tip_like(raw: Node) -> bool:
    """A tip is a line without product that can never be fulfilled."""
    whole = fields.units(raw, "quantity")
    return (
        whole > 0 and fields.units(raw, "nonFulfillableQuantity") >= whole and not fields.flag(raw, "requiresShipping")
    )


def _tax(raw: Node) -> str:
    rate = raw.get("rate")
    title = fields.text(raw, "title")
    if isinstance(rate, bool) or not isinstance(rate, int | Decimal):
        return title
    return f"{title} {rate * 100:f}".rstrip("0").rstrip(".") + " %" if rate else title


def _placed(raw: Node, order: Order, shipments: Any) -> Any:
    """Each line with where its units wait, what has left, and so what can be cancelled."""
    shipped: defaultdict[str, Decimal] = defaultdict(Decimal)
    for shipment in shipments:
        for line_id, count in shipment.lines if shipment.is_effective else ():
            shipped[line_id] += count
    places: defaultdict[str, list[Placement]] = defaultdict(list)
    stock: dict[str, str] = {}
    for group in fields.items(raw, "fulfillmentOrders"):
        for line_id, stock_id, place in placing.placements(group):
            stock.setdefault(line_id, stock_id)
            if place.units > 0 or place.readiness is not Readiness.GONE:
                places[line_id].append(place)
    for line in order.lines:
        yield _line_at(order, line, tuple(places[line.id]), shipped[line.id], stock.get(line.id, ""))


def _line_at(order: Order, line: LineItem, places: tuple[Placement, ...], shipped: Decimal, stock_id: str) -> LineItem:
    left = (
        ZERO
        if order.cancelled_at
        else placing.cancellable_units(
            places, refundable=line.refundable, unfulfilled=line.unfulfilled, needs_shipping=line.needs_shipping
        )
    )
    # Never shipped and no longer waiting: what was removed or refunded before it left.
    cancelled = max(ZERO, min(line.ordered - shipped - line.unfulfilled, line.ordered - line.current))
    placed = replace(
        line,
        placements=places,
        shipped=shipped,
        cancelled=cancelled,
        cancellable=min(left, line.current),
        stock_item_id=line.stock_item_id or stock_id,
    )
    return replace(placed, why_not=placing.why_not(placed, is_cancelled=order.cancelled_at is not None))
