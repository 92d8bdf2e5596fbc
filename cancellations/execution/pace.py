"""When to try, poll and look again (RELIABILITY 5 and 6). Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

MAX_TRIES = 8
MAX_SENDS = 3  # of one step by itself, after look-ups that found nothing
MAX_AGE = timedelta(hours=24)
LOOKS = (5, 30, 120, 300, 900, 3600)  # seconds after it became unknown; then each 6 h to 48 h
LOOK_EVERY = 6 * 3600
LOOK_UNTIL = timedelta(hours=48)
ASK_A_PERSON_AFTER = timedelta(minutes=15)
AGREE_SECONDS = 30
RATE_LIMIT_CAP = 3600
VERIFY_AGAIN = (2, 5, 15, 60)  # seconds: indexes and stock records may lag behind the write


def backoff(tries: int, rng: Random) -> timedelta:
    """2 s · 2^n with full jitter, at most 15 minutes."""
    return timedelta(seconds=rng.uniform(0.5, min(900.0, 2.0 * 2**tries)))


def next_look(unknown_since: datetime, now: datetime) -> datetime | None:
    """The next moment of the schedule after `now`; None once 48 h have passed."""
    for seconds in LOOKS:
        at = unknown_since + timedelta(seconds=seconds)
        if at > now:
            return at
    later = now + timedelta(seconds=LOOK_EVERY)
    return later if later - unknown_since <= LOOK_UNTIL else None
