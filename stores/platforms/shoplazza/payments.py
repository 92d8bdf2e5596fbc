"""What was paid and what can still go back, per payment line.

Transactions tell amounts but not their payment line, payment lines tell no amounts: they meet at `payment_channel`,
and only where that is one line's alone. Otherwise a person divides the amount.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from stores.canonical.order import Payment, PaymentKind, PaymentStatus, Refund, RefundedLine
from stores.kernel.money import Money, total
from stores.platforms.shoplazza import fields
from stores.platforms.shoplazza.fields import Node
from stores.platforms.shoplazza.rates import Rates

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
    one = fields.maybe(order, "payment_line")
    return fields.items(order, "payment_lines") or ([one] if one.get("id") else [])


def shared_channels(order: Node) -> set[str]:
    """Channels that more than one payment line uses."""
    channels = [fields.text(line, "payment_channel") for line in lines_of(order)]
    return {channel for channel in channels if channels.count(channel) > 1}


def to_payments(
    order: Node, transactions: Sequence[Node], records: Sequence[Node], rates: Rates
) -> tuple[Payment, ...]:
    """One per payment line and state; transactions of no line on their own."""
    lines, made = lines_of(order), []
    for line in lines:
        mine, sharers = _of_line(line, lines, transactions)
        for paid in _by_state(mine, fields.text(line, "payment_channel"), rates.currency):
            payment = _payment(line, paid, records, rates)
            ceiling = _ceiling(sharers, transactions, records, rates) if len(sharers) > 1 else payment.refundable
            made.append(replace(payment, refundable=ceiling) if payment.refundable is not None else payment)
    known = {fields.text(line, "payment_channel") for line in lines}
    for transaction in transactions:
        channel = fields.text(transaction, "payment_channel")
        if channel not in known:
            for paid in _by_state([transaction], channel, rates.currency):
                made.append(_payment({**transaction, "id": paid.ids[0]}, paid, records, rates))
    return (*made, *(() if any(map(_is_taken, transactions)) else untold(order, records, rates)))


def untold(order: Node, records: Sequence[Node], rates: Rates) -> Iterator[Payment]:
    """Another company's checkout may tell no transaction: then only the order says what was paid."""
    paid = fields.amount(order, "total_paid", rates.currency)
    back = fields.amount(order, "total_refund_price", rates.currency) + pending(records, rates.currency)
    if not paid:
        return
    unnamed = {"id": UNNAMED, "payment_channel": fields.text(order, "payment_method")}
    for line in lines_of(order) or [unnamed]:
        told = Paid("success", paid, fields.when(order, "placed_at"), "", False, ())
        yield replace(_payment(line, told, records, rates), refundable=max(paid - back, Money.zero(rates.currency)))


def _of_line(line: Node, lines: Sequence[Node], transactions: Sequence[Node]) -> tuple[list[Node], list[Node]]:
    """Its transactions and the lines it shares its channel with, itself among them.

    Where several share one, as many transactions as lines are shown in their order, else all on the first.
    """
    channel = fields.text(line, "payment_channel")
    here = [t for t in transactions if fields.text(t, "payment_channel") == channel]
    sharers = [other for other in lines if fields.text(other, "payment_channel") == channel]
    place = next(i for i, other in enumerate(sharers) if other is line)
    if len(sharers) == 1:
        return here, sharers
    return ([here[place]] if len(here) == len(sharers) else here if place == 0 else []), sharers


def _ceiling(sharers: Sequence[Node], transactions: Sequence[Node], records: Sequence[Node], rates: Rates) -> Money:
    """What the channel as a whole can still give back: which line holds how much of it is not told."""
    channel = fields.text(sharers[0], "payment_channel")
    here = [t for t in transactions if fields.text(t, "payment_channel") == channel and _is_taken(t)]
    taken = total((fields.amount(t, "amount", rates.currency) for t in here), rates.currency)
    return left([fields.ident(line) for line in sharers], taken, records)


