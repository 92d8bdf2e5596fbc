"""Payments and refunds of an order, and its totals. Square keeps one currency, so both sides of a pair are the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from stores.canonical.order import MoneyPair, Payment, PaymentKind, PaymentState, PaymentStatus, Refund, Totals
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node, maybe
from stores.kernel.money import Money, total
from stores.platforms.square import units
from stores.platforms.square.facts import refund_ids
from stores.platforms.square.fields import currency_of, money

HELD, TAKEN = "APPROVED", "COMPLETED"
KINDS = {HELD: PaymentKind.AUTHORISATION, TAKEN: PaymentKind.SALE, "CANCELED": PaymentKind.VOID}
STATUS = {
    HELD: PaymentStatus.SUCCESS,
    TAKEN: PaymentStatus.SUCCESS,
    "CANCELED": PaymentStatus.SUCCESS,
    "PENDING": PaymentStatus.PENDING,
    "FAILED": PaymentStatus.FAILED,
}
REFUND_STATUS = {
    "PENDING": PaymentStatus.PENDING,
    "APPROVED": PaymentStatus.PENDING,
    "COMPLETED": PaymentStatus.SUCCESS,
    "REJECTED": PaymentStatus.FAILED,
    "FAILED": PaymentStatus.FAILED,
}
BY_HAND = ("CASH", "EXTERNAL")
GIFT_CARD = "SQUARE_GIFT_CARD"
NAMES = {"CASH": "Cash", "EXTERNAL": "Other", "WALLET": "Wallet", "BANK_ACCOUNT": "Bank account",
         "BUY_NOW_PAY_LATER": "Buy now, pay later", "SQUARE_ACCOUNT": "Square account"}  # fmt: skip
MOST_REFUNDS = 20  # of one payment
LAST_REFUND = timedelta(days=365)


def pair(amount: Money) -> MoneyPair:
    return MoneyPair(shop=amount, customer=amount)


# --- payments --------------------------------------------------------------------------------------------
def to_payment(raw: Node, refunds: Sequence[Refund], now: datetime | None) -> Payment:
    state, source = json_readers.text(raw, "status"), json_readers.text(raw, "source_type")
    currency = currency_of(raw)
    whole = money(raw, "total_money", currency)
    return Payment(
        id=json_readers.ident(raw, "id"),
        kind=KINDS.get(state, PaymentKind.OTHER),
        status=STATUS.get(state, PaymentStatus.UNKNOWN),
        gateway=source,
        label=label(raw, source),
        amount=pair(whole),
        refundable=rest(raw, whole, refunds, now) if state == TAKEN else None,
        capturable=whole if state == HELD else None,
        is_manual=source in BY_HAND,
        processed_at=json_readers.when(raw, "created_at"),
        expires_at=json_readers.when(raw, "delayed_until") if state == HELD else None,
    )


def label(raw: Node, source: str) -> str:
    """ "Visa •••• 4242", "Cash": for people."""
    card = maybe(raw, "card") or maybe(maybe(raw, "card_details"), "card")
    tail = json_readers.text(card, "last_4")
    name = json_readers.text(card, "card_brand").replace("_", " ").title() or NAMES.get(source, source.title())
    return f"{name} •••• {tail}" if tail else name


def back(payment_id: str, currency: str, refunds: Sequence[Refund]) -> Money:
    """What went back through one payment or is on its way."""
    parts = (t.amount.customer for r in refunds for t in r.transactions if counts(t) and t.parent_id == payment_id)
    return total(parts, currency)


def counts(transaction: Payment) -> bool:
    return transaction.status is not PaymentStatus.FAILED


def is_too_old(raw: Node, now: datetime | None) -> bool:
    made = json_readers.when(raw, "created_at")
    return made is not None and now is not None and now - made > LAST_REFUND


def rest(raw: Node, whole: Money, refunds: Sequence[Refund], now: datetime | None) -> Money:
    """Never more than Square's own refunded money leaves; nothing after twenty refunds or a year."""
    zero = Money.zero(whole.currency)
    if len(refund_ids(raw)) >= MOST_REFUNDS or is_too_old(raw, now):
        return zero
    gone = max(
        back(json_readers.ident(raw, "id"), whole.currency, refunds), money(raw, "refunded_money", whole.currency)
    )
    return max(whole - gone, zero)


# --- refunds ---------------------------------------------------------------------------------------------
def to_transaction(raw: Node, currency: str, payments: Sequence[Node]) -> Payment:
    paid = next((p for p in payments if json_readers.text(p, "id") == json_readers.text(raw, "payment_id")), {})
    source, card = json_readers.text(paid, "source_type"), gift_card(raw)
    return Payment(
        id=json_readers.ident(raw, "id"),
        kind=PaymentKind.REFUND,
        status=REFUND_STATUS.get(json_readers.text(raw, "status"), PaymentStatus.UNKNOWN),
        gateway=source,
        label=label(card, "CARD") if card else label(paid, source) if paid else source,
        amount=pair(money(raw, "amount_money", currency)),
        parent_id=json_readers.text(raw, "payment_id"),
        is_manual=source in BY_HAND and not card,
        processed_at=json_readers.when(raw, "updated_at"),
    )


