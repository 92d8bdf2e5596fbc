"""What an answer proves: the id of a credit memo something, `true` nothing, `false` that nothing was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stores.canonical.commands import CancelOrder, Command, RefundOrder
from stores.canonical.receipts import EffectState, Outcome, Receipt, RefundState, Reported
from stores.connectors import rows
from stores.kernel.errors import JobFailed, OutcomeUnknown, RemoteRefused, Unsupported
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.http.responses import Answer
from stores.platforms.magento import messages
from stores.platforms.magento.amounts import number, when
from stores.platforms.magento.finding import amount_of, lines_told

FIRST_LOOK, NEXT_LOOK = 1.0, 30.0  # seconds
OPEN, CANCELED = 1, 3  # states of a credit memo; 2: the money went back


def read(command: Command, answer: Answer) -> Receipt:
    match command:
        case CancelOrder():
            return said_of_cancel(command, answer)
        case RefundOrder():
            return memo_made(answer)
    raise Unsupported("cancel_lines")


def said_of_cancel(command: CancelOrder, answer: Answer) -> Receipt:
    """Then the order is read. Raises RemoteRefused for `false`."""
    if answer.body is False:
        raise RemoteRefused("false", code="not_cancelled", status=answer.status, user_message=str(messages.SAID_FALSE))
    if answer.body is not True:
        raise unreadable(answer)
    return Receipt(outcome=Outcome.ACCEPTED, ids={"order": command.order_id}, look_after=FIRST_LOOK)


def cancelled(order: Node, command: CancelOrder) -> Receipt:
    """Up to version 2.2 it said `true` and did nothing; so did plug-ins. An invoice that came a moment before leaves it
    the rest alone. Raises JobFailed."""
    if json_readers.ident(order, "state") != "canceled":
        if any(item.canceled for item in lines_told(order)):
            raise JobFailed("only a part", code="partly_cancelled", user_message=str(messages.SAID_PART))
        raise JobFailed("true, not canceled", code="not_cancelled", user_message=str(messages.SAID_TRUE))
    at = rows.told(lambda: when(order, "updated_at"))
    reported = Reported(state=EffectState.CANCELLED, cancelled_at=at)
    return Receipt(outcome=Outcome.APPLIED, ids={"order": command.order_id}, reported=reported)


def memo_made(answer: Answer) -> Receipt:
    """A bare number, of which a part would be a number too: so the credit memo itself is looked at next."""
    found = answer.body
    if (
        isinstance(found, bool)
        or not isinstance(found, int | str)
        or not (str(found).isascii() and str(found).isdecimal())
    ):
        raise unreadable(answer)
    ids, reported = {"refund": str(found)}, Reported(refund_state=RefundState.PENDING)
    return Receipt(outcome=Outcome.ACCEPTED, ids=ids, reported=reported, look_after=FIRST_LOOK)


def refunded(memos: Sequence[Node], receipt: Receipt, command: RefundOrder) -> Receipt:
    """What the credit memo came to. Raises JobFailed for one that was cancelled; OutcomeUnknown when none has its
    number: then it is asked for again."""
    wanted = receipt.ids.get("refund", "")
    memo = next((one for one in memos if json_readers.ident(one, "entity_id") == wanted), None)
    if memo is None:
        raise OutcomeUnknown("no such credit memo", code="no_memo", user_message=str(messages.NO_MEMO))
    if number(memo, "state") == CANCELED:
        raise JobFailed("canceled", code="memo_canceled", user_message=str(messages.MEMO_CANCELED))
    if number(memo, "state") == OPEN:
        return replace(receipt, look_after=NEXT_LOOK)
    reported = Reported(refund_state=RefundState.PAID, refunded=amount_of(memo, command.currency))
    return Receipt(outcome=Outcome.APPLIED, ids=receipt.ids, reported=reported)


def unreadable(answer: Answer) -> OutcomeUnknown:
    return OutcomeUnknown(
        "bad shape", code="bad_shape", status=answer.status, request_id=answer.request_id, answer=answer.body
    )
