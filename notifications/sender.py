"""Deliver what is due: claimed, written down, sent, recorded, and looked for when nobody knows (stores/effects).

What else waits for the same person of the same shop goes along, in one message.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import Error, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from notifications import entry, registry, results
from notifications.commands import NotTheirs, Undeliverable
from notifications.journal import shut
from notifications.models import IS_OPEN, IS_WAITING, Delivery, DeliveryState
from notifications.results import MOST_TRIES, DeliveryRun
from stores.canonical import codec
from stores.canonical.commands import Found, Resend
from stores.canonical.receipts import Outcome, Receipt
from stores.effects import leases, reconcile, retry_policy
from stores.effects.reconcile import Ask, Go, Look, Refused, Settled, Wait
from stores.effects.sends import Sends, counted
from stores.kernel import clock, database
from stores.kernel.errors import EffectsStopped, JobFailed, LeaseLost
from stores.kernel.failpoints import failpoint

logger = logging.getLogger(__name__)
MOST_TOGETHER: Final = 500  # in one message


def due(now: datetime, limit: int) -> list[str]:
    """Uuids of what may be claimed now, longest due first."""
    rows = leases.due(Delivery.objects.filter(IS_OPEN), now)
    return [str(uuid) for uuid in rows.order_by("next_attempt_at").values_list("uuid", flat=True)[:limit]]


def deliver(uuid: str, *, worker: str = "") -> None:
    """Act once on one; safe to run twice."""
    delivery = leases.claim(Delivery.objects.filter(IS_OPEN, uuid=uuid), worker=worker, now=clock.now())
    if delivery is None:
        return
    failpoint("delivery.claimed")
    try:
        _run(delivery)
    except LeaseLost:
        logger.info("lease lost", extra={"delivery": uuid})
    except Error as exc:
        _let_go(delivery, exc)
        if not database.is_away(exc):
            raise


def _run(delivery: Delivery) -> None:
    run = DeliveryRun([delivery])
    if delivery.destination and (words := shut(delivery.destination.connection)):
        results.stay(run, words)
        return
    try:
        run.open()
    except registry.UNOPENED as exc:  # nothing can be sent there, or looked for
        results.give_up(run, exc.user_message)
        return
    match DeliveryState(delivery.state):
        case DeliveryState.PENDING | DeliveryState.RETRY_WAIT:
            _send(run)
        case DeliveryState.INTENDED:
            _take_over(run)
        case DeliveryState.ACCEPTED:
            _poll(run)
        case DeliveryState.UNKNOWN:
            _look(run)


def _take_over(run: DeliveryRun) -> None:
    """A worker died holding it: never sent → send; else it is unknown."""
    last = run.first.attempts.order_by("-pk").first()
    if last is None or last.sent_at is None:
        _send(run)
    else:
        results.unknown(run)


def _send(run: DeliveryRun) -> None:
    if beside := _claim_beside(run.first):
        run = DeliveryRun(sorted([run.first, *beside], key=lambda row: row.pk))
    try:
        if run.can_find and (run.first.must_look or _comes_first(run)):
            results.look_first(run)
            return
        if _is_doubtful(run.first):
            results.give_up(run, _("The database was put back from a copy, and this may have been sent since."))
            return
        receipt = run.send()
    except Undeliverable as exc:
        results.give_up(run, str(exc), Outcome.FINAL, exc)
        return
    except NotTheirs:
        results.give_up(run, _("They left the shop meanwhile."), state=DeliveryState.MOOT)
        return
    except EffectsStopped as exc:
        results.stopped(run, exc)
        return
    except Exception as exc:  # noqa: BLE001  the sender's edge: a channel's library may raise anything
        results.failed(run, exc)
        return
    failpoint("delivery.answered")
    results.answered(run, receipt)
    failpoint("delivery.committed")


def _is_doubtful(row: Delivery) -> bool:
    """Put back from a copy, and nobody has said that it may go; a colleague's mail may come twice."""
    return row.must_look and row.destination_id is not None and row.again_at is None


def _poll(run: DeliveryRun) -> None:
    """Ask after what was taken on; past its deadline it is unknown."""
    row, now = run.first, clock.now()
    since = (now - row.begun_at).total_seconds()
    try:
        receipt = run.connector.poll(run.command, codec.load(Receipt, row.result))
    except JobFailed as exc:
        results.give_up(run, exc.user_message)
        return
    except Exception as exc:
        if isinstance(exc, LeaseLost) or database.is_away(exc):
            raise
        results.log(run, exc)
        entry.is_shut_out(run.first, run.connector, exc)  # then it waits, and is asked after later
        receipt = None
    if receipt is not None and receipt.outcome is not Outcome.ACCEPTED:
        results.answered(run, receipt)
    elif since > run.connector.poll_deadline_seconds:
        results.unknown(run)
    else:
        looks = row.looks + 1
        leases.release(row, looks=looks, next_attempt_at=now + retry_policy.nth(run.connector.poll_seconds, looks))


