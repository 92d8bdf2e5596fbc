"""Payments of an order, its totals, and our estimate of what goes back, since Square has no calculator.

Square keeps one currency, so both sides of a pair are the same. The estimate, in whole minor units: the first n units
of a line are worth floor(total × n / quantity), so that the last unit takes what rounding left over. Everything, with
nothing handed over: with it all service charges and tips; what was kept back of units that went before stays with the
shop. The largest payment gives first, each at most what it still holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal

from stores.canonical.order import MoneyPair, Order, Payment, PaymentKind, PaymentState, PaymentStatus, Refund, Totals
from stores.canonical.recipe import Per
from stores.canonical.request import CancelRequest, Quote, QuotedLine, RefundChoice
from stores.connectors import order_totals, refund_estimate, sentences
from stores.connectors.fields import in_minor
from stores.connectors.order_totals import Count
from stores.kernel.http.json_readers import Misread, Node, maybe, nodes, text, when
from stores.kernel.http.json_readers import ident as ident_of
from stores.kernel.money import Money, total
from stores.platforms.square import cancellable
from stores.platforms.square.api import currency_of
from stores.platforms.square.cancellable import lines_of, uid

DONE, PENDING, DEAD = "COMPLETED", ("PENDING", "APPROVED"), ("REJECTED", "FAILED")


def refund_ids(payment: Node) -> list[str]:
    found = payment.get("refund_ids") or []
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise Misread("refund_ids")
    return found


# --- what was paid ------------------------------------------------------------------------------------
HELD, TAKEN = "APPROVED", "COMPLETED"
KINDS = {HELD: PaymentKind.AUTHORISATION, TAKEN: PaymentKind.SALE, "CANCELED": PaymentKind.VOID}
STATUS = {
    **dict.fromkeys((HELD, TAKEN, "CANCELED"), PaymentStatus.SUCCESS),
    "PENDING": PaymentStatus.PENDING,
    "FAILED": PaymentStatus.FAILED,
}
REFUND_STATUS = {
    **dict.fromkeys(PENDING, PaymentStatus.PENDING),
    DONE: PaymentStatus.SUCCESS,
    **dict.fromkeys(DEAD, PaymentStatus.FAILED),
}
BY_HAND = ("CASH", "EXTERNAL")
GIFT_CARD = "SQUARE_GIFT_CARD"
NAMES = {"CASH": "Cash", "EXTERNAL": "Other", "WALLET": "Wallet", "BANK_ACCOUNT": "Bank account",
         "BUY_NOW_PAY_LATER": "Buy now, pay later", "SQUARE_ACCOUNT": "Square account"}  # fmt: skip
MOST_REFUNDS = 20  # of one payment
LAST_REFUND = timedelta(days=365)


# --- payments --------------------------------------------------------------------------------------------
def to_payment(raw: Node, refunds: Sequence[Refund], now: datetime | None) -> Payment:
    state, source = text(raw, "status"), text(raw, "source_type")
    currency = currency_of(raw)
    whole = in_minor(raw, "total_money", currency)
    return Payment(
        id=ident_of(raw, "id"),
        kind=KINDS.get(state, PaymentKind.OTHER),
        status=STATUS.get(state, PaymentStatus.UNKNOWN),
        gateway=source,
        label=label(raw, source),
        amount=MoneyPair.of(whole),
        refundable=rest(raw, whole, refunds, now) if state == TAKEN else None,
        capturable=whole if state == HELD else None,
        is_manual=source in BY_HAND,
        processed_at=when(raw, "created_at"),
        expires_at=when(raw, "delayed_until") if state == HELD else None,
    )


def label(raw: Node, source: str) -> str:
    """ "Visa •••• 4242", "Cash": for people."""
    card = maybe(raw, "card") or maybe(maybe(raw, "card_details"), "card")
    name = text(card, "card_brand").replace("_", " ").title() or NAMES.get(source, source.title())
    return sentences.with_digits(name, text(card, "last_4"))


def back(payment_id: str, currency: str, refunds: Sequence[Refund]) -> Money:
    """What went back through one payment or is on its way."""
    parts = (t for r in refunds for t in r.transactions if t.parent_id == payment_id)
    return total((t.amount.customer for t in parts if t.status is not PaymentStatus.FAILED), currency)


def is_too_old(raw: Node, now: datetime | None) -> bool:
    made = when(raw, "created_at")
    return made is not None and now is not None and now - made > LAST_REFUND


def rest(raw: Node, whole: Money, refunds: Sequence[Refund], now: datetime | None) -> Money:
    """Never more than Square's own refunded money leaves; nothing after twenty refunds or a year."""
    zero = Money.zero(whole.currency)
    if len(refund_ids(raw)) >= MOST_REFUNDS or is_too_old(raw, now):
        return zero
    gone = max(back(ident_of(raw, "id"), whole.currency, refunds), in_minor(raw, "refunded_money", whole.currency))
    return max(whole - gone, zero)


