"""What was paid, what went back, what is left of it: per payment line and of the order.

Transactions tell amounts but not their payment line, payment lines tell no amounts: they meet at `payment_channel`,
and only where that is one line's alone. Otherwise a person divides the amount.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from stores.canonical.order import Payment, PaymentKind, PaymentStatus, Totals
from stores.connectors import order_totals, sentences
from stores.kernel.http.json_readers import Node, maybe, nodes, text, when
from stores.kernel.money import Money, total
from stores.platforms.shoplazza.api import Rates, amount_of, flag, ident_of

TAKEN = ("success", "refunding", "refunded", "refund_failed")  # the money came in, whatever went back since
STATUS = {
    **dict.fromkeys(TAKEN, PaymentStatus.SUCCESS),
    "authorized": PaymentStatus.SUCCESS,
    "void": PaymentStatus.SUCCESS,
    "processing": PaymentStatus.PENDING,
    "error": PaymentStatus.FAILED,
    "expire": PaymentStatus.FAILED,
}
BY_HAND = ("custom", "cod", "offline", "bank_transfer")
FAILED, PENDING = "failed", "pending"
UNNAMED = "paid"  # our id for what was paid through a line that nobody tells


class Paid(NamedTuple):
    """Transactions of one channel in one state. `state`: their word."""

    state: str
    amount: Money
    at: datetime | None
    error: str
    is_test: bool
    ids: tuple[str, ...]


def lines_of(order: Node) -> list[Node]:
    """All payment lines; a single `payment_line` where there is no list."""
    one = maybe(order, "payment_line")
    return nodes(order, "payment_lines") or ([one] if one.get("id") else [])


def shared_channels(order: Node) -> set[str]:
    """Channels that more than one payment line uses."""
    channels = [text(line, "payment_channel") for line in lines_of(order)]
    return {channel for channel in channels if channels.count(channel) > 1}


def to_payments(
    order: Node, transactions: Sequence[Node], records: Sequence[Node], rates: Rates
) -> tuple[Payment, ...]:
    """One per payment line and state; transactions of no line on their own."""
    lines, made = lines_of(order), []
    for line in lines:
        mine, sharers = _of_line(line, lines, transactions)
        for paid in _by_state(mine, text(line, "payment_channel"), rates.currency):
            payment = _payment(line, paid, records, rates)
            ceiling = _ceiling(sharers, transactions, records, rates) if len(sharers) > 1 else payment.refundable
            made.append(replace(payment, refundable=ceiling) if payment.refundable is not None else payment)
    known = {text(line, "payment_channel") for line in lines}
    for transaction in transactions:
        channel = text(transaction, "payment_channel")
        if channel not in known:
            for paid in _by_state([transaction], channel, rates.currency):
                made.append(_payment({**transaction, "id": paid.ids[0]}, paid, records, rates))
    return (*made, *(() if any(map(_is_taken, transactions)) else untold(order, records, rates)))


def untold(order: Node, records: Sequence[Node], rates: Rates) -> Iterator[Payment]:
    """Another company's checkout may tell no transaction: then only the order says what was paid."""
    paid = amount_of(order, "total_paid", rates.currency)
    back = amount_of(order, "total_refund_price", rates.currency) + pending(records, rates.currency)
    if not paid:
        return
    unnamed = {"id": UNNAMED, "payment_channel": text(order, "payment_method")}
    for line in lines_of(order) or [unnamed]:
        told = Paid("success", paid, when(order, "placed_at"), "", False, ())
        yield replace(_payment(line, told, records, rates), refundable=max(paid - back, Money.zero(rates.currency)))


def _of_line(line: Node, lines: Sequence[Node], transactions: Sequence[Node]) -> tuple[list[Node], list[Node]]:
    """Its transactions and the lines it shares its channel with, itself among them.

    Where several share one, as many transactions as lines are shown in their order, else all on the first.
    """
    channel = text(line, "payment_channel")
    here = [t for t in transactions if text(t, "payment_channel") == channel]
    sharers = [other for other in lines if text(other, "payment_channel") == channel]
    place = next(i for i, other in enumerate(sharers) if other is line)
    if len(sharers) == 1:
        return here, sharers
    return ([here[place]] if len(here) == len(sharers) else here if place == 0 else []), sharers


def _ceiling(sharers: Sequence[Node], transactions: Sequence[Node], records: Sequence[Node], rates: Rates) -> Money:
    """What the channel as a whole can still give back: which line holds how much of it is not told."""
    channel = text(sharers[0], "payment_channel")
    here = [t for t in transactions if text(t, "payment_channel") == channel and _is_taken(t)]
    taken = total((amount_of(t, "amount", rates.currency) for t in here), rates.currency)
    return left_on([ident_of(line) for line in sharers], taken, records)


def _by_state(transactions: Sequence[Node], channel: str, currency: str) -> Iterator[Paid]:
    mine = [t for t in transactions if text(t, "payment_channel") == channel]
    states = dict.fromkeys("success" if text(t, "status") in TAKEN else text(t, "status") for t in mine)
    for state in states:
        here = [t for t in mine if text(t, "status") == state or (state == "success" and _is_taken(t))]
        yield Paid(
            state,
            total((amount_of(t, "amount", currency) for t in here), currency),
            when(here[-1], "created_at", zone=UTC),  # the vendor's printed example names none
            text(here[-1], "error_code"),
            any(flag(t, "test") for t in here),
            tuple(ident_of(t) for t in here),
        )


