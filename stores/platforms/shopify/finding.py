"""Asking after an effect, and looking for it by reading: all records that may be it, as Shopify tells them; the judge
decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from stores.canonical.commands import (
    CancelLine,
    CancelOrder,
    CancelRest,
    Command,
    CorrectStock,
    EditOrder,
    RefundOrder,
    VoidPayment,
)
from stores.canonical.order import Order
from stores.connectors import fields
from stores.connectors.records import IN_ALL, Reading, Record, Standing
from stores.kernel.errors import Unsupported
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.money import Money, total
from stores.platforms.shopify import capabilities
from stores.platforms.shopify.api import FAILED, MOST_PAGES, PENDING, Api, check_id, not_found, paid, understood
from stores.platforms.shopify.documents import RETURNED

JOB_RESULT = """
query JobResult($id: ID!) {
  node(id: $id) { id ... on OrderCancelJobResult {
    done status errors { code field message } order { id cancelledAt } } }
}
"""
JOB = "query Job($id: ID!, $order: ID!) { job(id: $id) { id done } order(id: $order) { id cancelledAt cancelReason } }"
REFUND_STATE = """
query RefundState($id: ID!) {
  node(id: $id) { id ... on Refund { totalRefundedSet { presentmentMoney { amount currencyCode } }
    transactions(first: 10) { nodes { id kind status errorCode } } } }
}
"""
PAYMENT_STATE = (
    "query PaymentState($id: ID!) { node(id: $id) { id ... on OrderTransaction { kind status errorCode } } }"
)


CANCELLED = "query Cancelled($id: ID!) { order(id: $id) { id cancelledAt cancelReason cancellation { staffNote } } }"
REFUND_NOTES = """
query RefundNotes($id: ID!) {
  order(id: $id) { id updatedAt refunds(first: 30) { id createdAt note
    totalRefundedSet { presentmentMoney { amount currencyCode } }
    transactions(first: 5) { pageInfo { hasNextPage }
      nodes { id kind status errorCode amountSet { presentmentMoney { amount currencyCode } }
        parentTransaction { id } } }
    refundLineItems(first: 3) { pageInfo { hasNextPage } nodes { quantity lineItem { id } } } } }
}
"""
RETURNED_UNITS = (
    "query ReturnedUnits($id: ID!) { node(id: $id) { id ... on Refund {"
    " refundLineItems(first: 200) { pageInfo { hasNextPage } nodes { ...returned } } } } }" + RETURNED
)
QUANTITIES = """
query Quantities($id: ID!, $after: String) {
  order(id: $id) { id edited cancelledAt updatedAt
    lineItems(first: 250, after: $after) { pageInfo { hasNextPage endCursor } nodes { id currentQuantity } } }
}
"""
CHILDREN = """
query Children($id: ID!) { order(id: $id) { id cancelledAt
  transactions(first: 100) { id kind status parentTransaction { id } } } }
