"""What an answer proves, and what may be the effect of a command as it stands at the shop.

A cancel takes no text, so one made by somebody else at the same time looks like ours. No money hangs on the
difference: the order is cancelled as was wanted, and the words say that nobody can tell who did it. Of answers the id
of a credit memo proves something, `true` nothing, `false` that nothing was done.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from stores.canonical.commands import CancelOrder, RefundOrder
from stores.canonical.order import Order
from stores.canonical.receipts import EffectState, Receipt, RefundState
from stores.connectors import rows
from stores.connectors.records import IN_ALL, Reading, Record, Standing
from stores.connectors.roles import Answers, Looks
from stores.kernel.errors import JobFailed, OutcomeUnknown, RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.money import Money
from stores.platforms.magento import capabilities, mapping
from stores.platforms.magento.api import Api
from stores.platforms.magento.money import CENT, ZERO, Item, lines_in, lines_of, money, number, sum_of, when

STANDINGS = {1: Standing.PENDING, 2: Standing.DONE, 3: Standing.FAILED}  # of a credit memo: open, refunded, canceled


# --- a cancel ----------------------------------------------------------------------------------------
def cancellation(api: Api, command: CancelOrder, before: Order) -> Reading:
    order, absent = api.order(command.order_id), _("The order is not cancelled.")
    if json_readers.ident(order, "state") == "canceled":
        if before.cancelled_at is not None:
            return Reading(absent=absent, foreign=_("The order was cancelled before."))
        detail = _("The order is cancelled. Magento keeps no mark of who did it.")
        return Reading(records=(of_state(order, Standing.DONE, detail),), absent=absent)
    if took_a_part(order, before):
        return Reading(records=(of_state(order, Standing.FAILED, str(capabilities.SAID_PART)),), absent=absent)
    return Reading(absent=absent)


def of_state(order: Node, standing: Standing, detail: str) -> Record:
    """Its id is none of a credit memo's, which are counted by themselves."""
    order_id = json_readers.ident(order, "entity_id")
    return Record(id=f"order {order_id}", ids={"order": order_id}, text=None, standing=standing, detail=detail)


def took_a_part(order: Node, before: Order) -> bool:
    """More units are cancelled than were before, and the order is not."""
    was = {line.id: line.cancelled for line in before.lines}
    return any(item.canceled > was.get(item.id, ZERO) for item in lines_told(order))


def lines_told(order: Node) -> tuple[Item, ...]:
    """Raises Misread for an order that came without its items."""
    if not json_readers.nodes(order, "items"):
        raise Misread("items")
    return lines_of(order)


# --- a credit memo -----------------------------------------------------------------------------------
def refunds(api: Api, command: RefundOrder, before: Order) -> Reading:
    order = api.order(command.order_id)  # first: a credit memo made between the two reads explains itself
    memos = api.of_order("creditmemos", command.order_id)
    lines = {item.id for item in lines_told(order)}
    currency = json_readers.ident(order, "base_currency_code")
    unclear = str(capabilities.REFUNDED_WITHOUT_MEMO) if unexplained(order, memos, before) else ""
    records = tuple(of_memo(memo, lines, currency) for memo in memos)
    return Reading(records=records, absent=str(capabilities.NO_MEMO), unclear=unclear)


LOOKS: Looks = {CancelOrder: cancellation, RefundOrder: refunds}


def of_memo(memo: Node, lines: Container[str], currency: str) -> Record:
    memo_id = json_readers.ident(memo, "entity_id")
    return Record(
        id=memo_id,
        ids={"refund": memo_id},
        text=text_of(memo),
        money={json_readers.text(memo, "invoice_id") or IN_ALL: amount_of(memo, currency)},
        units={line: units for line, units in lines_in(memo) if units and line in lines},
        standing=STANDINGS.get(int(number(memo, "state")), Standing.DONE),
    )


def text_of(memo: Node) -> str:
    """Whole: our mark may stand anywhere in it."""
    if not isinstance(memo.get("comments"), list):
        raise Misread("comments")
    return mapping.comments(memo)


def amount_of(memo: Node, currency: str) -> Money:
    if memo.get("base_grand_total") is None:
        raise Misread("base_grand_total")
    return money(memo, "base_grand_total", currency)


def unexplained(order: Node, memos: Sequence[Node], before: Order) -> bool:
    """Since the plan money went back that no credit memo tells of: there is one text for a refund that was undone."""
    back = number(order, "base_total_refunded") - sum_of(memos, "base_grand_total")
    known = before.totals.refunded.shop.amount - sum((one.amount.shop.amount for one in before.refunds), ZERO)
    return back - max(known, ZERO) >= CENT * max(1, len(memos))


# --- receipts -----------------------------------------------------------------------------------------
FIRST_LOOK, NEXT_LOOK = 1.0, 30.0  # seconds


def said_of_cancel(command: CancelOrder, body: Any) -> Receipt:
    """Then the order is read. Raises RemoteRefused for `false`."""
    if body is False:
        raise RemoteRefused("false", code="not_cancelled", status=200, user_message=str(capabilities.SAID_FALSE))
    if body is not True:
        raise Misread("body")
    return Receipt.accepted({"order": command.order_id}, look_after=FIRST_LOOK)


def cancel_seen(order: Node, command: CancelOrder) -> Receipt:
    """Up to version 2.2 it said `true` and did nothing; so did plug-ins. An invoice that came a moment before leaves it
    the rest alone. Raises JobFailed."""
    if json_readers.ident(order, "state") != "canceled":
        if any(item.canceled for item in lines_told(order)):
            raise JobFailed("only a part", code="partly_cancelled", user_message=str(capabilities.SAID_PART))
        raise JobFailed("true, not canceled", code="not_cancelled", user_message=str(capabilities.SAID_TRUE))
    at = rows.told(lambda: when(order, "updated_at"))
    return Receipt.applied({"order": command.order_id}, state=EffectState.CANCELLED, cancelled_at=at)


def memo_made(_command: RefundOrder, found: Any) -> Receipt:
    """A bare number, of which a part would be a number too: so the credit memo itself is looked at next."""
    is_text = isinstance(found, int | str) and not isinstance(found, bool)
    if not (is_text and str(found).isascii() and str(found).isdecimal()):
        raise Misread("body")
    return Receipt.accepted({"refund": str(found)}, refund_state=RefundState.PENDING, look_after=FIRST_LOOK)


ANSWERS: Answers = {CancelOrder: said_of_cancel, RefundOrder: memo_made}


def refund_seen(memos: Sequence[Node], receipt: Receipt, command: RefundOrder) -> Receipt:
    """What the credit memo came to. Raises JobFailed for one that was cancelled; OutcomeUnknown when none has its
    number: then it is asked for again."""
    wanted = receipt.ids.get("refund", "")
    memo = next((one for one in memos if json_readers.ident(one, "entity_id") == wanted), None)
    if memo is None:
        raise OutcomeUnknown("no such credit memo", code="no_memo", user_message=str(capabilities.NO_MEMO))
    state = STANDINGS.get(int(number(memo, "state")))
    if state is Standing.FAILED:
        raise JobFailed("canceled", code="memo_canceled", user_message=str(capabilities.MEMO_CANCELED))
    if state is Standing.PENDING:
        return replace(receipt, look_after=NEXT_LOOK)
    back = amount_of(memo, command.currency)
    return Receipt.applied(receipt.ids, refund_state=RefundState.PAID, refunded=back)
