"""Payments and refunds: what each payment still holds, what went back where, and what a cancellation would give back.

A quote is made of the platform's own figures: never our own tax or discount arithmetic.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from stores.canonical.commands import EditedLine
from stores.canonical.order import LineItem, Order, Payment, PaymentKind, PaymentStatus, Refund, RefundedLine
from stores.canonical.request import CancelRequest, Quote, QuotedLine, QuotedPayment
from stores.connectors import fields, sentences
from stores.kernel.errors import RemoteRefused
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.money import Money, allocate, total
from stores.platforms.shopify import documents, writing
from stores.platforms.shopify.api import Api, maybe_pair, paid, pair, understood

KINDS = {
    "AUTHORIZATION": PaymentKind.AUTHORISATION,
    "EMV_AUTHORIZATION": PaymentKind.AUTHORISATION,
    "SALE": PaymentKind.SALE,
    "CAPTURE": PaymentKind.CAPTURE,
    "REFUND": PaymentKind.REFUND,
    "VOID": PaymentKind.VOID,
}
STATES = {
    "SUCCESS": PaymentStatus.SUCCESS,
    "PENDING": PaymentStatus.PENDING,
    "AWAITING_RESPONSE": PaymentStatus.PENDING,
    "FAILURE": PaymentStatus.FAILED,
    "ERROR": PaymentStatus.FAILED,
}
RESTOCK = {"CANCEL": "cancel", "RETURN": "return", "NO_RESTOCK": "none"}
LIVE = (PaymentStatus.SUCCESS, PaymentStatus.PENDING)


def to_payment(raw: Node) -> Payment:
    parent = fields.maybe(raw, "parentTransaction") or {}
    return Payment(
        id=fields.ident(raw),
        kind=KINDS.get(fields.text(raw, "kind"), PaymentKind.OTHER),
        status=STATES.get(fields.text(raw, "status"), PaymentStatus.UNKNOWN),
        gateway=fields.text(raw, "gateway"),
        label=label(raw),
        amount=pair(raw, "amountSet"),
        parent_id=fields.text(parent, "id"),
        is_manual=raw.get("manualPaymentGateway") is True,
        is_test=raw.get("test") is True,
        processed_at=fields.maybe_when(raw, "processedAt"),
        expires_at=fields.maybe_when(raw, "authorizationExpiresAt"),
        error=fields.text(raw, "errorCode"),
    )


def label(raw: Node) -> str:
    """ "Visa •••• 4242", "Gift card": for people."""
    name = fields.text(raw, "formattedGateway") or fields.text(raw, "gateway")
    return sentences.with_digits(name, fields.text(raw, "accountNumber"))


def to_payments(raws: Sequence[Node], order: Order) -> tuple[Payment, ...]:
    """With what can still go back through each and, for authorisations, what a void would release."""
    payments = [to_payment(raw) for raw in raws]
    children: defaultdict[str, list[Payment]] = defaultdict(list)
    for payment in payments:
        children[payment.parent_id].append(payment)
    try:
        return tuple(
            replace(
                payment,
                refundable=_refundable(payment, children[payment.id]),
                capturable=_capturable(payment, children[payment.id], raw, order),
            )
            for payment, raw in zip(payments, raws, strict=True)
        )
    except ValueError as exc:  # two currencies in one chain
        raise Misread("transactions") from exc


def _refundable(payment: Payment, children: Sequence[Payment]) -> Money | None:
    """In the currency that moves: what was taken less what went back or is on its way."""
    if payment.kind not in (PaymentKind.SALE, PaymentKind.CAPTURE) or payment.status is not PaymentStatus.SUCCESS:
        return None
    gone = [c.amount.customer for c in children if c.kind is PaymentKind.REFUND and c.status in LIVE]
    left = payment.amount.customer - total(gone, payment.amount.customer.currency)
    return max(left, Money.zero(left.currency))


def _capturable(payment: Payment, children: Sequence[Payment], raw: Node, order: Order) -> Money | None:
    if payment.kind is not PaymentKind.AUTHORISATION or payment.status is not PaymentStatus.SUCCESS:
        return None
    none = Money.zero(payment.amount.customer.currency)
    if any(c.kind is PaymentKind.VOID and c.status in LIVE for c in children) or not order.totals.capturable.customer:
        return none
    unsettled = maybe_pair(raw, "totalUnsettledSet")
    if unsettled is not None:
        return unsettled.customer
    taken = [c.amount.customer for c in children if c.kind is PaymentKind.CAPTURE and c.status in LIVE]
    return max(payment.amount.customer - total(taken, none.currency), none)


def to_refund(raw: Node) -> Refund:
    return Refund(
        id=fields.ident(raw),
        created_at=fields.when(raw, "createdAt"),
        note=fields.text(raw, "note"),
        amount=pair(raw, "totalRefundedSet"),
        lines=tuple(to_refunded_line(line) for line in fields.items(raw, "refundLineItems")),
        transactions=tuple(to_payment(transaction) for transaction in fields.items(raw, "transactions")),
    )


def to_refunded_line(raw: Node) -> RefundedLine:
    return RefundedLine(
        line_id=fields.ident(fields.node(raw, "lineItem")),
        units=fields.units(raw, "quantity"),
        restock=RESTOCK.get(fields.text(raw, "restockType"), "unknown"),
        was_restocked=fields.flag(raw, "restocked"),
        location_id=fields.text(fields.maybe(raw, "location") or {}, "id"),
    )


def quote(api: Api, order: Order, request: CancelRequest) -> Quote:
    """The suggested refund; where units are kept out of stock by an edit, that edit's own figures instead."""
    chosen = _chosen(order, request)
    with understood():
        found = _to_quote(order, _suggested(api, order, request, chosen))
        kept = [(line, units) for line, units in chosen if _is_kept(order, line, request)]
        if kept and found.total and _can_edit(order, kept) and not is_everything(order, chosen):
            return _by_edit(api, order, found, kept)
        return found


