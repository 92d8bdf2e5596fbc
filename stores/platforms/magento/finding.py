"""What may be the effect of a command, as it stands at the shop: credit memos, or the order's state after a cancel.

A cancel takes no text, so one made by somebody else at the same time looks like ours. No money hangs on the
difference: the order is cancelled as was wanted, and the words say that nobody can tell who did it.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager

from django.utils.translation import gettext as _

from stores.canonical.commands import CancelOrder, Command, RefundOrder
from stores.canonical.order import Order
from stores.connectors.records import IN_ALL, Reading, Record, Standing
from stores.kernel.errors import OutcomeUnknown, Unsupported
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.money import Money
from stores.platforms.magento import items, messages, payments
from stores.platforms.magento.amounts import CENT, ZERO, money, number
from stores.platforms.magento.api import Api
from stores.platforms.magento.facts import lines_in

STANDINGS = {1: Standing.PENDING, 2: Standing.DONE, 3: Standing.FAILED}  # of a credit memo: open, refunded, canceled


def read(api: Api, command: Command, before: Order) -> Reading:
    """Raises OutcomeUnknown for an answer that lacks what it must hold."""
    with complete():
        match command:
            case CancelOrder():
                return cancellation(api.order(command.order_id), before)
            case RefundOrder():
                order = api.order(command.order_id)  # first: a credit memo made between the two reads explains itself
                return refunds(order, api.of_order("creditmemos", command.order_id), before)
    raise Unsupported("cancel_lines")


@contextmanager
def complete() -> Iterator[None]:
    """Half an answer is no answer: never "absent"."""
    try:
        yield
    except Misread as exc:
        raise OutcomeUnknown(f"misread {exc}", code="bad_shape", user_message=str(messages.UNREADABLE)) from exc


# --- a cancel ----------------------------------------------------------------------------------------
def cancellation(order: Node, before: Order) -> Reading:
    absent = _("The order is not cancelled.")
    if json_readers.ident(order, "state") == "canceled":
        if before.cancelled_at is not None:
            return Reading(absent=absent, foreign=_("The order was cancelled before."))
        detail = _("The order is cancelled. Magento keeps no mark of who did it.")
        return Reading(records=(of_state(order, Standing.DONE, detail),), absent=absent)
    if took_a_part(order, before):
        return Reading(records=(of_state(order, Standing.FAILED, str(messages.SAID_PART)),), absent=absent)
    return Reading(absent=absent)


def of_state(order: Node, standing: Standing, detail: str) -> Record:
    """Its id is none of a credit memo's, which are counted by themselves."""
    order_id = json_readers.ident(order, "entity_id")
    return Record(id=f"order {order_id}", ids={"order": order_id}, text=None, standing=standing, detail=detail)


def took_a_part(order: Node, before: Order) -> bool:
    """More units are cancelled than were before, and the order is not."""
    was = {line.id: line.cancelled for line in before.lines}
    return any(item.canceled > was.get(item.id, ZERO) for item in lines_told(order))


def lines_told(order: Node) -> tuple[items.Item, ...]:
    """Raises Misread for an order that came without its items."""
    if not json_readers.nodes(order, "items"):
        raise Misread("items")
    return items.lines_of(order)


# --- a credit memo -----------------------------------------------------------------------------------
def refunds(order: Node, memos: Sequence[Node], before: Order) -> Reading:
    lines = {item.id for item in lines_told(order)}
    currency = json_readers.ident(order, "base_currency_code")
    unclear = str(messages.REFUNDED_WITHOUT_MEMO) if unexplained(order, memos, before) else ""
    records = tuple(of_memo(memo, lines, currency) for memo in memos)
    return Reading(records=records, absent=str(messages.NO_MEMO), unclear=unclear)


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
    return payments.comments(memo)


def amount_of(memo: Node, currency: str) -> Money:
    if memo.get("base_grand_total") is None:
        raise Misread("base_grand_total")
    return money(memo, "base_grand_total", currency)


def unexplained(order: Node, memos: Sequence[Node], before: Order) -> bool:
    """Since the plan money went back that no credit memo tells of: there is one text for a refund that was undone."""
    back = number(order, "base_total_refunded") - sum((number(memo, "base_grand_total") for memo in memos), ZERO)
    known = before.totals.refunded.shop.amount - sum((one.amount.shop.amount for one in before.refunds), ZERO)
    return back - max(known, ZERO) >= CENT * max(1, len(memos))