def _by_state(transactions: Sequence[Node], channel: str, currency: str) -> Iterator[Paid]:
    mine = [t for t in transactions if fields.text(t, "payment_channel") == channel]
    states = dict.fromkeys("success" if fields.text(t, "status") in TAKEN else fields.text(t, "status") for t in mine)
    for state in states:
        here = [t for t in mine if fields.text(t, "status") == state or (state == "success" and _is_taken(t))]
        yield Paid(
            state,
            total((fields.amount(t, "amount", currency) for t in here), currency),
            fields.when(here[-1], "created_at"),
            fields.text(here[-1], "error_code"),
            any(fields.flag(t, "test") for t in here),
            tuple(fields.ident(t) for t in here),
        )


def _is_taken(transaction: Node) -> bool:
    return fields.text(transaction, "status") in TAKEN


def _payment(line: Node, paid: Paid, records: Sequence[Node], rates: Rates) -> Payment:
    line_id = fields.ident(line)
    is_taken, is_held = paid.state == "success", paid.state == "authorized"
    kinds = {"success": PaymentKind.SALE, "authorized": PaymentKind.AUTHORISATION, "void": PaymentKind.VOID}
    channel = fields.text(line, "payment_channel")
    return Payment(
        id=line_id if is_taken else paid.ids[0],
        kind=kinds.get(paid.state, PaymentKind.OTHER),
        status=STATUS.get(paid.state, PaymentStatus.UNKNOWN),
        gateway=channel,
        label=label(line),
        amount=rates.pair(paid.amount),
        refundable=left([line_id], paid.amount, records) if is_taken else None,
        capturable=paid.amount if is_held else None,
        is_manual=channel in BY_HAND,
        is_test=paid.is_test,
        processed_at=paid.at,
        error=paid.error,
    )


def label(line: Node) -> str:
    """ "Visa •••• 4242", "Gift card": for people."""
    name = fields.text(line, "payment_name") or fields.text(line, "payment_channel")
    tail = re.search(r"[0-9]{4}$", fields.text(line, "credit_card_number"))
    return f"{name} •••• {tail.group()}" if tail and tail.group() not in name else name


def left(line_ids: Sequence[str], taken: Money, records: Sequence[Node]) -> Money:
    """Less what went back through these lines or is on its way."""
    gone = [
        fields.amount(part, "refund_price", taken.currency)
        for record in records
        for part in fields.items(record, "payment_details")
        if fields.text(part, "payment_line_id") in line_ids and _counts(part, record)
    ]
    return max(taken - total(gone, taken.currency), Money.zero(taken.currency))


def _counts(part: Node, record: Node) -> bool:
    return (fields.text(part, "refund_status") or fields.text(record, "refund_status")) != FAILED


def pending(records: Sequence[Node], currency: str) -> Money:
    """What refund records will still take."""
    waiting = [r for r in records if fields.text(r, "refund_status") == PENDING]
    return total((fields.amount(record, "refund_price", currency) for record in waiting), currency)


def to_refund(record: Node, rates: Rates, at: datetime) -> Refund:
    """Whether units were put back is not told."""
    return Refund(
        id=fields.ident(record),
        created_at=fields.when(record, "created_at") or at,
        note=fields.text(record, "note"),
        amount=rates.pair(fields.amount(record, "refund_price", rates.currency)),
        lines=tuple(
            RefundedLine(
                line_id=fields.ident(line, "line_item_id"),
                units=fields.units(line, "refund_quantity"),
                restock="unknown",
                was_restocked=False,
            )
            for line in fields.items(record, "refund_line_items")
        ),
        transactions=tuple(_part(part, record, rates) for part in fields.items(record, "payment_details")),
    )


def _part(part: Node, record: Node, rates: Rates) -> Payment:
    state = fields.text(part, "refund_status") or fields.text(record, "refund_status")
    states = {"finished": PaymentStatus.SUCCESS, PENDING: PaymentStatus.PENDING, FAILED: PaymentStatus.FAILED}
    channel = fields.text(part, "payment_channel")
    return Payment(
        id=fields.ident(part),
        kind=PaymentKind.REFUND,
        status=states.get(state, PaymentStatus.UNKNOWN),
        gateway=channel,
        label=channel,
        amount=rates.pair(fields.amount(part, "refund_price", rates.currency)),
        parent_id=fields.text(part, "payment_line_id"),
        is_manual=channel in BY_HAND,
        processed_at=fields.when(part, "finished_at"),
    )
