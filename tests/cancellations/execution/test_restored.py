"""The database is put back from a copy while the shops have gone on: whatever it says, there is one effect."""

from __future__ import annotations

import itertools
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from cancellations.execution import executor, restored
from cancellations.models import Cancellation, Step
from cancellations.scheduler import sweep
from cancellations.services import decide
from sandbox.benches.subjects import SUBJECTS
from stores.audit import restore
from stores.kernel import clock
from stores.kernel.errors import InputRejected
from stores.kernel.failpoints import Crash, armed
from stores.models import AuditEvent
from tests.rigs.copies_of_database import copy
from tests.rigs.desk import desk_on

FAULTS = ("too_many", "drop_before", "drop_after")
POINTS = ("intended", "sent", "answered", "committed", "between")


@pytest.fixture
def desk(request, db, tmp_path, monkeypatch):
    with desk_on(request.param.platform, tmp_path, monkeypatch) as made:
        made.subject = request.param
        yield made


def every_copy(desk, cancellation):
    """Work to the end; a copy of each state on the way."""
    seen = {}
    for _ in range(400):
        now = copy(cancellation)
        seen.setdefault(now.states, now)
        for uuid in sweep.due_cancellations(clock.now()):
            with suppress(Crash):
                executor.advance(uuid)
        due = desk._next_due(cancellation)
        if due is None:
            break
        desk.travel(max((due - clock.now()).total_seconds(), 0) + 0.001)
    seen.setdefault(copy(cancellation).states, copy(cancellation))
    return list(seen.values())


def effects(desk):
    desk.world.tick()
    desk.world.advance(60)
    return [e.kind for e in desk.world.effects() if desk.subject.is_effect(e.kind, e.cause)]


def confirmed(desk):
    record = desk.order(**desk.subject.order)
    return desk.confirm(record, desk.subject.wish(desk.live(record)))


def ways():
    """Each write undisturbed, Shopify's throttled as well; what else may happen to it is for `make prove`."""
    for subject, way in itertools.product(SUBJECTS, ("plain", *FAULTS, *POINTS)):
        is_usual = way == "plain" or (way == "too_many" and subject.platform == "shopify")
        yield pytest.param(subject, way, id=f"{way}-{subject.name}", marks=() if is_usual else pytest.mark.prove)


@pytest.mark.parametrize(("desk", "way"), list(ways()), indirect=["desk"])
def test_one_effect_from_every_copy(desk, way):
    cancellation = confirmed(desk)
    if way in FAULTS:
        desk.world.fault(way, on=desk.subject.operation)
    if way in POINTS:
        with armed(f"{desk.subject.kind}.{way}"):
            copies = every_copy(desk, cancellation)
    else:
        copies = every_copy(desk, cancellation)
    done = effects(desk)
    assert len(done) <= 1
    assert len(copies) >= 2

    for put in copies:
        if put.cancellation["state"] in ("done", "refused"):
            continue
        put.put_back()
        call_command("restored", verbosity=0)
        again = desk.work(Cancellation.objects.get(pk=cancellation.pk), hours=60)

        assert len(effects(desk)) <= max(len(done), 1), put.states
        assert again.state in ("done", "needs_operator", "refused"), put.states
        assert again.state == "done" or again.trouble


@pytest.mark.parametrize("desk", [s for s in SUBJECTS if s.kind == "refund"], indirect=True, ids=lambda s: s.name)
def test_a_worker_that_starts_looks_before_it_repeats(desk):
    """The copy stood in RETRY_WAIT, the world has the refund: nobody said that it was a restore."""
    cancellation = confirmed(desk)
    desk.world.fault("too_many", on=desk.subject.operation)
    copies = every_copy(desk, cancellation)
    assert len(effects(desk)) == 1

    for put in copies:
        if put.cancellation["state"] in ("done", "refused"):
            continue
        put.put_back()
        restored.worker_started()
        desk.work(Cancellation.objects.get(pk=cancellation.pk), hours=60)

        assert len(effects(desk)) == 1, put.states


@pytest.mark.parametrize("desk", [s for s in SUBJECTS if s.platform == "shopify"][:1], indirect=True)
def test_it_says_what_it_looks_at_and_stands_in_the_trail(desk, capsys):
    confirmed(desk)

    call_command("restored")

    told = capsys.readouterr().out
    assert "1 open steps" in told
    assert "0 open messages" in told
    assert Step.objects.filter(must_look=True).count() == 1
    assert AuditEvent.objects.filter(kind="store.restored").count() == 1
    assert "it goes on at entry" in told


@pytest.mark.parametrize("desk", [s for s in SUBJECTS if s.platform == "shopify"][:1], indirect=True)
class TestTheCommand:
    def test_a_dry_run_says_the_same_and_does_nothing(self, desk, capsys):
        confirmed(desk)

        call_command("restored", "--dry-run")
        dry = capsys.readouterr().out.splitlines()
        assert not Step.objects.filter(must_look=True).exists()
        assert not AuditEvent.objects.filter(kind__endswith=".restored").exists()
        call_command("restored")

        assert dry == [*capsys.readouterr().out.splitlines(), "Nothing was changed."]

    def test_it_can_be_run_again(self, desk, capsys):
        confirmed(desk)
        call_command("restored")
        before = AuditEvent.objects.count()
        capsys.readouterr()

        call_command("restored")

        assert "this restore is noted already" in capsys.readouterr().out
        assert AuditEvent.objects.count() == before

    def test_no_new_cancellation_has_a_number_that_a_lost_one_had(self, desk):
        lost = confirmed(desk).pk

        call_command("restored", verbosity=0)

        assert confirmed(desk).pk > lost + 999

    def test_nor_when_the_copy_was_made_right_after_another_restore(self, desk):
        """Its chains end with the note of that one, and the shop's alone went on."""
        call_command("restored", verbosity=0)
        lost = confirmed(desk).pk
        assert restore.plan()[0].is_noted  # what happened since stands in the shop's chain alone
        Cancellation.objects.filter(pk=lost).delete()
        with connection.cursor() as cursor:  # as the copy has it
            cursor.execute(f"UPDATE sqlite_sequence SET seq = {lost - 1} WHERE name = '{Cancellation._meta.db_table}'")

        call_command("restored", verbosity=0)

        assert confirmed(desk).pk > lost

    @pytest.mark.parametrize("state", ["held", "awaiting_approval"])
    def test_what_waits_is_not_taken_back_before_a_look_has_shown_that_it_was_not_carried_out(self, desk, state):
        cancellation = confirmed(desk)
        Cancellation.objects.filter(pk=cancellation.pk).update(state=state, held_until=clock.now() + timedelta(hours=1))
        call_command("restored", verbosity=0)
        waiting = Cancellation.objects.get(pk=cancellation.pk)

        with pytest.raises(InputRejected, match="put back from a copy"):
            decide.take_back(actor=desk.staff, cancellation=waiting)

        Step.objects.filter(cancellation=waiting).update(must_look=False)  # as after the look
        decide.take_back(actor=desk.staff, cancellation=waiting)
        assert Cancellation.objects.get(pk=waiting.pk).state == "withdrawn"
