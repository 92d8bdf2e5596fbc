"""What a person decides about a cancellation: take it back, end the hold, approve, try again, settle by hand."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from cancellations import actions, states
from cancellations.actions import SendNow
from cancellations.lifecycle import deadlines, notices, readings, refund_limits, transitions
from cancellations.models import Cancellation, CopyState, MirrorWatch, Resending, Step, StepKind
from cancellations.planning.plan import check_plan
from cancellations.selectors import stops
from cancellations.services import emergency, notes
from cancellations.states import CLAIMABLE, CancellationState, StepState
from notifications import outbox
from notifications.models import Delivery
from stores.audit.actions import Action
from stores.kernel import clock, queue
from stores.kernel.errors import InputRejected, NotAllowed
from stores.kernel.security import vault
from stores.models import User
from stores.selectors import access

C = CancellationState
UNSEEN = Q(must_look=True) & ~Q(kind=StepKind.ASSISTED)  # put back from a copy: the world may have carried it out
ID = re.compile(r"[A-Za-z0-9:/#._?=&-]+", re.ASCII)


def take_back(*, actor: User, cancellation: Cancellation) -> None:
    """held, awaiting approval, or stopped before anything was sent → withdrawn, unless the work has begun: one wins.

    Raises NotAllowed; InputRejected when it is too late, saying so.
    """
    _allow(actor, "cancellations.withdraw", cancellation)
    late = _("Too late: the work has begun. Watch it below.")
    if _can_give_up(cancellation):
        _give_up(actor, cancellation, late)
        return
    if cancellation.state not in (C.HELD, C.AWAITING_APPROVAL):
        raise InputRejected("", late)
    if cancellation.steps.filter(UNSEEN).exists():
        words = _("The database was put back from a copy, and this may have been carried out since. It is looked for "
                  "before anything is sent; pause the shop if nothing may be sent.")  # fmt: skip
        raise InputRejected("", words)
    _shift(actor, cancellation, C.WITHDRAWN, actions.WITHDRAWN, late, finished_at=clock.now())


def _can_give_up(cancellation: Cancellation) -> bool:
    """In front of a person, or behind an emergency stop, and nothing has left."""
    is_still = cancellation.state == C.NEEDS_OPERATOR
    is_still |= cancellation.state == C.RUNNING and stops.in_force(cancellation.store_id) is not None
    return is_still and is_untouched(cancellation)


def is_untouched(cancellation: Cancellation) -> bool:
    """Nothing of it has left and nothing of it is done: it can be taken back although its hold is over.

    After a restore nobody knows what has left, until a look has shown it.
    """
    begun = Q(attempts__sent_at__isnull=False) | Q(state__in=[StepState.APPLIED, StepState.SETTLED])
    return not cancellation.steps.filter(begun | UNSEEN).exists()


def _give_up(actor: User, cancellation: Cancellation, late: str) -> None:
    """Each step changes hands first, so that a worker that is about to send one loses its fence."""
    with transaction.atomic():
        steps = Step.objects.filter(cancellation=cancellation, state__in=[*CLAIMABLE, StepState.NEEDS_PERSON])
        steps.update(lease_owner="", lease_until=None, fence=F("fence") + 1, next_attempt_at=None)
        if not is_untouched(cancellation):
            raise InputRejected("", late)
        _shift(actor, cancellation, C.WITHDRAWN, actions.WITHDRAWN, late, finished_at=clock.now())


def release_hold(*, actor: User, cancellation: Cancellation, reason: SendNow) -> None:
    """*Send now*: the hold ends. Raises NotAllowed, InputRejected."""
    _allow(actor, "cancellations.confirm", cancellation)
    emergency.check(cancellation.store)
    if cancellation.state != C.HELD:
        raise InputRejected("", _("This cancellation is not on hold."))
    with transaction.atomic():
        mine = Cancellation.objects.filter(pk=cancellation.pk, state=C.HELD)
        if not mine.update(held_until=clock.now()):
            raise InputRejected("", _("It moved meanwhile. Look again."))
        queue.enqueue_on_commit("cancellations.advance", str(cancellation.uuid))
        transitions.record(actions.RELEASED, cancellation, actor=actor, reason=reason.value)


def approve(*, actor: User, cancellation: Cancellation, fingerprint: str) -> None:
    """awaiting approval → held. Never the requester; the limits must cover the amount; the plan is the one seen.

    Raises NotAllowed, InputRejected, PlanUnreadable.
    """
    _allow(actor, "cancellations.approve", cancellation)
    if actor.pk == cancellation.requester_id:
        raise NotAllowed(user_message=_("Somebody else must approve this: you asked for it."))
    emergency.check(cancellation.store)
    check_plan(cancellation.preview.plan)
    if readings.has_changed(cancellation):
        raise InputRejected("", readings.words())
    if fingerprint != cancellation.fingerprint:
        raise InputRejected("", _("The plan is not the one you looked at. Look again."))
    if cancellation.state != C.AWAITING_APPROVAL or (cancellation.expires_at and cancellation.expires_at < clock.now()):
        raise InputRejected("", _("This no longer waits for approval."))
    with transaction.atomic():
        counted = _answers_for(actor, cancellation)
        hold = cancellation.hold_seconds
        until = clock.now() + timedelta(seconds=cancellation.store.hold_seconds if hold is None else hold)
        _shift(actor, cancellation, C.HELD, actions.APPROVED, _("Somebody was faster."),
               approver=actor, held_until=until, **counted)  # fmt: skip


def _answers_for(actor: User, cancellation: Cancellation) -> dict[str, Any]:
    """From now on it counts in this person's day: decided and counted under one lock. Raises NotAllowed."""
    refund_limits.lock(actor, cancellation.store)
    now = clock.now()
    over = refund_limits.above_for(actor, cancellation, now=now)
    if over:
        raise NotAllowed(user_message=over)
    return refund_limits.counted(actor, at=now)


