"""Theirs to ours: a raw order, read whole, becomes a canonical Order. Pure; raises Misread for a broken shape.

`to_order` reads everything; `renewed` takes what cannot move from an earlier read (a look again costs half).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from stores.canonical import order as ours
from stores.connectors import fields
from stores.kernel.http.json_readers import Misread, Node
from stores.platforms.shopify import cancellable, capabilities, money
from stores.platforms.shopify.api import maybe_pair, pair


def to_order(raw: Node) -> ours.Order:
    """A full read (all of documents.ORDER) as an Order."""
    totals = to_totals(raw, fixed=None)
    has_tip = bool(totals.tips and totals.tips.shop)
    lines = tuple(cancellable.to_line(line, has_tip=has_tip) for line in fields.items(raw, "lineItems"))
    return _finish(raw, ours.Order(**_head(raw), **_fixed(raw), **_empty(), totals=totals, lines=lines))


def renewed(before: ours.Order, raw: Node) -> ours.Order | None:
    """A cheap read over an earlier full one; None when lines are new, so that all must be read again."""
    known = {line.id: line for line in before.lines}
    found = fields.items(raw, "lineItems")
    if any(fields.ident(line) not in known for line in found):
        return None
    lines = tuple(replace(known[fields.ident(line)], **cancellable.quantities(line)) for line in found)
    totals = to_totals(raw, fixed=before.totals)
    order = replace(before, **_head(raw), **_empty(), totals=totals, lines=lines, is_summary=False)
    kept = replace(before.customer, email=fields.text(raw, "email"), phone=fields.text(raw, "phone"))
    return _finish(raw, replace(order, customer=kept), also=tuple(r for r in before.remarks if r.kind == "risk"))


def _empty() -> dict[str, Any]:
    return {"cancellable": ours.Cancellable.NONE, "whole_cancel_blockers": ()}


def _finish(raw: Node, order: ours.Order, also: tuple[Any, ...] = ()) -> ours.Order:
    """What is made of several parts: payments, parcels, refunds, and from them what can be cancelled."""
    payments = money.to_payments(fields.items(raw, "transactions"), order)
    shipments = tuple(to_shipment(node) for node in fields.items(raw, "fulfillments"))
    remarks = (*to_remarks(raw), *also)
    lines = tuple(cancellable.placed(raw, order, shipments))
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
        refunds=tuple(money.to_refund(node) for node in fields.items(raw, "refunds")),
        remarks=remarks,
        lines=lines,
        whole_cancel_blockers=blockers,
        cancellable=cancellable.how_much(lines, may_all=not blockers, is_cancelled=is_cancelled),
        shipping_refundable=order.totals.shipping.customer if payments else None,
    )


# --- head ---------------------------------------------------------------------------------------------
def to_head(raw: Node) -> dict[str, Any]:
    """What a list tells as well."""
    reason = fields.text(raw, "cancelReason")
    return {
        "platform": "shopify",
        "external_id": fields.ident(raw),
        "legacy_id": fields.ident(raw, "legacyResourceId")[:40],
        "number": fields.ident(raw, "name"),
        "confirmation_number": fields.text(raw, "confirmationNumber"),
        "placed_at": fields.when(raw, "processedAt"),
        "created_at": fields.maybe_when(raw, "createdAt"),
        "updated_at": fields.when(raw, "updatedAt"),
        "cancelled_at": fields.maybe_when(raw, "cancelledAt"),
        "closed_at": fields.maybe_when(raw, "closedAt"),
        "cancel_reason": str(capabilities.CANCEL_REASONS.get(reason, reason)),
        "is_test": fields.flag(raw, "test"),
        "is_edited": fields.flag(raw, "edited"),
        "fulfilment": capabilities.FULFILMENT.get(
            fields.text(raw, "displayFulfillmentStatus"), ours.Fulfilment.UNKNOWN
        ),
        "payment": capabilities.PAYMENT.get(fields.text(raw, "displayFinancialStatus"), ours.PaymentState.UNKNOWN),
        "return_state": capabilities.return_state(fields.text(raw, "returnStatus")),
        "currency": fields.ident(raw, "currencyCode"),
        "customer_currency": fields.ident(raw, "presentmentCurrencyCode"),
        "note": fields.text(raw, "note"),
        "tags": fields.texts(raw, "tags"),
        "po_number": fields.text(raw, "poNumber"),
    }


def _head(raw: Node) -> dict[str, Any]:
    """Everything that can move and costs nothing to read."""
    return {
        **to_head(raw),
        "cancel_note": fields.text(fields.maybe(raw, "cancellation") or {}, "staffNote"),
        "is_confirmed": fields.flag(raw, "confirmed"),
        "source": fields.text(raw, "sourceName"),
        "source_id": fields.text(raw, "sourceIdentifier"),
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


def _fixed(raw: Node) -> dict[str, Any]:
    """What an order keeps: who bought it, where, through what. Customer fields may be hidden by plan or right."""
    buyer, terms = fields.maybe(raw, "purchasingEntity") or {}, fields.maybe(raw, "paymentTerms") or {}
    shipped = fields.items(raw, "shippingLines")
    return {
        "customer": to_person(raw),
        "company": fields.text(buyer, "__typename") == "PurchasingCompany",
        "app_name": fields.text(fields.maybe(raw, "app") or {}, "name"),
        "payment_terms": _terms(terms),
        "shipping_lines": tuple(fields.text(line, "title") for line in shipped if not fields.flag(line, "isRemoved")),
    }


def _terms(terms: Node) -> str:
    name = fields.text(terms, "paymentTermsName")
    return f"{name} ({_('overdue')})" if name and fields.flag(terms, "overdue") else name


def to_person(raw: Node) -> ours.Person:
    customer = fields.maybe(raw, "customer") or {}
    billing, shipping = fields.maybe(raw, "billingAddress") or {}, fields.maybe(raw, "shippingAddress") or {}
    return ours.Person(
        id=fields.text(customer, "id"),
        name=fields.text(customer, "displayName") or fields.text(shipping, "name"),
        email=fields.text(raw, "email"),
        phone=fields.text(raw, "phone"),
        billing_address=fields.texts(billing, "formatted"),
        shipping_address=fields.texts(shipping, "formatted"),
    )


def to_totals(raw: Node, *, fixed: ours.Totals | None) -> ours.Totals:
    """`net` is received minus refunded, as the platform defines it; that saves its three points."""
    received, refunded = pair(raw, "totalReceivedSet"), pair(raw, "totalRefundedSet")
    try:
        net = ours.MoneyPair(shop=received.shop - refunded.shop, customer=received.customer - refunded.customer)
    except ValueError as exc:
        raise Misread("two currencies") from exc
    return ours.Totals(
        original=fixed.original if fixed else pair(raw, "originalTotalPriceSet"),
        current=pair(raw, "currentTotalPriceSet"),
        subtotal=pair(raw, "currentSubtotalPriceSet"),
        tax=pair(raw, "currentTotalTaxSet"),
        shipping=pair(raw, "currentShippingPriceSet"),
        discounts=pair(raw, "currentTotalDiscountsSet"),
        received=received,
        refunded=refunded,
        refunded_shipping=pair(raw, "totalRefundedShippingSet"),
        outstanding=pair(raw, "totalOutstandingSet"),
        capturable=pair(raw, "totalCapturableSet"),
        net=net,
        duties=maybe_pair(raw, "currentTotalDutiesSet"),
        fees=maybe_pair(raw, "currentTotalAdditionalFeesSet"),
        tips=fixed.tips if fixed else maybe_pair(raw, "totalTipReceivedSet"),
    )


# --- what has left, and what else is worth a look --------------------------------------------------
EFFECTIVE = frozenset({"SUCCESS", "OPEN", "PENDING"})  # these block a whole cancel
OPEN_RETURNS = frozenset({"REQUESTED", "OPEN"})
WON_DISPUTE = "WON"  # the money stayed; a status that nobody knows stands against a refund
PAID_BY_BANK = frozenset({"LOST", "ACCEPTED", "CHARGE_REFUNDED", "PREVENTED"})  # prevented: before it was filed
LABELLED = frozenset({"LABEL_PURCHASED", "LABEL_PRINTED"})


def to_shipment(raw: Node) -> ours.Shipment:
    status = fields.text(raw, "status")
    shown = fields.text(raw, "displayStatus") or status
    return ours.Shipment(
        id=fields.ident(raw),
        name=fields.text(raw, "name"),
        status=shown.replace("_", " ").capitalize(),
        created_at=fields.when(raw, "createdAt"),
        units=fields.units(raw, "totalQuantity"),
        location=fields.text(fields.maybe(raw, "location") or {}, "name"),
        tracking=tuple(filter(None, (_tracking(node) for node in fields.items(raw, "trackingInfo")))),
        lines=tuple(
            (fields.ident(fields.node(line, "lineItem")), fields.units(line, "quantity"))
            for line in fields.items(raw, "fulfillmentLineItems")
            if line.get("quantity") is not None
        ),
        is_effective=status in EFFECTIVE,
    )


def _tracking(raw: Node) -> str:
    return " ".join(filter(None, (fields.text(raw, "company"), fields.text(raw, "number"))))


def to_remarks(raw: Node) -> Iterator[ours.Remark]:
    if fields.text(raw, "returnStatus") != "NO_RETURN":
        yield from _returns(raw)
    yield from to_disputes(raw)
    for parcel in fields.items(raw, "fulfillments"):
        if fields.text(parcel, "displayStatus") in LABELLED and fields.text(parcel, "status") in EFFECTIVE:
            yield _label(parcel)
    advice = fields.text(fields.maybe(raw, "risk") or {}, "recommendation")
    if advice in capabilities.ADVICE:
        yield ours.Remark(kind="risk", text=str(capabilities.ADVICE[advice]), is_open=True)


def to_disputes(raw: Node) -> Iterator[ours.Remark]:
    """These a listing tells, too."""
    for dispute in fields.items(raw, "disputes"):
        state = fields.text(dispute, "status")
        kind = _("Chargeback") if fields.text(dispute, "initiatedAs") == "CHARGEBACK" else _("Inquiry")
        stops = state != WON_DISPUTE
        is_open = stops and state not in PAID_BY_BANK
        text = f"{kind}: {state.replace('_', ' ').lower()}"
        yield ours.Remark(kind="dispute", text=text, is_open=is_open, stops_refund=stops)


def _label(raw: Node) -> ours.Remark:
    """A label of Shopify's own: its units count as shipped, although no carrier may have seen them yet."""
    track = ", ".join(filter(None, map(_tracking, fields.items(raw, "trackingInfo"))))
    name = " ".join(filter(None, (fields.text(raw, "name"), f"({track})" if track else "")))
    return ours.Remark(kind="label", text=_("A shipping label was bought for %(name)s") % {"name": name})


def _returns(raw: Node) -> Iterator[ours.Remark]:
    """`returns` is read on its own, only for orders that have one; without the right only its existence is known."""
    if raw.get("returns") is None:
        is_open = fields.text(raw, "returnStatus") in ("RETURN_REQUESTED", "IN_PROGRESS")
        yield ours.Remark(kind="return", text=_("A return exists; the app may not read it."), is_open=is_open)
        return
    for node in fields.items(raw, "returns"):
        state = fields.text(node, "status")
        count = fields.units(node, "totalQuantity")
        one, many = _("Return %(name)s: %(state)s, 1 unit"), _("Return %(name)s: %(state)s, %(units)s units")
        told = {"name": fields.text(node, "name"), "state": state.lower(), "units": count}
        text = (one if count == 1 else many) % told
        yield ours.Remark(kind="return", text=text, is_open=state in OPEN_RETURNS)
