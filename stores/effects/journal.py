"""Intent before effect (RELIABILITY 3): the transport hands us each effect just before the socket opens.

Transaction A stores the attempt with its exact bytes, the owner's record and the state; a second one stores `sent_at`.
Only then does the request leave. A resend of the same generation leaves with the bytes of the first.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet

from stores.canonical.receipts import Outcome
from stores.effects import leases
from stores.effects.models import Attempted, Effect
from stores.kernel import clock
from stores.kernel.errors import CredentialsRejected, LeaseLost, RemoteError
from stores.kernel.failpoints import failpoint
from stores.kernel.http.contracts import Prepared
from stores.kernel.http.responses import Answer
from stores.kernel.security import redaction, vault

E = TypeVar("E", bound=Effect)
BEGUN: dict[str, Any] = {"detail": "", "refusal": "", "absent_since": None, "looks": 0}  # said of the send before


class Journal(ABC, Generic[E]):
    """One effect of one leased row. `sent` says whether anything may have left.

    The owner says what a row is called at a boundary, what its bytes are sealed to, and what else is written.
    """

    begun: dict[str, Any] = BEGUN  # written with the intent

    def __init__(self, row: E) -> None:
        self.row = row
        self.attempt: Attempted | None = None
        self.heard: Answer | RemoteError | None = None

    # --- the owner's part ---------------------------------------------------------------------------------
    @property
    @abstractmethod
    def point(self) -> str:
        """The first word of its boundaries (`failpoints`)."""

    @property
    @abstractmethod
    def key(self) -> str:
        """Of this generation, the same after a crash."""

    @property
    @abstractmethod
    def sealed_to(self) -> str:
        """What the bytes are bound to in the vault: the row, since a resend leaves with the first one's bytes."""

    def let_go(self) -> Q:
        """Inside both transactions that let it go: what must be true of the row as it is written.

        Raises EffectsStopped when it may not leave any more.
        """
        return leases.ALWAYS

    def held_back(self) -> None:
        """In the same transaction, after the row was not written. Raises EffectsStopped where that was the reason."""

    def record(self, attempt: Attempted) -> None:
        """The last statement of transaction A."""

    @property
    def rows(self) -> Sequence[E]:
        """All that leave in this one request, the row first."""
        return [self.row]

    def attempts_of(self, attempt: Attempted) -> QuerySet[Any]:
        """The attempts of the rows of this request."""
        found: QuerySet[Any] = self._attempts.filter(pk=attempt.pk)
        return found

    # --- what came of it ----------------------------------------------------------------------------------
    @property
    def sent(self) -> bool:
        return self.attempt is not None

    @property
    def request_id(self) -> str:
        """Their own id of the exchange, for their support."""
        return str(getattr(self.heard, "request_id", ""))[:80]

    @property
    def answer(self) -> str:
        """What came back, redacted and shortened."""
        said = self.heard.body if isinstance(self.heard, Answer) else getattr(self.heard, "answer", None)
        return "" if said is None else redaction.answer(said)

    @property
    def status(self) -> int | None:
        return getattr(self.heard, "status", None)

    def told(self, outcome: Outcome, exc: Exception | None) -> dict[str, Any]:
        """What is written on an attempt that has ended."""
        return {
            "finished_at": clock.now(), "outcome": outcome, "status": self.status, "request_id": self.request_id,
            "code": str(getattr(exc, "code", ""))[:80], "answer": self.answer,
        }  # fmt: skip

    # --- what the transport calls -------------------------------------------------------------------------
    def before(self, request: Prepared) -> Prepared:
        """Store the intent; give back the request that really leaves."""
        request = self._as_first_sent(request)
        self._close_the_one_before()
        failpoint(f"{self.point}.before_intent")
        attempt = self._intend(request)
        failpoint(f"{self.point}.intended")
        self._mark_sent(attempt)
        self.attempt, self.heard = attempt, None
        failpoint(f"{self.point}.sent")
        return request

    def after(self, outcome: Answer | RemoteError) -> None:
        """Remember what came back, for the attempt; what it means is decided by its owner."""
        self.heard = outcome

    def _as_first_sent(self, request: Prepared) -> Prepared:
        """Same key, same bytes: a resend is never rebuilt. Without a key of theirs nothing is gained by it."""
        if not request.key or self.row.fence == 1:  # the first claim there ever was
            return request
        first: Attempted | None = self._attempts.filter(generation=self.row.generation).first()
        if first is None:
            return request
        body = vault.unseal(bytes(first.body), bound_to=self.sealed_to)
        return replace(request, method=first.method, path=first.path, body=body, headers=dict(first.headers))

    def _close_the_one_before(self) -> None:
        """A keyed request that leaves once more in the same turn: its credential was refused and has been renewed."""
        if self.attempt is not None and isinstance(self.heard, CredentialsRejected):
            self.attempts_of(self.attempt).filter(finished_at=None).update(
                finished_at=clock.now(), outcome=Outcome.AUTH, status=self.status, request_id=self.request_id
            )

    def _intend(self, request: Prepared) -> Attempted:
        now = clock.now()
        with transaction.atomic():
            self._write_rows(begin, lambda row: {**self.begun, "lease_until": leases.ends(now)})
            attempt = self._write(request, now)
            self.record(attempt)
        return attempt

    def _write_rows(self, write: Callable[..., None], fields: Callable[[E], dict[str, Any]]) -> None:
        """On all that leave in this request, while they may. Raises LeaseLost, EffectsStopped."""
        may = self.let_go()
        try:
            for row in self.rows:
                write(row, only_if=may, **fields(row))
        except LeaseLost:
            self.held_back()
            raise

    def _write(self, request: Prepared, now: datetime) -> Attempted:
        made: Attempted = self._attempts.create(
            generation=self.row.generation,
            fence=self.row.fence,
            key=self.key,
            method=request.method,
            path=request.path,
            headers=dict(request.headers),
            body=vault.seal(request.body, bound_to=self.sealed_to),
            created_at=now,
        )
        return made

    def _mark_sent(self, attempt: Attempted) -> None:
        with transaction.atomic():
            now = clock.now()
            self._write_rows(leases.note, lambda row: {"first_sent_at": row.first_sent_at or now})
            self.attempts_of(attempt).update(sent_at=now)
        attempt.sent_at = now

    @property
    def _attempts(self) -> Any:
        return self.row.attempts  # type: ignore[attr-defined]  # the owner's related name


def begin(row: Effect, *, only_if: Q = leases.ALWAYS, **fields: Any) -> None:
    """A row taken over before it was sent stands at `intended` already; the fence is checked all the same."""
    if row.state == leases.KEEPS_LEASE:  # type: ignore[attr-defined]
        leases.note(row, only_if=only_if, **fields)
    else:
        leases.move(row, leases.KEEPS_LEASE, only_if=only_if, **fields)
