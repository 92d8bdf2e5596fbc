"""Webhook subscriptions made through the API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sandbox.core.webhooks import is_deliverable
from sandbox.platforms.shopify.search import connection, paging_of
from sandbox.platforms.shopify.session import Session
from sandbox.platforms.shopify.values import Body, gid, iso, number_of

Payload = dict[str, Any]
KIND = "WebhookSubscription"


def refused(message: str, *path: str) -> list[dict[str, Any]]:
    return [{"field": list(path), "message": message}]


def serialize(session: Session, hook: Body) -> dict[str, Any]:
    return {
        "__typename": KIND, "id": gid(KIND, hook["id"]), "legacyResourceId": str(hook["id"]), "topic": hook["topic"],
        "uri": hook["uri"], "format": "JSON", "includeFields": hook.get("include_fields") or [],
        "filter": hook.get("filter"), "name": hook.get("name"), "createdAt": iso(hook["at"]),
        "updatedAt": iso(hook["at"]),
        "apiVersion": {"handle": session.version, "displayName": session.version, "supported": True},
    }  # fmt: skip


def one(session: Session, value: str) -> dict[str, Any] | None:
    found = session.subscription(number_of(value, KIND))
    return serialize(session, found) if found else None


def listed(session: Session, topics: list[str] | None, uri: str | None = None, **paging: Any) -> dict[str, Any]:
    hooks = session.subscriptions()
    chosen = [h for h in hooks if (not topics or h["topic"] in topics) and (not uri or h["uri"] == uri)]
    return connection(chosen, lambda hook: serialize(session, hook), **paging_of(paging))


def create(session: Session, topic: str, wanted: Mapping[str, Any]) -> Payload:
    uri = wanted.get("uri") or wanted.get("callback_url") or ""
    where, message = ("webhookSubscription", "uri"), ""
    if not is_deliverable(uri):
        message = "Address protocol http:// is not supported"
    if any(hook["topic"] == topic and hook["uri"] == uri for hook in session.subscriptions()):
        message = "Address for this topic has already been taken"
    if message:
        return {"webhookSubscription": None, "userErrors": refused(message, *where)}
    ident = session.subscribe(topic, **{**wanted, "uri": uri})
    return {"webhookSubscription": one(session, gid(KIND, ident)), "userErrors": []}


def change(session: Session, value: str, wanted: Mapping[str, Any]) -> Payload:
    hook = session.subscription(number_of(value, KIND))
    if hook is None:
        return {"webhookSubscription": None, "userErrors": refused("Webhook subscription does not exist", "id")}
    body = hook | {key: value for key, value in wanted.items() if value is not None}
    session.db.execute("UPDATE hooks SET body = ?, failures = 0 WHERE id = ?", (json.dumps(body), hook["id"]))
    return {"webhookSubscription": serialize(session, body), "userErrors": []}


def delete(session: Session, value: str) -> Payload:
    if not session.unsubscribe(number_of(value, KIND)):
        errors = refused("Webhook subscription does not exist", "id")
        return {"deletedWebhookSubscriptionId": None, "userErrors": errors}
    return {"deletedWebhookSubscriptionId": value, "userErrors": []}
