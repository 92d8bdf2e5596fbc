"""Invoices as payments that can be refunded one by one, an authorisation, and credit memos as refunds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from stores.canonical.order import Payment, PaymentKind, PaymentStatus, Refund, RefundedLine
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.money import Money
from stores.platforms.magento.amounts import ZERO, money, number, pair, when
from stores.platforms.magento.facts import PAID, Facts, lines_in, method_of

ENDED = ("canceled", "closed")


def to_payments(facts: Facts) -> tuple[Payment, ...]:
    return (*(to_payment(facts, invoice) for invoice in facts.invoices), *authorisation(facts))


def to_payment(facts: Facts, invoice: Node) -> Payment:
    """Only what was paid can go back; an open invoice waits for its money."""
    is_paid = number(invoice, "state") == PAID
    amount = money(invoice, "base_grand_total", facts.currency)
    return Payment(
        id=json_readers.ident(invoice, "entity_id"),
        kind=PaymentKind.CAPTURE if is_paid else PaymentKind.OTHER,
        status=PaymentStatus.SUCCESS if is_paid else PaymentStatus.PENDING,
        gateway=method_of(facts.order),
        label=label(facts, invoice),
        amount=pair(amount),
        refundable=Money(facts.left_on(invoice), facts.currency).rounded() if is_paid else None,
        is_manual=is_paid and facts.is_by_hand(invoice),
        processed_at=when(invoice, "created_at"),
    )


def label(facts: Facts, invoice: Node) -> str:
    said = {"number": json_readers.text(invoice, "increment_id"), "method": method_name(facts.order)}
    return _("Invoice %(number)s, %(method)s") % said


def method_name(order: Node) -> str:
    """Payment method as the shop calls it, with the card's last digits where there are some."""
    payment = order.get("payment")
    if not isinstance(payment, dict):
        return ""
    more = payment.get("additional_information")
    title = next((one for one in more if isinstance(one, str) and one), "") if isinstance(more, list) else ""
    last = json_readers.text(payment, "cc_last4")
    name = title[:60] or json_readers.text(payment, "method")
    return f"{name} •••• {last}" if last.isdecimal() and len(last) == 4 else name


def authorisation(facts: Facts) -> Iterator[Payment]:
    """What is held and was never captured; an order that ended holds nothing any more."""
    payment = facts.order.get("payment")
    held = number(payment, "base_amount_authorized") if isinstance(payment, dict) else ZERO
    if held <= 0:
        return
    amount = Money(held, facts.currency).rounded()
    rest = Money(max(ZERO, held - number(facts.order, "base_total_paid")), facts.currency).rounded()
    is_over = facts.state in ENDED or bool(number(facts.order, "base_total_canceled"))
    yield Payment(
        id=f"authorisation-{json_readers.ident(facts.order, 'entity_id')}",
        kind=PaymentKind.VOID if is_over else PaymentKind.AUTHORISATION,
        status=PaymentStatus.SUCCESS,
        gateway=method_of(facts.order),
        label=method_name(facts.order),
        amount=pair(amount),
        capturable=None if is_over or not rest else rest,
    )


# --- what went back ----------------------------------------------------------------------------------
def to_refund(facts: Facts, memo: Node, at: datetime) -> Refund:
    """Whether units were put back is not told."""
    known = {item.id for item in facts.lines}
    amount = pair(money(memo, "base_grand_total", facts.currency))
    made = when(memo, "created_at") or at
    memo_id = json_readers.ident(memo, "entity_id")
    return Refund(
        id=memo_id,
        created_at=made,
        note=comments(memo)[:2000],
        amount=amount,
        lines=tuple(
            RefundedLine(line_id=line_id, units=units, restock="unknown", was_restocked=False)
            for line_id, units in lines_in(memo)
            if line_id in known and units
        ),
        transactions=(
            Payment(
                id=memo_id,
                kind=PaymentKind.REFUND,
                status=PaymentStatus.SUCCESS if number(memo, "state") == PAID else PaymentStatus.PENDING,
                gateway=method_of(facts.order),
                label=json_readers.text(memo, "increment_id"),
                amount=amount,
                parent_id=json_readers.text(memo, "invoice_id"),
                is_manual=not json_readers.text(memo, "transaction_id"),
                processed_at=made,
            ),
        ),
    )


def comments(memo: Node) -> str:
    return "\n".join(filter(None, (json_readers.text(one, "comment") for one in json_readers.nodes(memo, "comments"))))
