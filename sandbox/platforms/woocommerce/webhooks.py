"""Webhooks: a secret of its own each, a ping when one is made, and silence after too many failures."""

from __future__ import annotations

import html
import sqlite3
from typing import Any

from sandbox.core.records import Body, Session
from sandbox.core.webhooks import sign, subscription_of
from sandbox.platforms.woocommerce import serializers
from sandbox.platforms.woocommerce.listing import paged
from sandbox.platforms.woocommerce.refusals import Refused, missing, wrong

TOPICS = tuple(
    f"{what}.{how}" for what in ("order", "product") for how in ("created", "updated", "deleted", "restored")
)
MOST_FAILURES = 5
PING = "ping"


def shown(session: Session, hook: Body) -> Body:
    return {
        "id": hook["id"], "name": hook["name"], "status": state(hook), "topic": hook["topic"],
        "resource": hook["topic"].partition(".")[0], "event": hook["topic"].partition(".")[2],
        "hooks": [f"woocommerce_{hook['topic']}"], "delivery_url": hook["uri"],
        **serializers.times(session, created=hook["at"], modified=hook["at"]),
    }  # fmt: skip


def state(hook: Body) -> str:
    return "disabled" if hook["failures"] > MOST_FAILURES else str(hook["status"])


def create(session: Session, asked: Any) -> Body:
    """A second one of the same topic and address is not refused."""
    wanted = asked if isinstance(asked, dict) else {}
    if lacking := [name for name in ("topic", "delivery_url") if not wanted.get(name)]:
        raise missing(*lacking)
    if wanted["topic"] not in TOPICS:
        raise wrong("topic")
    more = {"name": str(wanted.get("name") or "Webhook"), "secret": str(wanted.get("secret") or ""), "status": "active"}
    ident = session.subscribe(wanted["topic"], str(wanted["delivery_url"]), **more)
    session.send(ident, PING, f"webhook_id={ident}".encode())
    return one(session, ident)


def one(session: Session, ident: Any) -> Body:
    hook = session.subscription(ident)
    if hook is None:
        raise Refused(404, "woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.")
    return shown(session, hook)


def listed(session: Session, query: dict[str, str], headers: dict[str, str]) -> list[Body]:
    """Newest first, in pages, as every list there."""
    return paged([shown(session, hook) for hook in reversed(session.subscriptions())], query, headers)


def remove(session: Session, ident: Any, force: bool) -> Body:
    found = one(session, ident)
    if not force:
        raise Refused(501, "woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.")
    session.unsubscribe(ident)
    return found


def notify(session: Session, topic: str, order: Body) -> None:
    """The whole order to every webhook that is still awake; deleted says its id alone."""
    awake = [hook["id"] for hook in session.subscriptions() if hook["topic"] == topic and state(hook) == "active"]
    if awake:
        refunds = session.of("refund", order["id"])
        payload = {"id": order["id"]} if topic == "order.deleted" else serializers.order(session, order, refunds)
        session.event(topic, payload, only=awake)


def headers(db: sqlite3.Connection, row: sqlite3.Row, source: str) -> dict[str, str]:
    """A ping is a form and carries no signature; the secret is entity-decoded first: `&amp;` signs as `&`."""
    agent = {"User-Agent": "WooCommerce/11.1.0 Hookshot (WordPress/6.9)"}
    if row["topic"] == PING:
        return agent | {"Content-Type": "application/x-www-form-urlencoded"}
    secret = subscription_of(db, row).get("secret", "")
    resource, _dot, event = row["topic"].partition(".")
    return agent | {
        "Content-Type": "application/json", "X-WC-Webhook-Source": source, "X-WC-Webhook-Topic": row["topic"],
        "X-WC-Webhook-Resource": resource, "X-WC-Webhook-Event": event, "X-WC-Webhook-ID": str(row["hook"]),
        "X-WC-Webhook-Signature": sign(html.unescape(secret), row["body"]), "X-WC-Webhook-Delivery-ID": row["delivery"],
    }  # fmt: skip
