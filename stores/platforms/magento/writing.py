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
from typing import Any, NamedTuple

from stores.canonical.commands import CancelOrder, PaymentBack, RefundOrder
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest, Quote, QuotedLine, QuotedPayment
from stores.connectors import refund_estimate
from stores.kernel.errors import RemoteRefused, Unsupported
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.money import Money
from stores.platforms.magento import capabilities, mapping, reading
from stores.platforms.magento.api import Api, understood
from stores.platforms.magento.money import CENT, ZERO, Facts, lines_in, method_of, nothing_shipped, number, smallest
from stores.platforms.magento.refund_math import Books, Shipping, Worth

BY_CANCEL = "cancel"  # stands for the payment of units that nobody paid


class Part(NamedTuple):
    invoice: Node
    worth: Worth


def quote(api: Api, order: Order, request: CancelRequest) -> Quote:
    """Raises RemoteRefused where units were asked for that no call of Magento can take off by themselves, or where the
    cancel that takes them would put back what is to stay out of stock."""
    with understood():
        return estimate(reading.facts_of(api, order.external_id), request)


def estimate(facts: Facts, request: CancelRequest) -> Quote:
    guard_step(facts, request)
    wanted = wish(facts, request)
    whole = is_everything(facts, wanted)
    by_invoice = split(facts, wanted)
    rest = left_over(wanted, by_invoice)
    if rest and not whole:
        raise RemoteRefused("not invoiced", code="not_invoiced", user_message=str(capabilities.LINE_UNINVOICED))
    if rest and request.keep_stock & set(wanted):
        raise RemoteRefused("kept", code="keep_stock", user_message=str(capabilities.CANCEL_RESTOCKS))
    shipping = shipping_back(facts, request, whole=whole)
    books = Books(facts)
    parts = []
    for invoice in facts.paid_invoices:
        mine = min(shipping, Shipping.of(facts, invoice).left)
        shipping -= mine
        units = by_invoice.get(json_readers.ident(invoice, "entity_id"), {})
        worth = books.memo(invoice, units, mine)
        is_all = (whole or empties(facts, invoice, units)) and mine == Shipping.of(facts, invoice).left
        parts.append(Part(invoice, whole_of(facts, invoice, worth) if is_all else worth))
    return summed(facts, list(capped(facts, parts)), rest)


def guard_step(facts: Facts, request: CancelRequest) -> None:
    """A dinar has three digits, and Magento pays two of them."""
    asked = (*request.part.values(), *([request.shipping] if request.shipping else []))
    step = smallest(facts.currency)
    if any(said.currency == facts.currency and said.amount % step for said in asked if said.amount.is_finite()):
        text = str(capabilities.TOO_FINE) % {"step": f"{step:f}"}
        raise RemoteRefused("too fine", code="too_fine", user_message=text)


def empties(facts: Facts, invoice: Node, units: Mapping[str, Decimal]) -> bool:
    """The last units that this invoice billed."""
    return bool(units) and all(facts.billed_left(invoice, item) == units.get(item.id, ZERO) for item in facts.lines)


def whole_of(facts: Facts, invoice: Node, worth: Worth) -> Worth:
    """The last cents too, which rounding per invoice leaves over; and all that was paid where Magento works out shares
    of its own (store credit, wrapping, fees). A fee that was kept on purpose stays kept."""
    memos = facts.memos_of(invoice)
    cents = CENT * (len(worth.shares) + 1 + sum(len(lines_in(memo)) for memo in memos))
    is_near = worth.left - worth.expected <= cents + unpayable(facts, memos)
    return replace(worth, expected=worth.left) if is_near or not facts.is_plain else worth


def unpayable(facts: Facts, memos: Sequence[Node]) -> Decimal:
    """What earlier memos kept only because the currency has no piece so small (a part of a yen); never negative."""
    step = smallest(facts.currency)
    kept = (number(memo, "base_adjustment_negative") - number(memo, "base_adjustment_positive") for memo in memos)
    return max(ZERO, sum((one for one in kept if abs(one) < step), ZERO))


def capped(facts: Facts, parts: Sequence[Part]) -> Iterator[Part]:
    """Together never more than the order still holds."""
    open_money = facts.money_left
    for part in parts:
        given = min(part.worth.expected, open_money)
        open_money -= given
        yield Part(part.invoice, replace(part.worth, expected=given))


