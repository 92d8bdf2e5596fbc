"""Ten requests a second for one seller, ten saved up: their numbers are not published."""

from __future__ import annotations

from sandbox.core.records import Session

BURST = {"standard": 10.0, "wide": 100_000.0}
PER_SECOND = 10.0


def take(session: Session) -> float | None:
    """None: go on; else seconds until the next may come."""
    size = BURST[session.switch("limit")]
    row = session.db.execute("SELECT level, at FROM buckets WHERE shop = ?", (session.name,)).fetchone()
    level = size if row is None else min(size, row["level"] + max(0.0, session.at - row["at"]) * PER_SECOND)
    is_enough = level >= 1 - 1e-9
    session.db.execute(
        "INSERT OR REPLACE INTO buckets VALUES (?, ?, ?)", (session.name, level - 1 if is_enough else level, session.at)
    )
    return None if is_enough else (1 - level) / PER_SECOND
