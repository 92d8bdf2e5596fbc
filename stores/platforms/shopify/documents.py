"""Every GraphQL document we send, checked by a test against the vendor's 2026-07 and 2026-10 schemas.

Cost as the platform counts it: object 1, scalar 0, connection 2 + n × (node + children), mutation 10; a query may
*ask* for 1,000 points at most and is charged for what comes back. A money bag is 3 points, 2 in one currency: most
orders have one. Scalars are free, so they are always all read. What is asked is computed in `points`.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple


class Kind(NamedTuple):
    """Which variant of a document. `both`: two currencies; `full`: also what an order never changes."""

    both: bool
    full: bool


def money(both: bool) -> str:
    second = "presentmentMoney { amount currencyCode }" if both else ""
    return f"fragment mb on MoneyBag {{ shopMoney {{ amount currencyCode }} {second} }}"


PAYMENT = """
fragment payment on OrderTransaction {
  id kind status gateway formattedGateway accountNumber manualPaymentGateway processedAt test multiCapturable
  authorizationExpiresAt errorCode
  amountSet { ...mb } totalUnsettledSet { ...mb } parentTransaction { id }
}
"""

LINE = """
fragment line on LineItem {
  id name title variantTitle sku vendor isGiftCard requiresShipping restockable merchantEditable
  quantity currentQuantity refundableQuantity unfulfilledQuantity nonFulfillableQuantity
  %s
}
"""
LINE_FIXED = """
  originalUnitPriceSet { ...mb } discountedUnitPriceAfterAllDiscountsSet { ...mb }
  taxLines(first: 3) { title rate } duties { id price { ...mb } } lineItemGroup { id title }
  variant { id inventoryItem { id tracked } }
"""

SHARE = """
fragment share on FulfillmentOrderLineItem { id totalQuantity remainingQuantity inventoryItemId lineItem { id } }
"""
GROUP = """
fragment group on FulfillmentOrder {
  id status requestStatus fulfillAt updatedAt
  assignedLocation { name location { id name isActive isFulfillmentService fulfillmentService { serviceName } } }
  fulfillmentHolds { id reason displayReason reasonNotes heldByRequestingApp }
  lineItems(first: $shares) { pageInfo { hasNextPage endCursor } nodes { ...share } }
}
"""

SHIPPED = "fragment shipped on FulfillmentLineItem { quantity lineItem { id } }\n"
SHIPMENT = """
fragment shipment on Fulfillment {
  id name status displayStatus createdAt totalQuantity
  location { id name } trackingInfo(first: 3) { company number url }
  fulfillmentLineItems(first: $units) { pageInfo { hasNextPage endCursor } nodes { ...shipped } }
}
"""

RETURNED = "fragment returned on RefundLineItem { quantity restockType restocked location { id } lineItem { id } }\n"
PAID_BACK = """
fragment paidBack on OrderTransaction {
  id kind status gateway formattedGateway accountNumber errorCode processedAt amountSet { ...mb }
  parentTransaction { id }
}
"""
REFUND = """
fragment refund on Refund {
  id createdAt note totalRefundedSet { ...mb }
  transactions(first: 3) { pageInfo { hasNextPage endCursor } nodes { ...paidBack } }
  refundLineItems(first: $units) { pageInfo { hasNextPage endCursor } nodes { ...returned } }
}
"""

ORDER = """
query Order($id: ID!, $lines: Int!, $groups: Int!, $shares: Int!, $payments: Int!, $refunds: Int!, $shipments: Int!,
  $units: Int!) {
  order(id: $id) {
    id legacyResourceId name number confirmationNumber createdAt processedAt updatedAt
    cancelledAt cancelReason cancellation { staffNote } closed closedAt test edited confirmed
    email phone note tags sourceName sourceIdentifier poNumber
    displayFinancialStatus displayFulfillmentStatus returnStatus capturable canNotifyCustomer fullyPaid unpaid
    refundable restockable merchantEditable merchantEditableErrors
    currencyCode presentmentCurrencyCode taxesIncluded dutiesIncluded estimatedTaxes paymentGatewayNames
    %s
    currentTotalPriceSet { ...mb } currentSubtotalPriceSet { ...mb } currentTotalTaxSet { ...mb }
    currentShippingPriceSet { ...mb } currentTotalDiscountsSet { ...mb }
    currentTotalDutiesSet { ...mb } currentTotalAdditionalFeesSet { ...mb }
    totalReceivedSet { ...mb } totalRefundedSet { ...mb } totalRefundedShippingSet { ...mb }
    totalOutstandingSet { ...mb } totalCapturableSet { ...mb }
    disputes { id initiatedAs status }
    transactions(first: $payments) { ...payment }
    refunds(first: $refunds) { ...refund }
    fulfillments(first: $shipments) { ...shipment }
    lineItems(first: $lines) { pageInfo { hasNextPage endCursor } nodes { ...line } }
    fulfillmentOrders(first: $groups) { pageInfo { hasNextPage endCursor } nodes { ...group } }
  }
}
"""
ORDER_FIXED = """
    app { id name } customer { id displayName } purchasingEntity { __typename }
    billingAddress { formatted } shippingAddress { name formatted }
    paymentTerms { paymentTermsName overdue } risk { recommendation }
    shippingLines(first: 5) { nodes { id title isRemoved } }
    originalTotalPriceSet { ...mb } totalTipReceivedSet { ...mb }
