"""What a cancellation would give back, and our commands as Magento wants them.

The quote is an estimate, since Magento has no dry run: units go back through the invoices that billed them, oldest
first; shipping through the invoice that carries it. Units that were never invoiced cost nothing and leave by the cancel
that follows: they stand on no payment. Whatever a request leaves out means everything there, so nothing is ever left
out. An amount of one's own is reached with the two adjustments: what Magento makes of lines and shipping, and the rest
as extra refund or as fee kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from stores.canonical.commands import CancelOrder, PaymentBack, RefundOrder
from stores.canonical.request import CancelRequest, Quote, QuotedLine, QuotedPayment
from stores.connectors import commands, refund_estimate
from stores.connectors.commands import json_number
from stores.connectors.errors import refusal
from stores.kernel.errors import Unsupported
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.money import Money
from stores.platforms.magento import capabilities, mapping
from stores.platforms.magento.money import CENT, ZERO, Facts, lines_in, smallest
from stores.platforms.magento.refund_math import Books, Shipping, Worth, adjusted, shipping_left

BY_CANCEL = "cancel"  # stands for the payment of units that nobody paid


def quote(facts: Facts, request: CancelRequest) -> Quote:
    """Raises RemoteRefused where units were asked for that no call of Magento can take off by themselves, or where the
    cancel that takes them would put back what is to stay out of stock."""
    step = Money(smallest(facts.currency), facts.currency)  # a dinar has three digits, and Magento pays two of them
    refund_estimate.guard_step(request, step, capabilities.TOO_FINE)
    wanted = refund_estimate.wanted(request, {item.id: item.waiting for item in facts.lines})
    whole = is_everything(facts, wanted)
    by_invoice, rest = split(facts, wanted)
    if rest and not whole:
        raise refusal("not_invoiced", capabilities.LINE_UNINVOICED)
    if rest and request.keep_stock & set(wanted):
        raise refusal("keep_stock", capabilities.CANCEL_RESTOCKS)
    shipping = shipping_back(facts, request, whole=whole)
    books = Books(facts)
    parts = []
    for invoice in facts.paid_invoices:
        mine = min(shipping, Shipping.of(facts, invoice).left)
        shipping -= mine
        units = by_invoice.get(json_readers.ident(invoice, "entity_id"), {})
        worth = books.memo(invoice, units, mine)
        is_all = (whole or empties(facts, invoice, units)) and mine == Shipping.of(facts, invoice).left
        parts.append(whole_of(facts, worth) if is_all else worth)
    return summed(facts, list(capped(facts, parts)), rest)


def empties(facts: Facts, invoice: Node, units: Mapping[str, Decimal]) -> bool:
    """The last units that this invoice billed."""
    return bool(units) and all(facts.billed_left(invoice, item) == units.get(item.id, ZERO) for item in facts.lines)


def whole_of(facts: Facts, worth: Worth) -> Worth:
    """The last cents too, which rounding per invoice leaves over; and all that was paid where Magento works out shares
    of its own (store credit, wrapping, fees). A fee that was kept on purpose stays kept."""
    memos = facts.memos_of(worth.invoice)
    cents = CENT * (len(worth.shares) + 1 + sum(len(lines_in(memo)) for memo in memos))
    is_near = worth.left - worth.expected <= cents + unpayable(facts, memos)
    return replace(worth, expected=worth.left) if is_near or not facts.is_plain else worth


def unpayable(facts: Facts, memos: Sequence[Node]) -> Decimal:
    """What earlier memos kept only because the currency has no piece so small (a part of a yen); never negative."""
    step = smallest(facts.currency)
    given = (adjusted(memo) for memo in memos)
    return max(ZERO, -sum((one for one in given if abs(one) < step), ZERO))


def capped(facts: Facts, parts: Sequence[Worth]) -> Iterator[Worth]:
    """Together never more than the order still holds."""
    open_money = facts.money_left
    for worth in parts:
        given = min(worth.expected, open_money)
        open_money -= given
        yield replace(worth, expected=given)


def is_everything(facts: Facts, wanted: Mapping[str, Decimal]) -> bool:
    is_all = all(wanted.get(item.id, ZERO) == item.current for item in facts.lines)
    return bool(wanted) and is_all and facts.nothing_shipped


def split(facts: Facts, wanted: Mapping[str, Decimal]) -> tuple[dict[str, dict[str, Decimal]], dict[str, Decimal]]:
    """(invoice id → line id → units, oldest invoice first; line id → units that no paid invoice holds)."""
    found: dict[str, dict[str, Decimal]] = {}
    rest: dict[str, Decimal] = {}
    for item in facts.lines:
        asked = wanted.get(item.id, ZERO)
        left = min(asked, facts.refundable(item))
        if asked > left:
            rest[item.id] = asked - left
        for invoice in facts.paid_invoices:
            taken = min(left, facts.units_on(invoice, item))
            if taken:
                found.setdefault(json_readers.ident(invoice, "entity_id"), {})[item.id] = taken
            left -= taken
    return found, rest


def shipping_back(facts: Facts, request: CancelRequest, *, whole: bool) -> Decimal:
    left = shipping_left(facts)
    if request.shipping is None:
        return left if whole else ZERO
    return min(request.shipping.amount, left)


# --- as a quote --------------------------------------------------------------------------------------
def summed(facts: Facts, parts: Sequence[Worth], rest: Mapping[str, Decimal]) -> Quote:
    return refund_estimate.quote(
        facts.money(sum((part.expected for part in parts), ZERO)),
        maximum=facts.money(facts.money_left),
        lines=(*lines_of(facts, parts), *unpaid(facts.currency, rest)),
        payments=(payment_of(facts, part) for part in parts if part.expected),
        tax=facts.money(sum((share.tax for part in parts for share in part.shares), ZERO)),
        shipping=facts.money(sum((part.shipping for part in parts), ZERO)),
    )


def lines_of(facts: Facts, parts: Sequence[Worth]) -> Iterator[QuotedLine]:
    for worth in parts:
        for share in worth.shares:
            yield QuotedLine(
                line_id=share.line_id,
                units=share.units,
                amount=facts.money(share.net),
                tax=facts.money(share.tax),
                payment_id="" if facts.cost_nothing else json_readers.ident(worth.invoice, "entity_id"),
            )


def unpaid(currency: str, rest: Mapping[str, Decimal]) -> Iterator[QuotedLine]:
    zero = Money.zero(currency)
    for line_id, units in rest.items():
        yield QuotedLine(line_id=line_id, units=units, amount=zero, tax=zero, payment_id=BY_CANCEL)


def payment_of(facts: Facts, worth: Worth) -> QuotedPayment:
    return QuotedPayment(
        payment_id=json_readers.ident(worth.invoice, "entity_id"),
        gateway=facts.method,
        label=mapping.label(facts, worth.invoice),
        amount=facts.money(worth.expected),
        maximum=facts.money(worth.left),
        is_manual=facts.is_by_hand(worth.invoice),
        shipping=facts.money(worth.shipping),
    )


# --- cancel ------------------------------------------------------------------------------------------
def guard_cancel(command: CancelOrder) -> None:
    """Cancel takes no word at all. Raises Unsupported for what it could not tell."""
    if command.refund:
        raise Unsupported("cancel_order", str(capabilities.BY_MEMO))
    if command.notify:
        raise Unsupported("notify_customer", str(capabilities.NO_MAIL))
    if not command.restock:
        raise Unsupported("keep_stock", str(capabilities.CANCEL_RESTOCKS))


def guard_state(facts: Facts) -> None:
    if facts.state in capabilities.STATE_BLOCKS:
        raise refusal("state", capabilities.STATE_BLOCKS[facts.state])


def guard_whole(facts: Facts) -> None:
    """Cancel takes what was never invoiced and leaves the rest: then it would not be this order's cancellation."""
    guard_state(facts)
    if not facts.has_uninvoiced:
        raise refusal("invoiced", capabilities.ALL_INVOICED)
    if not facts.nothing_shipped or any(item.cancellable != item.current for item in facts.lines):
        raise refusal("partly_invoiced", capabilities.PARTLY_INVOICED)


