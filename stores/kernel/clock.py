"""The one clock and the one source of randomness. Tests freeze or replace them; nothing else reads the time."""

from __future__ import annotations

import random
import threading
import time
from datetime import UTC, datetime, timedelta

rng = random.Random()


_ahead = timedelta(0)  # benches only: how far this process lives in the future


def now() -> datetime:
    """This instant, aware, UTC."""
    return datetime.now(UTC) + _ahead


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
