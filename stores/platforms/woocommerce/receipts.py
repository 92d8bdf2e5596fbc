"""What an answer to a command proves. Whatever it leaves open is unknown, and looked for on the order."""

from __future__ import annotations

from stores.canonical.commands import CancelOrder, Command, RefundOrder
from stores.canonical.receipts import EffectState, Outcome, Receipt, RefundState, Reported
from stores.kernel.errors import OutcomeUnknown, Unsupported
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.http.responses import Answer
from stores.kernel.money import Money
from stores.platforms.woocommerce import amounts, messages, payments, sending


def read(command: Command, answer: Answer) -> Receipt:
    try:
        body = json_readers.node(answer.body, "body")
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
    if json_readers.ident(order, "id") != command.order_id or json_readers.text(order, "status") != "cancelled":
        raise Misread("status")
    reported = Reported(state=EffectState.CANCELLED, cancelled_at=payments.when(order, "date_modified_gmt"))
    return Receipt(outcome=Outcome.APPLIED, ids={"order": command.order_id}, reported=reported)


def refunded(raw: Node, command: RefundOrder) -> Receipt:
    """Our amount, and the gateway's yes where it was asked. Raises OutcomeUnknown when it did not say yes."""
    ident, sent = json_readers.ident(raw, "id"), sending.whole(command).rounded().amount
    if amounts.number(raw, "amount") != sent:
        raise Misread("amount")
    if sending.pays(command) and not json_readers.flag(raw, "refunded_payment"):
        raise OutcomeUnknown("not paid back", code="not_paid", user_message=str(messages.NOT_PAID), answer=dict(raw))
    state = RefundState.PAID if sending.pays(command) else RefundState.RECORDED
    reported = Reported(refund_state=state, refunded=Money(sent, command.currency))
    return Receipt(outcome=Outcome.APPLIED, ids={"refund": ident}, reported=reported)