def _is_taken(transaction: Node) -> bool:
    return text(transaction, "status") in TAKEN


def _payment(line: Node, paid: Paid, records: Sequence[Node], rates: Rates) -> Payment:
    line_id = ident_of(line)
    is_taken, is_held = paid.state == "success", paid.state == "authorized"
    kinds = {"success": PaymentKind.SALE, "authorized": PaymentKind.AUTHORISATION, "void": PaymentKind.VOID}
    channel = text(line, "payment_channel")
    return Payment(
        id=line_id if is_taken else paid.ids[0],
        kind=kinds.get(paid.state, PaymentKind.OTHER),
        status=STATUS.get(paid.state, PaymentStatus.UNKNOWN),
        gateway=channel,
        label=label(line),
        amount=rates.pair(paid.amount),
        refundable=left_on([line_id], paid.amount, records) if is_taken else None,
        capturable=paid.amount if is_held else None,
        is_manual=channel in BY_HAND,
        is_test=paid.is_test,
        processed_at=paid.at,
        error=paid.error,
    )


def label(line: Node) -> str:
    """ "Visa •••• 4242", "Gift card": for people."""
    name = text(line, "payment_name") or text(line, "payment_channel")
    return sentences.with_digits(name, text(line, "credit_card_number"))


def left_on(line_ids: Sequence[str], taken: Money, records: Sequence[Node]) -> Money:
    """Less what went back through these lines or is on its way."""
    gone = [
        amount_of(part, "refund_price", taken.currency)
        for record in records
        for part in nodes(record, "payment_details")
        if text(part, "payment_line_id") in line_ids and _is_alive(part, record)
    ]
    return max(taken - total(gone, taken.currency), Money.zero(taken.currency))


def _is_alive(part: Node, record: Node) -> bool:
    return (text(part, "refund_status") or text(record, "refund_status")) != FAILED


def pending(records: Sequence[Node], currency: str) -> Money:
    """What refund records will still take."""
    waiting = [r for r in records if text(r, "refund_status") == PENDING]
    return total((amount_of(record, "refund_price", currency) for record in waiting), currency)


# --- the order ----------------------------------------------------------------------------------------
class Left(NamedTuple):
    """What of each part of an order did not go back yet; `goods` holds their tax and duty, and the shipping's tax."""

    goods: Money
    shipping: Money
    tip: Money
    additional: Money


def remaining(raw: Node, records: Sequence[Node], rates: Rates) -> Money:
    """Paid and neither given back nor on its way back."""
    paid = amount_of(raw, "total_paid", rates.currency)
    back = amount_of(raw, "total_refund_price", rates.currency)
    parts_left = paid - back - pending(records, rates.currency)
    return max(parts_left, Money.zero(rates.currency))


def to_totals(raw: Node, records: Sequence[Node], paid: Sequence[Payment], rates: Rates) -> Totals:
    zero = Money.zero(rates.currency)
    whole, back = (amount_of(raw, name, rates.currency) for name in ("total_price", "total_refund_price"))
    got = amount_of(raw, "total_paid", rates.currency)
    held = zero if got else total((p.capturable for p in paid if p.capturable), rates.currency)
    return order_totals.to_totals(
        rates.pair,
        whole,
        paid=got,
        back=back,
        held=held,
        is_over=text(raw, "status") == "cancelled",
        subtotal=rates.read(raw, "sub_total"),
        tax=rates.pair(sum_of(raw, rates, "total_tax", "shipping_tax_total")),
        shipping=rates.read(raw, "total_shipping"),
        discounts=rates.pair(sum_of(raw, rates, "total_discount")),
        refunded_shipping=rates.pair(shipping_back(records, rates)),
        duties=rates.read(raw, "duty_total"),
        fees=rates.read(raw, "additional_total"),
        tips=rates.read(raw, "total_tip_received"),
    )


def sum_of(raw: Node, rates: Rates, *names: str) -> Money:
    return total((amount_of(raw, name, rates.currency) for name in names), rates.currency)


def shipping_back(records: Sequence[Node], rates: Rates) -> Money:
    return _back(records, "refund_shipping", rates)


def shipping_left(raw: Node, records: Sequence[Node], rates: Rates) -> Money:
    return _left(raw, "total_shipping", records, "refund_shipping", rates)


def parts_left(raw: Node, records: Sequence[Node], rates: Rates) -> Left:
    """The parts sum to what remains, whichever way earlier refunds were told."""
    goods = remaining(raw, records, rates)
    parts = []
    for name, back in (
        ("total_shipping", "refund_shipping"), ("total_tip_received", "refund_tip"),
        ("additional_total", "additional_total"),
    ):  # fmt: skip
        part = min(_left(raw, name, records, back, rates), goods)
        parts.append(part)
        goods -= part
    return Left(goods, *parts)


def effective(records: Sequence[Node]) -> list[Node]:
    """Records whose money went back or is on its way."""
    return [record for record in records if text(record, "refund_status") != FAILED]


def _back(records: Sequence[Node], name: str, rates: Rates) -> Money:
    return total((amount_of(record, name, rates.currency) for record in effective(records)), rates.currency)


def _left(raw: Node, name: str, records: Sequence[Node], back: str, rates: Rates) -> Money:
    return max(amount_of(raw, name, rates.currency) - _back(records, back, rates), Money.zero(rates.currency))
