"""What an answer, or its absence, does to a delivery: its own words for the classes of stores/effects/outcomes.

Nothing here stops or reverses a cancellation: what nobody can settle is put in front of a person, beside it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from notifications.contract import Channel
from notifications.journal import Journal
from notifications.models import Delivery, DeliveryState
from notifications.registry import CHANNELS
from stores.canonical import codec
from stores.canonical.receipts import Outcome, Receipt
from stores.effects import leases, retry_policy
from stores.effects.outcomes import asked_wait, classify, is_a_try
from stores.effects.reconcile import Wait, due
from stores.kernel import clock, database
from stores.kernel.errors import DeskError, LeaseLost

logger = logging.getLogger(__name__)
PAUSES = (30, 300)  # seconds after the first and second try
MOST_TRIES = 3
LATE_WORD = timedelta(minutes=15)  # where nothing can be found again, a word that comes late may still settle it
Ending = tuple[DeliveryState, dict[str, Any]]


@dataclass
class DeliveryRun:
    """What acting once on leased deliveries needs. together: what leaves in one message, the oldest first."""

    together: Sequence[Delivery]

    @cached_property
    def journal(self) -> Journal:
        return Journal(self.together)

    @cached_property
    def channel(self) -> Channel:
        return CHANNELS[self.first.channel]()

    @property
    def first(self) -> Delivery:
        return self.together[0]


def answered(run: DeliveryRun, receipt: Receipt) -> None:
    stored = codec.plain(replace(receipt, look_after=None))
    if receipt.outcome is Outcome.ACCEPTED:
        wait = receipt.look_after or run.channel.poll_seconds[0]
        at = clock.now() + timedelta(seconds=wait)
        conclude(run, DeliveryState.ACCEPTED, Outcome.ACCEPTED, result=stored, looks=0, next_attempt_at=at)
    else:
        conclude(run, DeliveryState.SENT, Outcome.APPLIED, result=stored, sent_at=clock.now(), detail="")


def failed(run: DeliveryRun, exc: Exception) -> None:
    """Nothing was sent, or a class of outcome by what was raised; default: unknown."""
    if isinstance(exc, LeaseLost) or (database.is_away(exc) and run.journal.heard is None):
        raise exc
    log(run, exc)
    outcome = classify(exc) if run.journal.sent else None
    match outcome:
        case Outcome.UNKNOWN:
            unknown(run, exc)
        case Outcome.FINAL:
            refused(run, exc)
        case _:
            later(run, exc, outcome)


def refused(run: DeliveryRun, exc: Exception) -> None:
    """A final no; where it can be looked for it is believed once two looks agree."""
    if not run.channel.can_find:
        give_up(run, words(exc), Outcome.FINAL, exc)
        return
    now, told = clock.now(), words(exc)[:300]
    conclude(run, DeliveryState.UNKNOWN, Outcome.FINAL, exc, detail=told, refusal=told, next_attempt_at=now,
             **_doubt(now))  # fmt: skip


def later(run: DeliveryRun, exc: Exception, outcome: Outcome | None) -> None:
    """Answered as not done, or nothing left: again after a pause, three times."""
    now, counts = clock.now(), outcome is None or is_a_try(outcome)

    def end(row: Delivery) -> Ending:
        tries = row.tries + int(counts)
        told: dict[str, Any] = {"tries": tries, "detail": _("It could not be handed over.")}
        if tries >= MOST_TRIES:
            return DeliveryState.GIVEN_UP, told
        wait = asked_wait(exc) or retry_policy.nth(PAUSES, max(tries - 1, 0))
        told["next_attempt_at"] = now + wait
        if outcome is None:
            return DeliveryState(row.state), told
        return (DeliveryState.UNKNOWN if run.channel.can_find else DeliveryState.RETRY_WAIT), told | _doubt(now)

    _conclude_each(run, end, outcome, exc)


def unknown(run: DeliveryRun, exc: Exception | None = None) -> None:
    """It may have arrived: looked for where that can be, never sent once more blindly."""
    now = clock.now()
    at = retry_policy.next_look(now, now) if run.channel.can_find else now + LATE_WORD
    told = _("Whether it arrived is not known.")
    conclude(run, DeliveryState.UNKNOWN, Outcome.UNKNOWN, exc, detail=told, next_attempt_at=at, **_doubt(now))


def look_first(run: DeliveryRun) -> None:
    now = clock.now()
    conclude(run, DeliveryState.UNKNOWN, None, next_attempt_at=now, **_doubt(now))


def _doubt(now: datetime) -> dict[str, Any]:
    return {"unknown_since": now, "looks": 0, "absent_since": None}


def wait(run: DeliveryRun, found: Wait) -> None:
    """Look again by the schedule; at its end a person decides."""
    row, now = run.first, clock.now()
    since = row.unknown_since or now
    at = due(found, since=since, now=now)
    if at is None:
        give_up(run, found.words)
        return
    fields: dict[str, Any] = {"looks": row.looks + 1, "unknown_since": since, "detail": found.words[:300]}
    if found.absent_since is not None:
        fields |= {"absent_since": found.absent_since, "absent_at": now}
    leases.release(row, next_attempt_at=at, **fields)


def give_up(
    run: DeliveryRun, told: str, outcome: Outcome | None = None, exc: Exception | None = None, *,
    state: DeliveryState = DeliveryState.GIVEN_UP,
) -> None:  # fmt: skip
    conclude(run, state, outcome, exc, detail=told[:300])


def words(exc: Exception) -> str:
    return exc.user_message if isinstance(exc, DeskError) else str(exc)


def log(run: DeliveryRun, exc: Exception) -> None:
    logger.warning("delivery not sent", extra={"delivery": str(run.first.uuid), "kind": type(exc).__name__})


def conclude(
    run: DeliveryRun, to: DeliveryState, outcome: Outcome | None, exc: Exception | None = None, **fields: Any
) -> None:
    _conclude_each(run, lambda _row: (to, fields), outcome, exc)


def _conclude_each(
    run: DeliveryRun, end: Callable[[Delivery], Ending], outcome: Outcome | None, exc: Exception | None
) -> None:
    """Transaction B, again while the database is away. A row that another worker took over keeps that one's word."""
    before = [dict(row.__dict__) for row in run.together]

    def once() -> None:
        for row, was in zip(run.together, before, strict=True):
            row.__dict__ |= was
        with transaction.atomic():
            for row in run.together:
                with suppress(LeaseLost):
                    _end(row, *end(row))
            if run.journal.attempt is not None and outcome is not None:
                mine = run.journal.attempts_of(run.journal.attempt)
                mine.update(**run.journal.told(outcome, exc))

    database.patiently(once)


def _end(row: Delivery, to: DeliveryState, fields: dict[str, Any]) -> None:
    if to == row.state:
        leases.release(row, **fields)
    else:
        leases.move(row, to, **({"next_attempt_at": None} | fields))
