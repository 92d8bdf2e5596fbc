"""What an answer to a command proves, and what a later look adds."""

from __future__ import annotations

from collections.abc import Sequence

from stores.canonical.commands import CancelOrder, Command, RefundOrder
from stores.canonical.receipts import EffectState, Outcome, Receipt, RefundState, Reported
from stores.connectors import rows
from stores.kernel.errors import JobFailed, OutcomeUnknown, Unsupported
from stores.kernel.http.responses import Answer
from stores.platforms.shoplazza import capabilities, fields
from stores.platforms.shoplazza.api import data_of
from stores.platforms.shoplazza.fields import Misread, Node

FIRST_LOOK = 1.0  # seconds
MONEY_LOOK = 2.0
PENDING = Reported(refund_state=RefundState.PENDING)


def read(command: Command, answer: Answer) -> Receipt:
    """An answer without its payload proves nothing: OutcomeUnknown."""
    data = data_of(answer, effect=True)
    try:
        match command:
            case CancelOrder():
                return cancelled(fields.node(data, "order"), command)
            case RefundOrder():
                return refund_begun(data)
        raise Unsupported("cancel_lines")
    except Misread as exc:
        raise OutcomeUnknown(f"misread {exc}", code="bad_shape", status=answer.status, answer=answer.body) from exc


def cancelled(order: Node, command: CancelOrder) -> Receipt:
    """The documented answer is an order that still shows its old state; then the order is read."""
    if fields.ident(order) != command.order_id:
        raise Misread("order.id")
    ids = {"order": fields.ident(order)}
    if fields.text(order, "status") == "cancelled":
        return Receipt(outcome=Outcome.APPLIED, ids=ids, reported=Reported(state=EffectState.CANCELLED))
    return Receipt(outcome=Outcome.ACCEPTED, ids=ids, look_after=FIRST_LOOK)


def refund_begun(data: Node) -> Receipt:
    """A record and an after-sales case; the money follows."""
    ids = {"refund": fields.ident(data, "refund_record_id"), "post_sale": fields.text(data, "post_sale_id")}
    return Receipt(outcome=Outcome.ACCEPTED, ids=ids, reported=PENDING, look_after=MONEY_LOOK)


def refund_state(receipt: Receipt, records: Sequence[Node], command: RefundOrder) -> Receipt:
    """Raises JobFailed when the payment provider did not pay back."""
    wanted = receipt.ids.get("refund", "")
    record = next((record for record in records if fields.text(record, "id") == wanted), None)
    state = fields.text(record, "refund_status") if record else ""
    if record and state == "failed":
        raise JobFailed(
            "not paid back", code="refund_failed", user_message=str(capabilities.NOT_PAID_BACK), answer=[dict(record)]
        )
    if record and state == "finished":
        is_said = bool(fields.text(record, "refund_price"))
        back = rows.told(lambda: fields.amount(record, "refund_price", command.currency)) if is_said else None
        reported = Reported(refund_state=RefundState.PAID, refunded=back)
        return Receipt(outcome=Outcome.APPLIED, ids=receipt.ids, reported=reported)
    return Receipt(outcome=Outcome.ACCEPTED, ids=receipt.ids, reported=PENDING, look_after=MONEY_LOOK)
