"""Webhooks: signature over the raw bytes, and what each topic makes us read. Nothing in a body is believed."""

from __future__ import annotations

import re
from itertools import islice

from stores.canonical.events import EventKind
from stores.connectors import fields, graphql
from stores.connectors.webhooks import MOST_PAGES, Deliveries, Hook, base64_in
from stores.platforms.shopify.api import Api, understood

HOOKS = """
query Hooks($after: String) {
  webhookSubscriptions(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { id topic uri } }
}"""
ADD_HOOK = """
mutation AddHook($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri, format: JSON }) {
    webhookSubscription { id topic uri } userErrors { field message } }
}"""
REMOVE_HOOK = """
mutation RemoveHook($id: ID!) {
  webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } }
}"""


# Header value: (kind, where the order's number stands in the body)
OF_ORDERS = ("create", "updated", "cancelled", "fulfilled", "partially_fulfilled", "paid")
OF_RETURNS = ("request", "approve", "decline", "cancel", "close", "reopen")
TOPICS: dict[str, tuple[EventKind, str]] = {
    **{f"orders/{what}": (EventKind.ORDER_CHANGED, "id") for what in OF_ORDERS},
    "orders/edited": (EventKind.ORDER_CHANGED, "order_edit.order_id"),
    "orders/delete": (EventKind.ORDER_DELETED, "id"),
    "refunds/create": (EventKind.ORDER_CHANGED, "order_id"),
    "order_transactions/create": (EventKind.ORDER_CHANGED, "order_id"),
    **{f"returns/{what}": (EventKind.ORDER_CHANGED, "order.id") for what in OF_RETURNS},
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

    def ask(after: str | None) -> fields.Node:
        return fields.node(api.read(HOOKS, {"after": after}, cost=102), "webhookSubscriptions")

    with understood():
        shown = islice(graphql.pages(ask(None), ask), MOST_PAGES)
        return [_to_hook(node) for page in shown for node in fields.items(page, "nodes")]


def _to_hook(node: fields.Node) -> Hook:
    return Hook(id=fields.ident(node), topic=fields.text(node, "topic"), uri=fields.text(node, "uri"))


def add(api: Api, topic: str, uri: str) -> Hook:
    """Setting one up twice is refused by the platform, so it may be repeated like a read."""
    with understood():
        payload = api.ask(ADD_HOOK, "webhookSubscriptionCreate", cost=11, topic=topic, uri=uri)
        return _to_hook(fields.node(payload, "webhookSubscription"))


def remove(api: Api, hook_id: str) -> None:
    with understood():
        api.ask(REMOVE_HOOK, "webhookSubscriptionDelete", cost=10, id=hook_id)
