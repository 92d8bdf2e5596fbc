"""A host's limit, where it is switched on: WooCommerce itself has none. Ten requests at once, five a second."""

from __future__ import annotations

from sandbox.core import faults
from sandbox.core.records import Session
from sandbox.platforms.woocommerce.refusals import Refused

SIZE, PER_SECOND = 10.0, 5.0


def take(session: Session, operation: str, headers: dict[str, str]) -> None:
    """Raises Refused with 429; Retry-After says how long."""
    is_forced = faults.spend(session.world, (operation,), {"throttled"}) is not None
    level = SIZE if session.switch("limit") == "none" else _level(session)
    if level >= 1 and not is_forced:
        if session.switch("limit") != "none":
            _write(session, level - 1)
        return
    session.world.count("throttled", operation)
    headers["Retry-After"] = "1"
    raise Refused(429, "rest_too_many_requests", "Too many requests.")


def _level(session: Session) -> float:
    row = session.db.execute("SELECT level, at FROM buckets WHERE shop = ?", (session.name,)).fetchone()
    if row is None:
        return SIZE
    return float(min(SIZE, row["level"] + max(0.0, session.at - row["at"]) * PER_SECOND))


def _write(session: Session, level: float) -> None:
    session.db.execute("INSERT OR REPLACE INTO buckets VALUES (?, ?, ?)", (session.name, level, session.at))