# --- refund ------------------------------------------------------------------------------------------
def target(facts: Facts, command: RefundOrder) -> tuple[Node, PaymentBack]:
    """The invoice, to which a credit memo belongs, and what goes back through it; of an order that cost nothing its
    only one, and nothing.

    Raises RemoteRefused when it is gone or was never paid.
    """
    by_id = {json_readers.ident(invoice, "entity_id"): invoice for invoice in facts.paid_invoices}
    if not command.payments and facts.leaves_for_nothing:
        ((ident, invoice),) = by_id.items()
        nothing = Money.zero(facts.currency)
        return invoice, PaymentBack(payment_id=ident, gateway=facts.method, amount=nothing, is_manual=True)
    payment = commands.only_payment(command, "cancel_without_refund", capabilities.NOTHING_BACK)
    if payment.payment_id not in by_id:
        raise refusal("invoice", capabilities.NO_INVOICE)
    return by_id[payment.payment_id], payment


def guard_refund(facts: Facts, invoice: Node, command: RefundOrder, payment: PaymentBack) -> None:
    """The order's own figures just before the refund; less than planned stops."""
    guard_state(facts)
    left = Money(facts.left_on(invoice), facts.currency)
    commands.guard_money(command, payment.amount, left, [(command.shipping, facts.money(shipping_left(facts)))])
    if facts.is_by_hand(invoice) and not payment.is_manual:
        raise refusal("by_hand", capabilities.NOW_BY_HAND)
    units = {item.id: min(item.waiting, facts.units_on(invoice, item)) for item in facts.lines}
    commands.guard_units(command, units, capabilities.UNITS_GONE, "units")


