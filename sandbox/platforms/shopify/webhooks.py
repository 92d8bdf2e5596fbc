"""Outgoing webhooks: queued in the world with the effect, signed, delivered by a thread of the server.

Vendor's rules: at least once, order not guaranteed, 1 s to connect and 5 s in all, retries over four hours, and the
subscription is removed after eight failures in a row. The switch `hooks` doubles, reorders or loses deliveries.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import sqlite3
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import requests

from sandbox import registry
from sandbox.platforms.shopify.ids import iso

if TYPE_CHECKING:
    from sandbox.core.world import World
    from sandbox.platforms.shopify.session import Session

logger = logging.getLogger(__name__)
MAX_FAILURES = 8
RETRY_SECONDS = (10, 60, 300, 900, 1_800, 3_600, 3_600, 3_600)
TIMEOUT = (1, 5)
REORDER_SECONDS = 3.0
HEADER_TOPICS = {
    "ORDERS_CREATE": "orders/create", "ORDERS_UPDATED": "orders/updated", "ORDERS_EDITED": "orders/edited",
    "ORDERS_CANCELLED": "orders/cancelled", "ORDERS_DELETE": "orders/delete", "REFUNDS_CREATE": "refunds/create",
    "ORDER_TRANSACTIONS_CREATE": "order_transactions/create", "DISPUTES_CREATE": "disputes/create",
    "INVENTORY_LEVELS_UPDATE": "inventory_levels/update", "APP_UNINSTALLED": "app/uninstalled",
}  # fmt: skip


def header_topic(topic: str) -> str:
    """ORDERS_CANCELLED is told as orders/cancelled."""
    if topic in HEADER_TOPICS:
        return HEADER_TOPICS[topic]
    for subject in ("FULFILLMENT_ORDERS", "FULFILLMENTS", "ORDERS", "RETURNS", "DISPUTES", "APP"):
        if topic.startswith(f"{subject}_"):
            return f"{subject}/{topic.removeprefix(f'{subject}_')}".lower()
    return topic.lower()


def sign(secret: str, body: bytes) -> str:
    """base64( HMAC-SHA256(secret, raw body) ): X-Shopify-Hmac-Sha256."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


class Hooks:
    """The world's outbox of webhooks."""

    def __init__(self, world: World) -> None:
        self.world = world

    def queue(self, session: Session, topic: str, payload: Mapping[str, Any]) -> None:
        """One row for each subscription and copy; part of the transaction that changed something."""
        mood = session.switches["hooks"]
        found = session.db.execute(
            "SELECT id FROM hooks WHERE shop = ? AND topic = ?", (session.shop["name"], topic)
        ).fetchall()
        if mood == "lost" or not found:
            return
        body = json.dumps(
            {**payload, "updated_at": iso(session.at)}, separators=(",", ":"), ensure_ascii=False
        ).encode()
        event = str(uuid.uuid4())
        for row in found:
            for copy in range(2 if mood == "twice" else 1):
                due = (
                    session.at + copy * 1.0 + (REORDER_SECONDS if mood == "reordered" and self._is_odd(session) else 0)
                )
                session.db.execute(
                    "INSERT INTO outbox (hook, shop, topic, event, delivery, body, triggered_at, due)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (row["id"], session.shop["name"], topic, event, str(uuid.uuid4()), body, session.at, due),
                )

    def _is_odd(self, session: Session) -> bool:
        return bool(session.db.execute("SELECT COUNT(*) % 2 FROM outbox").fetchone()[0] == 0)

    def waiting(self) -> list[sqlite3.Row]:
        """Deliveries that are due, oldest due first."""
        return self.world.store.db.execute(
            "SELECT * FROM outbox WHERE state = 'waiting' AND due <= ? ORDER BY due, id LIMIT 50", (self.world.at(),)
        ).fetchall()

    def headers(self, row: sqlite3.Row) -> dict[str, str]:
        if platform := registry.owner(self.world, row["shop"]):
            return platform.hook_headers(row)
        shop = self.world.shop(row["shop"]) or {"secret": ""}
        return {
            "Content-Type": "application/json",
            "X-Shopify-Topic": header_topic(row["topic"]),
            "X-Shopify-Hmac-Sha256": sign(shop["secret"], row["body"]),
            "X-Shopify-Shop-Domain": f"{row['shop']}.myshopify.com",
            "X-Shopify-API-Version": "2026-10",
            "X-Shopify-Webhook-Id": row["delivery"],
            "X-Shopify-Event-Id": row["event"],
            "X-Shopify-Triggered-At": iso(row["triggered_at"]) or "",
        }

    def deliver_due(self, http: requests.Session | None = None) -> int:
        """Sends what is due; returns how many deliveries were accepted. No transaction is held while sending."""
        done = 0
        for row in self.waiting():
            uri = self._uri(row["hook"])
            accepted = uri is not None and self._post(http or requests.Session(), uri, row)
            self._record(row, accepted, is_gone=uri is None)
            done += accepted
        return done

    def _uri(self, hook: int) -> str | None:
        row = self.world.store.db.execute("SELECT body FROM hooks WHERE id = ?", (hook,)).fetchone()
        return str(json.loads(row["body"])["uri"]) if row else None

    def _post(self, http: requests.Session, uri: str, row: sqlite3.Row) -> bool:
        try:
            answer = http.post(
                uri, data=bytes(row["body"]), headers=self.headers(row), timeout=TIMEOUT, allow_redirects=False
            )
        except requests.RequestException:
            return False
        return 200 <= answer.status_code < 300

    def _record(self, row: sqlite3.Row, accepted: bool, *, is_gone: bool) -> None:
        with self.world.store.write() as db:
            if accepted or is_gone:
                db.execute("UPDATE outbox SET state = ? WHERE id = ?", ("sent" if accepted else "gone", row["id"]))
                db.execute("UPDATE hooks SET failures = 0 WHERE id = ?", (row["hook"],))
                return
            wait = RETRY_SECONDS[min(row["attempts"], len(RETRY_SECONDS) - 1)]
            state = "waiting" if row["attempts"] + 1 <= len(RETRY_SECONDS) else "failed"
            db.execute(
                "UPDATE outbox SET attempts = attempts + 1, due = ?, state = ? WHERE id = ?",
                (self.world.at() + wait, state, row["id"]),
            )
            db.execute("UPDATE hooks SET failures = failures + 1 WHERE id = ?", (row["hook"],))
            db.execute("DELETE FROM hooks WHERE id = ? AND failures >= ?", (row["hook"], MAX_FAILURES))
