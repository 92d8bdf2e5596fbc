"""Webhook subscriptions, and how their deliveries are signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sqlite3
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sandbox.platforms.shoplazza.listing import Query, one
from sandbox.platforms.shoplazza.refusals import NO_RECORD, Refused, field_wrong, missing
from sandbox.platforms.shoplazza.serializers import iso
from sandbox.platforms.shoplazza.session import Session

LOOPBACK = ("127.0.0.1", "localhost", "::1")
NO_TOPIC = "is not a topic"


def rows(session: Session) -> list[dict[str, Any]]:
    found = session.db.execute("SELECT * FROM hooks WHERE shop = ? ORDER BY id", (session.name,))
    return [json.loads(row["body"]) | {"id": str(row["id"]), "topic": row["topic"]} for row in found]


def told(hook: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": hook["id"], "address": hook["uri"], "topic": hook["topic"], "created_at": iso(hook["at"]),
            "updated_at": iso(hook["at"]), "format": "json"}  # fmt: skip


def listed(session: Session, query: Query) -> dict[str, Any]:
    chosen = [told(hook) for hook in rows(session) if one(query, "topic") in ("", hook["topic"])]
    return {"webhooks": chosen} if session.is_old else {"webhooks": chosen, "cursor": "", "has_more": None}


def create(session: Session, asked: Any) -> dict[str, Any]:
    wanted = asked if session.is_old else asked.get("webhook") if isinstance(asked, dict) else None
    if not isinstance(wanted, Mapping) or not wanted.get("topic") or not wanted.get("address"):
        raise missing("webhook.address is required")
    topic, uri = str(wanted["topic"]), str(wanted["address"])
    parts = urlsplit(uri)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise field_wrong("address", "must be https")
    if topic.count("/") != 1:
        raise field_wrong("topic", NO_TOPIC)
    body = {"uri": uri, "at": session.at}
    number = session.world.next_id(session.db)
    session.db.execute(
        "INSERT INTO hooks (id, shop, topic, body) VALUES (?, ?, ?, ?)", (number, session.name, topic, json.dumps(body))
    )
    return {"webhook": told(body | {"id": str(number), "topic": topic})}


def delete(session: Session, hook_id: str) -> dict[str, Any]:
    done = session.db.execute("DELETE FROM hooks WHERE shop = ? AND id = ?", (session.name, hook_id)).rowcount
    if not done:
        raise Refused(404, NO_RECORD)
    return {}


def headers(shop: Mapping[str, Any], row: sqlite3.Row, spelling: str) -> dict[str, str]:
    """`spelling`: base64, hex or none."""
    digest = hmac.new(shop["secret"].encode(), row["body"], hashlib.sha256)
    signature = {"base64": base64.b64encode(digest.digest()).decode(), "hex": digest.hexdigest(), "none": ""}[spelling]
    known = {
        "Content-Type": "application/json",
        "X-Shoplazza-Topic": row["topic"],
        "X-Shoplazza-Shop-Domain": f"{shop['name']}.myshoplaza.com",
        "X-Shoplazza-Api-Version": "2026-01",
        "X-Shoplazza-Deduplication-ID": row["event"],
    }
    return known | ({"X-Shoplazza-Hmac-Sha256": signature} if signature else {})
