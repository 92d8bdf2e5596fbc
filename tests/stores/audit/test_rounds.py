"""What the sweep asks of the chains: signed hourly, walked daily, never signed when broken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stores.audit import rounds, verify
from stores.kernel import clock
from stores.models import AuditChain, AuditEvent, ChainCheck, Checkpoint
from tests import make
from tests.rigs.audit import unguarded
from tests.stores.audit.test_trail import MOVED, record

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def time() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(make.NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def chain(db: None, time: time_machine.Traveller) -> AuditChain:
    store = make.store("Acrylic Studio")
    record(store=store)
    return AuditChain.objects.get(store=store)


def run_round() -> list[str]:
    names = rounds.due(clock.now(), 100)
    for name in names:
        rounds.go(name)
    return names


def test_a_new_chain_is_signed_exported_and_walked(chain, export_dir):
    assert run_round() == [chain.name]

    assert Checkpoint.objects.get(chain=chain).seq == 1
    assert (export_dir / chain.name / "000000000001.json").exists()
    assert ChainCheck.objects.get(chain=chain).checked == 1


def test_a_quiet_chain_is_left_alone_for_a_day_and_then_only_walked(chain, time):
    while run_round():
        pass
    time.shift(23 * HOUR)
    assert run_round() == []

    time.shift(2 * HOUR)

    assert set(run_round()) == {chain.name, "system"}
    assert Checkpoint.objects.filter(chain=chain).count() == 1


def test_what_is_new_is_signed_after_an_hour(chain, time):
    while run_round():
        pass
    record(store=chain.store)
    assert run_round() == []

    time.shift(HOUR)

    assert chain.name in run_round()
    assert Checkpoint.objects.filter(chain=chain).count() == 2


def test_many_events_are_signed_at_once(chain, settings):
    while run_round():
        pass
    settings.CHECKPOINT_EVENTS = 3
    for _ in range(3):
        record(store=chain.store)

    assert run_round() == [chain.name]


def test_the_system_chain_does_not_sign_for_its_own_note_for_ever(chain, time):
    for _ in range(6):
        run_round()
        time.shift(HOUR)

    assert Checkpoint.objects.filter(chain__name="system").count() == 1


def test_a_broken_chain_is_found_and_told_and_what_follows_is_signed(chain, time):
    while run_round():
        pass
    record(store=chain.store)
    with unguarded():
        AuditEvent.objects.filter(chain=chain, seq=2).update(actor="console")
    time.shift(HOUR)

    run_round()
    time.shift(HOUR)
    run_round()

    assert ChainCheck.objects.get(chain=chain).first_bad == 2
    assert Checkpoint.objects.filter(chain=chain).count() == 2
    assert AuditEvent.objects.filter(kind="audit.broken").count() == 1


def test_what_moved_money_is_signed_at_once(chain, time, django_capture_on_commit_callbacks):
    while run_round():
        pass
    with django_capture_on_commit_callbacks() as rung:
        record(MOVED, store=chain.store)

    assert len(rung) == 1  # the doorbell, and where it is lost the next sweep
    assert run_round() == [chain.name]
    assert Checkpoint.objects.filter(chain=chain).latest("seq").seq == 2
    assert run_round() == []


SPOILT = [
    "UPDATE stores_checkpoint SET at = 'soon'",
    "UPDATE stores_checkpoint SET seq = seq + 999999",
    "UPDATE stores_checkpoint SET text = '{'",
    "UPDATE stores_auditchain SET head = 'no' WHERE name <> 'system'",
    "UPDATE stores_chaincheck SET finished_at = '2999-01-01 00:00:00+00:00'",
]
SPOILT_MORE = [  # PostgreSQL stores no such value
    "UPDATE stores_chaincheck SET finished_at = 'never'",
    "UPDATE stores_chaincheck SET started_at = x'ff', finished_at = NULL",
    "UPDATE stores_checkpoint SET at = CAST(x'ff' AS TEXT)",
    "UPDATE stores_checkpoint SET seq = 'many'",
    "UPDATE stores_auditchain SET seq = 'many' WHERE name <> 'system'",
]


@pytest.mark.parametrize("statement", SPOILT + SPOILT_MORE * (connection.vendor == "sqlite"))
def test_one_spoilt_row_stops_no_other_chain_from_being_signed(statement, chain, time):
    while run_round():
        pass
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(statement)
    other = make.store()
    record(store=other)
    time.shift(2 * HOUR)

    for _ in range(3):
        run_round()

    assert Checkpoint.objects.filter(chain__store=other).count() == 1


def test_a_look_left_behind_is_taken_up_again(chain, time, monkeypatch):
    for _ in range(8):
        record(store=chain.store)
    monkeypatch.setattr(verify, "LOOK_AT_CLOCK_EVERY", 4)
    verify.look(chain, at_most=timedelta(0))
    assert ChainCheck.objects.get(chain=chain).seq == 4
    rounds.go(chain.name)
    assert ChainCheck.objects.get(chain=chain).finished_at is None  # somebody may be at it

    time.shift(2 * rounds.LEFT_BEHIND)
    monkeypatch.setattr(verify, "SLICE", HOUR)
    rounds.go(chain.name)

    assert ChainCheck.objects.get(chain=chain).checked == 9


def test_without_a_key_chains_are_walked_and_not_signed(chain, settings):
    settings.AUDIT_KEY = ""

    run_round()

    assert not Checkpoint.objects.exists()
    assert ChainCheck.objects.get(chain=chain).checked == 1
    assert run_round() == []


def test_asking_what_is_due_is_one_query(chain):
    for _ in range(5):
        record(store=make.store())

    with CaptureQueriesContext(connection) as caught:
        assert len(rounds.due(clock.now(), 100)) == 6

    assert len(caught) == 1
