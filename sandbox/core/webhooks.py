"""Outgoing webhooks: queued in the world with the effect, signed by their platform, sent by a thread of the server.

Vendors' rules in common: at least once, order not guaranteed, 1 s to connect and 5 s in all, retries over four hours,
and the subscription is removed after eight failures in a row. The switch `hooks` doubles, reorders or loses deliveries.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sqlite3
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests

from sandbox.core.store import Store

MAX_FAILURES = 8
RETRY_SECONDS = (10, 60, 300, 900, 1_800, 3_600, 3_600, 3_600)
TIMEOUT = (1, 5)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def sign(secret: str, message: bytes) -> str:
    """base64( HMAC-SHA256(secret, message) ), as most vendors sign."""
    return base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()


def is_deliverable(uri: str) -> bool:
    """https only; the sandbox itself also delivers to loopback."""
    parts = urlsplit(uri)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def subscription_of(db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    """What a delivery was subscribed with; empty once the subscription is gone."""
    found = db.execute("SELECT body FROM hooks WHERE id = ?", (row["hook"],)).fetchone()
    return dict(json.loads(found["body"])) if found else {}


class Outbox:
    """The world's outbox of webhooks. at: the world's time; headers: what its platform sends with a delivery."""

    def __init__(self, store: Store, at: Callable[[], float], headers: Callable[[sqlite3.Row], dict[str, str]]) -> None:
        self.store = store
        self.at = at
        self.headers = headers

    def waiting(self) -> list[sqlite3.Row]:
        """Deliveries that are due, oldest due first."""
        return self.store.db.execute(
            "SELECT * FROM outbox WHERE state = 'waiting' AND due <= ? ORDER BY due, id LIMIT 50", (self.at(),)
        ).fetchall()

    def deliver_due(self, http: requests.Session | None = None) -> int:
        """Sends what is due; returns how many deliveries were accepted. No transaction is held while sending."""
        done = 0
        for row in self.waiting():
            uri = self._uri(row)
            accepted = uri is not None and self._post(http or requests.Session(), uri, row)
            self._record(row, accepted, is_gone=uri is None)
            done += accepted
        return done

    def _uri(self, row: sqlite3.Row) -> str | None:
        return subscription_of(self.store.db, row).get("uri")

    def _post(self, http: requests.Session, uri: str, row: sqlite3.Row) -> bool:
        try:
            answer = http.post(
                uri, data=bytes(row["body"]), headers=self.headers(row), timeout=TIMEOUT, allow_redirects=False
            )
        except requests.RequestException:
            return False
        return 200 <= answer.status_code < 300

    def _record(self, row: sqlite3.Row, accepted: bool, *, is_gone: bool) -> None:
        with self.store.write() as db:
            if accepted or is_gone:
                db.execute("UPDATE outbox SET state = ? WHERE id = ?", ("sent" if accepted else "gone", row["id"]))
                db.execute("UPDATE hooks SET failures = 0 WHERE id = ?", (row["hook"],))
                return
            wait = RETRY_SECONDS[min(row["attempts"], len(RETRY_SECONDS) - 1)]
            state = "waiting" if row["attempts"] + 1 <= len(RETRY_SECONDS) else "failed"
            db.execute(
                "UPDATE outbox SET attempts = attempts + 1, due = ?, state = ? WHERE id = ?",
                (self.at() + wait, state, row["id"]),
            )
            db.execute("UPDATE hooks SET failures = failures + 1 WHERE id = ?", (row["hook"],))
            db.execute("DELETE FROM hooks WHERE id = ? AND failures >= ?", (row["hook"], MAX_FAILURES))
