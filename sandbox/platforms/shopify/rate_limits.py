"""The leaky bucket of query cost, per shop, kept in the world's file so that all processes share it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

PLANS = {
    "standard": (2_000.0, 100.0),
    "advanced": (4_000.0, 200.0),
    "plus": (20_000.0, 1_000.0),
    "enterprise": (40_000.0, 2_000.0),
    "slow": (100.0, 10.0),
}


@dataclass(frozen=True)
class Taken:
    """`available`: points left after the take; `was_enough`: nothing was taken when False."""

    was_enough: bool
    available: float
    maximum: float
    restore: float

    def status(self) -> dict[str, Any]:
        return {
            "maximumAvailable": self.maximum,
            "currentlyAvailable": int(self.available),
            "restoreRate": self.restore,
        }


def take(db: sqlite3.Connection, shop: str, plan: str, cost: float, at: float) -> Taken:
    """Holds `cost` points if there are so many. Call inside a write transaction."""
    maximum, restore = PLANS[plan]
    level = refilled(db, shop, maximum, restore, at)
    enough = cost <= level
    put(db, shop, level - cost if enough else level, at)
    return Taken(enough, level - cost if enough else level, maximum, restore)


def give_back(db: sqlite3.Connection, shop: str, plan: str, points: float, at: float) -> Taken:
    """Returns what was held too much."""
    maximum, restore = PLANS[plan]
    level = min(maximum, refilled(db, shop, maximum, restore, at) + points)
    put(db, shop, level, at)
    return Taken(True, level, maximum, restore)


def refilled(db: sqlite3.Connection, shop: str, maximum: float, restore: float, at: float) -> float:
    row = db.execute("SELECT level, at FROM buckets WHERE shop = ?", (shop,)).fetchone()
    if row is None:
        return maximum
    return float(min(maximum, row["level"] + max(0.0, at - row["at"]) * restore))


def put(db: sqlite3.Connection, shop: str, level: float, at: float) -> None:
    db.execute("INSERT OR REPLACE INTO buckets VALUES (?, ?, ?)", (shop, level, at))