def expire(cancellation: Cancellation) -> None:
    """An approval that was not given within 24 hours. After a restore it may have been, and a person must look."""
    is_unseen = cancellation.steps.filter(UNSEEN).exists()
    with transaction.atomic():
        if transitions.move(cancellation, C.EXPIRED, finished_at=clock.now(), differs=is_unseen):
            notices.unseen(cancellation) if is_unseen else notices.expired(cancellation)
            transitions.record(actions.EXPIRED, cancellation)


def retry(*, actor: User, step: Step, reason: str) -> None:
    """Try a stopped step again. What may have left is looked for first, whatever was known before: only where a look
    shows (again) that it is absent does it go out anew, and only after somebody had read that it was.
    """
    _allow(actor, "cancellations.retry", step.cancellation)
    reason = _reason(reason)
    _waits(step, StepState.NEEDS_PERSON, StepState.REFUSED, StepState.UNKNOWN)
    now = clock.now()
    with transaction.atomic():
        word = _word(actor, step.cancellation)
        to, fields = _again(step)
        _step(step, to, next_attempt_at=now, tell_at=now + deadlines.ASK_A_PERSON_AFTER, **fields)
        _resume(step, word)
        kept = _keep(reason, step.cancellation)
        transitions.record(actions.RETRIED, step.cancellation, actor=actor, step=step.position, **kept)


def _again(step: Step) -> tuple[StepState, dict[str, Any]]:
    """Where a step stands after *Try again*: looked for, where anything may have left; else simply due."""
    if step.resend or step.attempts.exclude(sent_at=None).exists():
        has_been_read = bool(step.resend) or step.state == StepState.REFUSED
        resend = Resending.ALLOWED if has_been_read else ""
        return StepState.UNKNOWN, {"unknown_since": clock.now(), "looks": 0, "tries": 0, "resend": resend}
    return StepState.PENDING, {"tries": 0, "unknown_since": None, "absent_since": None}


def settle(*, actor: User, step: Step, evidence: str, note: str) -> None:
    """A person did it, or knows it is done, and says by which record of the platform (`evidence`: its id)."""
    _allow(actor, "cancellations.settle", step.cancellation)
    evidence = evidence.strip()[:200]
    if not evidence:
        raise InputRejected("evidence", _("Write the platform's id of what was done, for example the refund's."))
    note = _reason(note, field="note")
    _waits(step, StepState.NEEDS_PERSON, StepState.REFUSED)
    with transaction.atomic():
        word = _word(actor, step.cancellation)
        kept = _keep(note, step.cancellation)
        claim = {"evidence": evidence, "by": str(actor.uuid), "note": kept["note_id"]}
        result = {**step.result, "settled": claim}
        _step(step, StepState.SETTLED, result=result, next_attempt_at=None, finished_at=clock.now(), detail="")
        _resume(step, word)
        named = evidence if ID.fullmatch(evidence) else vault.digest(evidence)  # free words may name a person
        transitions.record(actions.SETTLED, step.cancellation, actor=actor, step=step.position, kind=step.kind,
                    evidence=named, **kept)  # fmt: skip


