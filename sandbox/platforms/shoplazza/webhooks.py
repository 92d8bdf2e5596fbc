"""Webhook subscriptions, and how their deliveries are signed."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from collections.abc import Mapping
from typing import Any

from sandbox.core.messages import Refused
from sandbox.core.records import Body
from sandbox.core.webhooks import is_deliverable, sign
from sandbox.platforms.shoplazza.listing import Query, one
from sandbox.platforms.shoplazza.serializers import iso
from sandbox.platforms.shoplazza.session import Session, field_wrong, missing

NO_HOOK = {"errors": ["record not found!"]}
BLANK = {"errors": {"address": ["can't be blank", "is invalid"], "topic": ["can't be blank"]}}


def serialize(hook: Body) -> Body:
    return {"id": str(hook["id"]), "address": hook["uri"], "topic": hook["topic"], "created_at": iso(hook["at"]),
            "updated_at": iso(hook["at"]), "format": "json"}  # fmt: skip


def listed(session: Session, query: Query) -> Body:
    chosen = [serialize(hook) for hook in session.subscriptions() if one(query, "topic") in ("", hook["topic"])]
    return {"webhooks": chosen} if session.is_old else {"webhooks": chosen, "cursor": "", "has_more": None}


def create(session: Session, asked: Any) -> Body:
    wanted = asked if session.is_old else asked.get("webhook") if isinstance(asked, dict) else None
    if not isinstance(wanted, Mapping) or not wanted.get("topic") or not wanted.get("address"):
        raise Refused(422, BLANK) if session.is_old else missing("webhook.address is required")
    topic, uri = str(wanted["topic"]), str(wanted["address"])
    if not is_deliverable(uri):
        raise field_wrong("address", "must be https")
    if topic.count("/") != 1:
        raise field_wrong("topic", "is not a topic")
    made: Any = session.subscription(session.subscribe(topic, uri))
    return {"webhook": serialize(made)}


def delete(session: Session, hook_id: str) -> Body:
    if not session.unsubscribe(hook_id):
        raise Refused(404, NO_HOOK)
    return {}


def headers(shop: Body, row: sqlite3.Row, spelling: str) -> dict[str, str]:
    """`spelling`: base64, hex or none."""
    hexed = hmac.new(shop["secret"].encode(), row["body"], hashlib.sha256).hexdigest()
    signature = {"base64": sign(shop["secret"], row["body"]), "hex": hexed, "none": ""}[spelling]
    known = {
        "Content-Type": "application/json", "X-Shoplazza-Topic": row["topic"],
        "X-Shoplazza-Shop-Domain": f"{shop['name']}.myshoplaza.com", "X-Shoplazza-Api-Version": "2026-01",
        "X-Shoplazza-Deduplication-ID": row["delivery"],
    }  # fmt: skip
    return known | ({"X-Shoplazza-Hmac-Sha256": signature} if signature else {})
