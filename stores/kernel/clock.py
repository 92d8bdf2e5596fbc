"""The one clock and the one source of randomness. Tests freeze or replace them; nothing else reads the time.

A process that follows the database's clock (stores.services.timekeeper) counts on from what the database said last,
with a clock that only moves forward: what its own machine shows, and when somebody sets that, no longer matters. So
every stored time (slots, leases, probes, look-ups, holds) is of one clock, and each statement stays testable with a
frozen one, which times written in SQL would not be. A process that was told nothing goes by its machine.
"""

from __future__ import annotations

import random
import threading
import time
from datetime import UTC, datetime, timedelta

rng = random.Random()


_ahead = timedelta(0)  # benches only: how far this process lives in the future
_told: tuple[datetime, float] | None = None  # what the database's clock showed, and what `steady` did then


def now() -> datetime:
    """This instant, aware, UTC."""
    told = _told
    if told is None:
        return datetime.now(UTC) + _ahead
    return told[0] + timedelta(seconds=steady() - told[1]) + _ahead


def follow(database: datetime | None, *, at: float = 0.0) -> None:
    """From now on count from `database`, which was its time when `steady` showed `at`. None: our own clock again."""
    global _told
    _told = None if database is None else (database, at)


def is_following() -> bool:
    return _told is not None


def skew() -> float:
    """Seconds that this machine's own clock is ahead of the one that counts."""
    return (datetime.now(UTC) + _ahead - now()).total_seconds()


def steady() -> float:
    """Seconds that only move forward, also while the machine sleeps: what `now` counts with."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def travel(seconds: float) -> None:
    """Move this process (and what it forks) into the future, for benches that would otherwise wait for hours."""
    global _ahead
    _ahead += timedelta(seconds=seconds)


def monotonic() -> float:
    """Seconds that only move forward: for deadlines, never for stored times."""
    return time.monotonic()


def wait(seconds: float) -> None:
    """Wait at most about a second, for a slot at a platform. Longer waits set `next_attempt_at` instead."""
    threading.Event().wait(seconds)
