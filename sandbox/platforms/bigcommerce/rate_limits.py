"""A fixed window of thirty seconds, counted in requests of one account, and told on every answer."""

from __future__ import annotations

import math

from sandbox.core.records import Session

SECONDS = 30.0
QUOTAS = {"standard": 150, "pro": 450, "small": 20, "wide": 0}


def take(session: Session) -> tuple[bool, dict[str, str]]:
    """(whether this request is within the quota, what the answer says about it). Call inside a write transaction."""
    quota = QUOTAS[session.switch("limit")]
    window = math.floor(session.at / SECONDS)
    reset = int(((window + 1) * SECONDS - session.at) * 1000)
    if not quota:
        return True, _said(1_000_000, 1_000_000, reset)
    row = session.db.execute("SELECT level, at FROM buckets WHERE shop = ?", (session.name,)).fetchone()
    used = int(row["level"]) if row and row["at"] == window else 0
    fits = used < quota
    used += fits
    session.db.execute("INSERT OR REPLACE INTO buckets VALUES (?, ?, ?)", (session.name, used, window))
    told = _said(quota, quota - used, reset)
    return fits, told if fits else told | {"X-Retry-After": str(math.ceil(reset / 1000) or 1)}


def _said(quota: int, left: int, reset: int) -> dict[str, str]:
    return {
        "X-Rate-Limit-Time-Window-Ms": "30000",
        "X-Rate-Limit-Time-Reset-Ms": str(reset),
        "X-Rate-Limit-Requests-Quota": str(quota),
        "X-Rate-Limit-Requests-Left": str(left),
    }