"""


MOST_REFUNDS = 30  # as REFUND_NOTES asks for
MOST_PAYMENTS = 100  # as CHILDREN asks for
NOTES_POINTS = 991
UNITS_POINTS = 603


def records(api: Api, command: Command, *, before: Order) -> Reading:
    with understood():
        match command:
            case CancelOrder():
                return cancellation(_order(api, CANCELLED, command.order_id, 2))
            case RefundOrder():
                return refunds(api, command, before)
            case EditOrder():
                return edit(api, command, before)
            case VoidPayment():
                return void(_order(api, CHILDREN, command.order_id, 201), command)
            case CorrectStock():
                return Reading(unclear=_("Stock movements carry no mark that could be searched."))
            case CancelLine() | CancelRest():
                raise Unsupported("cancel_lines")


def _order(api: Api, document: str, order_id: str, cost: float) -> Node:
    data = api.read(document, {"id": check_id(order_id)}, cost=cost)
    if data.get("order") is None:
        raise not_found()
    return fields.node(data, "order")


def _told(parent: Node, name: str) -> str:
    """A text or null, "" for null. Raises Misread where it was left out: that says nothing."""
    if name not in parent:
        raise Misread(name)
    return fields.text(parent, name)


def cancellation(order: Node) -> Reading:
    at = _told(order, "cancelledAt")
    if not at:
        return Reading(absent=_("The order is not cancelled."))
    note = fields.text(fields.maybe(order, "cancellation") or {}, "staffNote")
    ident, said = fields.ident(order), _("The order was cancelled at %(at)s.") % {"at": at}
    return Reading(records=(Record(id=ident, ids={"order": ident}, text=note, detail=said),))


# --- refunds ------------------------------------------------------------------------------------------
def refunds(api: Api, command: RefundOrder, before: Order) -> Reading:
    """One call; a second one only for a new refund of more lines than that call shows."""
    raws = fields.items(_order(api, REFUND_NOTES, command.order_id, NOTES_POINTS), "refunds")
    known = {refund.id for refund in before.refunds}
    is_cut = len(raws) >= MOST_REFUNDS  # the list has no second page
    return Reading(
        records=tuple(_refund(api, raw, command, is_new=fields.ident(raw) not in known) for raw in raws),
        absent=_("No refund with our mark is there."),
        unclear=_("The order has more refunds than can be read.") if is_cut else "",
    )


def _refund(api: Api, raw: Node, command: RefundOrder, *, is_new: bool) -> Record:
    ident, standing = fields.ident(raw), standing_of(raw)
    return Record(
        id=ident,
        ids={"refund": ident},
        text=_told(raw, "note"),
        money=money_of(raw, command.currency),
        units=dict(_units(api, raw)) if is_new else None,
        standing=standing,
        detail=str(capabilities.PARTLY_PAID_BACK) if standing is Standing.PART else "",
    )


def standing_of(refund: Node) -> Standing:
    """By its payments: a record is there, whether money moved is said by each of them."""
    states = {fields.ident(t, "status") for t in _moved(refund)}
    if states & FAILED:
        return Standing.PART if states - FAILED else Standing.FAILED
    return Standing.PENDING if states & PENDING else Standing.DONE


def money_of(refund: Node, currency: str) -> dict[str, Money]:
    """Per payment; in all where a payment is not named (store credit) or not all are shown."""
    rows = [(fields.text(fields.maybe(t, "parentTransaction") or {}, "id"), paid(t, "amountSet"))
            for t in _moved(refund)]  # fmt: skip
    whole = paid(refund, "totalRefundedSet")
    if _has_more(refund, "transactions") or (whole and not rows):
        return {IN_ALL: whole}
    if any(not parent for parent, _amount in rows):
        return {IN_ALL: _sum((amount for _parent, amount in rows), currency)}
    parents = dict.fromkeys(parent for parent, _amount in rows)
    return {parent: _sum((amount for p, amount in rows if p == parent), currency) for parent in parents}


def _moved(refund: Node) -> list[Node]:
    return [t for t in fields.items(refund, "transactions") if fields.ident(t, "kind") == "REFUND"]


def _sum(amounts: Iterator[Money], currency: str) -> Money:
    try:
        return total(amounts, currency)
    except ValueError as exc:
        raise Misread("two currencies") from exc


def _has_more(refund: Node, name: str) -> bool:
    return fields.flag(fields.node(fields.node(refund, name), "pageInfo"), "hasNextPage")


def _units(api: Api, refund: Node) -> Iterator[tuple[str, Decimal]]:
    """line id → units, over all places they went to."""
    if _has_more(refund, "refundLineItems"):
        data = api.read(RETURNED_UNITS, {"id": fields.ident(refund)}, cost=UNITS_POINTS)
        refund = fields.node(data, "node")
        if _has_more(refund, "refundLineItems"):
            raise Misread("refundLineItems")
    found: dict[str, Decimal] = {}
    for line in fields.items(refund, "refundLineItems"):
        ident = fields.ident(fields.node(line, "lineItem"))
        found[ident] = found.get(ident, Decimal(0)) + fields.units(line, "quantity")
    yield from found.items()


# --- where no mark can stand --------------------------------------------------------------------------
def edit(api: Api, command: EditOrder, before: Order) -> Reading:
    """Set-quantity is absolute: the target quantities are the effect, whoever set them."""
    now, is_cancelled = quantities(api, command.order_id)
    if is_cancelled and before.cancelled_at is None:
        return Reading(foreign=_("The whole order was cancelled meanwhile."))
    wanted = {line.line_id: line.keep for line in command.lines}
    old = {line.id: line.current for line in before.lines}
    if all(now.get(line_id) == old.get(line_id) for line_id in wanted):
        return Reading(absent=_("The lines still have their old quantities."))
    is_done = all(now.get(line_id) == keep for line_id, keep in wanted.items())
    said = (
        _("All lines have the quantities that were asked for.")
        if is_done
        else _("Some lines changed, but not to what was asked for.")
    )
    standing = Standing.DONE if is_done else Standing.PART
    ids = {"order": command.order_id}
    return Reading(records=(Record(id=command.order_id, ids=ids, text=None, standing=standing, detail=said),))


def quantities(api: Api, order_id: str) -> tuple[dict[str, Decimal], bool]:
    """line id → units on the order now, all pages; and whether the order is cancelled."""
    found: dict[str, Decimal] = {}
    after: str | None = None
    for _page in range(MOST_PAGES):
        data = api.read(QUANTITIES, {"id": check_id(order_id), "after": after}, cost=253)
        if data.get("order") is None:
            raise not_found()
        order = fields.node(data, "order")
        lines = fields.node(order, "lineItems")
        nodes: Sequence[Node] = fields.items(lines, "nodes")
        found |= {fields.ident(line): fields.units(line, "currentQuantity") for line in nodes}
        info = fields.node(lines, "pageInfo")
        if not fields.flag(info, "hasNextPage"):
            return found, bool(_told(order, "cancelledAt"))
        after = fields.ident(info, "endCursor")
    raise Misread("lineItems")


def void(order: Node, command: VoidPayment) -> Reading:
    """One that failed released nothing, so that it is no effect."""
    children = fields.items(order, "transactions")
    is_cut = len(children) >= MOST_PAYMENTS
    return Reading(
        records=tuple(
            _release(child)
            for child in children
            if _is_void_of(child, command.payment_id) and fields.ident(child, "status") not in FAILED
        ),
        absent=_("The authorisation is not released."),
        unclear=_("The order has more payments than can be read.") if is_cut else "",
    )


def _is_void_of(child: Node, payment_id: str) -> bool:
    parent = fields.text(fields.maybe(child, "parentTransaction") or {}, "id")
    return fields.ident(child, "kind") == "VOID" and parent == payment_id


def _release(child: Node) -> Record:
    ident = fields.ident(child)
    standing = Standing.PENDING if fields.text(child, "status") in PENDING else Standing.DONE
    said = _("The authorisation is released.")
    return Record(id=ident, ids={"transaction": ident}, text=None, standing=standing, detail=said)
