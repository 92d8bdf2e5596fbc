"""Looking for an effect by reading: our mark, and the same kind and amount, or it is not ours (RELIABILITY 6)."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from stores.canonical.commands import (
    Absent,
    CancelOrder,
    Command,
    Finding,
    Found,
    FoundForeign,
    RefundOrder,
    Unclear,
)
from stores.canonical.order import Order
from stores.kernel import shapes
from stores.kernel.errors import Unsupported
from stores.kernel.shapes import Node
from stores.platforms.woocommerce import amounts, books, mapping, sending, words
from stores.platforms.woocommerce.api import Api, order_path


def find(api: Api, command: Command, *, tag: str, before: Order) -> Finding:
    with shapes.understood(str(words.UNREADABLE)):
        match command:
            case CancelOrder():
                return cancellation(api.get(order_path(command.order_id)), tag)
            case RefundOrder():
                return refund(list(api.every(order_path(command.order_id, "/refunds"))), command, tag, before)
    raise Unsupported("cancel_lines")


def cancellation(order: Node, tag: str) -> Finding:
    """A plugin may throw our mark away: then somebody else may have cancelled, and a person is asked."""
    if shapes.text(order, "status") != "cancelled":
        return Absent(detail=_("The order is not cancelled."))
    if tag in mapping.note_of(order):
        return Found(ids={"order": shapes.ident(order, "id")}, detail=_("The order is cancelled, with our mark."))
    return FoundForeign(detail=_("The order was cancelled, and our mark is not on it."))


def refund(refunds: Sequence[Node], command: RefundOrder, tag: str, before: Order) -> Finding:
    ours = [raw for raw in refunds if is_ours(raw, tag)]
    for raw in ours:
        if same_amount(command, raw):
            return _found(raw, command)
    if ours:
        return Unclear(detail=_("A refund with our mark is there, but with another amount."))
    known = {each.id for each in before.refunds}
    fresh = [raw for raw in refunds if shapes.ident(raw, "id") not in known]
    if any(same_amount(command, raw) for raw in fresh):
        return FoundForeign(detail=_("A refund of the same amount is there without our mark."))
    return Absent(detail=_("No refund with our mark is there."))


def is_ours(raw: Node, tag: str) -> bool:
    """The reason is written with the refund, the meta a moment after it, so either will do."""
    return tag in shapes.text(raw, "reason") or books.meta(raw, sending.REFUND_KEY) == tag


def same_amount(command: RefundOrder, raw: Node) -> bool:
    return amounts.number(raw, "amount") == sending.whole(command).rounded().amount


def _found(raw: Node, command: RefundOrder) -> Found:
    """A record without the gateway's yes may or may not have been paid: never taken for done."""
    is_failed = sending.pays(command) and not shapes.flag(raw, "refunded_payment")
    detail = str(words.NOT_PAID) if is_failed else _("The refund is there, with our mark.")
    return Found(ids={"refund": shapes.ident(raw, "id")}, detail=detail, is_failed=is_failed)
