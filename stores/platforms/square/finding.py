"""Looking for an effect by reading: our tag, and the same kind and target, or it is not ours."""

from __future__ import annotations

from django.utils.translation import gettext as _

from stores.canonical.commands import (
    Absent,
    CancelOrder,
    Command,
    CorrectStock,
    EditOrder,
    Finding,
    Found,
    FoundForeign,
    RefundOrder,
    Unclear,
    VoidPayment,
)
from stores.canonical.order import Order
from stores.kernel import shapes
from stores.kernel.errors import Unsupported
from stores.kernel.shapes import Node
from stores.platforms.square import facts, states, stock, units
from stores.platforms.square.api import Api, part
from stores.platforms.square.facts import refund_ids
from stores.platforms.square.fields import currency_of, maybe, money, quantity
from stores.platforms.square.receipts import DEAD, DONE


def find(api: Api, command: Command, *, tag: str, before: Order) -> Finding:
    match command:
        case CancelOrder():
            return cancellation(facts.one_order(api, command.order_id), tag)
        case EditOrder():
            return edit(facts.one_order(api, command.order_id), command, tag)
        case RefundOrder():
            return refund(api, command, tag, before)
        case VoidPayment():
            return release(payment_of(api, command.payment_id))
        case CorrectStock():
            return stock.find(api, command, tag, before.placed_at)
    raise Unsupported("cancel_lines")


def payment_of(api: Api, ident: str) -> Node:
    return shapes.node(api.get(f"v2/payments/{part(ident)}").get("payment"), "payment")


def cancellation(order: Node, tag: str) -> Finding:
    if shapes.text(order, "state") != units.CANCELED and not states.was_called_off(order):
        return Absent(detail=_("The order is not cancelled."))
    reasons = [shapes.text(states.details_of(one), "cancel_reason") for one in units.fulfilments(order)]
    said = [shapes.text(maybe(order, "metadata"), states.NOTE), *reasons]
    if any(one.endswith(tag) for one in said):
        return Found(ids={"order": shapes.ident(order, "id")}, detail=_("The order is cancelled, with our mark."))
    return FoundForeign(detail=_("The order was cancelled by somebody else."))


def edit(order: Node, command: EditOrder, tag: str) -> Finding:
    now = {units.uid(line): quantity(line) for line in units.lines_of(order)}
    if any(now.get(line.line_id, units.ZERO) != line.keep for line in command.lines):
        return Absent(detail=_("The order still holds these units."))
    if shapes.text(maybe(order, "metadata"), states.EDIT_NOTE).endswith(tag):
        return Found(ids={"order": shapes.ident(order, "id")}, detail=_("The order was reduced, with our mark."))
    return FoundForeign(detail=_("The order was reduced by somebody else."))


def release(payment: Node) -> Finding:
    """No mark can be left on a payment; released is released, whoever did it."""
    if shapes.text(payment, "status") == "CANCELED":
        return Found(ids={"payment": shapes.ident(payment, "id")}, detail=_("The authorisation is released."))
    return Absent(detail=_("The authorisation still stands."))


def refund(api: Api, command: RefundOrder, tag: str, before: Order) -> Finding:
    """By the payment's own list, which is complete at once; the list of all refunds lags behind."""
    known = {one.id for one in before.refunds}
    ids = [ident for one in command.payments for ident in refund_ids(payment_of(api, one.payment_id))]
    fresh = [shapes.node(api.get(f"v2/refunds/{part(i)}").get("refund"), "refund") for i in ids if i not in known]
    ours = [one for one in fresh if shapes.text(one, "reason").endswith(tag)]
    for one in ours:
        if same_money(command, one):
            return _found(one)
    if ours:
        return Unclear(detail=_("A refund with our mark is there, but with another amount."))
    if any(same_money(command, one) and shapes.text(one, "status") not in DEAD for one in fresh):
        return FoundForeign(detail=_("The same amount went back without our mark."))
    return Absent(detail=_("No refund with our mark is there."))


def same_money(command: RefundOrder, found: Node) -> bool:
    currency = currency_of({"total_money": found.get("amount_money")})
    return any(money(found, "amount_money", currency) == one.amount for one in command.payments)


def _found(found: Node) -> Found:
    state, detail = shapes.text(found, "status"), _("The refund is there, with our mark.")
    if state in DEAD:
        detail = _("The refund is there, with our mark, but the payment provider did not pay it back.")
    return Found(
        ids={"refund": shapes.ident(found, "id")},
        detail=detail,
        is_pending=state != DONE and state not in DEAD,
        is_failed=state in DEAD,
    )
