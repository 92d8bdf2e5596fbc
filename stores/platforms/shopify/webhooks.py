"""Webhooks: signature over the raw bytes, and what each topic makes us read. Nothing in a body is believed."""

from __future__ import annotations

import re

from stores.canonical.events import EventKind
from stores.connectors import fields
from stores.connectors.webhooks import MOST_PAGES, Deliveries, Hook, base64_in
from stores.platforms.shopify.api import Api, refuse, understood

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


# Header value: (kind, where the order's number stands in the body)
TOPICS: dict[str, tuple[EventKind, str]] = {
    "orders/create": (EventKind.ORDER_CHANGED, "id"),
    "orders/updated": (EventKind.ORDER_CHANGED, "id"),
    "orders/edited": (EventKind.ORDER_CHANGED, "order_edit.order_id"),
    "orders/cancelled": (EventKind.ORDER_CHANGED, "id"),
    "orders/fulfilled": (EventKind.ORDER_CHANGED, "id"),
    "orders/partially_fulfilled": (EventKind.ORDER_CHANGED, "id"),
    "orders/paid": (EventKind.ORDER_CHANGED, "id"),
    "orders/delete": (EventKind.ORDER_DELETED, "id"),
    "refunds/create": (EventKind.ORDER_CHANGED, "order_id"),
    "order_transactions/create": (EventKind.ORDER_CHANGED, "order_id"),
    "returns/request": (EventKind.ORDER_CHANGED, "order.id"),
    "returns/approve": (EventKind.ORDER_CHANGED, "order.id"),
    "returns/decline": (EventKind.ORDER_CHANGED, "order.id"),
    "returns/cancel": (EventKind.ORDER_CHANGED, "order.id"),
    "returns/close": (EventKind.ORDER_CHANGED, "order.id"),
    "returns/reopen": (EventKind.ORDER_CHANGED, "order.id"),
    "disputes/create": (EventKind.DISPUTE, "order_id"),
    "disputes/update": (EventKind.DISPUTE, "order_id"),
    "app/uninstalled": (EventKind.DISCONNECTED, ""),
    "app/scopes_update": (EventKind.SCOPES_CHANGED, ""),
}
# What we subscribe to, as GraphQL spells it. Disputes need a right of Shopify Payments, so they are left to reading.
SUBSCRIBED = (
    "ORDERS_CREATE", "ORDERS_UPDATED", "ORDERS_EDITED", "ORDERS_CANCELLED", "ORDERS_DELETE", "REFUNDS_CREATE",
    "APP_UNINSTALLED", "APP_SCOPES_UPDATE",
)  # fmt: skip
DELIVERIES = Deliveries(
    topics=TOPICS,
    topic_header="x-shopify-topic",
    signature=base64_in("x-shopify-hmac-sha256"),  # the client secret's
    ident=re.compile(r"[0-9]{1,20}", re.ASCII),
    order_id="gid://shopify/Order/{}",
)


# --- subscriptions ------------------------------------------------------------------------------------
def standing(api: Api) -> list[Hook]:
    """All subscriptions of this app in this shop."""
    found: list[Hook] = []
    after: str | None = None
    with understood():
        for _ in range(MOST_PAGES):
            page = fields.node(api.read(HOOKS, {"after": after}, cost=102), "webhookSubscriptions")
            found += [_to_hook(node) for node in fields.items(page, "nodes")]
            info = fields.node(page, "pageInfo")
            if not fields.flag(info, "hasNextPage"):
                break
            after = fields.ident(info, "endCursor")
    return found


def _to_hook(node: fields.Node) -> Hook:
    return Hook(id=fields.ident(node), topic=fields.text(node, "topic"), uri=fields.text(node, "uri"))


def add(api: Api, topic: str, uri: str) -> Hook:
    """Setting one up twice is refused by the platform, so it may be repeated like a read."""
    with understood():
        data = api.read(ADD_HOOK, {"topic": topic, "uri": uri}, cost=11)
        payload = fields.node(data, "webhookSubscriptionCreate")
        refuse(payload)
        return _to_hook(fields.node(payload, "webhookSubscription"))


def remove(api: Api, hook_id: str) -> None:
    with understood():
        data = api.read(REMOVE_HOOK, {"id": hook_id}, cost=10)
        refuse(fields.node(data, "webhookSubscriptionDelete"))
