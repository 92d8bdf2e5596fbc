"""Our commands as Magento wants them: whatever is left out there means everything, so nothing is ever left out.

An amount of one's own is reached with the two adjustments: what Magento makes of lines and shipping, and the rest as
extra refund or as fee kept.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from stores.canonical.commands import CancelOrder, PaymentBack, RefundOrder
from stores.kernel.errors import RemoteRefused, Unsupported
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.money import Money
from stores.platforms.magento import items, messages
from stores.platforms.magento.amounts import ZERO
from stores.platforms.magento.facts import Facts, lines_in, method_of
from stores.platforms.magento.refund_math import Books, Worth
from stores.platforms.magento.shipping import Shipping


# --- cancel ------------------------------------------------------------------------------------------
def guard_cancel(command: CancelOrder) -> None:
    """Cancel takes no word at all. Raises Unsupported for what it could not tell."""
    if command.refund:
        raise Unsupported("cancel_order", str(messages.BY_MEMO))
    if command.notify:
        raise Unsupported("notify_customer", str(messages.NO_MAIL))
    if not command.restock:
        raise Unsupported("keep_stock", str(messages.CANCEL_RESTOCKS))


def guard_whole(facts: Facts) -> None:
    """Cancel takes what was never invoiced and leaves the rest: then it would not be this order's cancellation."""
    if facts.state in messages.STATE_BLOCKS:
        raise refusal("state", str(messages.STATE_BLOCKS[facts.state]))
    if not any(item.uninvoiced for item in facts.lines):
        raise refusal("invoiced", str(messages.ALL_INVOICED))
    if not items.nothing_shipped(facts.lines) or any(item.cancellable != item.current for item in facts.lines):
        raise refusal("partly_invoiced", str(messages.PARTLY_INVOICED))


# --- refund ------------------------------------------------------------------------------------------
def only_payment(command: RefundOrder) -> PaymentBack:
    """A credit memo belongs to one invoice, and to nothing it is refused."""
    if len(command.payments) != 1 or command.payments[0].amount.amount <= 0:
        raise Unsupported("cancel_without_refund", str(messages.NOTHING_BACK))
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
    raise refusal("invoice", str(messages.NO_INVOICE))


def guard_refund(facts: Facts, invoice: Node, command: RefundOrder, payment: PaymentBack) -> None:
    """The order's own figures just before the refund; less than planned stops."""
    if facts.state in messages.STATE_BLOCKS:
        raise refusal("state", str(messages.STATE_BLOCKS[facts.state]))
    if facts.currency != payment.amount.currency:
        raise refusal("currency_changed", str(messages.CURRENCY_CHANGED))
    if payment.amount.amount > facts.left_on(invoice):
        raise refusal("less_refundable", str(messages.LESS_LEFT))
    if command.shipping and command.shipping > shipping_left(facts):
        raise refusal("less_shipping", str(messages.LESS_LEFT))
    if facts.is_by_hand(invoice) and not payment.is_manual:
        raise refusal("by_hand", str(messages.NOW_BY_HAND))
    known = {item.id: item for item in facts.lines}
    for line in command.lines:
        item = known.get(line.line_id)
        if item is None or line.units > min(item.waiting, facts.units_on(invoice, item)):
            raise refusal("units", str(messages.UNITS_GONE))


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
            {"order_item_id": int(line_id), "qty": number(count)} for line_id, count in named(facts, invoice, units)
        ],
        "isOnline": not payment.is_manual,
        "notify": command.notify,
        "appendComment": True,
        "comment": {"comment": note, "is_visible_on_front": 0},
        "arguments": {
            "shipping_amount": number(worth.argument),
            "adjustment_positive": number(max(extra, ZERO)),
            "adjustment_negative": number(max(-extra, ZERO)),
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


def number(value: Decimal) -> int | float:
    """A JSON number with the very digits of `value`: amounts have at most 15 of them, which a float keeps."""
    if value == value.to_integral_value():
        return int(value)
    found = float(value)
    if Decimal(repr(found)) != value:
        raise refusal("digits", str(messages.UNREADABLE))
    return found


def refusal(code: str, said: str) -> RemoteRefused:
    """Ours, before anything is sent."""
    return RemoteRefused(code, code=code, user_message=said)


__all__ = ["guard_cancel", "guard_refund", "guard_whole", "invoice_of", "only_payment", "refund_body"]
