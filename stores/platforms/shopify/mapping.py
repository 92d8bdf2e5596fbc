"""Theirs to ours: a raw order, read whole, becomes a canonical Order. Pure; raises Misread for a broken shape.

`to_order` reads everything; `renewed` takes what cannot move from an earlier read (a look again costs half).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from stores.canonical.order import (
    Cancellable,
    Fulfilment,
    MoneyPair,
    Order,
    PaymentState,
    Person,
    Totals,
)
from stores.platforms.shopify import cancellable, capabilities, fields, moneys, parcels, units
from stores.platforms.shopify.fields import Misread, Node

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
        units.to_line(line, has_tip=bool(totals.tips and totals.tips.shop)) for line in fields.items(raw, "lineItems")
    )
    return _finish(raw, Order(**_head(raw), **_fixed(raw), **_empty(), totals=totals, lines=lines))


def renewed(before: Order, raw: Node) -> Order | None:
    """A cheap read over an earlier full one; None when lines are new, so that all must be read again."""
    known = {line.id: line for line in before.lines}
    found = fields.items(raw, "lineItems")
    if any(fields.ident(line) not in known for line in found):
        return None
    lines = tuple(replace(known[fields.ident(line)], **units.quantities(line)) for line in found)
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
    lines = tuple(units.placed(raw, order, shipments))
    is_cancelled = order.cancelled_at is not None
    blockers = cancellable.whole_blockers(
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
        cancellable=cancellable.how_much(lines, blockers, is_cancelled=is_cancelled),
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
        "cancel_reason": str(capabilities.CANCEL_REASONS.get(reason, reason)),
        "cancel_note": fields.text(cancellation, "staffNote"),
        "is_test": fields.flag(raw, "test"),
        "is_edited": fields.flag(raw, "edited"),
        "is_confirmed": fields.flag(raw, "confirmed"),
        "fulfilment": FULFILMENT.get(fields.text(raw, "displayFulfillmentStatus"), Fulfilment.UNKNOWN),
        "payment": PAYMENT.get(fields.text(raw, "displayFinancialStatus"), PaymentState.UNKNOWN),
        "return_state": capabilities.return_state(fields.text(raw, "returnStatus")),
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
