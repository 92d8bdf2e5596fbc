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

from notifications import commands, entry, registry
from notifications.journal import Journal, key_of, tag_of
from notifications.models import Delivery, DeliveryState
from stores.canonical import codec
from stores.canonical.commands import AnyCommand, Finding, Resend
from stores.canonical.receipts import Outcome, Receipt
from stores.connectors.roles import Effects
from stores.effects import leases, retry_policy
from stores.effects.outcomes import asked_wait, classify, is_a_try
from stores.effects.reconcile import Wait, due
from stores.kernel import clock, database
from stores.kernel.errors import CredentialsRejected, DeskError, EffectsStopped, LeaseLost, RemoteThrottled

logger = logging.getLogger(__name__)
PAUSES = (30, 300)  # seconds after the first and second try
MOST_TRIES = 3
LOOK_AGAIN = timedelta(seconds=60)  # at a connection that is shut; seldomer the longer it is, or by what it asks for
SELDOM = timedelta(minutes=15)
LONGEST_WAIT = retry_policy.LOOK_UNTIL  # for a connection; then a person hears of it
SHUT = ("paused", "disconnected")  # codes of our own gate
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
    def connector(self) -> Effects:
        """Who carries it; what it sends passes through the journal."""
        return registry.opened(self.first, journal=self.journal)

    def open(self) -> Effects:
        """Raises registry.UNOPENED."""
        return self.connector

    @cached_property
    def command(self) -> AnyCommand:
        return commands.of(self.together)

    @property
    def first(self) -> Delivery:
        return self.together[0]

    @property
    def can_find(self) -> bool:
        """Only then what is unknown may be looked for, and go out once more."""
        said: Any = self.connector.capabilities  # each role with effects says it
        return bool(said.find_again.is_offered)

    @property
    def what_next(self) -> Resend:
        """What may follow once it is known to be absent; a key's age counts from its first send."""
        now = clock.now()
        return self.connector.may_resend(self.command, age=(now - (self.first.first_sent_at or now)).total_seconds())

    def send(self) -> Receipt:
        command = self.command
        if self.can_find and not self.first.command:
            self.journal.keep(commands.sealed(command, bound_to=self.first.bound_to))
        return self.connector.carry_out(command, key=key_of(self.first), tag=tag_of(self.first))

    def find(self) -> Finding:
        return self.connector.find(self.command, tag=tag_of(self.first), before=None)


def answered(run: DeliveryRun, receipt: Receipt) -> None:
    stored = codec.plain(replace(receipt, look_after=None))
    if receipt.outcome is Outcome.ACCEPTED:
        wait = receipt.look_after or run.connector.poll_seconds[0]
        at = clock.now() + timedelta(seconds=wait)
        conclude(run, DeliveryState.ACCEPTED, Outcome.ACCEPTED, result=stored, looks=0, next_attempt_at=at)
    else:
        conclude(run, DeliveryState.SENT, Outcome.APPLIED, result=stored, sent_at=clock.now(), detail="", command=b"")


def failed(run: DeliveryRun, exc: Exception) -> None:
    """Nothing was sent, or a class of outcome by what was raised; default: unknown."""
    if isinstance(exc, LeaseLost) or (database.is_away(exc) and run.journal.heard is None):
        raise exc
    log(run, exc)
    if isinstance(run.journal.heard, CredentialsRejected):  # what failed after a 401 is the renewing
        exc = run.journal.heard
    outcome = classify(exc) if run.journal.sent else None
    if entry.is_shut_out(run.first, run.connector, exc):
        told = entry.words(run.first)
        stay(run, told) if outcome is None else _shut_out(run, told, outcome, exc)
        return
    if outcome is None and (isinstance(exc, RemoteThrottled) or getattr(exc, "code", "") in SHUT):
        stay(run, words(exc), asked_wait(exc))
        return
    match outcome:
        case Outcome.UNKNOWN:
            unknown(run, exc)
        case Outcome.FINAL:
            refused(run, exc)
        case _:
            later(run, exc, outcome)


def _shut_out(run: DeliveryRun, told: str, outcome: Outcome, exc: Exception) -> None:
    """No try is counted. Something in front may have said no after it was done, so it is looked for where it can be."""
    now, state = clock.now(), DeliveryState.UNKNOWN if run.can_find else DeliveryState.RETRY_WAIT
    conclude(run, state, outcome, exc, detail=told[:300], next_attempt_at=now + LOOK_AGAIN, **_doubt(now))


def stopped(run: DeliveryRun, exc: EffectsStopped) -> None:
    """Its connection was disconnected in the middle of it. What left before that is judged as ever."""
    failed(run, exc) if run.journal.sent else stay(run, exc.user_message)


def stay(run: DeliveryRun, told: str, at_least: timedelta | None = None) -> None:
    """Its connection is shut, silent or busy, and nothing left: no try was made. Nobody waits for it for ever."""
    now = clock.now()
    for row in run.together:
        since = row.again_at or row.created_at
        is_over = not row.attempts.exclude(sent_at=None).exists() and now - since > LONGEST_WAIT
        with suppress(LeaseLost):
            if is_over:
                leases.move(row, DeliveryState.GIVEN_UP, detail=told[:300], next_attempt_at=None)
            else:
                wait = at_least or max(LOOK_AGAIN, min(SELDOM, (now - since) / 8))
                leases.release(row, next_attempt_at=now + wait, detail=told[:300])


def refused(run: DeliveryRun, exc: Exception) -> None:
    """A final no; where it can be looked for it is believed once two looks agree."""
    if not run.can_find:
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
        return (DeliveryState.UNKNOWN if run.can_find else DeliveryState.RETRY_WAIT), told | _doubt(now)

    _conclude_each(run, end, outcome, exc)


def unknown(run: DeliveryRun, exc: Exception | None = None) -> None:
    """It may have arrived: looked for where that can be, never sent once more blindly."""
    now, told = clock.now(), _("Whether it arrived is not known.")
    at = retry_policy.next_look(now, now) if run.can_find else now + LATE_WORD
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
