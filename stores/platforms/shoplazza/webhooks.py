"""Webhooks: signature over the raw bytes, and what each topic makes us read. Nothing in a body is believed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from stores.canonical.events import Event, EventKind
from stores.connectors.roles import Hook
from stores.kernel.http import safe_json
from stores.kernel.security import signing
from stores.platforms.shoplazza import fields
from stores.platforms.shoplazza.api import Api, data_of, understood
from stores.platforms.shoplazza.fields import Node

SIGNATURE = "x-shoplazza-hmac-sha256"
TOPIC = "x-shoplazza-topic"
TOPICS = {
    "orders/create": EventKind.ORDER_CHANGED,
    "orders/update": EventKind.ORDER_CHANGED,
    "orders/paid": EventKind.ORDER_CHANGED,
    "orders/cancelled": EventKind.ORDER_CHANGED,
    "orders/partially_refunded": EventKind.ORDER_CHANGED,
    "orders/refunded": EventKind.ORDER_CHANGED,
    "orders/fulfilled": EventKind.ORDER_CHANGED,
    "orders/delete": EventKind.ORDER_DELETED,
    "app/uninstalled": EventKind.DISCONNECTED,
}
SUBSCRIBED = (
    "orders/create", "orders/update", "orders/cancelled", "orders/partially_refunded", "orders/refunded",
    "orders/fulfilled", "orders/delete", "app/uninstalled",
)  # fmt: skip
IDENT = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
MOST_PAGES = 20


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    """base64(HMAC-SHA256(client secret, raw body)); one integrator reports the same in hexadecimal."""
    try:
        given = {str(name).lower(): value for name, value in headers.items()}.get(SIGNATURE)
        if not isinstance(given, str) or not given or not isinstance(body, bytes):
            return False
        usable = [secret for secret in secrets if secret]
        return signing.is_any(given, [spell(secret, body) for secret in usable for spell in SPELLINGS])
    except (AttributeError, TypeError, ValueError):
        return False


SPELLINGS = (signing.hmac_base64, signing.hmac_hex)


def parse(headers: Mapping[str, str], body: bytes) -> list[Event]:
    """One event; its key is made of the body alone, since the signature covers no header."""
    topic = str({str(name).lower(): value for name, value in headers.items()}.get(TOPIC, ""))[:80]
    try:
        said = safe_json.loads(body)
    except ValueError:
        return []
    if not isinstance(said, dict):
        return []
    kind = TOPICS.get(topic, EventKind.UNKNOWN)
    order_id = _order_id(said) if topic.startswith("orders/") else ""
    return [Event(kind=kind, topic=topic, event_key=sha256(body).hexdigest(), order_id=order_id)]


def _order_id(said: dict[str, Any]) -> str:
    """Wrapped in `order` from 2025-06 on, flat before."""
    order = said.get("order", said)
    found = order.get("id") if isinstance(order, dict) else None
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    return str(found) if IDENT.fullmatch(str(found)) else ""


# --- subscriptions ------------------------------------------------------------------------------------
def standing(api: Api) -> list[Hook]:
    found: list[Hook] = []
    cursor = ""
    with understood():
        for _ in range(MOST_PAGES):
            page = api.get("webhooks", [("page_size", "50"), *([("cursor", cursor)] if cursor else [])])
            found += [_to_hook(node) for node in fields.items(page, "webhooks")]
            cursor = fields.text(page, "cursor")
            if page.get("has_more") is not True or not cursor:
                break
    return found


def _to_hook(node: Node) -> Hook:
    return Hook(id=fields.ident(node), topic=fields.text(node, "topic"), uri=fields.text(node, "address"))


def add(api: Api, topic: str, uri: str) -> Hook:
    """A second one is not refused, so what stands is looked at first, and it is sent once."""
    for hook in standing(api):
        if (hook.topic, hook.uri) == (topic, uri):
            return hook
    with understood():
        answer = api.effect("POST", "webhooks", {"webhook": {"topic": topic, "address": uri}})
        return _to_hook(fields.node(data_of(answer, effect=True), "webhook"))


def remove(api: Api, hook_id: str) -> None:
    if IDENT.fullmatch(hook_id):
        data_of(api.effect("DELETE", f"webhooks/{hook_id}"), effect=True)
