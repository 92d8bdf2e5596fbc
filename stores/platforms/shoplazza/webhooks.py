"""Webhooks: signature over the raw bytes, and what each topic makes us read. Nothing in a body is believed."""

from __future__ import annotations

import re

from stores.canonical.events import EventKind
from stores.connectors.webhooks import MOST_PAGES, Deliveries, Hook, base64_or_hex_in, standing_for
from stores.kernel.http.json_readers import Node, inner, nodes, text
from stores.platforms.shoplazza.api import Api, data_of, ident_of

ORDER = "order?.id"  # wrapped in `order` from 2025-06 on, flat before
OF_ORDERS = ("create", "update", "paid", "cancelled", "partially_refunded", "refunded", "fulfilled")
TOPICS = {
    **{f"orders/{what}": (EventKind.ORDER_CHANGED, ORDER) for what in OF_ORDERS},
    "orders/delete": (EventKind.ORDER_DELETED, ORDER),
    "app/uninstalled": (EventKind.DISCONNECTED, ""),
}
SUBSCRIBED = (
    "orders/create", "orders/update", "orders/cancelled", "orders/partially_refunded", "orders/refunded",
    "orders/fulfilled", "orders/delete", "app/uninstalled",
)  # fmt: skip
IDENT = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
DELIVERIES = Deliveries(
    topics=TOPICS,
    topic_header="x-shoplazza-topic",
    signature=base64_or_hex_in("x-shoplazza-hmac-sha256"),  # one integrator reports hexadecimal
    ident=IDENT,
)


# --- subscriptions ------------------------------------------------------------------------------------
def standing(api: Api) -> list[Hook]:
    found: list[Hook] = []
    cursor = ""
    with api.understood():
        for _ in range(MOST_PAGES):
            page = api.get("webhooks", [("page_size", "50"), *([("cursor", cursor)] if cursor else [])])
            found += [_to_hook(node) for node in nodes(page, "webhooks")]
            cursor = text(page, "cursor")
            if page.get("has_more") is not True or not cursor:
                break
    return found


def _to_hook(node: Node) -> Hook:
    return Hook(id=ident_of(node), topic=text(node, "topic"), uri=text(node, "address"))


def add(api: Api, topic: str, uri: str) -> Hook:
    """A second one is not refused, so what stands is looked at first, and it is sent once."""
    if there := standing_for(standing(api), topic, uri):
        return there
    with api.understood():
        answer = api.effect("POST", "webhooks", {"webhook": {"topic": topic, "address": uri}})
        return _to_hook(inner(data_of(answer, effect=True), "webhook"))


def remove(api: Api, hook_id: str) -> None:
    if IDENT.fullmatch(hook_id):
        data_of(api.effect("DELETE", f"webhooks/{hook_id}"), effect=True)
