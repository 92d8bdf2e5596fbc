"""Looking for an effect by reading: our tag, and the same kind and target, or it is not ours (RELIABILITY 6)."""

from __future__ import annotations

from collections import Counter
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
from stores.kernel.errors import Unsupported
from stores.kernel.money import total
from stores.platforms.shoplazza import fields
from stores.platforms.shoplazza.api import Api, understood
from stores.platforms.shoplazza.fields import Node


def find(api: Api, command: Command, *, tag: str, before: Order) -> Finding:
    with understood():
        match command:
            case CancelOrder():
                return cancellation(fields.node(api.order(command.order_id), "order"), tag)
            case RefundOrder():
                records = fields.items(api.order(command.order_id, "/refund"), "records")
                return refund(records, command, tag, before)
    raise Unsupported("cancel_lines")


def cancellation(order: Node, tag: str) -> Finding:
    if fields.text(order, "status") != "cancelled":
        return Absent(detail=_("The order is not cancelled."))
    if tag in fields.text(order, "cancel_reason"):
        return Found(ids={"order": fields.ident(order)}, detail=_("The order is cancelled, with our mark."))
    return FoundForeign(detail=_("The order was cancelled by somebody else."))


def refund(records: Sequence[Node], command: RefundOrder, tag: str, before: Order) -> Finding:
    ours = [record for record in records if tag in fields.text(record, "note")]
    for record in ours:
        if same_money(command, record):
            return _found(record)
    if ours:
        return Unclear(detail=_("A refund with our mark is there, but with another amount."))
    known = {item.id for item in before.refunds}
    fresh = [record for record in records if fields.ident(record) not in known]
    if any(same_money(command, record) and same_units(command, record) for record in fresh):
        return Unclear(detail=_("The same refund is there without our mark: somebody may have made it by hand."))
    return Absent(detail=_("No refund with our mark is there."))


def _found(record: Node) -> Found:
    state, detail = fields.text(record, "refund_status"), _("The refund is there, with our mark.")
    if state == "failed":
        detail = _("The refund is there, with our mark, but the payment provider did not pay it back.")
    return Found(
        ids={"refund": fields.ident(record)},
        detail=detail,
        is_pending=state not in ("finished", "failed"),
        is_failed=state == "failed",
    )


def same_money(command: RefundOrder, record: Node) -> bool:
    sent = total((payment.amount for payment in command.payments), command.currency).rounded()
    return fields.amount(record, "refund_price", command.currency).rounded() == sent


def same_units(command: RefundOrder, record: Node) -> bool:
    seen, sent = Counter[str](), Counter[str]()
    for line in fields.items(record, "refund_line_items"):
        seen[fields.ident(line, "line_item_id")] += int(fields.units(line, "refund_quantity"))
    for wanted in command.lines:
        sent[wanted.line_id] += int(wanted.units)
    return seen == sent