"""


@cache
def order(kind: Kind) -> str:
    """The order with everything a small one has; what is longer is read on with the documents below."""
    parts = (ORDER % (ORDER_FIXED if kind.full else ""), money(kind.both), PAYMENT, line(kind), SHARE, GROUP, SHIPPED,
             SHIPMENT, RETURNED, PAID_BACK, REFUND)  # fmt: skip
    return "".join(parts)


def line(kind: Kind) -> str:
    return LINE % (LINE_FIXED if kind.full else "")


@cache
def lines(kind: Kind) -> str:
    query = (
        "query OrderLines($id: ID!, $after: String, $lines: Int!) { order(id: $id) { id updatedAt"
        " lineItems(first: $lines, after: $after) { pageInfo { hasNextPage endCursor } nodes { ...line } } } }"
    )
    return query + (money(kind.both) if kind.full else "") + line(kind)


GROUPS = (
    "query OrderFulfillmentOrders($id: ID!, $after: String, $groups: Int!, $shares: Int!) { order(id: $id) {"
    " id updatedAt fulfillmentOrders(first: $groups, after: $after) {"
    " pageInfo { hasNextPage endCursor } nodes { ...group } } } }" + SHARE + GROUP
)


@cache
def inner(owner: str, name: str, both: bool) -> str:
    """One object's inner list read on, as node.inner, 100 at a time."""
    item, fragments = {
        "lineItems": ("share", SHARE),
        "fulfillmentLineItems": ("shipped", SHIPPED),
        "refundLineItems": ("returned", RETURNED),
        "transactions": ("paidBack", PAID_BACK + money(both)),
    }[name]
    return (
        f"query More($id: ID!, $after: String) {{ node(id: $id) {{ id ... on {owner} {{"
        f" inner: {name}(first: 100, after: $after) {{ pageInfo {{ hasNextPage endCursor }}"
        f" nodes {{ ...{item} }} }} }} }} }}{fragments}"
    )


def payments(both: bool) -> str:
    query = "query OrderPayments($id: ID!) { order(id: $id) { id transactions(first: 100) { ...payment } } }"
    return query + money(both) + PAYMENT


def refunds(both: bool) -> str:
    query = "query OrderRefunds($id: ID!, $units: Int!) { order(id: $id) { id refunds(first: 24) { ...refund } } }"
    return query + money(both) + REFUND + RETURNED + PAID_BACK


