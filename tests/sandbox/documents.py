"""Documents as a client would send them: what the simulator must answer."""

MB = "fragment mb on MoneyBag { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }"
HEADER = (
    """
query OrderHeader($id: ID!) { order(id: $id) {
id legacyResourceId name number confirmationNumber createdAt processedAt updatedAt cancelledAt cancelReason
  cancellation { staffNote } closed closedAt test edited confirmed
email phone note tags sourceName sourceIdentifier poNumber app { id name } customer { id displayName }
  purchasingEntity { __typename }
displayFinancialStatus displayFulfillmentStatus returnStatus capturable canNotifyCustomer fullyPaid unpaid
  refundable restockable merchantEditable merchantEditableErrors
currencyCode presentmentCurrencyCode taxesIncluded dutiesIncluded estimatedTaxes paymentGatewayNames
originalTotalPriceSet { ...mb } currentTotalPriceSet { ...mb } currentSubtotalPriceSet { ...mb }
  currentTotalTaxSet { ...mb } currentShippingPriceSet { ...mb } currentTotalDiscountsSet { ...mb }
currentTotalDutiesSet { ...mb } currentTotalAdditionalFeesSet { ...mb } totalTipReceivedSet { ...mb }
  totalReceivedSet { ...mb } totalRefundedSet { ...mb } totalRefundedShippingSet { ...mb }
totalOutstandingSet { ...mb } totalCapturableSet { ...mb } netPaymentSet { ...mb }
totalCashRoundingAdjustment { paymentSet { ...mb } refundSet { ...mb } } paymentTerms { paymentTermsName overdue }
disputes { id initiatedAs status } risk { recommendation }
shippingLines(first: 5) { nodes { id title isRemoved currentDiscountedPriceSet { ...mb } } }
transactions(first: 20) { id kind status gateway formattedGateway manualPaymentGateway amountSet { ...mb }
  totalUnsettledSet { ...mb } parentTransaction { id kind } processedAt test multiCapturable
  authorizationExpiresAt errorCode }
refunds(first: 10) { id createdAt note totalRefundedSet { ...mb } }
returns(first: 5) { nodes { id name status totalQuantity } }
fulfillments(first: 10) { id name status displayStatus createdAt totalQuantity location { id name } }
} }
"""
    + MB
)

LINES = (
    """
query OrderLines($id: ID!, $after: String) { order(id: $id) { id updatedAt lineItems(first: 30, after: $after) {
  pageInfo { hasNextPage endCursor } nodes {
id name title variantTitle sku vendor isGiftCard requiresShipping restockable merchantEditable quantity
  currentQuantity refundableQuantity unfulfilledQuantity nonFulfillableQuantity
originalUnitPriceSet { ...mb } discountedUnitPriceAfterAllDiscountsSet { ...mb } unfulfilledDiscountedTotalSet {
  ...mb }
taxLines(first: 3) { title rate priceSet { shopMoney { amount } } } duties { id price { shopMoney { amount
  currencyCode } } } lineItemGroup { id title } variant { id inventoryItem { id tracked } } } } } }
"""
    + MB
)

PARCELS = """
query OrderFulfillmentOrders($id: ID!) { order(id: $id) { id updatedAt fulfillmentOrders(first: 10) { pageInfo {
  hasNextPage endCursor } nodes {
id status requestStatus fulfillAt updatedAt assignedLocation { name location { id name isActive
  isFulfillmentService fulfillmentService { handle serviceName } } }
fulfillmentHolds { id reason displayReason reasonNotes heldByRequestingApp } supportedActions { action }
lineItems(first: 25) { pageInfo { hasNextPage endCursor } nodes { id totalQuantity remainingQuantity
  inventoryItemId lineItem { id } } } } } } }
"""

HISTORY = """
query OrderHistory($id: ID!) { order(id: $id) { id
fulfillments(first: 10) { id status fulfillmentLineItems(first: 15) { nodes { quantity lineItem { id } } } }
refunds(first: 10) { id createdAt refundLineItems(first: 15) { nodes { quantity restockType restocked location {
  id } lineItem { id } } } } } }
"""

SUGGEST = (
    """
query SuggestRefund($id: ID!, $items: [RefundLineItemInput!], $full: Boolean, $ship: Boolean, $duties:
  [RefundDutyInput!], $alloc: RefundMethodAllocation) {
order(id: $id) { id updatedAt suggestedRefund(refundLineItems: $items, suggestFullRefund: $full, refundShipping:
  $ship, refundDuties: $duties, refundMethodAllocation: $alloc) {
amountSet { ...mb } maximumRefundableSet { ...mb } subtotalSet { ...mb } discountedSubtotalSet { ...mb }
  totalTaxSet { ...mb } totalDutiesSet { ...mb } totalCartDiscountAmountSet { ...mb }
shipping { amountSet { ...mb } maximumRefundableSet { ...mb } taxSet { ...mb } }
refundLineItems { quantity restockType location { id name } lineItem { id } subtotalSet { ...mb } totalTaxSet {
  ...mb } }
suggestedTransactions { kind gateway formattedGateway amountSet { ...mb } maximumRefundableSet { ...mb }
  parentTransaction { id } }
suggestedRefundMethods { __typename amount { ...mb } maximumRefundable { ...mb } } } } }
"""
    + MB
)

CANCEL = """
mutation CancelOrder($orderId: ID!, $reason: OrderCancelReason!, $restock: Boolean!, $notify: Boolean, $note:
  String, $method: OrderCancelRefundMethodInput) {
orderCancel(orderId: $orderId, reason: $reason, restock: $restock, notifyCustomer: $notify, staffNote: $note,
  refundMethod: $method) {
job { id done } jobResult { id done status errors { code field message } order { id cancelledAt } }
orderCancelUserErrors { field message code } } }
"""

REFUND = """
mutation Refund($input: RefundInput!, $key: String!) { refundCreate(input: $input) @idempotent(key: $key) {
refund { id createdAt totalRefundedSet { shopMoney { amount currencyCode } } transactions(first: 10) { nodes { id
  kind status errorCode amountSet { shopMoney { amount } } } } refundLineItems(first: 100) { nodes { quantity
  restocked restockType lineItem { id } } } }
order { id displayFinancialStatus } userErrors { field message } } }
"""
