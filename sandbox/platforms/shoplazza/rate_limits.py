"""Two leaky buckets, counted in requests: one of the app in its store, one of the store for all apps."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True)
class Bucket:
    size: float
    per_second: float


APP = Bucket(40, 2)
STORE = Bucket(80, 20)


def take(db: sqlite3.Connection, shop: str, at: float, *, is_wide: bool = False) -> float | None:
    """Requests left for the app after this one; None when a bucket is full. Call inside a write transaction."""
    if is_wide:
        return APP.size
    levels = {f"{shop}/app": left(db, f"{shop}/app", APP, at), f"{shop}/store": left(db, f"{shop}/store", STORE, at)}
    enough = all(level >= 1 for level in levels.values())
    for name, level in levels.items():
        db.execute("INSERT OR REPLACE INTO buckets VALUES (?, ?, ?)", (name, level - 1 if enough else level, at))
    return levels[f"{shop}/app"] - 1 if enough else None


def left(db: sqlite3.Connection, name: str, bucket: Bucket, at: float) -> float:
    row = db.execute("SELECT level, at FROM buckets WHERE shop = ?", (name,)).fetchone()
    if row is None:
        return bucket.size
    return float(min(bucket.size, row["level"] + max(0.0, at - row["at"]) * bucket.per_second))
