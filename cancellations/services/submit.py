"""Confirm: the plan somebody has seen becomes a cancellation."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cancellations import actions
from cancellations.lifecycle import notices, readings, refund_limits
from cancellations.models import Cancellation, Preview, Step
from cancellations.models.preview import VOID_AFTER
from cancellations.planning.plan import Plan
from cancellations.services import emergency, notes, preview
from cancellations.states import TERMINAL, CancellationState
from stores.audit import trail
from stores.canonical import codec
from stores.kernel import clock, queue
from stores.kernel.errors import InputRejected, NotAllowed, OrderBusy, StalePlan
from stores.models import OrderRecord, StoreState, User
from stores.selectors import access, holds

APPROVAL_LIFE = timedelta(hours=24)


def confirm(*, actor: User, seen: Preview) -> Cancellation:
    """Turn the plan somebody has seen into a cancellation; pressed again, the same one comes back.

    Raises StalePlan if the order moved since (or 30 minutes passed), OrderBusy if another cancellation of this
    order is open, NotAllowed, InputRejected when the plan has blockers, RemoteError when the shop does not answer,
    PlanUnreadable where another version of Rescind wrote it.
    """
    again = Cancellation.objects.filter(preview=seen).first()
    if again is not None:
        return again
    _check(actor, seen)
    plan = preview.plan_of(seen)
    _compare(plan, preview.replan(seen), seen)  # remote, bounded: before the transaction
    try:
        return _store(actor, seen, plan)
    except IntegrityError as exc:  # the one-open-per-order index, or the same preview pressed twice
        return _whose(seen, exc)


def _check(actor: User, seen: Preview) -> None:
    if not access.can(actor, "cancellations.confirm", seen.store, seen):
        raise NotAllowed
    if seen.actor_id != actor.pk:
        raise NotAllowed(user_message=_("This preview belongs to somebody else. Make your own."))
    if seen.store.state != StoreState.ACTIVE:
        raise InputRejected("", _("This shop is paused or disconnected: nothing can be sent to it."))
    emergency.check(seen.store)
    if clock.now() - seen.created_at > VOID_AFTER:
        raise StalePlan(user_message=_("This preview is older than 30 minutes. Look at the new one below."))
    busy = open_cancellation(seen.order)
    if busy is not None:
        raise OrderBusy(busy.reference)


def open_cancellation(order: OrderRecord) -> Cancellation | None:
    """The one cancellation of this order that is not finished, if there is one."""
    return Cancellation.objects.filter(order=order).exclude(state__in=sorted(TERMINAL)).first()


def _compare(plan: Plan, fresh: Plan, seen: Preview) -> None:
    """The same facts must give the same steps: what was previewed is what runs."""
    if fresh.fingerprint != seen.fingerprint or codec.digest(fresh.steps) != codec.digest(plan.steps):
        raise StalePlan(fresh, user_message=readings.words_of_preview() if readings.has_changed(seen) else "")
    if plan.blockers:
        first = plan.blockers[0]
        raise InputRejected(first.field, first.text)
    if plan.second_person and not notes.read(seen.note).strip():
        raise InputRejected("note", _("Say why the money goes back although the payment is disputed."))
    if not plan.can_run:
        raise InputRejected("", _("There is nothing to do: choose what to cancel."))


def _whose(seen: Preview, exc: IntegrityError) -> Cancellation:
    mine = Cancellation.objects.filter(preview=seen).first()
    if mine is not None:
        return mine
    busy = open_cancellation(seen.order)
    raise OrderBusy(busy.reference if busy else "") from exc


def _store(actor: User, seen: Preview, plan: Plan) -> Cancellation:
    with transaction.atomic():
        refund_limits.lock(actor, seen.store)
        now = clock.now()
        over = _why_asked(actor, seen, plan, now)
        hold = holds.seconds(seen.store, plan.limit_amount, now=now)
        cancellation = Cancellation.objects.create(
            store=seen.store,
            order=seen.order,
            preview=seen,
            fingerprint=seen.fingerprint,
            requester=actor,
            state=CancellationState.AWAITING_APPROVAL if over else CancellationState.HELD,
            reason=plan.reason,
            note=seen.note,
            units=plan.units,
            money_minor=plan.sums.total.minor_up,
            currency=plan.sums.total.currency,
            limit_minor=plan.limit_amount.minor_up,
            limit_currency=plan.limit_amount.currency,
            created_at=now,
            hold_seconds=hold,
            held_until=None if over else now + timedelta(seconds=hold),
            expires_at=now + APPROVAL_LIFE if over else None,
            asked_why=over,
            **({} if over else refund_limits.counted(actor, at=now)),
        )
        Step.objects.bulk_create(steps_of(cancellation, plan))  # keys are fixed here, before any attempt
        queue.enqueue_on_commit("cancellations.advance", str(cancellation.uuid))
        if over:
            notices.awaiting(cancellation)
        trail.record(
            actions.SENT_FOR_APPROVAL if over else actions.CONFIRMED,
            actor=actor,
            target=f"cancellation:{cancellation.uuid}",
            store=seen.store,
            order=seen.order.external_id,
            plan=plan.fingerprint,
            reason=str(plan.reason),
            units=plan.units,
            refund=plan.sums.total,
            note=seen.note.digest if seen.note else "",
            why=over,
        )
    return cancellation


def _why_asked(actor: User, seen: Preview, plan: Plan, now: datetime) -> str:
    """The code of why somebody else must approve it; "" when nobody has to."""
    if plan.second_person:
        return refund_limits.DISPUTED
    return refund_limits.why(actor, seen.store, plan.limit_amount, now=now) or ""


def steps_of(cancellation: Cancellation, plan: Plan) -> list[Step]:
    """One row per planned step; none is due before the cancellation runs."""
    return [
        Step(
            cancellation=cancellation,
            connection_id=cancellation.store.connection_id,
            position=step.position,
            kind=step.kind,
            command=codec.dumps(step.command) if step.command else "",
        )
        for step in plan.steps
    ]