def _chosen(order: Order, request: CancelRequest) -> list[tuple[LineItem, Decimal]]:
    """What of the wish the platform can be asked about; the planner says what is wrong with the rest."""
    wanted = ((line, request.lines.get(line.id, Decimal(0))) for line in order.lines)
    return [
        (line, units)
        for line, units in wanted
        if units.is_finite() and 0 < units <= line.refundable and units == units.to_integral_value()
    ]


def _is_kept(order: Order, line: LineItem, request: CancelRequest) -> bool:
    return line.id in request.keep_stock and line.is_tracked and line.is_restockable and order.is_restockable


def _can_edit(order: Order, lines: list[tuple[LineItem, Decimal]]) -> bool:
    return order.is_editable and all(line.is_editable for line, _ in lines)


def is_everything(order: Order, chosen: list[tuple[LineItem, Decimal]]) -> bool:
    """Every unit still on the order (a tip follows it) and none has left: then the platform's full refund is meant."""
    shipped = any(line.shipped > 0 for line in order.lines) or any(s.is_effective for s in order.shipments)
    return not shipped and _empties(order, chosen)


def _suggested(api: Api, order: Order, request: CancelRequest, chosen: list[tuple[LineItem, Decimal]]) -> Node:
    everything = is_everything(order, chosen)
    variables: dict[str, Any] = {"full": False}
    if everything and request.shipping is None:
        variables["full"] = True
    else:
        lines = chosen + (
            [(line, line.current) for line in order.lines if line.is_tip and line.current] if everything else []
        )
        variables["items"] = [
            {"lineItemId": line.id, "quantity": writing.whole(units), "restockType": "CANCEL"} for line, units in lines
        ]
        variables["duties"] = [
            {"dutyId": duty.id, "refundType": "FULL"} for line, n in lines if n == line.current for duty in line.duties
        ]
        if request.shipping:
            variables["amount"] = writing.amount(request.shipping)
        elif request.shipping is None and _empties(order, chosen):
            variables["ship"] = True
    found = api.order(documents.SUGGEST, order.external_id, cost=documents.COST_OF_SUGGESTED, **variables)
    return fields.node(found, "suggestedRefund")


