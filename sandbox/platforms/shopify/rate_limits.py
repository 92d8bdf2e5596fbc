"""The leaky bucket of query cost, per shop."""

from __future__ import annotations

import sqlite3
from typing import Any, NamedTuple

from sandbox.core.rate_limits import Bucket, level, put

PLANS = {
    "standard": Bucket(2_000, 100), "advanced": Bucket(4_000, 200), "plus": Bucket(20_000, 1_000),
    "enterprise": Bucket(40_000, 2_000), "slow": Bucket(100, 10),
}  # fmt: skip


class Taken(NamedTuple):
    """`available`: points left after the take; `was_enough`: nothing was taken when False."""

    was_enough: bool
    available: float
    plan: Bucket

    def status(self) -> dict[str, Any]:
        return {
            "maximumAvailable": float(self.plan.size),
            "currentlyAvailable": int(self.available),
            "restoreRate": float(self.plan.per_second),
        }


def take(db: sqlite3.Connection, shop: str, plan: str, cost: float, at: float) -> Taken:
    """Holds `cost` points if there are so many; a negative cost gives back. Call inside a write transaction."""
    bucket = PLANS[plan]
    held = level(db, shop, bucket, at)
    left = min(bucket.size, held - cost) if cost <= held else held
    put(db, shop, left, at)
    return Taken(cost <= held, left, bucket)
