"""When to try, poll and look again (RELIABILITY 5 and 6). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from django.utils.translation import gettext as _

MAX_TRIES = 8
MAX_SENDS = 3  # of one step by itself, after look-ups that found nothing
MAX_AGE = timedelta(hours=24)
LOOKS = (5, 30, 120, 300, 900, 3600)  # seconds after it became unknown; then each 6 h to 48 h
LOOK_EVERY = 6 * 3600
LOOK_UNTIL = timedelta(hours=48)
A_SECOND = timedelta(seconds=1)
LONGEST_SAVING = timedelta(seconds=60)
AGREE_SECONDS = 30
LOOK_COUNTS_FOR = timedelta(minutes=2)  # a look that found nothing, for the send that follows it
RATE_LIMIT_CAP = 3600
VERIFY_AGAIN = (2, 5, 15, 60)  # seconds: indexes and stock records may lag behind the write


def backoff(tries: int, rng: Random) -> timedelta:
    """2 s · 2^n with full jitter, at most 15 minutes."""
    return timedelta(seconds=rng.uniform(0.5, min(900.0, 2.0 * 2 ** min(tries, 10))))


def doubling(first: timedelta, tries: int, longest: timedelta) -> timedelta:
    """For reads: `first` after the first failure (`tries` = 0 before it), then twice as long each time."""
    return min(first * 2.0 ** min(tries, 16), longest)


def nth(pauses: Sequence[float], number: int) -> timedelta:
    """The pause of that number (0 is the first), in seconds; the last one repeats."""
    return timedelta(seconds=pauses[min(number, len(pauses) - 1)])


def next_look(unknown_since: datetime, now: datetime) -> datetime | None:
    """The next moment of the schedule after `now`; None once 48 h have passed."""
    for seconds in LOOKS:
        at = unknown_since + timedelta(seconds=seconds)
        if at > now:
            return at
    later = now + timedelta(seconds=LOOK_EVERY)
    return later if later - unknown_since <= LOOK_UNTIL else None


def saving_up(told: timedelta | None, *, turns: int) -> timedelta:
    """How long a turn waits that ran out of slots between its reads and its write: each time twice as long, so that
    the bucket holds all of them at last. Waiting for one slot only would read again for ever."""
    return min((told or A_SECOND) * 2.0 ** min(turns, 6), LONGEST_SAVING)


def lasting(seconds: float) -> str:
    """A platform's normal time in words: "This normally takes up to 3 days." """
    hours = round(seconds / 3600)
    if hours >= 48:
        return _("The platform has taken it on; this normally takes up to %(n)s days.") % {"n": round(hours / 24)}
    if hours >= 1:
        return _("The platform has taken it on; this normally takes up to %(n)s hours.") % {"n": hours}
    return _("The platform has taken it on; this normally takes up to %(n)s minutes.") % {"n": round(seconds / 60)}
