"""Ours to theirs, what must hold in a fresh read before a line is sent, and what an answer proves.

That is the state of the order or the item in it, never the status alone.
"""

from __future__ import annotations

from typing import Any

from stores.canonical.commands import CancelLine, CancelOrder, CancelRest
from stores.canonical.receipts import EffectState, Receipt
from stores.connectors.errors import refusal
from stores.connectors.roles import Answers
from stores.kernel.errors import OutcomeUnknown
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.http.responses import Answer
from stores.platforms.modern_dropship import capabilities
from stores.platforms.modern_dropship.api import answered
from stores.platforms.modern_dropship.cancellable import Tally, complete, tally, to_item


def order_body(reason: str, *, only_rest: bool) -> dict[str, Any]:
    """The flag is always said: `false` makes the network refuse an order of which something has shipped."""
    return {"reason": reason, "unfulfilledOnly": only_rest}


def line_body(command: CancelLine, reason: str) -> dict[str, Any]:
    """A whole line goes without `newQuantity`, whose default is 0: whether an explicit 0 is taken is not known."""
    keep = int(command.keep)
    return {"reason": reason, "newQuantity": keep} if keep else {"reason": reason}


def check_line(command: CancelLine, now: Tally) -> None:
    """The line stands as planned: this id, this product, live, and enough of it waits. Raises RemoteRefused."""
    item = now.item(command.line_id)
    if item is None:
        raise refusal("line_gone", capabilities.LINE_GONE)
    if item.is_cancelled:
        raise refusal("line_cancelled", capabilities.LINE_CANCELLED)
    if command.stock_key and item.code != command.stock_key:
        raise refusal("line_changed", capabilities.LINE_CHANGED)
    if command.keep >= item.quantity:
        raise refusal("line_smaller", capabilities.LINE_SMALLER)
    if item.quantity - command.keep > now.cancellable(item):
        raise refusal("line_shipped", capabilities.LINE_SHIPPED)


# --- answers: whatever does not show the effect proves nothing ------------------------------------------
def cancelled(command: CancelOrder, body: Node) -> Receipt:
    return _all_gone(command, tally(complete(body, command.order_id)).is_cancelled)


def rest_cancelled(command: CancelRest, body: Node) -> Receipt:
    return _all_gone(command, is_rest_gone(tally(complete(body, command.order_id))))


def _all_gone(command: CancelOrder | CancelRest, is_done: bool) -> Receipt:
    if not is_done:
        raise Misread("items")
    return Receipt.applied({"order": command.order_id}, state=EffectState.CANCELLED)


def line_cancelled(command: CancelLine, body: Node) -> Receipt:
    """The answer is the item: the addressed one, cancelled; or the new one that holds what stays."""
    item, ids = to_item(body), {"item": command.line_id}
    if item.id != command.line_id and not item.is_cancelled:
        ids["new_item"] = item.id
        is_shown = item.quantity == command.keep and item.code == command.stock_key
    else:
        is_shown = item.id == command.line_id and item.is_cancelled
    if not is_shown:
        raise Misread("cancelled")
    return Receipt.applied(ids, state=EffectState.CANCELLED)


ANSWERS: Answers = {CancelOrder: cancelled, CancelRest: rest_cancelled, CancelLine: line_cancelled}


def is_rest_gone(now: Tally) -> bool:
    """Nothing waits any more, and the order says so itself or is cancelled whole."""
    return now.is_cancelled or (now.is_shipped and not now.waiting)


def check_tag(answer: Answer, tag: str) -> None:
    """A platform may answer 200 to what somebody else cancelled before: without our mark nothing is ours.

    An answer that shows only the new item carries no reason, and there a second call would have been refused.
    Raises OutcomeUnknown.
    """
    body = answered(answer)
    shown = json_readers.nodes(body, "items") or [body]
    reasons = [json_readers.text(item, "cancelledReason") for item in shown if json_readers.flag(item, "cancelled")]
    if reasons and not any(tag in reason for reason in reasons):
        told = {"status": answer.status, "request_id": answer.request_id, "answer": answer.body}
        raise OutcomeUnknown("it does not show our mark", code="without_mark", **told)
