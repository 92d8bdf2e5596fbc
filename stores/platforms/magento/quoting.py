"""What a cancellation would give back, invoice by invoice: an estimate, since Magento has no dry run.

Units go back through the invoices that billed them, oldest first; shipping through the invoice that carries it.
Units that were never invoiced cost nothing and leave by the cancel that follows: they stand on no payment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from stores.canonical.order import Order
from stores.canonical.request import CancelRequest, Quote, QuotedLine, QuotedPayment
from stores.connectors import refund_estimate
from stores.kernel.errors import RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.money import Money
from stores.platforms.magento import items, messages, payments, reading
from stores.platforms.magento.amounts import CENT, ZERO, number, smallest
from stores.platforms.magento.api import Api, understood
from stores.platforms.magento.facts import Facts, lines_in, method_of
from stores.platforms.magento.refund_math import Books, Worth
from stores.platforms.magento.shipping import Shipping

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
        raise RemoteRefused("not invoiced", code="not_invoiced", user_message=str(messages.LINE_UNINVOICED))
    if rest and request.keep_stock & set(wanted):
        raise RemoteRefused("kept", code="keep_stock", user_message=str(messages.CANCEL_RESTOCKS))
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
        text = str(messages.TOO_FINE) % {"step": f"{step:f}"}
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
    return bool(wanted) and is_all and items.nothing_shipped(facts.lines)


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
        label=payments.label(facts, invoice),
        amount=Money(worth.expected, facts.currency).rounded(),
        maximum=Money(worth.left, facts.currency).rounded(),
        is_manual=facts.is_by_hand(invoice),
        shipping=Money(worth.shipping, facts.currency).rounded(),
    )
