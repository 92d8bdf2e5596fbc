"""Payments and refunds: what each payment still holds, and what went back where."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from stores.canonical.order import (
    MoneyPair,
    Order,
    Payment,
    PaymentKind,
    PaymentStatus,
    Refund,
    RefundedLine,
)
from stores.kernel.money import Money, total
from stores.platforms.shopify import fields
from stores.platforms.shopify.fields import Misread, Node

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
        amount=fields.pair(raw, "amountSet"),
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
    tail = re.search(r"[0-9]{4}$", fields.text(raw, "accountNumber"))
    return f"{name} •••• {tail.group()}" if tail and tail.group() not in name else name


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
    unsettled = fields.maybe_pair(raw, "totalUnsettledSet")
    if unsettled is not None:
        return unsettled.customer
    taken = [c.amount.customer for c in children if c.kind is PaymentKind.CAPTURE and c.status in LIVE]
    return max(payment.amount.customer - total(taken, none.currency), none)


def to_refund(raw: Node) -> Refund:
    return Refund(
        id=fields.ident(raw),
        created_at=fields.when(raw, "createdAt"),
        note=fields.text(raw, "note"),
        amount=fields.pair(raw, "totalRefundedSet"),
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


def zero_pair(shop: str, customer: str) -> MoneyPair:
    return MoneyPair(shop=Money.zero(shop), customer=Money.zero(customer))
