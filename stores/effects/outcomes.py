"""What was raised, as a class of outcome (RELIABILITY 5), and when it may be tried again. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Final

from stores.canonical.receipts import Outcome
from stores.effects import retry_policy
from stores.kernel.errors import (
    CredentialsRejected,
    RemoteConflict,
    RemoteRefused,
    RemoteThrottled,
    RemoteUnavailable,
)

# They (or something in front of them) answered that it was not done.
NOT_DONE: Final = frozenset({Outcome.RETRYABLE, Outcome.RATE_LIMITED, Outcome.CONFLICT, Outcome.FINAL, Outcome.AUTH})


def classify(exc: Exception) -> Outcome:
    """Of a send that may have left; default: unknown."""
    match exc:
        case RemoteThrottled():
            return Outcome.RATE_LIMITED
        case CredentialsRejected():
            return Outcome.AUTH
        case RemoteUnavailable():
            return Outcome.RETRYABLE
        case RemoteConflict():
            return Outcome.CONFLICT
        case RemoteRefused():
            return Outcome.FINAL
    return Outcome.UNKNOWN


def is_a_try(outcome: Outcome) -> bool:
    """Is it a try? Being asked to wait is none."""
    return outcome is not Outcome.RATE_LIMITED


def asked_wait(exc: Exception) -> timedelta | None:
    """The wait that the answer asks for, at most an hour."""
    seconds = getattr(exc, "retry_after", None)
    return None if seconds is None else timedelta(seconds=min(float(seconds), retry_policy.RATE_LIMIT_CAP))


def retry_at(
    exc: Exception, *, counts: bool, tries: int, sends: int, first_sent_at: datetime | None, now: datetime, rng: Random
) -> datetime | None:  # fmt: skip
    """When a send that was answered as not processed may leave again; None: a person decides.

    counts: it is a try; tries: with this one; sends: all that left. Who runs out of slots again and again waits longer
    each time.
    """
    is_too_old = first_sent_at is not None and now - first_sent_at > retry_policy.MAX_AGE
    if tries >= retry_policy.MAX_TRIES or is_too_old:
        return None
    wait = asked_wait(exc) or retry_policy.backoff(tries, rng)
    return now + (wait if counts else max(wait, retry_policy.saving_up(None, turns=sends - 1)))
