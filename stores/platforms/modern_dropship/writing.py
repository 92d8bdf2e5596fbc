"""Ours to theirs, what must hold in a fresh read before a line is sent, and what an answer proves.

That is the state of the order or the item in it, never the status alone.
"""

from __future__ import annotations

from typing import Any

from stores.canonical.commands import CancelLine, CancelOrder, CancelRest, Command
from stores.canonical.receipts import EffectState, Outcome, Receipt, Reported
from stores.kernel.errors import OutcomeUnknown, RemoteRefused, Unsupported
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.http.responses import Answer
from stores.platforms.modern_dropship import cancellable, capabilities
from stores.platforms.modern_dropship.api import answered
from stores.platforms.modern_dropship.cancellable import Tally

CANCELLED = Reported(state=EffectState.CANCELLED)


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
        raise _no("line_gone", capabilities.LINE_GONE)
    if item.is_cancelled:
        raise _no("line_cancelled", capabilities.LINE_CANCELLED)
    if command.stock_key and item.code != command.stock_key:
        raise _no("line_changed", capabilities.LINE_CHANGED)
    if command.keep >= item.quantity:
        raise _no("line_smaller", capabilities.LINE_SMALLER)
    if item.quantity - command.keep > now.cancellable(item):
        raise _no("line_shipped", capabilities.LINE_SHIPPED)


def _no(code: str, said: str) -> RemoteRefused:
    return RemoteRefused(code, code=code, user_message=str(said))


# --- answers ------------------------------------------------------------------------------------------
def read_answer(command: Command, answer: Any) -> Receipt:
    """Raises OutcomeUnknown for an answer that does not show the effect: then one looks."""
    try:
        return _read(command, answered(answer))
    except Misread as exc:
        raise _unproven("bad_shape", answer) from exc
    except OutcomeUnknown as exc:
        raise _unproven(exc.code, answer) from exc


def _read(command: Command, body: Node) -> Receipt:
    match command:
        case CancelOrder():
            now = cancellable.tally(cancellable.complete(body, command.order_id))
            return _order(command.order_id, is_done=now.is_cancelled)
        case CancelRest():
            now = cancellable.tally(cancellable.complete(body, command.order_id))
            return _order(command.order_id, is_done=is_rest_gone(now))
        case CancelLine():
            return _line(command, body)
    raise Unsupported("read_answer")


def _order(order_id: str, *, is_done: bool) -> Receipt:
    if not is_done:
        raise OutcomeUnknown(code="not_shown")
    return Receipt(outcome=Outcome.APPLIED, ids={"order": order_id}, reported=CANCELLED)


def _line(command: CancelLine, body: Node) -> Receipt:
    """The answer is the item: the addressed one, cancelled; or the new one that holds what stays."""
    item = cancellable.to_item(body)
    if item.id == command.line_id and item.is_cancelled:
        return Receipt(outcome=Outcome.APPLIED, ids={"item": item.id}, reported=CANCELLED)
    is_rest = not item.is_cancelled and item.quantity == command.keep and item.code == command.stock_key
    if item.id != command.line_id and is_rest:
        ids = {"item": command.line_id, "new_item": item.id}
        return Receipt(outcome=Outcome.APPLIED, ids=ids, reported=CANCELLED)
    raise OutcomeUnknown(code="not_shown")


def is_rest_gone(tally: Tally) -> bool:
    """Nothing waits any more, and the order says so itself or is cancelled whole."""
    return tally.is_cancelled or (tally.is_shipped and not tally.waiting)


def check_tag(answer: Any, tag: str) -> None:
    """A platform may answer 200 to what somebody else cancelled before: without our mark nothing is ours.

    An answer that shows only the new item carries no reason, and there a second call would have been refused.
    Raises OutcomeUnknown.
    """
    body = answered(answer)
    shown = json_readers.nodes(body, "items") or [body]
    reasons = [json_readers.text(item, "cancelledReason") for item in shown if json_readers.flag(item, "cancelled")]
    if reasons and not any(tag in reason for reason in reasons):
        raise _unproven("without_mark", answer)


def _unproven(code: str, answer: Any) -> OutcomeUnknown:
    told = answer if isinstance(answer, Answer) else None
    return OutcomeUnknown(
        f"the answer does not show it: {code}",
        code=code,
        status=told.status if told else None,
        request_id=told.request_id if told else "",
        answer=told.body if told else None,
    )
