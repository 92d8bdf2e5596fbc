"""How often one may ask: leaky buckets and fixed windows, kept in the world's file so that all processes share them.

All inside a write transaction.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Mapping
from typing import NamedTuple

from sandbox.core.records import Session


class Bucket(NamedTuple):
    size: float
    per_second: float


def level(db: sqlite3.Connection, name: str, bucket: Bucket, at: float) -> float:
    row = db.execute("SELECT level, at FROM buckets WHERE shop = ?", (name,)).fetchone()
    if row is None:
        return bucket.size
    return float(min(bucket.size, row["level"] + max(0.0, at - row["at"]) * bucket.per_second))


def put(db: sqlite3.Connection, name: str, level: float, at: float) -> None:
    db.execute("INSERT OR REPLACE INTO buckets VALUES (?, ?, ?)", (name, level, at))


def take(session: Session, bucket: Bucket, **more: Bucket) -> tuple[bool, float]:
    """One request out of the shop's bucket, and of every further one by its name: (was there enough, what is left
    in the first). Nothing is taken where one of them is empty."""
    buckets: Mapping[str, Bucket] = {session.name: bucket} | {f"{session.name}/{name}": b for name, b in more.items()}
    levels = {name: level(session.db, name, one, session.at) for name, one in buckets.items()}
    is_enough = all(held >= 1 - 1e-9 for held in levels.values())
    for name, held in levels.items():
        put(session.db, name, held - 1 if is_enough else held, session.at)
    return is_enough, levels[session.name] - is_enough


def in_window(session: Session, quota: int, seconds: float) -> tuple[bool, int, float]:
    """A fixed window: (was one left, how many are left now, seconds until the next window)."""
    window = math.floor(session.at / seconds)
    row = session.db.execute("SELECT level, at FROM buckets WHERE shop = ?", (session.name,)).fetchone()
    used = int(row["level"]) if row and row["at"] == window else 0
    fits = used < quota
    put(session.db, session.name, used + fits, window)
    return fits, quota - used - fits, (window + 1) * seconds - session.at
