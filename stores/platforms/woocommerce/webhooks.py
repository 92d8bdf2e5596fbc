"""Webhooks: signature over the raw bytes, and what each topic makes us read. Nothing in a body is believed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from stores.canonical.events import EventKind
from stores.connectors.errors import proving, unless
from stores.connectors.webhooks import Deliveries, Hook, base64_in, standing_for
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.platforms.woocommerce import capabilities
from stores.platforms.woocommerce.api import Api

SIGNATURE = "x-wc-webhook-signature"
PING = re.compile(rb"webhook_id=[1-9][0-9]{0,9}")
TOPICS = {
    "order.created": (EventKind.ORDER_CHANGED, "id"),
    "order.updated": (EventKind.ORDER_CHANGED, "id"),  # a refund, too: it has no topic of its own
    "order.restored": (EventKind.ORDER_CHANGED, "id"),
    "order.deleted": (EventKind.ORDER_DELETED, "id"),
}
NAME = "Rescind"


def is_signed(headers: Mapping[str, Any], body: bytes, secrets: Sequence[str]) -> bool:
    """base64(HMAC-SHA256(secret, raw body)).

    The ping that a new webhook sends is a form without a signature. It is let in so that WooCommerce takes the address
    for alive; it names no order, so nothing follows from it.
    """
    if headers.get(SIGNATURE) is None:
        return any(secrets) and is_ping(body)
    return base64_in(SIGNATURE)(headers, body, secrets)


def is_ping(body: bytes) -> bool:
    return isinstance(body, bytes) and PING.fullmatch(body) is not None


DELIVERIES = Deliveries(topics=TOPICS, topic_header="x-wc-webhook-topic", signature=is_signed, ident=Api.ident)


# --- subscriptions ------------------------------------------------------------------------------------
def standing(api: Api) -> list[Hook]:
    """WooCommerce switches a webhook off in silence after a few failures: such a one stands for no topic, so that it
    is taken down and made anew."""
    with json_readers.understood(str(capabilities.UNREADABLE)):
        return [_to_hook(raw) for raw in api.every("webhooks")]


def _to_hook(raw: Node) -> Hook:
    topic, state = json_readers.text(raw, "topic"), json_readers.text(raw, "status")
    awake = topic if state == "active" else f"{topic} ({state})"
    return Hook(id=json_readers.ident(raw, "id"), topic=awake, uri=json_readers.text(raw, "delivery_url"))


def add(api: Api, topic: str, uri: str) -> Hook:
    """A second one is not refused, so what stands is looked at first, and it is sent once."""
    if there := standing_for(standing(api), topic, uri):
        return there
    secret = api.connection.secrets.get("webhook_secret", "")
    answer = api.effect("POST", "webhooks", {"name": NAME, "topic": topic, "delivery_url": uri, "secret": secret})
    with proving(answer=answer):
        return _to_hook(json_readers.node(answer.body, "webhook"))


def remove(api: Api, hook_id: str) -> None:
    """`force`: webhooks have no bin. One that is gone already is fine."""
    if not Api.ident.fullmatch(hook_id):
        return
    unless({404}, lambda: api.effect("DELETE", f"webhooks/{hook_id}?force=true"), None)
