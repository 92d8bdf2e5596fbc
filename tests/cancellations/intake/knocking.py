"""Deliveries as each platform sends and signs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.test import Client

from stores.connectors import registry
from stores.connectors.roles import HookSource
from stores.kernel import clock
from stores.kernel.security import signing
from stores.models import Store
from stores.services import credentials, webhooks
from tests import make

OURS = "https://desk.example"
BODIES: dict[str, dict[str, Any]] = {
    "shopify": {"id": 820982911946154508},
    "woocommerce": {"id": 727},
    "bigcommerce": {"scope": "store/order/updated", "data": {"type": "order", "id": 173}},
    "square": {"type": "order.updated", "event_id": "e1", "data": {"object": {"order_updated": {"order_id": "O1"}}}},
    "shoplazza": {"id": "25012-31415"},
    "modern_dropship": {"_id": "65f1c0ffee0000000000a001", "updated": "2026-11-19T09:00:00Z"},
    "magento": {"entity_id": 7},
}
Headers = dict[str, str]


def _bigcommerce(secret: str, body: bytes, address: str) -> Headers:
    stamp = str(int(clock.now().timestamp()))
    signature = signing.hmac_base64(secret, f"m1.{stamp}.".encode() + body)
    return {"webhook-id": "m1", "webhook-timestamp": stamp, "webhook-signature": f"v1,{signature}"}


def _with(name: str, **rest: str) -> Callable[[str, bytes, str], Headers]:
    return lambda secret, body, address: {name: signing.hmac_base64(secret, body)} | rest


SIGNED: dict[str, Callable[[str, bytes, str], Headers]] = {
    "shopify": _with("X-Shopify-Hmac-Sha256", **{"X-Shopify-Topic": "orders/updated"}),
    "woocommerce": _with("X-WC-Webhook-Signature", **{"X-WC-Webhook-Topic": "order.updated"}),
    "bigcommerce": _bigcommerce,
    "square": lambda secret, body, address: {
        "x-square-hmacsha256-signature": signing.hmac_base64(secret, address.encode() + body)
    },
    "shoplazza": _with("X-Shoplazza-Hmac-Sha256", **{"X-Shoplazza-Topic": "orders/update"}),
    "modern_dropship": lambda secret, body, address: {},
    "magento": lambda secret, body, address: {},
}
SIGNING = sorted(kind.key for kind in registry.playing(HookSource) if kind.hook_secret)


def shop(platform: str, secret: str = "") -> Store:
    made = make.store(platform=platform, settings={})
    if secret:
        credentials.keep(made.connection, {webhooks.secret_name(made.connection): secret})
    return made


def body_for(platform: str) -> bytes:
    return json.dumps(BODIES[platform]).encode()


def knock(store: Store, secret: str = "", body: bytes | None = None, token: str = "", **more: Any) -> int:
    """The status that a delivery to the shop's address gets, signed with `secret`."""
    sent = body_for(store.platform) if body is None else body
    headers = SIGNED[store.platform](secret, sent, f"{OURS}/hooks/{store.connection.inbox_token}")
    path = f"/hooks/{token or store.connection.inbox_token}"
    return Client().post(path, sent, content_type="application/json", headers=headers, **more).status_code
