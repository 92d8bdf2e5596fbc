"""The one clock and the one source of randomness. Tests freeze or replace them; nothing else reads the time."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime

rng = random.Random()


def now() -> datetime:
    """This instant, aware, UTC."""
    return datetime.now(UTC)


def wait(seconds: float) -> None:
    """Wait at most about a second, for a slot at a platform. Longer waits set `next_attempt_at` instead."""
    threading.Event().wait(seconds)
