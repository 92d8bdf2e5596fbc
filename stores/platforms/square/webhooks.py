"""Webhooks: signed over the address they were registered for and the raw body; each makes us read one order.

A subscription has a signature key of its own, which only the Developer Dashboard shows again: so a person makes it
and gives us the key, and we add the events that are missing from it.
"""

from __future__ import annotations

import re

from stores.canonical.events import EventKind
from stores.connectors.webhooks import Deliveries, Hook, base64_with_address_in
from stores.kernel.errors import Unsupported
from stores.kernel.http.json_readers import Node, nodes, text
from stores.kernel.http.json_readers import ident as ident_of
from stores.platforms.square import capabilities
from stores.platforms.square.api import Api

CHANGED = EventKind.ORDER_CHANGED
TOPICS = {
    "order.created": (CHANGED, "data.object.order_created.order_id"),
    "order.updated": (CHANGED, "data.object.order_updated.order_id"),
    "order.fulfillment.updated": (CHANGED, "data.object.order_fulfillment_updated.order_id"),
    "payment.created": (CHANGED, "data.object.payment.order_id"),
    "payment.updated": (CHANGED, "data.object.payment.order_id"),
    "refund.created": (CHANGED, "data.object.refund.order_id"),  # of its return order
    "refund.updated": (CHANGED, "data.object.refund.order_id"),
    "dispute.created": (EventKind.DISPUTE, ""),
    "dispute.state.updated": (EventKind.DISPUTE, ""),
    "inventory.count.updated": (EventKind.STOCK_CHANGED, ""),
    "oauth.authorization.revoked": (EventKind.DISCONNECTED, ""),
}
SUBSCRIBED = (
    "order.created", "order.updated", "order.fulfillment.updated", "payment.updated", "refund.created",
    "refund.updated",
)  # fmt: skip
DELIVERIES = Deliveries(
    topics=TOPICS,
    topic_field="type",
    signature=base64_with_address_in("x-square-hmacsha256-signature"),
    ident=re.compile(r"[A-Za-z0-9_-]{1,192}", re.ASCII),
    ids_are_text=True,
    key_field="event_id",
)


# --- subscriptions ------------------------------------------------------------------------------------
def subscriptions(api: Api) -> list[Node]:
    with api.understood():
        return nodes(api.get("v2/webhooks/subscriptions"), "subscriptions")


def topics_of(subscription: Node) -> list[str]:
    found = subscription.get("event_types") or []
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def standing(api: Api) -> list[Hook]:
    """One for each event of each subscription; its id names both."""
    with api.understood():
        return [
            Hook(id=f"{ident_of(one, 'id')}/{topic}", topic=topic, uri=text(one, "notification_url"))
            for one in subscriptions(api)
            for topic in topics_of(one)
        ]


def add(api: Api, topic: str, uri: str) -> Hook:
    """To the subscription that a person made for this address. Raises Unsupported where there is none."""
    for one in subscriptions(api):
        if text(one, "notification_url") == uri:
            ident = ident_of(one, "id")
            if topic not in topics_of(one):
                _write(api, ident, [*topics_of(one), topic])
            return Hook(id=f"{ident}/{topic}", topic=topic, uri=uri)
    raise Unsupported("receive_events", str(capabilities.HOOK_SETUP))


def remove(api: Api, hook_id: str) -> None:
    """The event from its subscription; with the last one the subscription."""
    ident, _slash, topic = hook_id.partition("/")
    for one in subscriptions(api):
        if text(one, "id") == ident:
            rest = [known for known in topics_of(one) if known != topic]
            if rest:
                _write(api, ident, rest)
            else:
                api.effect("DELETE", f"v2/webhooks/subscriptions/{api.part(ident)}")


def _write(api: Api, ident: str, topics: list[str]) -> None:
    body = {"subscription": {"event_types": topics}}
    api.effect("PUT", f"v2/webhooks/subscriptions/{api.part(ident)}", body)