# --- refunds ---------------------------------------------------------------------------------------------
def to_transaction(raw: Node, currency: str, payments: Sequence[Node]) -> Payment:
    paid = next((p for p in payments if text(p, "id") == text(raw, "payment_id")), {})
    source, card = text(paid, "source_type"), gift_card(raw)
    return Payment(
        id=ident_of(raw, "id"),
        kind=PaymentKind.REFUND,
        status=REFUND_STATUS.get(text(raw, "status"), PaymentStatus.UNKNOWN),
        gateway=source,
        label=label(card, "CARD") if card else label(paid, source) if paid else source,
        amount=MoneyPair.of(in_minor(raw, "amount_money", currency)),
        parent_id=text(raw, "payment_id"),
        is_manual=source in BY_HAND and not card,
        processed_at=when(raw, "updated_at"),
    )


def gift_card(raw: Node) -> Node:
    """Of a refund that went to a Square gift card instead of the payment it is of: where it went; else empty."""
    where = maybe(maybe(raw, "destination_details"), "card_details")
    return where if text(maybe(where, "card"), "card_brand") == GIFT_CARD else {}


# --- the order -------------------------------------------------------------------------------------------
def received(payments: Sequence[Payment], currency: str) -> Money:
    taken = (p for p in payments if p.kind is PaymentKind.SALE and p.status is PaymentStatus.SUCCESS)
    return total((p.amount.customer for p in taken), currency)


def is_coming(raw: Node) -> bool:
    """Neither held nor taken nor given up: a bank transfer, for days, and whatever Square may add."""
    return text(raw, "status") not in (HELD, TAKEN, "CANCELED", "FAILED")


def held(payments: Sequence[Payment], currency: str) -> Money:
    return total((p.capturable for p in payments if p.capturable), currency)


def to_totals(order: Node, payments: Sequence[Payment], refunds: Sequence[Refund], *, is_dead: bool) -> Totals:
    currency = currency_of(order)
    zero = Money.zero(currency)
    whole = in_minor(order, "total_money", currency)
    goods = total((in_minor(line, "gross_sales_money", currency) for line in lines_of(order)), currency)
    rounding = in_minor(maybe(order, "rounding_adjustment"), "amount_money", currency)

    def told(name: str) -> MoneyPair:
        return MoneyPair.of(in_minor(order, name, currency))

    return order_totals.to_totals(
        MoneyPair.of,
        whole,
        paid=received(payments, currency),
        back=cancellable.refunded(refunds, currency),
        held=held(payments, currency),
        is_over=is_dead,
        due=max(in_minor(order, "net_amount_due_money", currency), zero),
        subtotal=MoneyPair.of(goods),
        tax=told("total_tax_money"),
        shipping=MoneyPair.of(zero),
        discounts=told("total_discount_money"),
        refunded_shipping=MoneyPair.of(zero),
        fees=told("total_service_charge_money"),
        tips=told("total_tip_money"),
        rounding=MoneyPair.of(rounding) if rounding else None,
    )


def to_state(totals: Totals, payments: Sequence[Payment]) -> PaymentState:
    was_released = any(payment.kind is PaymentKind.VOID for payment in payments)
    return order_totals.payment_state(totals, is_void=was_released, if_free=PaymentState.PAID)