def refund_body(facts: Facts, invoice: Node, command: RefundOrder, payment: PaymentBack, note: str) -> dict[str, Any]:
    """Exactly what is wanted. `isOnline` is spelt so in the code, whatever old descriptions say."""
    units = {line.line_id: line.units for line in command.lines}
    shipping, held = command.shipping.amount if command.shipping else ZERO, Shipping.of(facts, invoice).left
    shipping = min(shipping, held) if held else shipping  # rounded up for people, Magento refuses it
    worth = Books(facts).memo(invoice, units, shipping)
    extra = adjustment(facts, worth, payment.amount.amount)
    return {
        "items": [{"order_item_id": int(line), "qty": json_number(n)} for line, n in named(facts, invoice, units)],
        "isOnline": not payment.is_manual,
        "notify": command.notify,
        "appendComment": True,
        "comment": {"comment": note, "is_visible_on_front": 0},
        "arguments": {
            "shipping_amount": json_number(worth.argument),
            "adjustment_positive": json_number(max(extra, ZERO)),
            "adjustment_negative": json_number(max(-extra, ZERO)),
            "extension_attributes": {
                "return_to_stock_items": [int(line.line_id) for line in command.lines if line.restock and line.units]
            },
        },
    }


def named(facts: Facts, invoice: Node, units: dict[str, Decimal]) -> list[tuple[str, Decimal]]:
    """An empty list would mean everything: money alone names every line of the invoice with 0."""
    wanted = [(line_id, count) for line_id, count in units.items() if count]
    known = {item.id for item in facts.lines}
    return wanted or [(line_id, ZERO) for line_id, _ in lines_in(invoice) if line_id in known]


def adjustment(facts: Facts, worth: Worth, amount: Decimal) -> Decimal:
    """None where Magento works out shares of its own and the amount is the one that was expected."""
    if not facts.is_plain and amount in (worth.expected, worth.left):
        return ZERO
    return amount - worth.modelled
