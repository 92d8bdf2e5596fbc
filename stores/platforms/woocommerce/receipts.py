"""What an answer to a command proves. Whatever it leaves open is unknown, and looked for on the order."""

from __future__ import annotations

from stores.canonical.commands import CancelOrder, Command, Outcome, Receipt, RefundOrder
from stores.kernel import shapes
from stores.kernel.answers import Answer
from stores.kernel.errors import OutcomeUnknown, Unsupported
from stores.kernel.shapes import Misread, Node
from stores.platforms.woocommerce import amounts, payments, sending, words


def read(command: Command, answer: Answer) -> Receipt:
    try:
        body = shapes.node(answer.body, "body")
        match command:
            case CancelOrder():
                return cancelled(body, command)
            case RefundOrder():
                return refunded(body, command)
    except Misread as exc:
        raise OutcomeUnknown(f"misread {exc}", code="bad_shape", status=answer.status, answer=answer.body) from exc
    raise Unsupported("cancel_lines")


def cancelled(order: Node, command: CancelOrder) -> Receipt:
    """The order as it stands after the change. Raises Misread where it says anything but cancelled."""
    if shapes.ident(order, "id") != command.order_id or shapes.text(order, "status") != "cancelled":
        raise Misread("status")
    at = payments.when(order, "date_modified_gmt")
    facts = {"state": "cancelled"} | ({"cancelled_at": at.isoformat()} if at else {})
    return Receipt(outcome=Outcome.APPLIED, ids={"order": command.order_id}, facts=facts)


def refunded(raw: Node, command: RefundOrder) -> Receipt:
    """Our amount, and the gateway's yes where it was asked. Raises OutcomeUnknown when it did not say yes."""
    ident, sent = shapes.ident(raw, "id"), sending.whole(command).rounded().amount
    if amounts.number(raw, "amount") != sent:
        raise Misread("amount")
    if sending.pays(command) and not shapes.flag(raw, "refunded_payment"):
        raise OutcomeUnknown("not paid back", code="not_paid", user_message=str(words.NOT_PAID), answer=dict(raw))
    state = "paid" if sending.pays(command) else "recorded"
    facts = {"refund_state": state, "refunded": f"{sent:f} {command.currency}"}
    return Receipt(outcome=Outcome.APPLIED, ids={"refund": ident}, facts=facts)
