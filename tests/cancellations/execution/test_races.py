"""What only the database decides: of many who press or claim at the same moment, exactly one wins."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from cancellations.execution import executor, leases
from cancellations.lifecycle import transitions
from cancellations.models import Cancellation, Preview, Step
from cancellations.services import decide, submit
from cancellations.states import CancellationState
from notifications import outbox, sender
from notifications.channels.mail import Mail
from notifications.models import Delivery
from stores.canonical.receipts import Outcome, Receipt
from stores.kernel import clock
from stores.kernel.errors import InputRejected, OrderBusy
from stores.models import AuditEvent, Membership, Role
from tests import make

MANY = 8
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """What each returned or raised; all begin together, each on a connection of its own."""
    begin, ends = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(number: int, job: Callable[[], Any]) -> None:
        try:
            begin.wait()
            ends[number] = job()
        except BaseException as exc:  # noqa: BLE001  handed to the test below
            ends[number] = exc  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


@pytest.fixture
def held(desk):
    desk.store.hold_seconds = 600
    desk.store.save()
    record = desk.order()
    return desk.confirm(record, desk.some(record, 1))


def test_of_many_workers_one_claims_the_step():
    row = make.cancellation(state="running")
    step = row.steps.get(position=1)
    Step.objects.filter(pk=step.pk).update(next_attempt_at=make.NOW)

    ends = at_once(*[lambda n=n: leases.claim(step.pk, worker=f"w{n}", now=make.NOW) for n in range(MANY)])

    (won,) = [end for end in ends if end is not None]
    step.refresh_from_db()
    assert (step.lease_owner, step.fence) == (won.lease_owner, 1)


def test_one_of_many_workers_carries_it_out(desk, held):
    desk.travel(601)

    ends = at_once(*[lambda: executor.advance(held.uuid)] * MANY)
    done = desk.work(held)

    assert [end for end in ends if end is not None] == []
    assert (done.state, done.differs) == ("done", False)
    assert desk.count("refund") == 1
    assert done.steps.get(kind="refund").attempts.count() == 1
    assert AuditEvent.objects.filter(kind="cancellation.started").count() == 1


def test_confirm_pressed_twice_at_once_is_one_cancellation(desk):
    record = desk.order()
    seen = desk.preview(record, desk.some(record, 1))

    ends = at_once(*[lambda: submit.confirm(actor=desk.staff, seen=Preview.objects.get(pk=seen.pk))] * 2)

    assert ends[0] == ends[1] == Cancellation.objects.get()
    assert Step.objects.count() == 2
    assert AuditEvent.objects.filter(kind="cancellation.confirmed").count() == 1


def test_two_people_confirming_the_same_order_at_once_get_one_open_cancellation(desk):
    record = desk.order()
    previews = [desk.preview(record, desk.some(record, units)) for units in (1, 2)]

    def press(pk: int) -> Callable[[], Cancellation]:
        return lambda: submit.confirm(actor=desk.staff, seen=Preview.objects.get(pk=pk))

    ends = at_once(*[press(seen.pk) for seen in previews])

    (won,) = [end for end in ends if isinstance(end, Cancellation)]
    (lost,) = [end for end in ends if not isinstance(end, Cancellation)]
    assert isinstance(lost, OrderBusy)
    assert lost.reference == won.reference


def test_take_it_back_and_the_start_race_and_one_wins(desk, held):
    desk.travel(601)

    ends = at_once(
        lambda: decide.take_back(actor=desk.staff, cancellation=Cancellation.objects.get(pk=held.pk)),
        lambda: executor.advance(held.uuid),
    )
    done = desk.work(held)

    was_late = isinstance(ends[0], InputRejected)
    assert done.state == ("done" if was_late else "withdrawn")
    assert desk.count("refund") == (1 if was_late else 0)


@pytest.mark.parametrize("attempt", range(3))
def test_take_it_back_from_the_operator_queue_and_a_worker_that_sends_race_and_one_wins(desk, held, attempt):
    """Nothing has left, a person was told, and the shop answers again."""
    desk.travel(601)
    Cancellation.objects.update(state="needs_operator", trouble="Nothing was sent.")
    Step.objects.filter(kind="refund").update(next_attempt_at=clock.now())

    ends = at_once(
        lambda: executor.advance(held.uuid),
        lambda: decide.take_back(actor=desk.staff, cancellation=Cancellation.objects.get(pk=held.pk)),
    )
    done = desk.work(held)

    was_late = isinstance(ends[1], InputRejected)
    assert ends[0] is None
    assert done.state == ("done" if was_late else "withdrawn")
    assert desk.count("refund") == (1 if was_late else 0)


def test_a_move_that_follows_a_fresh_look_cannot_lose_to_another_worker():
    """A verified step and the clock of a worker beside it: what was begun first is finished first."""
    row = make.cancellation(state="verifying")
    step = row.steps.get(position=1)
    other = threading.Thread(target=lambda: ends.append(_told(row.pk)))
    ends: list[bool] = []

    with transaction.atomic():
        cancellation = transitions.fresh(step)
        other.start()
        other.join(timeout=0.5)  # it waits for our row
        moved = transitions.move(cancellation, CancellationState.DONE, trouble="")
    other.join()

    row.refresh_from_db()
    assert (moved, row.state, ends) == (True, "done", [False])


def _told(pk: int) -> bool:
    try:
        return transitions.move(Cancellation.objects.get(pk=pk), CancellationState.NEEDS_OPERATOR, trouble="Late.")
    finally:
        connection.close()


def test_of_two_approvers_one_approves(desk, held):
    Cancellation.objects.update(state="awaiting_approval", held_until=None)
    admins = [make.person(f"admin{n}@example.com") for n in range(2)]
    Membership.objects.bulk_create(Membership(person=p, store=desk.store, role=Role.ADMIN) for p in admins)

    def press(person: Any) -> Callable[[], None]:
        row = Cancellation.objects.select_related("store").get(pk=held.pk)
        return lambda: decide.approve(actor=person, cancellation=row, fingerprint=row.fingerprint)

    ends = at_once(*[press(person) for person in admins])

    assert sorted(type(end).__name__ for end in ends) == ["InputRejected", "NoneType"]
    assert AuditEvent.objects.filter(kind="cancellation.approved").count() == 1


def test_of_many_senders_one_sends(monkeypatch):
    sent: list[str] = []

    def send(self: Mail, command: Any, *, key: str, tag: str) -> Receipt:
        sent.append(key)
        return Receipt(outcome=Outcome.APPLIED, ids={})

    monkeypatch.setattr(Mail, "send_message", send)
    told = {"to": str(make.person("told@example.com").uuid)}
    at_once(*[lambda: outbox.put(key="k", channel="mail", kind="x", subject="s", payload=told)] * MANY)
    uuid = str(Delivery.objects.get().uuid)

    at_once(*[lambda n=n: sender.deliver(uuid, worker=f"w{n}") for n in range(MANY)])

    assert len(sent) == 1
    assert Delivery.objects.get().state == "sent"
    assert sender.due(clock.now(), 9) == []
