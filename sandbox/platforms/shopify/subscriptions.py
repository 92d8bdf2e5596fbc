"""Webhook subscriptions made through the API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sandbox.platforms.shopify.connections import connection
from sandbox.platforms.shopify.ids import Body, gid, iso, number_of
from sandbox.platforms.shopify.session import Session

Payload = dict[str, Any]
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def refused(message: str, *path: str) -> list[dict[str, Any]]:
    return [{"field": list(path), "message": message}]


def rows(session: Session) -> list[Body]:
    found = session.db.execute("SELECT * FROM hooks WHERE shop = ? ORDER BY id", (session.shop["name"],))
    return [json.loads(row["body"]) | {"id": row["id"], "topic": row["topic"]} for row in found]


def told(session: Session, hook: Body) -> dict[str, Any]:
    version = {"handle": session.version, "displayName": session.version, "supported": True}
    return {
        "__typename": "WebhookSubscription",
        "id": gid("WebhookSubscription", hook["id"]),
        "legacyResourceId": str(hook["id"]),
        "topic": hook["topic"],
        "uri": hook["uri"],
        "format": "JSON",
        "includeFields": hook.get("include_fields") or [],
        "filter": hook.get("filter"),
        "name": hook.get("name"),
        "createdAt": iso(hook["at"]),
        "updatedAt": iso(hook["at"]),
        "apiVersion": version,
    }


def one(session: Session, value: str) -> dict[str, Any] | None:
    number = number_of(value, "WebhookSubscription")
    return next((told(session, hook) for hook in rows(session) if hook["id"] == number), None)


def listed(session: Session, topics: list[str] | None, uri: str | None = None, **paging: Any) -> dict[str, Any]:
    paging = {key: value for key, value in paging.items() if key in ("first", "last", "after", "before", "reverse")}
    chosen = [h for h in rows(session) if (not topics or h["topic"] in topics) and (not uri or h["uri"] == uri)]
    return connection(chosen, lambda hook: told(session, hook), **paging)


def address_problem(session: Session, uri: str) -> list[dict[str, Any]]:
    """https only; the sandbox itself also delivers to loopback."""
    parts = urlsplit(uri)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return []
    return refused("Address protocol http:// is not supported", "webhookSubscription", "uri")


def create(session: Session, topic: str, wanted: Mapping[str, Any]) -> Payload:
    uri = wanted.get("uri") or wanted.get("callback_url") or ""
    errors = address_problem(session, uri)
    if any(hook["topic"] == topic and hook["uri"] == uri for hook in rows(session)):
        errors = refused("Address for this topic has already been taken", "webhookSubscription", "uri")
    if errors:
        return {"webhookSubscription": None, "userErrors": errors}
    body = dict(wanted) | {"uri": uri, "at": session.at}
    number = session.next_id()
    session.db.execute(
        "INSERT INTO hooks (id, shop, topic, body) VALUES (?, ?, ?, ?)",
        (number, session.shop["name"], topic, json.dumps(body)),
    )
    return {"webhookSubscription": told(session, body | {"id": number, "topic": topic}), "userErrors": []}


def change(session: Session, value: str, wanted: Mapping[str, Any]) -> Payload:
    number = number_of(value, "WebhookSubscription")
    hook = next((hook for hook in rows(session) if hook["id"] == number), None)
    if hook is None:
        return {"webhookSubscription": None, "userErrors": refused("Webhook subscription does not exist", "id")}
    body = hook | {key: value for key, value in wanted.items() if value is not None}
    session.db.execute("UPDATE hooks SET body = ?, failures = 0 WHERE id = ?", (json.dumps(body), number))
    return {"webhookSubscription": told(session, body), "userErrors": []}


def delete(session: Session, value: str) -> Payload:
    number = number_of(value, "WebhookSubscription")
    gone = session.db.execute("DELETE FROM hooks WHERE id = ? AND shop = ?", (number, session.shop["name"])).rowcount
    if not gone:
        errors = refused("Webhook subscription does not exist", "id")
        return {"deletedWebhookSubscriptionId": None, "userErrors": errors}
    return {"deletedWebhookSubscriptionId": value, "userErrors": []}
