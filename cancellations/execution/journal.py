"""Intent before effect (RELIABILITY 3): the transport hands us each effect just before the socket opens.

Transaction A stores the attempt with its exact bytes, the audit intent and the state; a second one stores `sent_at`.
Only then does the request leave; both ask whether somebody pressed the emergency stop.
A resend of the same generation leaves with the bytes of the first.
"""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from cancellations import actions
from cancellations.execution import leases
from cancellations.execution.keys import key_of
from cancellations.lifecycle import emergency_stop
from cancellations.models import Attempt, Step
from cancellations.states import StepState
from stores.audit import trail
from stores.canonical.receipts import Outcome
from stores.kernel import clock
from stores.kernel.errors import CredentialsRejected, RemoteError
from stores.kernel.failpoints import failpoint
from stores.kernel.http.responses import Answer
from stores.kernel.http.transport import Prepared
from stores.kernel.security import redaction, vault


def sealed_to(step: Step) -> str:
    return f"cancellations_attempt|body|{step.uuid}|{step.cancellation.store_id}"


class Journal:
    """One effect of one step. `sent` says whether anything may have left."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.attempt: Attempt | None = None
        self.heard: Answer | RemoteError | None = None

    @property
    def sent(self) -> bool:
        return self.attempt is not None

    @property
    def request_id(self) -> str:
        """The platform's own id of the exchange, for their support."""
        return str(getattr(self.heard, "request_id", ""))[:80]

    @property
    def answer(self) -> str:
        """What came back, redacted and shortened."""
        said = self.heard.body if isinstance(self.heard, Answer) else getattr(self.heard, "answer", None)
        return "" if said is None else redaction.answer(said)

    @property
    def status(self) -> int | None:
        return getattr(self.heard, "status", None)

    def before(self, request: Prepared) -> Prepared:
        """Store the intent; give back the request that really leaves."""
        request = self._as_first_sent(request)
        self._close_the_one_before()
        failpoint(f"{self.step.kind}.before_intent")
        attempt = self._intend(request)
        failpoint(f"{self.step.kind}.intended")
        self._mark_sent(attempt)
        self.attempt, self.heard = attempt, None
        failpoint(f"{self.step.kind}.sent")
        return request

    def after(self, outcome: Answer | RemoteError) -> None:
        """Remember what came back, for the attempt; what it means is decided by `outcomes`."""
        self.heard = outcome

    def _as_first_sent(self, request: Prepared) -> Prepared:
        """Same key, same bytes: a resend is never rebuilt. Without a key of the platform's nothing is gained by it."""
        first = self.step.attempts.filter(generation=self.step.generation).first() if request.key else None
        if first is None:
            return request
        body = vault.unseal(bytes(first.body), bound_to=sealed_to(self.step))
        return replace(request, method=first.method, path=first.path, body=body, headers=dict(first.headers))

    def _close_the_one_before(self) -> None:
        """A keyed request that leaves once more in the same turn: its credential was refused and has been renewed."""
        if self.attempt is not None and isinstance(self.heard, CredentialsRejected):
            Attempt.objects.filter(pk=self.attempt.pk, finished_at=None).update(
                finished_at=clock.now(), outcome=Outcome.AUTH, status=self.status, request_id=self.request_id
            )

    def _intend(self, request: Prepared) -> Attempt:
        step, now = self.step, clock.now()
        with transaction.atomic():
            emergency_stop.let_go(step)
            _to_intended(step)
            attempt = Attempt.objects.create(
                step=step,
                generation=step.generation,
                fence=step.fence,
                key=key_of(step),
                method=request.method,
                path=request.path,
                headers=dict(request.headers),
                body=vault.seal(request.body, bound_to=sealed_to(step)),
                created_at=now,
            )
            trail.record(
                actions.INTENT,
                actor="rescind",
                target=f"cancellation:{step.cancellation.uuid}",
                store=step.cancellation.store,
                step=step.position,
                kind=step.kind,
                generation=step.generation,
                key=attempt.key,
            )
        return attempt

    def _mark_sent(self, attempt: Attempt) -> None:
        with transaction.atomic():
            emergency_stop.let_go(self.step)
            now = clock.now()
            leases.note(self.step, first_sent_at=self.step.first_sent_at or now)
            Attempt.objects.filter(pk=attempt.pk).update(sent_at=now)
        attempt.sent_at = now


def _to_intended(step: Step) -> None:
    """A step taken over before it was sent stands there already; the fence is checked all the same."""
    # what was said of the send before
    begun = {"detail": "", "refusal": "", "resend": "", "absent_since": None, "looks": 0}
    if step.state == StepState.INTENDED:
        leases.note(step, **begun)
    else:
        leases.move(step, StepState.INTENDED, **begun)
