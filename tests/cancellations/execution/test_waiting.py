"""Steps that wait for a shop that does not answer are woken when it does, whoever noticed it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cancellations.execution import executor, leases, waiting
from cancellations.models import Step
from cancellations.scheduler import sweep
from stores.kernel import clock
from stores.kernel.errors import OutcomeUnknown
from stores.models import ConnectionHealth, StoreSync
from stores.services import platform_client
from stores.services.circuit_breaker import RowBreaker, Seen


@pytest.fixture
def shut(desk):
    """A shop that has not answered for long: the next probe is ten minutes away."""
    breaker = RowBreaker(desk.store.connection_id, Seen(), store_id=desk.store.pk)

    def shut() -> RowBreaker:
        for _ in range(5):
            breaker.record(OutcomeUnknown("broke off"))
        ConnectionHealth.objects.update(breaker_probe_at=clock.now() + timedelta(minutes=10))
        platform_client.session_to(desk.store.connection).seen.looked_at = -1e9  # a second has passed
        return breaker

    return shut


def of(cancellation):
    return cancellation.steps.get(position=1)


@pytest.mark.parametrize("kind", ["send", "look-up", "poll", "verify"])
def test_a_shop_that_is_back_is_worked_with_at_once(desk, shut, kind):
    record = desk.order()
    wish = desk.everything(record) if kind == "poll" else desk.some(record, 1)
    cancellation = desk.confirm(record, wish)
    if kind == "look-up":
        desk.world.fault("drop_after", on="refundCreate")
    if kind != "send":
        until = {"look-up": "unknown", "poll": "accepted", "verify": "applied"}[kind]
        _work_until(desk, cancellation, until)
    breaker = shut()
    _work_for(desk, seconds=60)
    waits = Step.objects.get(waits_for_shop=True)
    assert waits.next_attempt_at > clock.now() + timedelta(minutes=5)

    breaker.record(None)
    sweep.run(clock.now())

    waits.refresh_from_db()
    assert waits.next_attempt_at <= clock.now()
    assert desk.work(cancellation, hours=0.05).state == "done"


def _work_until(desk, cancellation, state):
    for _ in range(100):
        if Step.objects.filter(cancellation=cancellation, position=1, state=state).exists():
            return
        # one turn at a time: the loop of `advance` would go on to the end
        step = executor._next_due(cancellation)
        executor.transitions.start_if_due(cancellation, now=clock.now())
        if step and (claimed := leases.claim(step.pk, worker="w", now=clock.now())):
            executor.step_runner.run(claimed)
        else:
            desk.travel(1)
    raise AssertionError(state)


def _work_for(desk, *, seconds):
    for _ in range(seconds):
        for uuid in sweep.due_cancellations(clock.now()):
            executor.advance(uuid)
        desk.travel(1)


def test_what_is_woken_goes_one_after_the_other_and_nothing_of_a_shut_shop(desk, shut):
    steps = []
    for _ in range(3):
        record = desk.order()
        steps.append(of(desk.confirm(record, desk.some(record, 1))))
    shut()
    Step.objects.filter(position=1).update(waits_for_shop=True, next_attempt_at=clock.now() + timedelta(minutes=9))
    assert waiting.wake() == 0

    ConnectionHealth.objects.update(breaker_open_since=None)

    assert waiting.wake() == 3
    due = [Step.objects.get(pk=step.pk).next_attempt_at - clock.now() for step in steps]
    assert due == [n * waiting.APART for n in range(3)]
    assert waiting.wake() == 0


def test_copying_goes_on_as_well(desk, shut):
    breaker = shut()
    rows = StoreSync.objects.filter(store=desk.store)
    rows.update(next_attempt_at=clock.now() + timedelta(minutes=9), error="The shop has not answered since 09:30 UTC.")

    breaker.record(None)

    assert rows.get().next_attempt_at == clock.now()