SHIPMENTS = (
    "query OrderShipments($id: ID!, $units: Int!) { order(id: $id) { id fulfillments(first: 50) { ...shipment } } }"
    + SHIPMENT
    + SHIPPED
)
RETURNS = (
    "query OrderReturns($id: ID!) {"
    " order(id: $id) { id returns(first: 20) { nodes { id name status totalQuantity } } } }"
)

SUGGEST = """
query SuggestRefund($id: ID!, $items: [RefundLineItemInput!], $full: Boolean, $ship: Boolean, $amount: Money,
  $duties: [RefundDutyInput!]) {
  order(id: $id) { id updatedAt totalOutstandingSet { ...paid }
    suggestedRefund(refundLineItems: $items, suggestFullRefund: $full, refundShipping: $ship, shippingAmount: $amount,
      refundDuties: $duties) {
      amountSet { ...paid } maximumRefundableSet { ...paid } subtotalSet { ...paid } totalTaxSet { ...paid }
      totalDutiesSet { ...paid }
      shipping { amountSet { ...paid } maximumRefundableSet { ...paid } taxSet { ...paid } }
      refundLineItems { quantity location { id name } lineItem { id } subtotalSet { ...paid } totalTaxSet { ...paid } }
      suggestedTransactions { gateway formattedGateway accountNumber amountSet { ...paid }
        maximumRefundableSet { ...paid } parentTransaction { id } } } }
}
fragment paid on MoneyBag { presentmentMoney { amount currencyCode } }
"""

# --- effects ------------------------------------------------------------------------------------------


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
    transactions(first: 5) { nodes { id kind status errorCode amountSet { presentmentMoney { amount currencyCode } }
      parentTransaction { id } } } } }
}
"""
RETURNED_UNITS = (
    "query ReturnedUnits($id: ID!) { node(id: $id) { id ... on Refund {"
    " refundLineItems(first: 200) { nodes { ...returned } } } } }" + RETURNED
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

# --- shop, lists, webhooks ----------------------------------------------------------------------------

ACCESS = """
query Access {
  shop { name currencyCode ianaTimezone myshopifyDomain } currentAppInstallation { accessScopes { handle } }
}
"""
# 50 orders of about 19 points each: just below what one query may ask for.
LIST = """
query Orders($first: Int!, $after: String, $query: String, $lines: Int!) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes { ...summary } }
}
fragment summary on Order {
  id legacyResourceId name confirmationNumber createdAt processedAt updatedAt cancelledAt cancelReason closedAt
  test edited email phone note tags poNumber currencyCode presentmentCurrencyCode
  displayFinancialStatus displayFulfillmentStatus returnStatus unpaid
  customer { id displayName } disputes { id initiatedAs status }
  currentTotalPriceSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
  totalRefundedSet { shopMoney { amount currencyCode } }
  lineItems(first: $lines) { pageInfo { hasNextPage endCursor } nodes { ...goods } }
}
fragment goods on LineItem { id title variantTitle sku vendor isGiftCard requiresShipping
  quantity currentQuantity refundableQuantity unfulfilledQuantity nonFulfillableQuantity }
"""
MORE_GOODS = """
query Goods($id: ID!, $after: String) {
  order(id: $id) { id lineItems(first: 250, after: $after) { pageInfo { hasNextPage endCursor } nodes { ...goods } } }
}
fragment goods on LineItem { id title variantTitle sku vendor isGiftCard requiresShipping
  quantity currentQuantity refundableQuantity unfulfilledQuantity nonFulfillableQuantity }
"""
COUNT = "query Count($query: String) { ordersCount(limit: 10000, query: $query) { count precision } }"

HOOKS = """
query Hooks($after: String) {
  webhookSubscriptions(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { id topic uri } }
}
"""
ADD_HOOK = """
mutation AddHook($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri, format: JSON }) {
    webhookSubscription { id topic uri } userErrors { field message } }
}
"""
REMOVE_HOOK = """
mutation RemoveHook($id: ID!) {
  webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } }
}
"""
