"""Webhooks: Standard Webhooks signatures over the raw bytes, and what each scope makes us read.

The key is the bytes of the client secret; the message is `{id}.{timestamp}.{raw body}`. A hook that nobody answered
for two days is switched off there: it still stands in the list, so only active ones count and a dead one is woken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from stores.canonical.events import EventKind
from stores.connectors.errors import proving
from stores.connectors.webhooks import Deliveries, Hook, standard, standing_at
from stores.kernel.errors import RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.security import signing
from stores.platforms.bigcommerce.api import Api

OF_ORDERS = ("created", "updated", "statusUpdated", "refund/created", "transaction/created", "transaction/updated")
TOPICS = {
    **{f"store/order/{what}": (EventKind.ORDER_CHANGED, "data") for what in OF_ORDERS},
    "store/order/archived": (EventKind.ORDER_DELETED, "data"),
    "store/app/uninstalled": (EventKind.DISCONNECTED, ""),
}
SUBSCRIBED = tuple(topic for topic in TOPICS if topic.startswith("store/order/"))
OWN_HEADER = "X-Rescind-Key"  # goes with every delivery of a hook we made: a second check
IDENT = re.compile(r"[0-9]{1,18}", re.ASCII)
PAGE = 250


# --- believed ----------------------------------------------------------------------------------------
def is_signed(headers: Mapping[str, Any], body: bytes, secrets: Sequence[str]) -> bool:
    """As Standard Webhooks has it, and our own header is right where it is there."""
    own = headers.get(OWN_HEADER.lower())
    is_ours = own is None or signing.is_any(own, [own_key(secret) for secret in secrets])
    return standard(headers, body, secrets) and is_ours


def own_key(secret: str) -> str:
    return signing.hmac_hex(secret, b"rescind webhook")


def named(told: Mapping[str, Any], path: str) -> Any:
    """Of the order itself, or named by its transaction."""
    data = standing_at(told, path)
    if not isinstance(data, Mapping):
        return None
    return data.get("id") if data.get("type") == "order" else data.get("order_id")


DELIVERIES = Deliveries(topics=TOPICS, topic_field="scope", signature=is_signed, ident=IDENT, find=named)


# --- subscriptions ------------------------------------------------------------------------------------
def standing(api: Api) -> list[Hook]:
    """Those that still deliver."""
    return [_to_hook(node) for node in _all(api) if json_readers.flag(node, "is_active")]


def _all(api: Api) -> list[Node]:
    with json_readers.understood(str(api.unreadable)):
        return api.data("v3/hooks", [("limit", str(PAGE))])


def _to_hook(node: Node) -> Hook:
    return Hook(
        id=json_readers.ident(node, "id"),
        topic=json_readers.text(node, "scope"),
        uri=json_readers.text(node, "destination"),
    )


def add(api: Api, topic: str, uri: str) -> Hook:
    """What stands already is kept, what was switched off is switched on again."""
    for node in _all(api):
        hook = _to_hook(node)
        if (hook.topic, hook.uri) == (topic, uri):
            return hook if json_readers.flag(node, "is_active") else _told(api, "PUT", f"v3/hooks/{hook.id}", WAKE)
    wanted: dict[str, Any] = {"scope": topic, "destination": uri, "is_active": True}
    if secret := api.connection.secrets.get("client_secret", ""):
        wanted["headers"] = {OWN_HEADER: own_key(secret)}
    return _told(api, "POST", "v3/hooks", wanted)


WAKE = {"is_active": True}


def _told(api: Api, method: str, path: str, body: Mapping[str, Any]) -> Hook:
    answer = api.effect(method, path, body)
    with proving(answer=answer):
        return _to_hook(json_readers.inner(answer.body, "data"))


def remove(api: Api, hook_id: str) -> None:
    if not IDENT.fullmatch(hook_id):
        raise RemoteRefused("no such hook", code="not_found")
    api.effect("DELETE", f"v3/hooks/{hook_id}")
