"""Webhook subscriptions, what their deliveries say, and how they are signed: over the address and the body."""

from __future__ import annotations

import uuid
from typing import Any

from sandbox.core.records import Session
from sandbox.core.webhooks import is_deliverable, sign, subscription_of
from sandbox.platforms.square.pricing import Body
from sandbox.platforms.square.serializers import Refused, iso, missing, not_found, serialize

TYPES = (
    "order.created", "order.updated", "order.fulfillment.updated", "payment.created", "payment.updated",
    "refund.created", "refund.updated", "inventory.count.updated", "dispute.created", "dispute.state.updated",
    "oauth.authorization.revoked",
)  # fmt: skip


def tell(session: Session, topic: str, kind: str, ident: str, inside: Body) -> None:
    """One event to whoever subscribed to it; `inside` as `data.object` has it."""
    payload = {
        "merchant_id": session.shop["merchant_id"], "type": topic, "event_id": str(uuid.uuid4()),
        "created_at": iso(session.at), "data": {"type": kind, "id": ident, "object": inside},
    }  # fmt: skip
    session.event(topic, payload)


def record(session: Session, topic: str, kind: str, body: Body) -> None:
    """Payments and refunds travel whole."""
    tell(session, topic, kind, body["id"], {kind: serialize(body)})


def order(session: Session, topic: str, body: Body) -> None:
    """Order events are thin."""
    name = topic.replace(".", "_")
    thin = {"order_id": body["id"], "location_id": body["location_id"], "state": body["state"],
            "created_at": body["created_at"], "updated_at": body["updated_at"]}  # fmt: skip
    tell(session, topic, name, body["id"], {name: thin | ({"version": body["version"]} if "version" in body else {})})


# --- subscriptions -------------------------------------------------------------------------------------
def listed(session: Session) -> Body:
    return {"subscriptions": [serialize(one) for one in session.all("subscription")]}


def checked(asked: Any) -> Body:
    wanted = asked.get("subscription") if isinstance(asked, dict) else None
    if not isinstance(wanted, dict):
        raise missing("subscription")
    unknown = [one for one in wanted.get("event_types") or () if one not in TYPES]
    if unknown:
        raise Refused("INVALID_VALUE", f"Unknown event type {unknown[0]}.", "subscription.event_types")
    return wanted


def create(session: Session, asked: Any, key: str) -> Body:
    """Each subscription has a signature key of its own, told in this answer alone."""
    wanted = checked(asked)
    if not is_deliverable(str(wanted.get("notification_url") or "")):
        raise Refused("INVALID_VALUE", "The notification URL must be https.", "subscription.notification_url")
    made = add(session, str(wanted["notification_url"]), wanted.get("event_types") or [], f"key-{uuid.uuid4().hex}")
    return {"subscription": serialize(made) | {"signature_key": made["_key"]}}


def add(session: Session, url: str, types: list[str], key: str) -> Body:
    body = {
        "id": f"wbhk_{session.number()}", "name": "Rescind", "enabled": True, "event_types": list(types),
        "notification_url": url, "api_version": "2025-08-20", "created_at": iso(session.at),
        "updated_at": iso(session.at), "_key": key,
    }  # fmt: skip
    save(session, body)
    return body


def save(session: Session, body: Body) -> None:
    session.put("subscription", body["id"], body)
    clear(session, body["id"])
    for topic in body["event_types"]:
        session.subscribe(topic, body["notification_url"], subscription=body["id"])


def clear(session: Session, ident: str) -> None:
    for row in session.subscriptions():
        if row["subscription"] == ident:
            session.unsubscribe(row["id"])


def known(session: Session, ident: str) -> Body:
    return session.require("subscription", ident, not_found("Subscription"))


def update(session: Session, ident: str, asked: Any) -> Body:
    body, wanted = known(session, ident), checked(asked)
    body |= {name: wanted[name] for name in ("event_types", "notification_url", "enabled", "name") if name in wanted}
    save(session, body | {"updated_at": iso(session.at)})
    return {"subscription": serialize(body)}


def delete(session: Session, ident: str) -> Body:
    known(session, ident)
    session.drop("subscription", ident)
    clear(session, ident)
    return {}


def headers(session: Session, row: Any) -> dict[str, str]:
    """Signed over the notification's address and the raw body."""
    about = {"uri": "", "subscription": ""} | subscription_of(session.db, row)
    key = (session.get("subscription", about["subscription"]) or {"_key": ""})["_key"]
    return {
        "Content-Type": "application/json",
        "x-square-hmacsha256-signature": sign(key, about["uri"].encode() + row["body"]),
        "square-environment": "Production",
        "square-initial-delivery-timestamp": iso(row["triggered_at"]),
    } | ({"square-retry-number": str(row["attempts"])} if row["attempts"] else {})
