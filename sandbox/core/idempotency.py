"""Idempotency keys: the first outcome under a key, for as long as the platform remembers it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from sandbox.core.records import Session

HOUR = 3_600
NEVER = "none"  # of the switch `key_hours`: nothing is remembered


class Kept(NamedTuple):
    arguments: str
    outcome: Any


def remembered(session: Session, field: str, key: str) -> Kept | None:
    """field: what the key belongs to, an operation or a path."""
    hours = session.switch("key_hours")
    if hours == NEVER:
        return None
    row = session.db.execute(
        "SELECT arguments, outcome FROM keys WHERE shop = ? AND field = ? AND key = ? AND started_at >= ?",
        (session.name, field, key, session.at - float(hours) * HOUR),
    ).fetchone()
    return Kept(row["arguments"], json.loads(row["outcome"])) if row else None


def keep(session: Session, field: str, key: str, arguments: str, outcome: Any) -> None:
    if session.switch("key_hours") != NEVER:
        session.db.execute(
            "INSERT OR REPLACE INTO keys VALUES (?, ?, ?, ?, ?, 'done', ?)",
            (session.name, field, key, arguments, session.at, json.dumps(outcome)),
        )


def once(session: Session, field: str, key: str, arguments: str, act: Callable[[], Any], reused: Exception) -> Any:
    """What comes of `act`, or what came of it before under the same key ("": there is none). Raises `reused` where the
    key came with other arguments."""
    if not key:
        return act()
    if kept := remembered(session, field, key):
        if kept.arguments != arguments:
            raise reused
        return kept.outcome
    outcome = act()
    keep(session, field, key, arguments, outcome)
    return outcome
