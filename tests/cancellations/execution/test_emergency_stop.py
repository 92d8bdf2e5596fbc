"""The brake: pressed at any moment before a request leaves, it does not leave; what has left is looked up."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cancellations.actions import SendNow
from cancellations.execution import executor, step_runner, waiting
from cancellations.models import Attempt, EmergencyStop, Step
from cancellations.scheduler import sweep
from cancellations.services import decide, emergency, submit
from stores.effects import journal, leases
from stores.kernel import clock
from stores.kernel.errors import InputRejected
from stores.models import AuditEvent, Role, Store
from stores.services import admin_mail, connections
from tests import make


@pytest.fixture
def owner(db):
    return make.person("owner@example.com", name="Olive Owner", is_owner=True)


def confirmed(desk, **wish):
    record = desk.order()
    return desk.confirm(record, desk.some(record, 1, **wish))


def advance(now=None):
    for uuid in sweep.due_cancellations(now or clock.now()):
        executor.advance(uuid)


def press_at(monkeypatch, name, owner, rooms=(journal, step_runner, executor)):
    """Somebody presses just as a worker passes this boundary."""

    def failpoint(passed):
        if passed == name and not EmergencyStop.objects.exists():
            emergency.press(actor=owner)

    for room in rooms:
        monkeypatch.setattr(room, "failpoint", failpoint)


# --- nothing leaves ------------------------------------------------------------------------------------
@pytest.mark.postgres
@pytest.mark.parametrize("boundary", ["refund.between", "refund.before_intent", "refund.intended"])
def test_pressed_before_a_request_leaves_it_does_not_leave(desk, owner, monkeypatch, boundary):
    cancellation = confirmed(desk)
    press_at(monkeypatch, boundary, owner)

    advance()

    step = cancellation.steps.get(kind="refund")
    assert desk.count("refund") == 0
    assert Attempt.objects.exclude(sent_at=None).count() == 0
    assert step.state in ("pending", "intended")
    assert step.lease_until is None
    assert step.detail.startswith("Stopped by Olive Owner on 2026-11-21")


@pytest.mark.parametrize("deed", [connections.pause, connections.disconnect])
@pytest.mark.parametrize("boundary", ["refund.between", "refund.before_intent", "refund.intended"])
def test_a_shop_that_is_paused_meanwhile_is_sent_nothing(desk, owner, monkeypatch, boundary, deed):
    cancellation = confirmed(desk)

    def failpoint(passed):
        if passed == boundary:
            deed(owner, Store.objects.get(pk=desk.store.pk))

    for room in (journal, step_runner, executor):
        monkeypatch.setattr(room, "failpoint", failpoint)

    advance()

    step = cancellation.steps.get(kind="refund")
    assert desk.count("refund") == 0
    assert Attempt.objects.exclude(sent_at=None).count() == 0
    assert (step.lease_until, step.detail) == (
        None,
        "The shop is paused or disconnected; this waits until it works again.",
    )


def test_pressed_after_a_request_left_its_answer_is_read_and_nothing_follows(desk, owner, monkeypatch):
    record = desk.order()
    cancellation = desk.confirm(record, desk.everything(record))
    kinds = list(cancellation.steps.order_by("position").values_list("kind", flat=True))
    press_at(monkeypatch, f"{kinds[0]}.sent", owner)

    desk.work(cancellation, hours=2)

    first, *others = cancellation.steps.order_by("position")
    assert first.state in ("applied", "accepted")
    assert all(not step.attempts.exists() for step in others)


@pytest.mark.parametrize("whole", [True, False], ids=["installation", "shop"])
def test_lifted_again_what_waited_goes_on_once(desk, owner, whole):
    cancellation = confirmed(desk)
    stop = emergency.press(actor=owner, store=None if whole else desk.store)
    assert desk.work(cancellation, hours=0.1).state == "held"
    assert desk.count("refund") == 0

    emergency.resume(actor=owner, stop=stop)
    done = desk.work(cancellation)

    assert done.state == "done"
    assert desk.count("refund") == 1


@pytest.mark.django_db(transaction=True)
def test_an_admins_button_stops_all_their_shops_before_any_mail_leaves(monkeypatch):
    admin = make.person("admin@example.com")
    for _ in range(3):
        make.membership(admin, make.store(), Role.ADMIN)
    stopped = []
    monkeypatch.setattr(admin_mail, "_send", lambda mails: stopped.append(EmergencyStop.objects.count()))

    emergency.press_all(actor=admin)

    assert stopped == [3, 3, 3]


def test_a_stop_of_one_shop_stops_no_other(desk, owner):
    cancellation = confirmed(desk)
    emergency.press(actor=owner, store=make.store("Another"))

    assert desk.work(cancellation).state == "done"


def test_a_lost_answer_is_looked_up_behind_a_stop(desk, owner):
    cancellation = confirmed(desk)
    desk.world.fault("drop_after", on="refundCreate")
    advance()
    assert cancellation.steps.get(kind="refund").state == "unknown"
    emergency.press(actor=owner)

    done = desk.work(cancellation, hours=3)

    assert (done.state, desk.count("refund")) == ("done", 1)


def test_a_request_that_never_arrived_is_looked_up_and_not_sent_again(desk, owner):
    cancellation = confirmed(desk)
    desk.world.fault("drop_before", on="refundCreate")
    advance()
    emergency.press(actor=owner)

    desk.work(cancellation, hours=0.6)

    step = cancellation.steps.get(kind="refund")
    assert (desk.count("refund"), step.attempts.count()) == (0, 1)
    assert "Stopped by" in step.detail


def test_nobody_is_asked_about_steps_that_only_wait_behind_a_stop(desk, owner):
    cancellation = confirmed(desk)
    call_command("stop", verbosity=0)
    stop = EmergencyStop.objects.get()
    Step.objects.filter(kind="refund").update(next_attempt_at=clock.now(), tell_at=clock.now() + timedelta(minutes=15))
    type(cancellation).objects.update(state="running")

    waiting = desk.work(cancellation, hours=0.4)
    assert (waiting.state, waiting.trouble) == ("running", "")
    emergency.resume(actor="console", stop=stop)

    step = cancellation.steps.get(kind="refund")
    assert step.tell_at > clock.now() + timedelta(minutes=14)
    assert desk.work(waiting).state == "done"


# --- the race ------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_what_is_let_go_stands_before_the_stop_and_nothing_after_it(desk, owner, monkeypatch):
    """Somebody presses while a sender stands between its question and its commit."""
    confirmed(desk)
    note, pressing, waited = leases.note, [], []

    def press():
        emergency.press(actor=owner)
        connection.close()

    def slowly(step, **fields):
        if "first_sent_at" in fields:
            thread = threading.Thread(target=press)
            pressing.append(thread)
            thread.start()
            thread.join(0.2)  # behind the lock it cannot end; without it, it would be through by now
            waited.append(thread.is_alive())
        note(step, **fields)

    monkeypatch.setattr(leases, "note", slowly)
    advance()
    pressing[0].join()

    assert waited == [True]
    assert EmergencyStop.objects.count() == 1
    assert desk.count("refund") == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_of_many_who_press_and_many_who_send_nothing_leaves_after_the_stop(desk, owner):
    from tests.cancellations.execution.test_races import at_once

    rows = [confirmed(desk) for _ in range(4)]

    ends = at_once(*[lambda row=row: executor.advance(row.uuid) for row in rows],
                   *[lambda: emergency.press(actor=owner)] * 3)  # fmt: skip

    assert [end for end in ends if isinstance(end, BaseException)] == []
    assert EmergencyStop.objects.count() == 1
    assert desk.count("refund") == Attempt.objects.exclude(sent_at=None).count()
    advance()
    before = desk.count("refund")
    assert [waiting.is_stopped(step) for step in Step.objects.filter(kind="refund", state="pending")] == [True] * (
        4 - before
    )


# --- what people can and cannot do ---------------------------------------------------------------------
def test_behind_a_stop_nothing_is_confirmed_approved_or_released(desk, owner):
    desk.store.hold_seconds = 600
    desk.store.save()
    held = confirmed(desk)
    record = desk.order()
    seen = desk.preview(record, desk.some(record, 1))
    asked = make.cancellation(state="awaiting_approval", record=make.order_record(store=desk.store))
    emergency.press(actor=owner)

    for deed in (
        lambda: submit.confirm(actor=desk.staff, seen=seen),
        lambda: decide.release_hold(actor=desk.staff, cancellation=held, reason=SendNow.PARCEL_LEAVES),
        lambda: decide.approve(actor=owner, cancellation=asked, fingerprint=asked.fingerprint),
    ):
        with pytest.raises(InputRejected, match="Stopped by Olive Owner"):
            deed()
    desk.travel(700)
    advance()
    decide.take_back(actor=desk.staff, cancellation=held)
    held.refresh_from_db()
    assert held.state == "withdrawn"


def test_what_runs_and_was_not_sent_can_be_taken_back_behind_a_stop(desk, owner, monkeypatch):
    cancellation = confirmed(desk)
    press_at(monkeypatch, "refund.intended", owner)
    advance()
    cancellation.refresh_from_db()
    assert cancellation.state == "running"

    decide.take_back(actor=desk.staff, cancellation=cancellation)
    emergency.resume(actor=owner, stop=EmergencyStop.objects.get())

    assert desk.work(cancellation).state == "withdrawn"
    assert desk.count("refund") == 0


# --- the console ---------------------------------------------------------------------------------------
def test_the_console_stops_and_lifts(desk, capsys):
    call_command("stop", shop=str(desk.store.uuid))
    assert "Stopped by the console" in capsys.readouterr().out
    assert EmergencyStop.objects.get(ended_at=None).store == desk.store

    call_command("resume", shop=str(desk.store.uuid))

    assert not EmergencyStop.objects.filter(ended_at=None).exists()
    assert list(AuditEvent.objects.filter(kind__startswith="effects.").values_list("kind", "actor")) == [
        ("effects.stopped", "console"),
        ("effects.resumed", "console"),
    ]
    with pytest.raises(CommandError):
        call_command("resume")
    with pytest.raises(CommandError):
        call_command("stop", shop="x")
