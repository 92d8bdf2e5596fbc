"""Events: not signed, so only an unguessable address protects them and only the order's id is taken."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from stores.canonical.events import Event, EventKind
from stores.kernel.http import safe_json
from stores.platforms.modern_dropship.api import Api

MOST_BYTES = 64_000
CANCELLED, FULFILLED = "order.cancelled", "order.fulfilled"
EVENT_IDS = ("eventId", "eventUuid", "uuid", "id")  # which of them it is, nobody published
TOPICS = ("topic", "event", "type")
BOXES = ("data", "order", "payload")


def parse(body: bytes) -> list[Event]:
    """At most one event; what cannot be read gives none, another topic none that names an order."""
    try:
        said = safe_json.loads(body)
    except ValueError:
        return []
    if not isinstance(said, Mapping):
        return []
    order = _order_of(said)
    topic = _text(said, *TOPICS) or CANCELLED
    order_id = _text(order, "_id", "orderId") if topic in (CANCELLED, FULFILLED) else ""
    order_id = order_id if Api.ident.fullmatch(order_id) else ""
    kind = EventKind.ORDER_CHANGED if order_id else EventKind.UNKNOWN
    return [Event(kind=kind, topic=topic[:80], event_key=_key(said, topic, order_id, order), order_id=order_id)]


def _order_of(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """The order itself, or in one of the usual boxes, at most two deep."""
    for _depth in range(2):
        inner = next((said[name] for name in BOXES if isinstance(said.get(name), Mapping)), None)
        if inner is None or "_id" in said:
            return said
        said = inner
    return said


def _key(said: Mapping[str, Any], topic: str, order_id: str, order: Mapping[str, Any]) -> str:
    """Their id of the event where it has one, else topic, order and its last change: a doubled delivery is one."""
    event = _text(said, *EVENT_IDS) if said is not order else ""
    named = event or f"{order_id}|{_text(order, 'updated')}"
    return sha256(f"{topic}|{named}".encode("utf-8", "replace")).hexdigest()


def _text(said: Mapping[str, Any], *names: str) -> str:
    return next((said[name] for name in names if isinstance(said.get(name), str)), "")
