"""Webhooks: light payloads, Standard Webhooks signatures, at most ten for a scope, deactivated where nobody answers."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from sandbox.core.records import Session
from sandbox.core.webhooks import is_deliverable, sign
from sandbox.platforms.bigcommerce.amounts import Body
from sandbox.platforms.bigcommerce.inventory import paged
from sandbox.platforms.bigcommerce.refusals import v3

MOST = 10
OFF = "off:"


# --- what happened ---------------------------------------------------------------------------------------
def notify(session: Session, scope: str, data: Mapping[str, Any]) -> None:
    producer = f"stores/{session.shop['hash']}"
    said = {"created_at": int(session.at), "store_id": "1025646", "producer": producer, "scope": scope}
    digest = hashlib.sha1(json.dumps([said, data], sort_keys=True).encode()).hexdigest()  # noqa: S324  theirs
    session.event(scope, said | {"hash": digest, "data": dict(data)})


def status(session: Session, order: Body, before: int) -> None:
    words = {"previous_status_id": before, "new_status_id": order["status_id"]}
    notify(session, "store/order/statusUpdated", {"type": "order", "id": order["id"], "status": words})
    updated(session, order)


def updated(session: Session, order: Body) -> None:
    notify(session, "store/order/updated", {"type": "order", "id": order["id"]})


def refunded(session: Session, order: Body, made: Body) -> None:
    refund = {"refund_id": str(made["id"])}
    notify(session, "store/order/refund/created", {"type": "order", "id": order["id"], "refund": refund})


# --- subscriptions -------------------------------------------------------------------------------------------
def serialize(session: Session, hook: Body) -> Body:
    return {
        "id": hook["id"], "client_id": session.shop["client_id"], "store_hash": session.shop["hash"],
        "scope": hook["topic"].removeprefix(OFF), "destination": hook["uri"], "headers": hook.get("headers"),
        "is_active": not hook["topic"].startswith(OFF), "created_at": int(hook["at"]), "updated_at": int(hook["at"]),
    }  # fmt: skip


def listed(session: Session, page: int, limit: int) -> Body:
    return paged([serialize(session, hook) for hook in session.subscriptions()], page, limit)


def create(session: Session, asked: Any) -> Body:
    wanted = asked if isinstance(asked, dict) else {}
    scope, uri = str(wanted.get("scope") or ""), str(wanted.get("destination") or "")
    if not scope.startswith("store/"):
        raise v3(422, "Unprocessable Entity", {"scope": "is not a scope"})
    if not is_deliverable(uri):
        raise v3(422, "Unprocessable Entity", {"destination": "must be https on port 443"})
    standing = [hook for hook in session.subscriptions() if hook["topic"].removeprefix(OFF) == scope]
    if len(standing) >= MOST:
        raise v3(422, "Unprocessable Entity", {"scope": f"at most {MOST} hooks for a scope"})
    ident = session.subscribe(scope, uri, headers=wanted.get("headers") or {})
    return {"data": serialize(session, _known(session, ident)), "meta": {}}


def change(session: Session, ident: str, asked: Any) -> Body:
    hook = _known(session, ident)
    if isinstance(asked, dict) and isinstance(asked.get("is_active"), bool):
        activate(session, ident, is_active=asked["is_active"])
    return {"data": serialize(session, _known(session, hook["id"])), "meta": {}}


def activate(session: Session, ident: object, *, is_active: bool) -> None:
    scope = _known(session, ident)["topic"].removeprefix(OFF)
    topic = scope if is_active else OFF + scope
    session.db.execute("UPDATE hooks SET topic = ?, failures = 0 WHERE id = ?", (topic, str(ident)))


def remove(session: Session, ident: str) -> Body:
    hook = _known(session, ident)
    session.unsubscribe(ident)
    return {"data": serialize(session, hook), "meta": {}}


def _known(session: Session, ident: object) -> Body:
    found = session.subscription(ident)
    if found is None:
        raise v3(404, "Not Found")
    return found


# --- signatures ---------------------------------------------------------------------------------------------
def headers(shop: Mapping[str, Any], row: sqlite3.Row, own: Mapping[str, str], at: int) -> dict[str, str]:
    """base64( HMAC-SHA256( bytes of the client secret, id.timestamp.body ) ), made anew for each attempt."""
    name = f"msg_{row['delivery'].replace('-', '')}"
    signed = f"{name}.{at}.".encode() + bytes(row["body"])
    return {
        "Content-Type": "application/json", "webhook-id": name, "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{sign(shop['secret'], signed)}", **own,
    }  # fmt: skip