def _waits(step: Step, *states: StepState) -> None:
    """Raises InputRejected unless the step stands in one of `states` and its cancellation waits for a person."""
    if step.state not in states or step.cancellation.state != C.NEEDS_OPERATOR:
        raise InputRejected("", _("This step is not waiting for a person."))


def _word(actor: User, cancellation: Cancellation) -> dict[str, Any]:
    """Who lets it go on vouches for it; where money is still to move, with their own limits. Raises NotAllowed."""
    return _answers_for(actor, cancellation) if refund_limits.moves_money(cancellation) else {"vouched_by": actor}


def _keep(words: str, cancellation: Cancellation) -> dict[str, str]:
    """Keep a person's words in a sealed row of their own; what the audit entry says of it: its id and digest."""
    kept = notes.keep(words, store=cancellation.store)
    return {"note_id": str(kept.uuid), "note": kept.digest} if kept else {"note_id": "", "note": ""}


def _allow(actor: User, action: str, cancellation: Cancellation) -> None:
    if not access.can(actor, action, cancellation.store, cancellation):
        raise NotAllowed


def _reason(text: str, *, field: str = "reason") -> str:
    if not text.strip():
        raise InputRejected(field, _("Say why, in a few words: it goes into the audit log."))
    return text.strip()


def _shift(actor: User, cancellation: Cancellation, to: C, action: Action, late: str, **fields: Any) -> None:
    with transaction.atomic():
        if not transitions.move(cancellation, to, **fields):
            raise InputRejected("", late)
        queue.enqueue_on_commit("cancellations.advance", str(cancellation.uuid))
        transitions.record(action, cancellation, actor=actor)


def _step(step: Step, to: StepState, **fields: Any) -> None:
    """A person's move. A worker that is looking meanwhile loses its fence, and with it the say."""
    if to != step.state:
        states.check(StepState(step.state), to)
    mine = Step.objects.filter(pk=step.pk, state=step.state, fence=step.fence)
    if not mine.update(state=to, lease_owner="", lease_until=None, fence=F("fence") + 1, **fields):
        raise InputRejected("", _("It moved meanwhile. Look again."))


def _resume(step: Step, word: dict[str, Any]) -> None:
    """Back to work, by the word of the one who decided: a stopped or refused cancellation runs again."""
    cancellation = transitions.fresh(step)
    Cancellation.objects.filter(pk=cancellation.pk).update(**word)
    if cancellation.state == C.NEEDS_OPERATOR:
        transitions.move(cancellation, C.RUNNING, trouble="")
    transitions.wake_next(cancellation, now=clock.now())
    queue.enqueue_on_commit("cancellations.advance", str(cancellation.uuid))


def let_stand(*, actor: User, cancellation: Cancellation, reason: str) -> None:
    """A person has looked at a difference, a refusal, an order still open elsewhere, or a message that was given up:

    it leaves *Needs a look*. The receipt stays as it is.
    """
    _allow(actor, "cancellations.settle", cancellation)
    reason = _reason(reason)
    with transaction.atomic():
        if not _seen(cancellation):
            raise InputRejected("", _("Nothing here waits for a look."))
        kept = _keep(reason, cancellation)
        transitions.record(actions.LOOKED_AT, cancellation, actor=actor, **kept)


def send_again(*, actor: User, cancellation: Cancellation, delivery: Delivery) -> None:
    """A message that was given up goes out once more; one that may have left is looked for first, where it can be.

    Raises NotAllowed, InputRejected.
    """
    _allow(actor, "messages.send_again", cancellation)
    with transaction.atomic():
        if not outbox.send_again(delivery):
            raise InputRejected("", _("This message is not given up any more. Look again."))
        transitions.record(
            actions.SENT_AGAIN, cancellation, actor=actor, message=str(delivery.uuid), kind=delivery.kind
        )


def _seen(cancellation: Cancellation) -> int:
    """Note it on all that waited for it; how many."""
    now, mine = clock.now(), {"pk": cancellation.pk, "looked_at": None}
    ends = Cancellation.objects.filter(Q(differs=True) | Q(state=C.REFUSED), state__in=sorted(states.TERMINAL), **mine)
    copies = MirrorWatch.objects.filter(cancellation=cancellation.pk, state=CopyState.OPEN, looked_at=None)
    return ends.update(looked_at=now) + copies.update(looked_at=now) + outbox.let_stand(notices.subject(cancellation))