def _empties(order: Order, chosen: list[tuple[LineItem, Decimal]]) -> bool:
    """Nothing is left to ship afterwards and nothing ever left, so that its shipping goes back too."""
    units = {line.id: count for line, count in chosen}
    goods = [line for line in order.lines if line.current > 0 and not line.is_tip]
    return bool(goods) and all(units.get(line.id) == line.current for line in goods)


def _to_quote(order: Order, raw: Node) -> Quote:
    shipping = fields.node(raw, "shipping")
    return Quote(
        currency=order.customer_currency,
        subtotal=paid(raw, "subtotalSet"),
        tax=paid(raw, "totalTaxSet"),
        shipping=paid(shipping, "amountSet"),
        duties=paid(raw, "totalDutiesSet"),
        total=paid(raw, "amountSet"),
        maximum=paid(raw, "maximumRefundableSet"),
        lines=tuple(_to_quoted_line(line) for line in fields.items(raw, "refundLineItems")),
        payments=tuple(_to_quoted_payment(order, t) for t in fields.items(raw, "suggestedTransactions")),
    )


def _to_quoted_line(raw: Node) -> QuotedLine:
    location = fields.maybe(raw, "location") or {}
    return QuotedLine(
        line_id=fields.ident(fields.node(raw, "lineItem")),
        units=fields.units(raw, "quantity"),
        amount=paid(raw, "subtotalSet"),
        tax=paid(raw, "totalTaxSet"),
        location_id=fields.text(location, "id"),
        location_name=fields.text(location, "name"),
    )


def _to_quoted_payment(order: Order, raw: Node) -> QuotedPayment:
    parent = fields.ident(fields.node(raw, "parentTransaction"))
    known = next((payment for payment in order.payments if payment.id == parent), None)
    amount = paid(raw, "amountSet")
    return QuotedPayment(
        payment_id=parent,
        gateway=fields.text(raw, "gateway"),
        label=known.label if known else label(raw),
        amount=amount,
        maximum=paid(raw, "maximumRefundableSet") if raw.get("maximumRefundableSet") else amount,
        is_manual=known.is_manual if known else False,
    )


# --- by an edit ---------------------------------------------------------------------------------------


def _by_edit(api: Api, order: Order, found: Quote, kept: list[tuple[LineItem, Decimal]]) -> Quote:
    """The kept lines as an edit session values them. Nothing is committed; an abandoned session is harmless."""
    lines = tuple(EditedLine(line_id=line.id, keep=line.current - units, restock=False) for line, units in kept)
    try:
        session = writing.open_session(api, order.external_id, lines)
    except RemoteRefused:
        return found  # no right to edit: the refund path is taken, and its figures hold
    ids = {line.id for line, _ in kept}
    tax_inside = order.taxes_included  # then the lines' subtotals hold it already
    parts = (q.amount if tax_inside else q.amount + q.tax for q in found.lines if q.line_id in ids)
    suggested = total(parts, found.currency)
    return _shifted(found, (session.outstanding_before - session.outstanding) - suggested)


def _shifted(found: Quote, difference: Money) -> Quote:
    """The same quote with a total moved by `difference`, spread over the payments within their limits."""
    if not difference or not found.payments:
        return found
    whole = found.total + difference
    room = total((p.maximum for p in found.payments), found.currency)
    if whole.amount < 0 or whole > room or whole > found.maximum:
        return found
    parts = allocate(whole, [p.maximum.amount for p in found.payments])
    return replace(
        found,
        subtotal=found.subtotal + difference,
        total=whole,
        payments=tuple(replace(p, amount=part) for p, part in zip(found.payments, parts, strict=True)),
    )
