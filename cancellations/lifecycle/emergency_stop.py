"""The emergency stop, as the executor obeys it: asked fresh from the database before each send, twice under a lock.

A sender holds its shop's row from the question to the commit that lets the request go, and whoever presses the stop
takes the same rows first: what was let go stands before the stop, and nothing after it. Reads are never held back.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cancellations.lifecycle import deadlines
from cancellations.models import Step, StepKind
from cancellations.selectors import stops
from cancellations.states import StepState
from stores.kernel.errors import EffectsStopped
from stores.models import Connection, ConnectionState, Store, StoreState

NOT_SENT = (StepState.PENDING, StepState.INTENDED, StepState.RETRY_WAIT)


def let_go(step: Step) -> Q:
    """Inside the transaction that lets an effect go: not paused meanwhile. Raises EffectsStopped.

    What comes back is asked by the write that lets it go, a statement of its own behind the lock: not stopped either.
    """
    rows = Store.objects.select_for_update(no_key=True).only("state", "connection")
    store = rows.get(pk=step.cancellation.store_id)
    if words := paused(store, _locked(step, store)):
        raise EffectsStopped(user_message=words)
    return ~stops.any_in_force(step.cancellation.store_id)


def check(step: Step) -> None:
    """Raises EffectsStopped while everything is stopped."""
    if stop := stops.in_force(step.cancellation.store_id):
        raise EffectsStopped(user_message=stop.words)


def _locked(step: Step, store: Store) -> Connection:
    """The step's connection. That of the shop's orders is disconnected with the shop, whose row we hold already."""
    rows = Connection.objects.all()
    is_other = step.connection_id != store.connection_id
    return rows.select_for_update(no_key=True).get(pk=step.connection_id) if is_other else step.connection


def paused(store: Store, connection: Connection) -> str:
    """What a step says while nothing is sent for this shop or to its connection; "" when both work."""
    if store.state != StoreState.ACTIVE:
        return _("The shop is paused or disconnected; this waits until it works again.")
    if connection.state != ConnectionState.ACTIVE:
        words = _("%(connection)s is disconnected; this waits until it works again.")
        return words % {"connection": connection.name}
    return ""


def paused_now(step: Step) -> str:
    """The same as both stand at this moment: somebody may have pressed it since the step was claimed."""
    store = Store.objects.select_related("connection").get(pk=step.cancellation.store_id)
    is_other = step.connection_id != store.connection_id
    connection = Connection.objects.get(pk=step.connection_id) if is_other else store.connection
    return paused(store, connection)


def waiting() -> Q:
    """Steps whose next act would be a send: behind a stop they wait, and no clock of theirs strikes."""
    return Q(state__in=NOT_SENT) & ~Q(kind__in=[StepKind.VERIFY, StepKind.ASSISTED])


def is_quiet(step: Step) -> bool:
    """Would telling a person of this step say nothing but that everything is stopped?"""
    is_waiting = step.state in NOT_SENT and step.kind not in (StepKind.VERIFY, StepKind.ASSISTED)
    return is_waiting and stops.in_force(step.cancellation.store_id) is not None


def quiet() -> Q:
    """The same for a query over steps."""
    return waiting() & stops.within("cancellation__store")


def wake(store: Store | None, *, now: datetime) -> None:
    """Lifted: what waited is due, with a clock of its own again."""
    rows: QuerySet[Step] = Step.objects.filter(waiting()).exclude(next_attempt_at=None)
    if store is not None:
        rows = rows.filter(cancellation__store=store)
    rows.update(next_attempt_at=now, tell_at=now + deadlines.ASK_A_PERSON_AFTER, detail="")
