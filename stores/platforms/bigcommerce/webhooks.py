"""Webhooks: Standard Webhooks signatures over the raw bytes, and what each scope makes us read.

The key is the bytes of the client secret; the message is `{id}.{timestamp}.{raw body}`. A hook that nobody answered
for two days is switched off there: it still stands in the list, so only active ones count and a dead one is woken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from stores.canonical.events import Event, EventKind
from stores.connectors.roles import Hook
from stores.kernel import clock
from stores.kernel.errors import OutcomeUnknown, RemoteRefused
from stores.kernel.http import json_readers, safe_json
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.security import signing
from stores.platforms.bigcommerce.api import Api

TOPICS = {
    "store/order/created": EventKind.ORDER_CHANGED,
    "store/order/updated": EventKind.ORDER_CHANGED,
    "store/order/statusUpdated": EventKind.ORDER_CHANGED,
    "store/order/refund/created": EventKind.ORDER_CHANGED,
    "store/order/transaction/created": EventKind.ORDER_CHANGED,
    "store/order/transaction/updated": EventKind.ORDER_CHANGED,
    "store/order/archived": EventKind.ORDER_DELETED,
    "store/app/uninstalled": EventKind.DISCONNECTED,
}
SUBSCRIBED = tuple(topic for topic in TOPICS if topic.startswith("store/order/"))
TOLERANCE_SECONDS = 300
OWN_HEADER = "X-Rescind-Key"  # goes with every delivery of a hook we made: a second check
IDENT = re.compile(r"[0-9]{1,18}", re.ASCII)
STAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
NAME = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)
MOST_SIGNATURES, MOST_PAGES, PAGE = 10, 20, 250


# --- believed ----------------------------------------------------------------------------------------
def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    """One of the signatures is made with one of the secrets, now, and our own header is right where it is there."""
    try:
        said = {str(name).lower(): value for name, value in headers.items()}
        name, stamp, given = (said.get(f"webhook-{part}") for part in ("id", "timestamp", "signature"))
        if not (isinstance(name, str) and isinstance(stamp, str) and isinstance(given, str)):
            return False
        if not isinstance(body, bytes) or not NAME.fullmatch(name) or not STAMP.fullmatch(stamp):
            return False
        if abs(clock.now().timestamp() - int(stamp)) > TOLERANCE_SECONDS:
            return False
        usable = [secret for secret in secrets if secret]
        return _is_signed(given, f"{name}.{stamp}.".encode() + body, usable) and _is_ours(said, usable)
    except (AttributeError, TypeError, ValueError):
        return False


def _is_signed(given: str, message: bytes, secrets: Sequence[str]) -> bool:
    signatures = [one.removeprefix("v1,") for one in given.split(" ")[:MOST_SIGNATURES] if one.startswith("v1,")]
    expected = [signing.hmac_base64(secret, message) for secret in secrets]
    return any([signing.is_any(one, expected) for one in signatures])


def _is_ours(said: Mapping[str, Any], secrets: Sequence[str]) -> bool:
    own = said.get(OWN_HEADER.lower())
    if own is None:
        return True
    return isinstance(own, str) and signing.is_any(own, [own_key(secret) for secret in secrets])


def own_key(secret: str) -> str:
    return signing.hmac_hex(secret, b"rescind webhook")


def parse(body: bytes) -> list[Event]:
    """One event; its key is made of the signed body alone, so a delivery that is repeated counts once."""
    try:
        said = safe_json.loads(body)
    except ValueError:
        return []
    if not isinstance(said, dict):
        return []
    topic = str(said.get("scope") or "")[:80]
    order_id = _order_id(said.get("data")) if topic.startswith("store/order/") else ""
    kind = TOPICS.get(topic, EventKind.UNKNOWN)
    return [Event(kind=kind, topic=topic, event_key=sha256(body).hexdigest(), order_id=order_id)]


def _order_id(data: Any) -> str:
    """Of the order itself, or named by its transaction."""
    if not isinstance(data, dict):
        return ""
    found = data.get("id") if data.get("type") == "order" else data.get("order_id")
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    return str(found) if IDENT.fullmatch(str(found)) else ""


# --- subscriptions ------------------------------------------------------------------------------------
def standing(api: Api) -> list[Hook]:
    """Those that still deliver."""
    return [_to_hook(node) for node in _all(api) if json_readers.flag(node, "is_active")]


def _all(api: Api) -> list[Node]:
    return api.data("v3/hooks", [("limit", str(PAGE))])


def _to_hook(node: Node) -> Hook:
    return Hook(
        id=json_readers.ident(node, "id"),
        topic=json_readers.text(node, "scope"),
        uri=json_readers.text(node, "destination"),
    )


def add(api: Api, topic: str, uri: str, secret: str) -> Hook:
    """What stands already is kept, what was switched off is switched on again."""
    for node in _all(api):
        hook = _to_hook(node)
        if (hook.topic, hook.uri) == (topic, uri):
            return hook if json_readers.flag(node, "is_active") else _told(api, "PUT", f"v3/hooks/{hook.id}", WAKE)
    wanted: dict[str, Any] = {"scope": topic, "destination": uri, "is_active": True}
    if secret:
        wanted["headers"] = {OWN_HEADER: own_key(secret)}
    return _told(api, "POST", "v3/hooks", wanted)


WAKE = {"is_active": True}


def _told(api: Api, method: str, path: str, body: Mapping[str, Any]) -> Hook:
    answer = api.effect(method, path, body)
    try:
        return _to_hook(json_readers.node(json_readers.node(answer.body, "body").get("data"), "data"))
    except Misread as exc:
        raise OutcomeUnknown(f"misread {exc}", code="bad_shape", status=answer.status) from exc


def remove(api: Api, hook_id: str) -> None:
    if not IDENT.fullmatch(hook_id):
        raise RemoteRefused("no such hook", code="not_found")
    api.effect("DELETE", f"v3/hooks/{hook_id}")
