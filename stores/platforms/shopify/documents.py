"""The queries for one order and what each asks for, checked by a test against the vendor's 2026-07 and 2026-10 schemas.

Cost as the platform counts it: object 1, scalar 0, connection 2 + n × (node + children), mutation 10; a query may
*ask* for 1,000 points at most and is charged for what comes back. A money bag is 3 points, 2 in one currency: most
orders have one. Scalars are free, so they are always all read. The platform holds back what is asked until
it has answered, so it is computed before a call; a test compares with what the simulator counts.
"""

from __future__ import annotations

from dataclasses import dataclass
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
}"""

LINE = """
fragment line on LineItem {
  id name title variantTitle sku vendor isGiftCard requiresShipping restockable merchantEditable
  quantity currentQuantity refundableQuantity unfulfilledQuantity nonFulfillableQuantity
  %s
}"""
LINE_FIXED = """
  originalUnitPriceSet { ...mb } discountedUnitPriceAfterAllDiscountsSet { ...mb }
  taxLines(first: 3) { title rate } duties { id price { ...mb } } lineItemGroup { id title }
  variant { id inventoryItem { id tracked } }"""

SHARE = """
fragment share on FulfillmentOrderLineItem { id totalQuantity remainingQuantity inventoryItemId lineItem { id } }"""
GROUP = """
fragment group on FulfillmentOrder {
  id status requestStatus fulfillAt updatedAt
  assignedLocation { name location { id name isActive isFulfillmentService fulfillmentService { serviceName } } }
  fulfillmentHolds { id reason displayReason reasonNotes heldByRequestingApp }
  lineItems(first: $shares) { pageInfo { hasNextPage endCursor } nodes { ...share } }
}"""

SHIPPED = "fragment shipped on FulfillmentLineItem { quantity lineItem { id } }\n"
SHIPMENT = """
fragment shipment on Fulfillment {
  id name status displayStatus createdAt totalQuantity
  location { id name } trackingInfo(first: 3) { company number url }
  fulfillmentLineItems(first: $units) { pageInfo { hasNextPage endCursor } nodes { ...shipped } }
}"""

RETURNED = "fragment returned on RefundLineItem { quantity restockType restocked location { id } lineItem { id } }\n"
PAID_BACK = """
fragment paidBack on OrderTransaction {
  id kind status gateway formattedGateway accountNumber errorCode processedAt amountSet { ...mb }
  parentTransaction { id }
}"""
REFUND = """
fragment refund on Refund {
  id createdAt note totalRefundedSet { ...mb }
  transactions(first: 3) { pageInfo { hasNextPage endCursor } nodes { ...paidBack } }
  refundLineItems(first: $units) { pageInfo { hasNextPage endCursor } nodes { ...returned } }
}"""

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
}"""
ORDER_FIXED = """
    app { id name } customer { id displayName } purchasingEntity { __typename }
    billingAddress { formatted } shippingAddress { name formatted }
    paymentTerms { paymentTermsName overdue } risk { recommendation }
    shippingLines(first: 5) { nodes { id title isRemoved } }
    originalTotalPriceSet { ...mb } totalTipReceivedSet { ...mb }"""


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
fragment paid on MoneyBag { presentmentMoney { amount currencyCode } }"""


# --- what they cost
HEAD = 4  # the order itself, its cancellation, an open dispute and one spare
HEAD_BAGS = 12
FIXED = 14  # app, customer, addresses, terms, risk, shipping lines
FIXED_BAGS = 2


@dataclass(frozen=True)
class Sizes:
    """How much a first read asks for; a small order fits."""

    lines: int = 8
    groups: int = 3
    shares: int = 8
    payments: int = 8
    refunds: int = 3
    shipments: int = 3
    units: int = 6


def bag(both: bool) -> int:
    return 3 if both else 2


def cost_of_order(sizes: Sizes, kind: Kind) -> int:
    bags = HEAD_BAGS + (FIXED_BAGS if kind.full else 0)
    head = HEAD + bags * bag(kind.both) + (FIXED if kind.full else 0)
    return (
        head
        + cost_of_payments(sizes.payments, kind.both)
        + cost_of_refunds(sizes.refunds, sizes.units, kind.both)
        + cost_of_shipments(sizes.shipments, sizes.units)
        + cost_of_lines(sizes.lines, kind)
        + cost_of_groups(sizes.groups, sizes.shares)
    )


def cost_of_payments(count: int, both: bool) -> int:
    return count * (2 + 2 * bag(both))


def cost_of_refunds(count: int, units: int, both: bool) -> int:
    money = 2 + 3 * (2 + bag(both))
    return count * (1 + bag(both) + money + 2 + 3 * units)


def cost_of_shipments(count: int, units: int) -> int:
    return count * (7 + 2 * units)


def cost_of_lines(count: int, kind: Kind) -> int:
    fixed = 3 * bag(kind.both) + 7 if kind.full else 0
    return 2 + count * (1 + fixed)


def cost_of_groups(count: int, shares: int) -> int:
    return 2 + count * (7 + 2 * shares)


def cost_of_inner(name: str, both: bool) -> int:
    one = {"lineItems": 2, "fulfillmentLineItems": 2, "refundLineItems": 3, "transactions": 2 + bag(both)}[name]
    return 3 + 100 * one


# The list of refund lines has no size, so the platform counts one; what comes back is charged.
COST_OF_SUGGESTED = 36
