"""Looking for an effect by reading: our tag, and the same kind and target, or it is not ours (RELIABILITY 6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.utils.translation import gettext as _

from stores.canonical.commands import (
    Absent,
    CancelOrder,
    Command,
    CorrectStock,
    Finding,
    Found,
    FoundForeign,
    RefundOrder,
    Unclear,
    VoidPayment,
)
from stores.canonical.order import Order, PaymentStatus
from stores.kernel import shapes
from stores.kernel.errors import Unsupported
from stores.kernel.money import total
from stores.kernel.shapes import Node
from stores.platforms.bigcommerce import moneys, parts, payments, receipts, words
from stores.platforms.bigcommerce.api import Api

OURS = "[op "  # every mark of Rescind begins so


def find(api: Api, command: Command, *, tag: str, before: Order) -> Finding:
    match command:
        case CancelOrder():
            return cancellation(api.order(command.order_id), tag)
        case RefundOrder():
            return refund(api, api.refunds(command.order_id), command, tag, before)
        case VoidPayment():
            return released(api.order(command.order_id))
        case CorrectStock():
            return Unclear(detail=_("Nothing at BigCommerce shows who moved stock. Compare its count with the shelf."))
    raise Unsupported("cancel_lines")


def cancellation(raw: Node, tag: str) -> Finding:
    is_ours = tag in shapes.text(raw, "staff_notes")
    if shapes.units(raw, "status_id") != words.CANCELLED:
        if is_ours:
            return Unclear(detail=_("Our mark is on the order, and somebody set another status since."))
        return Absent(detail=_("The order is not cancelled."))
    if is_ours:
        return Found(ids={"order": shapes.ident(raw, "id")}, detail=_("The order is cancelled, with our mark."))
    return FoundForeign(detail=_("The order was cancelled by somebody else."))


def released(raw: Node) -> Finding:
    """A void carries no mark; but held money can be released only once."""
    match shapes.text(raw, "payment_status"):
        case "void":
            return Found(ids={}, detail=_("The authorisation is released."))
        case "void pending":
            return Found(ids={}, detail=_("The authorisation is being released."), is_pending=True)
        case "authorized":
            return Absent(detail=_("The authorisation is still held."))
    return FoundForeign(detail=_("The payment was captured or changed by somebody else."))


def refund(api: Api, records: Sequence[Node], command: RefundOrder, tag: str, before: Order) -> Finding:
    ours = [record for record in records if tag in payments.reason(record)]
    for record in ours:
        if same_money(command, record):
            return _found(api, record, records, command)
    if ours:
        return Unclear(detail=_("A refund with our mark is there, but with another amount."))
    known = {item.id for item in before.refunds}
    fresh = [record for record in records if shapes.ident(record, "id") not in known and same_money(command, record)]
    if any(OURS in payments.reason(record) for record in fresh):
        return Unclear(detail=_("A refund of the same amount is there with the mark of another cancellation."))
    if any(same_units(command, record) for record in fresh):
        return FoundForeign(detail=_("The same refund is there without our mark: somebody made it by hand."))
    return Absent(detail=_("No refund with our mark is there."))


def _found(api: Api, record: Node, records: Sequence[Node], command: RefundOrder) -> Found:
    state = payments.states(records, api.transactions(command.order_id))
    mine = {state[shapes.ident(part, "id")] for part in shapes.nodes(record, "payments")}
    detail = _("The refund is there, with our mark.")
    if PaymentStatus.FAILED in mine:
        detail = receipts.declined(record)
    return Found(
        ids={"refund": shapes.ident(record, "id")},
        detail=detail,
        is_pending=PaymentStatus.PENDING in mine,
        is_failed=PaymentStatus.FAILED in mine,
    )


def same_money(command: RefundOrder, record: Node) -> bool:
    sent = total((payment.amount for payment in command.payments), command.currency).rounded()
    back = (moneys.amount(part, command.currency, "amount") for part in shapes.nodes(record, "payments"))
    return total(back, command.currency) == sent


def same_units(command: RefundOrder, record: Node) -> bool:
    seen, sent = Counter[str](), Counter[str]()
    for item in shapes.nodes(record, "items"):
        if shapes.text(item, "item_type") == "PRODUCT":
            seen[str(parts.number(item, "item_id"))] += int(shapes.units(item, "quantity"))
    for wanted in command.lines:
        sent[wanted.line_id] += int(wanted.units)
    return seen == sent
