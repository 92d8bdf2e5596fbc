"""The tables of allowed moves: a cancellation's and a step's (RELIABILITY section 2 in code)."""

from __future__ import annotations

from enum import StrEnum

from stores.effects import moves


class CancellationState(StrEnum):
    AWAITING_APPROVAL = "awaiting_approval"
    HELD = "held"
    RUNNING = "running"
    VERIFYING = "verifying"
    NEEDS_OPERATOR = "needs_operator"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REFUSED = "refused"


class StepState(StrEnum):
    PENDING = "pending"
    INTENDED = "intended"
    ACCEPTED = "accepted"
    RETRY_WAIT = "retry_wait"
    UNKNOWN = "unknown"
    NEEDS_PERSON = "needs_person"
    APPLIED = "applied"
    REFUSED = "refused"
    SETTLED = "settled"
    SKIPPED = "skipped"


C, S = CancellationState, StepState

TERMINAL = frozenset({C.DONE, C.WITHDRAWN, C.EXPIRED, C.REFUSED})
CLAIMABLE = frozenset({S.PENDING, S.INTENDED, S.ACCEPTED, S.RETRY_WAIT, S.UNKNOWN})
FINISHED = frozenset({S.APPLIED, S.SETTLED, S.SKIPPED})

# Two tables: the two enums share words ("refused"), and equal strings are equal keys.
CANCELLATION_MOVES: dict[CancellationState, frozenset[CancellationState]] = {
    C.AWAITING_APPROVAL: frozenset({C.HELD, C.WITHDRAWN, C.EXPIRED}),
    C.HELD: frozenset({C.RUNNING, C.WITHDRAWN, C.EXPIRED, C.NEEDS_OPERATOR}),
    C.RUNNING: frozenset({C.VERIFYING, C.REFUSED, C.NEEDS_OPERATOR, C.WITHDRAWN}),  # the last: behind a stop only
    C.VERIFYING: frozenset({C.DONE, C.NEEDS_OPERATOR}),
    C.NEEDS_OPERATOR: frozenset({C.RUNNING, C.VERIFYING, C.DONE, C.REFUSED, C.WITHDRAWN}),
    C.DONE: frozenset(),
    C.WITHDRAWN: frozenset(),
    C.EXPIRED: frozenset(),
    C.REFUSED: frozenset(),
}

STEP_MOVES: dict[StepState, frozenset[StepState]] = {
    S.PENDING: frozenset(
        {S.INTENDED, S.RETRY_WAIT, S.UNKNOWN, S.NEEDS_PERSON, S.APPLIED, S.ACCEPTED, S.REFUSED, S.SKIPPED}
    ),
    S.INTENDED: frozenset({S.APPLIED, S.ACCEPTED, S.REFUSED, S.RETRY_WAIT, S.UNKNOWN, S.NEEDS_PERSON}),
    S.ACCEPTED: frozenset({S.APPLIED, S.REFUSED, S.UNKNOWN, S.ACCEPTED, S.NEEDS_PERSON}),
    S.RETRY_WAIT: frozenset({S.INTENDED, S.UNKNOWN, S.NEEDS_PERSON, S.RETRY_WAIT, S.APPLIED, S.ACCEPTED, S.SKIPPED}),
    S.UNKNOWN: frozenset({S.APPLIED, S.PENDING, S.RETRY_WAIT, S.NEEDS_PERSON, S.UNKNOWN, S.REFUSED, S.ACCEPTED}),
    S.NEEDS_PERSON: frozenset({S.PENDING, S.UNKNOWN, S.SETTLED, S.SKIPPED, S.APPLIED}),
    S.REFUSED: frozenset({S.PENDING, S.UNKNOWN, S.SETTLED, S.SKIPPED, S.APPLIED}),
    S.APPLIED: frozenset(),
    S.SETTLED: frozenset(),
    S.SKIPPED: frozenset(),
}


def check(now: StrEnum | str, to: StrEnum) -> None:
    """Raise ForbiddenMove unless `now` → `to` stands in the table."""
    moves.check(CANCELLATION_MOVES if isinstance(to, CancellationState) else STEP_MOVES, now, to)