def _look(run: DeliveryRun) -> None:
    """Is it there? Where nothing can be found again, only a word that came late can tell."""
    if not run.can_find:
        if run.first.attempts.filter(outcome=Outcome.APPLIED).exists():
            results.conclude(run, DeliveryState.SENT, None, sent_at=clock.now(), detail="")
        else:
            results.give_up(run, _("Whether it arrived stayed unknown."))
        return
    try:
        finding = run.find()
    except Exception as exc:
        if isinstance(exc, LeaseLost) or database.is_away(exc):
            raise
        _unseen(run, exc)
        return
    row = run.first
    word = reconcile.ALLOWED if row.again_at else ""
    look = Look(row, _sends(row), clock.now(), run.connector.late_landing_seconds, lambda: run.what_next, word=word)
    match reconcile.after(finding, look):
        case Settled(found):
            _found(run, found)
        case Refused():
            results.give_up(run, row.refusal)
        case Ask(words, _resend):
            results.give_up(run, words)
        case Wait() as wait:
            results.wait(run, wait)
        case Go() as go:
            _go(row, go)


def _unseen(run: DeliveryRun, exc: Exception) -> None:
    """The look itself failed: it proves nothing, and is made again; by whoever is let in again, if nobody is now."""
    results.log(run, exc)
    if entry.is_shut_out(run.first, run.connector, exc):
        leases.release(run.first, next_attempt_at=clock.now() + results.LOOK_AGAIN)
    else:
        results.wait(run, Wait(run.first.detail))


def _found(run: DeliveryRun, found: Found) -> None:
    """One that stays on its way is asked after no longer than anything is looked for."""
    if found.is_failed or (found.is_pending and clock.now() - run.first.begun_at > retry_policy.LOOK_UNTIL):
        results.give_up(run, found.detail)
        return
    outcome = Outcome.ACCEPTED if found.is_pending else Outcome.APPLIED
    results.answered(run, Receipt(outcome=outcome, ids=found.ids))


def _go(row: Delivery, go: Go) -> None:
    """Absent is known: it may leave now, and the look that showed it counts for the send that follows."""
    anew: dict[str, Any] = {"generation": row.generation + 1, "first_sent_at": None, "tries": 0} if go.anew else {}
    to = DeliveryState.RETRY_WAIT if go.is_retry else DeliveryState.PENDING
    now = clock.now()
    leases.move(
        row, to, next_attempt_at=now, unknown_since=None, absent_since=None, looks=0, absent_at=now, detail="",
        must_look=False, again_at=None, **anew,
    )  # fmt: skip


def _comes_first(run: DeliveryRun) -> bool:
    row = run.first
    is_protected = run.what_next is Resend.SAME_KEY
    return reconcile.comes_first(_sends(row), is_key_protected=is_protected, looked_at=row.absent_at, now=clock.now())


def _sends(row: Delivery) -> Sends:
    attempts = row.attempts.order_by("pk").values_list("sent_at", "outcome")
    return counted(attempts, is_refused=bool(row.refusal))


def _claim_beside(delivery: Delivery) -> Sequence[Delivery]:
    """What else waits for this person of this shop, due or not, and is nobody's: leased like the first.

    What goes to a destination goes alone: it may be looked for by its own mark.
    """
    if delivery.person_id is None or delivery.store_id is None or delivery.destination_id is not None:
        return []
    now, same = clock.now(), {"channel": delivery.channel, "person": delivery.person_id, "store": delivery.store_id}
    with transaction.atomic():
        free = Delivery.objects.filter(
            IS_WAITING, leases.is_free(now), **same, tries__lt=MOST_TRIES, destination=None
        ).order_by("pk")
        free = free.exclude(state=DeliveryState.INTENDED, first_sent_at__isnull=False)
        taken = list(free.select_for_update(skip_locked=True).values_list("pk", flat=True)[:MOST_TOGETHER])
        rows: QuerySet[Delivery] = Delivery.objects.filter(pk__in=taken)
        rows.update(**leases.taken_by(delivery.lease_owner, now))
        return list(rows)


def _let_go(delivery: Delivery, exc: Error) -> None:
    """The database was away: what the rows say decides, as after a worker that died, but soon."""
    logger.warning("the database was away", extra={"delivery": str(delivery.uuid), "kind": type(exc).__name__})
    database.drop_broken()
    mine = Delivery.objects.filter(IS_OPEN, lease_until=delivery.lease_until)
    database.patiently(lambda: leases.let_go(mine, worker=delivery.lease_owner, now=clock.now()))
