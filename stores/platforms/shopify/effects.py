"""The documents that change something, and those that look for what they changed."""

from __future__ import annotations

from stores.platforms.shopify.documents import RETURNED


def cancel(*, with_job_result: bool) -> str:
    """`jobResult` came with 2026-10."""
    result = "jobResult { id done status errors { code field message } order { id cancelledAt } }"
    return f"""
mutation CancelOrder($orderId: ID!, $reason: OrderCancelReason!, $restock: Boolean!, $notify: Boolean, $note: String,
  $method: OrderCancelRefundMethodInput) {{
  orderCancel(orderId: $orderId, reason: $reason, restock: $restock, notifyCustomer: $notify, staffNote: $note,
    refundMethod: $method) {{
    job {{ id done }} {result if with_job_result else ""} orderCancelUserErrors {{ field message code }} }}
}}
"""


REFUND_ORDER = """
mutation Refund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { id createdAt totalRefundedSet { presentmentMoney { amount currencyCode } }
      transactions(first: 10) { nodes { id kind status errorCode } } }
    userErrors { field message } }
}
"""
EDIT_BEGIN = """
mutation EditBegin($id: ID!) {
  orderEditBegin(id: $id) {
    orderEditSession { id }
    calculatedOrder { id totalOutstandingSet { presentmentMoney { amount currencyCode } }
      lineItems(first: 100) { nodes { id quantity editableQuantity sku } } }
    userErrors { field message } }
}
"""
EDIT_COMMIT = """
mutation EditCommit($id: ID!, $notify: Boolean, $note: String) {
  orderEditCommit(id: $id, notifyCustomer: $notify, staffNote: $note) {
    order { id edited totalOutstandingSet { presentmentMoney { amount currencyCode } } }
    userErrors { field message } }
}
"""
VOID = """
mutation Void($id: ID!) {
  transactionVoid(parentTransactionId: $id) {
    transaction { id kind status errorCode } userErrors { field message code } }
}
"""
ADJUST = """
mutation Adjust($input: InventoryAdjustQuantitiesInput!, $key: String!) {
  inventoryAdjustQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id createdAt reason referenceDocumentUri } userErrors { field message code } }
}
"""


def edit_quantities(count: int) -> str:
    """One document that sets `count` lines of an edit session: variables $session, $l0 $q0 $r0, $l1 …"""
    names = range(count)
    variables = " ".join(f"$l{i}: ID! $q{i}: Int! $r{i}: Boolean!" for i in names)
    calls = " ".join(
        f"a{i}: orderEditSetQuantity(id: $session, lineItemId: $l{i}, quantity: $q{i}, restock: $r{i}) {{"
        f" {TOTAL if i == count - 1 else ''} userErrors {{ field message }} }}"
        for i in names
    )
    return f"mutation EditQuantities($session: ID! {variables}) {{ {calls} }}"


TOTAL = "calculatedOrder { id totalOutstandingSet { presentmentMoney { amount currencyCode } } }"

# --- looking again ------------------------------------------------------------------------------------

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
