"""Asking after an effect, and looking for it by reading: all records that may be it, as Shopify tells them; the judge
decides.
"""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from stores.canonical.commands import CancelOrder, Command, CorrectStock, EditOrder, RefundOrder, VoidPayment
from stores.canonical.order import Order
from stores.canonical.receipts import Outcome, Receipt
from stores.connectors import fields, graphql
from stores.connectors.records import IN_ALL, Reading, Record, Standing, by_payment, summed
from stores.kernel.errors import JobFailed, OutcomeUnknown, Unsupported
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.money import Money
from stores.platforms.shopify import capabilities
from stores.platforms.shopify.api import (
    FAILED,
    PENDING,
    Api,
    after_job,
    job_result,
    paid,
    payment_state,
    refund_state,
    understood,
)
from stores.platforms.shopify.documents import RETURNED

JOB_RESULT = """
query JobResult($id: ID!) {
  node(id: $id) { id ... on OrderCancelJobResult {
    done status errors { code field message } order { id cancelledAt } } }
}"""
JOB = "query Job($id: ID!, $order: ID!) { job(id: $id) { id done } order(id: $order) { id cancelledAt cancelReason } }"
REFUND_STATE = """
query RefundState($id: ID!) {
  node(id: $id) { id ... on Refund { totalRefundedSet { presentmentMoney { amount currencyCode } }
    transactions(first: 10) { nodes { id kind status errorCode } } } }
}"""
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
}"""
RETURNED_UNITS = (
    "query ReturnedUnits($id: ID!) { node(id: $id) { id ... on Refund {"
    " refundLineItems(first: 200) { pageInfo { hasNextPage } nodes { ...returned } } } } }" + RETURNED
)
QUANTITIES = """
query Quantities($id: ID!, $after: String) {
  order(id: $id) { id edited cancelledAt updatedAt
    lineItems(first: 250, after: $after) { pageInfo { hasNextPage endCursor } nodes { id currentQuantity } } }
}"""
CHILDREN = """
query Children($id: ID!) { order(id: $id) { id cancelledAt
  transactions(first: 100) { id kind status parentTransaction { id } } } }"""


MOST_REFUNDS = 30  # as REFUND_NOTES asks for
MOST_PAYMENTS = 100  # as CHILDREN asks for
NOTES_POINTS = 991
UNITS_POINTS = 603


def poll(api: Api, command: Command, receipt: Receipt) -> Receipt:
    """JobFailed by Shopify's own word only; whatever a read meets proves nothing."""
    with understood():
        if isinstance(command, CancelOrder):
            return _poll_cancel(api, command, receipt)
        if "refund" in receipt.ids:
            return refund_state(_node(api, REFUND_STATE, receipt.ids["refund"]), JobFailed)
        return payment_state(_node(api, PAYMENT_STATE, receipt.ids.get("transaction", "")), JobFailed)


def _poll_cancel(api: Api, command: CancelOrder, receipt: Receipt) -> Receipt:
    if result_id := receipt.ids.get("job_result"):
        return job_result(_node(api, JOB_RESULT, result_id), JobFailed)
    data = api.read(JOB, {"id": receipt.ids.get("job", ""), "order": command.order_id}, cost=2)
    if not fields.flag(fields.node(data, "job"), "done"):
        return Receipt(outcome=Outcome.ACCEPTED, ids=receipt.ids)
    return after_job(receipt.ids, fields.node(data, "order"), JobFailed)


def _node(api: Api, document: str, node_id: str) -> Node:
    data = api.read(document, {"id": node_id}, cost=13)
    if data.get("node") is None:
        raise OutcomeUnknown("the platform no longer knows the job", code="job_gone")
    return fields.node(data, "node")


def records(api: Api, command: Command, *, before: Order) -> Reading:
    with understood():
        match command:
            case CancelOrder():
                return cancellation(api.order(CANCELLED, command.order_id, cost=2))
            case RefundOrder():
                return refunds(api, command, before)
            case EditOrder():
                return edit(api, command, before)
            case VoidPayment():
                return void(api.order(CHILDREN, command.order_id, cost=201), command)
            case CorrectStock():
                return Reading(unclear=_("Stock movements carry no mark that could be searched."))  # see stock_body
            case _:
                raise Unsupported("cancel_lines")


def cancellation(order: Node) -> Reading:
    at = fields.told(order, "cancelledAt")
    if not at:
        return Reading(absent=_("The order is not cancelled."))
    note = fields.text(fields.maybe(order, "cancellation") or {}, "staffNote")
    ident, said = fields.ident(order), _("The order was cancelled at %(at)s.") % {"at": at}
    return Reading(records=(Record(id=ident, ids={"order": ident}, text=note, detail=said),))


# --- refunds ------------------------------------------------------------------------------------------
def refunds(api: Api, command: RefundOrder, before: Order) -> Reading:
    """One call; a second one only for a new refund of more lines than that call shows."""
    raws = fields.items(api.order(REFUND_NOTES, command.order_id, cost=NOTES_POINTS), "refunds")
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
        text=fields.told(raw, "note"),
        money=money_of(raw, command.currency),
        units=_units(api, raw) if is_new else None,
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
    moved = [(fields.maybe(t, "parentTransaction") or {}, paid(t, "amountSet")) for t in _moved(refund)]
    whole = paid(refund, "totalRefundedSet")
    if graphql.has_more(fields.node(refund, "transactions")) or (whole and not moved):
        return {IN_ALL: whole}
    try:
        return by_payment(((fields.text(parent, "id"), amount) for parent, amount in moved), currency)
    except ValueError as exc:
        raise Misread("two currencies") from exc


def _moved(refund: Node) -> list[Node]:
    return [t for t in fields.items(refund, "transactions") if fields.ident(t, "kind") == "REFUND"]


def _units(api: Api, refund: Node) -> dict[str, Decimal]:
    """line id → units, over all places they went to."""
    if graphql.has_more(fields.node(refund, "refundLineItems")):
        data = api.read(RETURNED_UNITS, {"id": fields.ident(refund)}, cost=UNITS_POINTS)
        refund = fields.node(data, "node")
        if graphql.has_more(fields.node(refund, "refundLineItems")):
            raise Misread("refundLineItems")
    lines = fields.items(refund, "refundLineItems")
    return summed((fields.ident(fields.node(line, "lineItem")), fields.units(line, "quantity")) for line in lines)


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
    standing, said = Standing.DONE, _("All lines have the quantities that were asked for.")
    if not is_done:
        standing, said = Standing.PART, _("Some lines changed, but not to what was asked for.")
    ids = {"order": command.order_id}
    return Reading(records=(Record(id=command.order_id, ids=ids, text=None, standing=standing, detail=said),))


def quantities(api: Api, order_id: str) -> tuple[dict[str, Decimal], bool]:
    """line id → units on the order now, all pages; and whether the order is cancelled, by the last of them."""
    seen: list[Node] = []

    def ask(after: str | None) -> Node:
        seen.append(api.order(QUANTITIES, order_id, cost=253, after=after))
        return fields.node(seen[-1], "lineItems")

    lines = graphql.every_node(ask(None), ask, "lineItems")
    found = {fields.ident(line): fields.units(line, "currentQuantity") for line in lines}
    return found, bool(fields.told(seen[-1], "cancelledAt"))


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