def wish(facts: Facts, request: CancelRequest) -> dict[str, Decimal]:
    """What of it is possible; the planner says what is wrong with the rest."""
    found = {}
    for item in facts.lines:
        asked = request.lines.get(item.id, ZERO)
        if asked.is_finite() and 0 < asked <= item.waiting:
            found[item.id] = asked
    return found


def is_everything(facts: Facts, wanted: Mapping[str, Decimal]) -> bool:
    is_all = all(wanted.get(item.id, ZERO) == item.current for item in facts.lines)
    return bool(wanted) and is_all and nothing_shipped(facts.lines)


def split(facts: Facts, wanted: Mapping[str, Decimal]) -> dict[str, dict[str, Decimal]]:
    """Invoice id → line id → units, oldest invoice first."""
    found: dict[str, dict[str, Decimal]] = {}
    for item in facts.lines:
        left = min(wanted.get(item.id, ZERO), facts.refundable(item))
        for invoice in facts.paid_invoices:
            taken = min(left, facts.units_on(invoice, item))
            if taken:
                found.setdefault(json_readers.ident(invoice, "entity_id"), {})[item.id] = taken
            left -= taken
    return found


def left_over(wanted: Mapping[str, Decimal], by_invoice: Mapping[str, Mapping[str, Decimal]]) -> dict[str, Decimal]:
    """Units that no paid invoice holds."""
    rest = {
        line_id: units - sum((lines.get(line_id, ZERO) for lines in by_invoice.values()), ZERO)
        for line_id, units in wanted.items()
    }
    return {line_id: units for line_id, units in rest.items() if units}


def shipping_back(facts: Facts, request: CancelRequest, *, whole: bool) -> Decimal:
    left = sum((Shipping.of(facts, invoice).left for invoice in facts.paid_invoices), ZERO)
    if request.shipping is None:
        return left if whole else ZERO
    return min(request.shipping.amount, left)


# --- as a quote --------------------------------------------------------------------------------------
def summed(facts: Facts, parts: Sequence[Part], rest: Mapping[str, Decimal]) -> Quote:
    currency = facts.currency
    given = Money(sum((part.worth.expected for part in parts), ZERO), currency).rounded()
    tax = Money(sum((share.tax for part in parts for share in part.worth.shares), ZERO), currency).rounded()
    shipping = Money(sum((part.worth.shipping for part in parts), ZERO), currency).rounded()
    return refund_estimate.quote(
        given,
        maximum=Money(facts.money_left, currency).rounded(),
        lines=(*lines_of(facts, parts), *unpaid(currency, rest)),
        payments=(payment_of(facts, part) for part in parts if part.worth.expected),
        tax=tax,
        shipping=shipping,
    )


def lines_of(facts: Facts, parts: Sequence[Part]) -> Iterator[QuotedLine]:
    for invoice, worth in parts:
        for share in worth.shares:
            yield QuotedLine(
                line_id=share.line_id,
                units=share.units,
                amount=Money(share.net, facts.currency).rounded(),
                tax=Money(share.tax, facts.currency).rounded(),
                payment_id="" if facts.cost_nothing else json_readers.ident(invoice, "entity_id"),
            )


def unpaid(currency: str, rest: Mapping[str, Decimal]) -> Iterator[QuotedLine]:
    zero = Money.zero(currency)
    for line_id, units in rest.items():
        yield QuotedLine(line_id=line_id, units=units, amount=zero, tax=zero, payment_id=BY_CANCEL)


