"""What the CDN in front of the shop lets through: the API itself has no limit."""

from __future__ import annotations

from sandbox.core.records import Session

PER_SECOND, BURST = 4.0, 8.0


def is_through(session: Session) -> bool:
    """Takes one request out of the shop's bucket. Call inside a write transaction."""
    if session.switch("limit") == "wide":
        return True
    row = session.db.execute("SELECT level, at FROM buckets WHERE shop = ?", (session.name,)).fetchone()
    level = BURST if row is None else min(BURST, row["level"] + max(0.0, session.at - row["at"]) * PER_SECOND)
    is_enough = level >= 1
    left = level - 1 if is_enough else level
    session.db.execute("INSERT OR REPLACE INTO buckets VALUES (?, ?, ?)", (session.name, left, session.at))
    return bool(is_enough)
