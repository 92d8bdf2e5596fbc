"""Webhooks: signed over the address they were registered for and the raw body; each makes us read one order.

A subscription has a signature key of its own, which only the Developer Dashboard shows again: so a person makes it
and gives us the key, and we add the events that are missing from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from stores.canonical.events import Event, EventKind
from stores.connectors.roles import HOOK_ADDRESS, Hook
from stores.kernel.errors import Unsupported
from stores.kernel.http import json_readers, safe_json
from stores.kernel.http.json_readers import Node
from stores.kernel.security import signing
from stores.platforms.square import capabilities
from stores.platforms.square.api import Api, part
from stores.platforms.square.reading import understood

SIGNATURE = "x-square-hmacsha256-signature"
CHANGED = EventKind.ORDER_CHANGED
TOPICS: Mapping[str, tuple[EventKind, str, str]] = {  # what it makes of us, where the order's id stands
    "order.created": (CHANGED, "order_created", "order_id"),
    "order.updated": (CHANGED, "order_updated", "order_id"),
    "order.fulfillment.updated": (CHANGED, "order_fulfillment_updated", "order_id"),
    "payment.created": (CHANGED, "payment", "order_id"),
    "payment.updated": (CHANGED, "payment", "order_id"),
    "refund.created": (CHANGED, "refund", "order_id"),
    "refund.updated": (CHANGED, "refund", "order_id"),
    "dispute.created": (EventKind.DISPUTE, "", ""),
    "dispute.state.updated": (EventKind.DISPUTE, "", ""),
    "inventory.count.updated": (EventKind.STOCK_CHANGED, "", ""),
    "oauth.authorization.revoked": (EventKind.DISCONNECTED, "", ""),
}
SUBSCRIBED = (
    "order.created", "order.updated", "order.fulfillment.updated", "payment.updated", "refund.created",
    "refund.updated",
)  # fmt: skip
IDENT = re.compile(r"[A-Za-z0-9_-]{1,192}", re.ASCII)


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    """base64(HMAC-SHA256(signature key, notification address + raw body)); the door says which address it is."""
    try:
        known = {str(name).lower(): value for name, value in headers.items()}
        given, address = known.get(SIGNATURE), known.get(HOOK_ADDRESS)
        if not isinstance(address, str) or not address:
            return False
        return signing.is_signed(given, address.encode() + body, secrets=secrets)
    except (AttributeError, TypeError, ValueError):
        return False


def parse(body: bytes) -> list[Event]:
    """One event. Its key is Square's event id, which the signature covers; a refund names its return order."""
    try:
        told = safe_json.loads(body)
    except ValueError:
        return []
    if not isinstance(told, dict):
        return []
    topic = told["type"][:80] if isinstance(told.get("type"), str) else ""
    kind, where, name = TOPICS.get(topic, (EventKind.UNKNOWN, "", ""))
    event_id = told.get("event_id")
    key = event_id if isinstance(event_id, str) and IDENT.fullmatch(event_id) else sha256(body).hexdigest()
    return [Event(kind=kind, topic=topic, event_key=key, order_id=_order_id(told, where, name))]


def _order_id(told: dict[str, Any], where: str, name: str) -> str:
    node: Any = told if where else None
    for step in ("data", "object", where, name):
        node = node.get(step) if isinstance(node, dict) else None
    return node if isinstance(node, str) and IDENT.fullmatch(node) else ""


# --- subscriptions ------------------------------------------------------------------------------------
def subscriptions(api: Api) -> list[Node]:
    with understood():
        return json_readers.nodes(api.get("v2/webhooks/subscriptions"), "subscriptions")


def topics_of(subscription: Node) -> list[str]:
    found = subscription.get("event_types") or []
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def standing(api: Api) -> list[Hook]:
    """One for each event of each subscription; its id names both."""
    with understood():
        return [
            Hook(
                id=f"{json_readers.ident(one, 'id')}/{topic}",
                topic=topic,
                uri=json_readers.text(one, "notification_url"),
            )
            for one in subscriptions(api)
            for topic in topics_of(one)
        ]


def add(api: Api, topic: str, uri: str) -> Hook:
    """To the subscription that a person made for this address. Raises Unsupported where there is none."""
    for one in subscriptions(api):
        if json_readers.text(one, "notification_url") == uri:
            ident = json_readers.ident(one, "id")
            if topic not in topics_of(one):
                _write(api, ident, [*topics_of(one), topic])
            return Hook(id=f"{ident}/{topic}", topic=topic, uri=uri)
    raise Unsupported("receive_events", str(capabilities.HOOK_SETUP))


def remove(api: Api, hook_id: str) -> None:
    """The event from its subscription; with the last one the subscription."""
    ident, _slash, topic = hook_id.partition("/")
    for one in subscriptions(api):
        if json_readers.text(one, "id") == ident:
            rest = [known for known in topics_of(one) if known != topic]
            if rest:
                _write(api, ident, rest)
            else:
                api.effect("DELETE", f"v2/webhooks/subscriptions/{part(ident)}")


def _write(api: Api, ident: str, topics: list[str]) -> None:
    body = {"subscription": {"event_types": topics}}
    api.effect("PUT", f"v2/webhooks/subscriptions/{part(ident)}", body)
