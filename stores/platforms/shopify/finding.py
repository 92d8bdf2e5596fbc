"""Looking for an effect by reading: our tag, and the same kind and target, or it is not ours (RELIABILITY 6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from stores.canonical.commands import (
    Absent,
    CancelLine,
    CancelOrder,
    CancelRest,
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
from stores.kernel.errors import Unsupported
from stores.kernel.money import Money, total
from stores.platforms.shopify import effects, fields, reading
from stores.platforms.shopify.api import Api
from stores.platforms.shopify.fields import Node
from stores.platforms.shopify.receipts import FAILED, PENDING

MOST_REFUNDS = 30  # as effects.REFUND_NOTES asks for


def find(api: Api, command: Command, *, tag: str, before: Order) -> Finding:
    with reading.understood():
        match command:
            case CancelOrder():
                return cancellation(_order(api, effects.CANCELLED, command.order_id, 2), tag)
            case RefundOrder():
                return refund(api, command, tag, before)
            case EditOrder():
                return edit(api, command, before)
            case VoidPayment():
                return void(_order(api, effects.CHILDREN, command.order_id, 201), command)
            case CorrectStock():
                return Unclear(detail=_("Stock movements carry no mark that could be searched."))
            case CancelLine() | CancelRest():
                raise Unsupported("cancel_lines")


def _order(api: Api, document: str, order_id: str, cost: float) -> Node:
    data = api.read(document, {"id": reading.check_id(order_id)}, cost=cost)
    if data.get("order") is None:
        raise reading.not_found()
    return fields.node(data, "order")


def cancellation(order: Node, tag: str) -> Finding:
    at = fields.text(order, "cancelledAt")
    if not at:
        return Absent(detail=_("The order is not cancelled."))
    note = fields.text(fields.maybe(order, "cancellation") or {}, "staffNote")
    if tag in note:
        return Found(ids={"order": fields.ident(order)}, detail=_("The order is cancelled, with our mark."))
    return FoundForeign(detail=_("The order was cancelled by somebody else at %(at)s.") % {"at": at})


def refund(api: Api, command: RefundOrder, tag: str, before: Order) -> Finding:
    refunds = fields.items(_order(api, effects.REFUND_NOTES, command.order_id, 751), "refunds")
    for found in refunds:
        if tag in fields.text(found, "note") and same_money(command, found):
            return _found_refund(found)
    if any(tag in fields.text(found, "note") for found in refunds):
        return Unclear(detail=_("A refund with our mark is there, but with other amounts."))
    known = {item.id for item in before.refunds}
    fresh = [found for found in refunds if fields.ident(found) not in known]
    if any(same_money(command, found) and _same_units(api, command, found) for found in fresh):
        return Unclear(detail=_("The same refund is there without our mark: somebody may have made it by hand."))
    if len(refunds) >= MOST_REFUNDS:  # the list has no second page
        return Unclear(detail=_("The order has more refunds than can be read."))
    return Absent(detail=_("No refund with our mark is there."))


def _found_refund(found: Node) -> Found:
    states = {fields.text(t, "status") for t in fields.items(found, "transactions")}
    detail = _("The refund is there, with our mark.")
    if states & FAILED:
        detail = _("The refund is there, with our mark, but the payment provider did not pay it back.")
    return Found(
        ids={"refund": fields.ident(found)},
        detail=detail,
        is_pending=bool(states & PENDING),
        is_failed=bool(states & FAILED),
    )


def same_money(command: RefundOrder, found: Node) -> bool:
    """The same amount through each payment; a refund without payments equals one that moved nothing."""
    sent = Counter((p.payment_id, p.amount.rounded().amount) for p in command.payments if p.amount)
    seen: Counter[tuple[str, Decimal]] = Counter()
    for transaction in fields.items(found, "transactions"):
        if fields.text(transaction, "kind") == "REFUND":
            amount: Money = fields.paid(transaction, "amountSet")
            parent = fields.text(fields.maybe(transaction, "parentTransaction") or {}, "id")
            seen[(parent, amount.rounded().amount)] += 1
    if not seen and fields.paid(found, "totalRefundedSet"):
        return fields.paid(found, "totalRefundedSet") == total((p.amount for p in command.payments), command.currency)
    return sent == seen


def _same_units(api: Api, command: RefundOrder, found: Node) -> bool:
    data = api.read(effects.RETURNED_UNITS, {"id": fields.ident(found)}, cost=603)
    lines = fields.items(fields.node(data, "node"), "refundLineItems")
    seen = Counter[str]()
    for line in lines:
        seen[fields.ident(fields.node(line, "lineItem"))] += int(fields.units(line, "quantity"))
    sent = Counter[str]()
    for line_back in command.lines:
        sent[line_back.line_id] += int(line_back.units)
    return seen == sent


def edit(api: Api, command: EditOrder, before: Order) -> Finding:
    """Set-quantity is absolute: the target quantities are the effect, whoever set them."""
    now = quantities(api, command.order_id)
    wanted = {line.line_id: line.keep for line in command.lines}
    old = {line.id: line.current for line in before.lines}
    if all(now.get(line_id) == keep for line_id, keep in wanted.items()):
        return Found(ids={"order": command.order_id}, detail=_("All lines have the quantities that were asked for."))
    if all(now.get(line_id) == old.get(line_id) for line_id in wanted):
        return Absent(detail=_("The lines still have their old quantities."))
    return Unclear(detail=_("Some lines changed, but not to what was asked for."))


def quantities(api: Api, order_id: str) -> dict[str, Decimal]:
    """line id → units on the order now, all pages."""
    found: dict[str, Decimal] = {}
    after: str | None = None
    for _page in range(reading.MOST_PAGES):
        data = api.read(effects.QUANTITIES, {"id": reading.check_id(order_id), "after": after}, cost=253)
        if data.get("order") is None:
            raise reading.not_found()
        lines = fields.node(fields.node(data, "order"), "lineItems")
        nodes: Sequence[Node] = fields.items(lines, "nodes")
        found |= {fields.ident(line): fields.units(line, "currentQuantity") for line in nodes}
        info = fields.node(lines, "pageInfo")
        if not fields.flag(info, "hasNextPage"):
            return found
        after = fields.ident(info, "endCursor")
    raise fields.Misread("lineItems")


def void(order: Node, command: VoidPayment) -> Finding:
    for child in fields.items(order, "transactions"):
        parent = fields.text(fields.maybe(child, "parentTransaction") or {}, "id")
        if fields.text(child, "kind") == "VOID" and parent == command.payment_id:
            state = fields.text(child, "status")
            if state not in FAILED:
                return Found(
                    ids={"transaction": fields.ident(child)},
                    detail=_("The authorisation is released."),
                    is_pending=state in PENDING,
                )
    return Absent(detail=_("The authorisation is not released."))