def gift_card(raw: Node) -> Node:
    """Of a refund that went to a Square gift card instead of the payment it is of: where it went; else empty."""
    where = maybe(maybe(raw, "destination_details"), "card_details")
    return where if json_readers.text(maybe(where, "card"), "card_brand") == GIFT_CARD else {}


def is_pending(refund: Refund) -> bool:
    return any(t.status in (PaymentStatus.PENDING, PaymentStatus.UNKNOWN) for t in refund.transactions)


def refunded(refunds: Sequence[Refund], currency: str, *, done: bool = False) -> Money:
    """Paid back or on its way; done: paid back for certain."""
    chosen = [r for r in refunds if units.counts_as_paid(r) and not (done and is_pending(r))]
    return total((r.amount.customer for r in chosen), currency)


# --- the order -------------------------------------------------------------------------------------------
def received(payments: Sequence[Payment], currency: str) -> Money:
    return total((p.amount.customer for p in payments if p.kind is PaymentKind.SALE and is_in(p)), currency)


def is_coming(raw: Node) -> bool:
    """Neither held nor taken nor given up: a bank transfer, for days, and whatever Square may add."""
    return json_readers.text(raw, "status") not in (HELD, TAKEN, "CANCELED", "FAILED")


def is_in(payment: Payment) -> bool:
    return payment.status is PaymentStatus.SUCCESS


def held(payments: Sequence[Payment], currency: str) -> Money:
    return total((p.capturable for p in payments if p.capturable), currency)


def to_totals(order: Node, payments: Sequence[Payment], refunds: Sequence[Refund], *, is_dead: bool) -> Totals:
    currency = currency_of(order)
    zero = Money.zero(currency)
    whole, got, gone = money(order, "total_money", currency), received(payments, currency), refunded(refunds, currency)
    goods = total((money(line, "gross_sales_money", currency) for line in units.lines_of(order)), currency)
    rounding = money(maybe(order, "rounding_adjustment"), "amount_money", currency)
    due = max(money(order, "net_amount_due_money", currency), zero)
    return Totals(
        original=pair(whole),
        current=pair(zero if is_dead else max(whole - gone, zero)),
        subtotal=pair(goods),
        tax=pair(money(order, "total_tax_money", currency)),
        shipping=pair(zero),
        discounts=pair(money(order, "total_discount_money", currency)),
        received=pair(got),
        refunded=pair(gone),
        refunded_shipping=pair(zero),
        outstanding=pair(zero if is_dead else due),
        capturable=pair(held(payments, currency)),
        net=pair(got - gone),
        fees=pair(money(order, "total_service_charge_money", currency)),
        tips=pair(money(order, "total_tip_money", currency)),
        rounding=pair(rounding) if rounding else None,
    )


def to_state(totals: Totals, payments: Sequence[Payment]) -> PaymentState:
    got, gone, whole = totals.received.customer, totals.refunded.customer, totals.original.customer
    if not got:
        if totals.capturable.customer:
            return PaymentState.AUTHORISED
        was_released = any(payment.kind is PaymentKind.VOID for payment in payments)
        return PaymentState.VOIDED if was_released else PaymentState.PENDING if whole else PaymentState.PAID
    if gone:
        return PaymentState.REFUNDED if gone >= got else PaymentState.PARTLY_REFUNDED
    return PaymentState.PAID if got >= whole else PaymentState.PARTLY_PAID


def from_tenders(order: Node) -> PaymentState:
    """A listing shows no payments: by what is due, and by what the cards' tenders say."""
    currency = currency_of(order)
    states = {
        json_readers.text(maybe(t, "card_details"), "status") or "CAPTURED"
        for t in json_readers.nodes(order, "tenders")
    }
    if states & {"AUTHORIZED"}:
        return PaymentState.AUTHORISED
    if "CAPTURED" not in states:
        is_free = not money(order, "total_money", currency) and json_readers.text(order, "state") == "COMPLETED"
        return PaymentState.VOIDED if "VOIDED" in states else PaymentState.PAID if is_free else PaymentState.PENDING
    return PaymentState.PARTLY_PAID if money(order, "net_amount_due_money", currency) else PaymentState.PAID


def check_currency(order: Node, payments: Sequence[Node]) -> None:
    """One currency in one order. Raises Misread."""
    if any(currency_of(payment) != currency_of(order) for payment in payments):
        raise Misread("total_money.currency")
