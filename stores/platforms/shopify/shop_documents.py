"""The documents about the shop as a whole: access, lists of orders, webhooks."""

from __future__ import annotations

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