def from_tenders(order: Node) -> PaymentState:
    """A listing shows no payments: by what is due, and by what the cards' tenders say."""
    currency = currency_of(order)
    states = cancellable.tender_states(order)
    if "AUTHORIZED" in states:
        return PaymentState.AUTHORISED
    if "CAPTURED" not in states:
        is_free = not in_minor(order, "total_money", currency) and text(order, "state") == "COMPLETED"
        return PaymentState.VOIDED if "VOIDED" in states else PaymentState.PAID if is_free else PaymentState.PENDING
    return PaymentState.PARTLY_PAID if in_minor(order, "net_amount_due_money", currency) else PaymentState.PAID


def check_currency(order: Node, payments: Sequence[Node]) -> None:
    """One currency in one order. Raises Misread."""
    if any(currency_of(payment) != currency_of(order) for payment in payments):
        raise Misread("total_money.currency")


def is_tax_included(raw: Node) -> bool:
    kinds = {text(tax, "type") for tax in nodes(raw, "taxes")}
    return kinds == {"INCLUSIVE"}


# --- the estimate -------------------------------------------------------------------------------------
def estimate(raw: Node, order: Order, request: CancelRequest) -> Quote:
    """raw: the order as it stands; its refunds and payments are taken from `order`."""
    currency = currency_of(raw)
    zero, included = Money.zero(currency), is_tax_included(raw)
    counts = cancellable.counts(raw, order.refunds)
    holders = refund_estimate.by_turn(order.payments)
    most = total((refund_estimate.held(payment) for payment in holders), currency)
    asked = refund_estimate.wanted(request, {ident: count.waiting for ident, count in counts.items()})
    lines = list(quoted(raw, asked, counts, bearer(holders, request), included=included))
    tax = zero if included else total((line.tax for line in lines), currency)
    goods = total((line.amount for line in lines), currency)
    whole = is_everything(asked, counts)
    given = min(all_of(raw, order, goods + tax, most), most) if whole else min(goods + tax, most)
    fees = max(given - goods - tax, zero)
    return refund_estimate.quote(
        given, maximum=most, lines=lines, through=order.payments, per=Per.PAYMENT, tax=tax, fees=fees
    )


def all_of(raw: Node, order: Order, worth: Money, most: Money) -> Money:
    """The units that are left with every charge and tip; to the last cent, but not what was kept back of others.

    A cent for each earlier refund: the till may have rounded its units in another way.
    """
    priced = total((in_minor(line, "total_money", worth.currency) for line in lines_of(raw)), worth.currency)
    paid = max(in_minor(raw, "total_money", worth.currency), order.totals.received.customer)
    found = worth + max(paid - priced, Money.zero(worth.currency))
    cents = Money.from_minor(sum(bool(refund.lines) for refund in order.refunds), worth.currency)
    return most if most <= found + cents else found


def bearer(holders: Sequence[Payment], request: CancelRequest) -> str:
    """The payment whose refund records the units: the first that gives anything back."""
    if request.refund is RefundChoice.PART:
        holders = [payment for payment in holders if request.part.get(payment.id)] or holders
    return holders[0].id if holders else ""


def quoted(
    raw: Node, asked: Mapping[str, Decimal], counts: Mapping[str, Count], first: str, *, included: bool
) -> Iterator[QuotedLine]:
    """The units of all lines are recorded with the refund of one payment, `first`."""
    for line in lines_of(raw):
        if wanted := asked.get(uid(line)):
            worth, tax = (share(line, name, counts[uid(line)], wanted) for name in ("total_money", "total_tax_money"))
            amount = worth if included else worth - tax
            yield QuotedLine(line_id=uid(line), units=wanted, amount=amount, tax=tax, payment_id=first)


def share(line: Node, name: str, count: Count, wanted: Decimal) -> Money:
    """What `wanted` more units are worth after those that went before."""
    whole = in_minor(line, name, currency_of(line))
    return upto(whole, count.refunded + wanted, count.ordered) - upto(whole, count.refunded, count.ordered)


def upto(whole: Money, first: Decimal, of: Decimal) -> Money:
    if not of:
        return Money.zero(whole.currency)
    return Money.from_minor(int((whole.minor * first / of).to_integral_value(ROUND_FLOOR)), whole.currency)


def is_everything(asked: Mapping[str, Decimal], counts: Mapping[str, Count]) -> bool:
    wanted = {ident: count.current for ident, count in counts.items() if count.current}
    return bool(wanted) and dict(asked) == wanted and not cancellable.any_left(counts)