def payment_of(facts: Facts, part: Part) -> QuotedPayment:
    invoice, worth = part
    return QuotedPayment(
        payment_id=json_readers.ident(invoice, "entity_id"),
        gateway=method_of(facts.order),
        label=mapping.label(facts, invoice),
        amount=Money(worth.expected, facts.currency).rounded(),
        maximum=Money(worth.left, facts.currency).rounded(),
        is_manual=facts.is_by_hand(invoice),
        shipping=Money(worth.shipping, facts.currency).rounded(),
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


def guard_whole(facts: Facts) -> None:
    """Cancel takes what was never invoiced and leaves the rest: then it would not be this order's cancellation."""
    if facts.state in capabilities.STATE_BLOCKS:
        raise refusal("state", str(capabilities.STATE_BLOCKS[facts.state]))
    if not any(item.uninvoiced for item in facts.lines):
        raise refusal("invoiced", str(capabilities.ALL_INVOICED))
    if not nothing_shipped(facts.lines) or any(item.cancellable != item.current for item in facts.lines):
        raise refusal("partly_invoiced", str(capabilities.PARTLY_INVOICED))


# --- refund ------------------------------------------------------------------------------------------
def only_payment(command: RefundOrder) -> PaymentBack:
    """A credit memo belongs to one invoice, and to nothing it is refused."""
    if len(command.payments) != 1 or command.payments[0].amount.amount <= 0:
        raise Unsupported("cancel_without_refund", str(capabilities.NOTHING_BACK))
    return command.payments[0]


def target(facts: Facts, command: RefundOrder) -> tuple[Node, PaymentBack]:
    """The invoice, and what goes back through it; of an order that cost nothing its only one, and nothing."""
    if command.payments or not facts.leaves_for_nothing:
        payment = only_payment(command)
        return invoice_of(facts, payment), payment
    (invoice,) = facts.paid_invoices
    nothing = Money.zero(facts.currency)
    return invoice, PaymentBack(
        payment_id=json_readers.ident(invoice, "entity_id"),
        gateway=method_of(facts.order),
        amount=nothing,
        is_manual=True,
    )


def invoice_of(facts: Facts, payment: PaymentBack) -> Node:
    """Raises RemoteRefused when it is gone or was never paid."""
    for invoice in facts.paid_invoices:
        if json_readers.ident(invoice, "entity_id") == payment.payment_id:
            return invoice
    raise refusal("invoice", str(capabilities.NO_INVOICE))


def guard_refund(facts: Facts, invoice: Node, command: RefundOrder, payment: PaymentBack) -> None:
    """The order's own figures just before the refund; less than planned stops."""
    if facts.state in capabilities.STATE_BLOCKS:
        raise refusal("state", str(capabilities.STATE_BLOCKS[facts.state]))
    if facts.currency != payment.amount.currency:
        raise refusal("currency_changed", str(capabilities.CURRENCY_CHANGED))
    if payment.amount.amount > facts.left_on(invoice):
        raise refusal("less_refundable", str(capabilities.LESS_LEFT))
    if command.shipping and command.shipping > shipping_left(facts):
        raise refusal("less_shipping", str(capabilities.LESS_LEFT))
    if facts.is_by_hand(invoice) and not payment.is_manual:
        raise refusal("by_hand", str(capabilities.NOW_BY_HAND))
    known = {item.id: item for item in facts.lines}
    for line in command.lines:
        item = known.get(line.line_id)
        if item is None or line.units > min(item.waiting, facts.units_on(invoice, item)):
            raise refusal("units", str(capabilities.UNITS_GONE))


def shipping_left(facts: Facts) -> Money:
    """Of all paid invoices: an amount of one's own may go back through another one than the shipping's."""
    left = sum((Shipping.of(facts, invoice).left for invoice in facts.paid_invoices), ZERO)
    return Money(left, facts.currency).rounded()


def refund_body(facts: Facts, invoice: Node, command: RefundOrder, payment: PaymentBack, note: str) -> dict[str, Any]:
    """Exactly what is wanted. `isOnline` is spelt so in the code, whatever old descriptions say."""
    units = {line.line_id: line.units for line in command.lines}
    shipping, held = command.shipping.amount if command.shipping else ZERO, Shipping.of(facts, invoice).left
    shipping = min(shipping, held) if held else shipping  # rounded up for people, Magento refuses it
    worth = Books(facts).memo(invoice, units, shipping)
    extra = adjustment(facts, worth, payment.amount.amount)
    return {
        "items": [
            {"order_item_id": int(line_id), "qty": json_number(count)}
            for line_id, count in named(facts, invoice, units)
        ],
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


def json_number(value: Decimal) -> int | float:
    """A JSON number with the very digits of `value`: amounts have at most 15 of them, which a float keeps."""
    if value == value.to_integral_value():
        return int(value)
    found = float(value)
    if Decimal(repr(found)) != value:
        raise refusal("digits", str(capabilities.UNREADABLE))
    return found


def refusal(code: str, said: str) -> RemoteRefused:
    """Ours, before anything is sent."""
    return RemoteRefused(code, code=code, user_message=said)
