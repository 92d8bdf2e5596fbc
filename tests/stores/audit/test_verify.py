"""Every way to tamper is found by our own look and by the stand-alone script, with the first bad entry named."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import F

from stores.audit import checkpoints, export, keys, trail, verify, verify_audit
from stores.models import AuditChain, AuditEvent, Checkpoint
from tests import make
from tests.rigs.audit import unguarded
from tests.stores.audit.test_trail import record

pytestmark = pytest.mark.django_db
ENTRIES = 9


@pytest.fixture
def chain(db: None) -> AuditChain:
    """Nine entries; signed and exported up to six."""
    store = make.store("Acrylic Studio")
    for number in range(ENTRIES):
        record(store=store, number=number)
        if number == 5:
            checkpoints.take_all()
    return AuditChain.objects.get(store=store)


@pytest.fixture
def tampering(chain: AuditChain) -> Iterator[None]:
    with unguarded():
        yield


def at(chain: AuditChain, seq: int) -> AuditEvent:
    return AuditEvent.objects.select_related("chain").get(chain=chain, seq=seq)


def first_bad(chain: AuditChain) -> int | None:
    check = verify.look(AuditChain.objects.get(pk=chain.pk))
    assert check.finished_at
    return check.first_bad


def first_bad_outside(chain: AuditChain, folder: Path, *, checkpoint_files: Path | None = None) -> int | None:
    """What the stand-alone script says of an export, run as a program without Rescind."""
    proof = folder / "proof.jsonl"
    proof.write_text("".join(export.lines([AuditChain.objects.get(pk=chain.pk)])))
    command = [sys.executable, "-I", verify_audit.__file__, str(proof)]
    command += [f"--key={text}" for text in keys.public_texts()]
    command += [f"--checkpoints={checkpoint_files / chain.name}"] if checkpoint_files else []
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert done.stderr == ""
    assert done.returncode == int("BROKEN" in done.stdout)
    return int(done.stdout.split("entry ")[1].split()[0]) if done.returncode else None


def rewrite(chain: AuditChain, start: int) -> None:
    """Compute every hash anew from `start` on, as somebody who knows the formula would."""
    events = list(AuditEvent.objects.filter(chain=chain).select_related("chain").order_by("seq"))
    prev = events[start - 2].hash if start > 1 else trail.ZERO
    for event in events[start - 1 :]:
        event.prev = prev
        event.hash = prev = trail.link_hash(event)
        event.save()
    AuditChain.objects.filter(pk=chain.pk).update(seq=events[-1].seq, head=prev)


def cut(chain: AuditChain, keep: int) -> None:
    """Take the end away and make the chain row agree."""
    AuditEvent.objects.filter(chain=chain, seq__gt=keep).delete()
    AuditChain.objects.filter(pk=chain.pk).update(seq=keep, head=at(chain, keep).hash)


def test_a_chain_nobody_touched_is_whole(chain, tmp_path, export_dir):
    assert first_bad(chain) is None
    assert first_bad_outside(chain, tmp_path, checkpoint_files=export_dir) is None
    assert first_bad(AuditChain.objects.get(name="system")) is None


COLUMNS = {
    "at": "2026-01-01T00:00:00.000000Z",
    "actor": "console",
    "kind": "cancellation.confirmed",
    "object": "cancellation:other",
    "body": '{"number":77}',
    "prev": "f" * 64,
    "hash": "f" * 64,
}


@pytest.mark.usefixtures("tampering")
class TestTampering:
    @pytest.mark.parametrize("column", COLUMNS)
    def test_a_changed_column_is_found(self, column, chain, tmp_path):
        AuditEvent.objects.filter(chain=chain, seq=4).update(**{column: COLUMNS[column]})

        assert first_bad(chain) == 4
        assert first_bad_outside(chain, tmp_path) == 4

    def test_every_hashed_column_is_tried(self):
        meant = {"id", "chain", "seq"}  # the first is no evidence, the other two have tests of their own below
        assert {field.name for field in AuditEvent._meta.fields} == set(COLUMNS) | meant

    def test_the_same_body_in_other_words_is_found(self, chain, tmp_path):
        AuditEvent.objects.filter(chain=chain, seq=4).update(body='{"number": 3}')

        assert first_bad(chain) == 4
        assert first_bad_outside(chain, tmp_path) == 4

    def test_a_changed_number_is_found(self, chain, tmp_path):
        AuditEvent.objects.filter(chain=chain, seq=9).update(seq=12)

        assert first_bad(chain) == 9
        assert first_bad_outside(chain, tmp_path) in (9, None)  # the end was not signed yet: an export ends at 8

    def test_an_entry_moved_to_another_chain_is_missing_here_and_too_many_there(self, chain, tmp_path):
        system = AuditChain.objects.get(name="system")
        AuditEvent.objects.filter(chain=chain, seq=4).update(chain=system, seq=system.seq + 1)

        assert first_bad(chain) == 4
        assert first_bad_outside(chain, tmp_path) == 4
        assert first_bad(system) == system.seq + 1  # where it also kept the alarm from being written

    def test_a_renamed_chain_is_found_at_its_first_entry(self, chain, tmp_path):
        AuditChain.objects.filter(pk=chain.pk).update(name="elsewhere")
        chain.refresh_from_db()

        assert first_bad(chain) == 1
        assert first_bad_outside(chain, tmp_path) == 1

    @pytest.mark.parametrize("seq", [1, 4, 8])
    def test_a_removed_entry_is_found(self, seq, chain, tmp_path):
        AuditEvent.objects.filter(chain=chain, seq=seq).delete()

        assert first_bad(chain) == seq
        assert first_bad_outside(chain, tmp_path) == seq

    def test_a_removed_entry_whose_gap_was_closed_is_found(self, chain, tmp_path):
        AuditEvent.objects.filter(chain=chain, seq=4).delete()
        for seq in range(5, ENTRIES + 1):
            AuditEvent.objects.filter(chain=chain, seq=seq).update(seq=F("seq") - 1)

        assert first_bad(chain) == 4
        assert first_bad_outside(chain, tmp_path) == 4

    def test_two_entries_that_changed_places_are_found(self, chain, tmp_path):
        for old, new in ((4, 104), (5, 4), (104, 5)):
            AuditEvent.objects.filter(chain=chain, seq=old).update(seq=new)

        assert first_bad(chain) == 4
        assert first_bad_outside(chain, tmp_path) == 4

    def test_an_inserted_entry_is_found(self, chain, tmp_path):
        for seq in range(ENTRIES, 3, -1):
            AuditEvent.objects.filter(chain=chain, seq=seq).update(seq=F("seq") + 1)
        before = at(chain, 3)
        forged = AuditEvent(
            chain=chain, seq=4, at=before.at, actor="rescind", kind="trial.done", object="a:b", body="{}"
        )
        forged.prev = before.hash
        forged.hash = trail.link_hash(forged)  # good in itself: the first that does not hold is the one after it
        forged.save()
        AuditChain.objects.filter(pk=chain.pk).update(seq=ENTRIES + 1)

        assert first_bad(chain) == 5
        assert first_bad_outside(chain, tmp_path) == 5

    @pytest.mark.parametrize("start", [1, 4, 6])
    def test_a_history_rewritten_with_good_hashes_contradicts_the_signature(self, start, chain, tmp_path):
        AuditEvent.objects.filter(chain=chain, seq=start).update(actor="console")
        rewrite(chain, start)

        assert first_bad(chain) == 6
        assert first_bad_outside(chain, tmp_path) == 6

    def test_an_end_cut_off_is_found(self, chain):
        AuditEvent.objects.filter(chain=chain, seq__gt=7).delete()

        assert first_bad(chain) == 8

    def test_an_end_cut_off_behind_the_last_checkpoint_is_found_by_the_exported_file(self, chain, tmp_path, export_dir):
        Checkpoint.objects.all().delete()
        cut(chain, keep=4)

        assert first_bad(chain) == 5
        assert first_bad_outside(chain, tmp_path, checkpoint_files=export_dir) == 5
        assert first_bad_outside(chain, tmp_path) is None  # the honest limit: only what left the house shows it

    def test_a_chain_that_vanished_whole_is_found_by_its_file(self, chain, tmp_path, export_dir):
        AuditEvent.objects.filter(chain=chain).delete()
        Checkpoint.objects.filter(chain=chain).delete()
        AuditChain.objects.filter(pk=chain.pk).update(seq=0, head=trail.ZERO)

        assert first_bad(chain) == 1
        assert first_bad_outside(chain, tmp_path, checkpoint_files=export_dir) == 1

    def test_an_entry_past_the_head_is_a_second_head(self, chain):
        last = at(chain, ENTRIES)
        forged = AuditEvent(chain=chain, seq=ENTRIES + 1, at=last.at, actor="rescind", kind="trial.done", object="a:b")
        forged.body, forged.prev = "{}", last.hash
        forged.hash = trail.link_hash(forged)
        forged.save()

        assert first_bad(chain) == ENTRIES + 1

    def test_a_head_that_is_not_the_last_entry_is_found(self, chain):
        AuditChain.objects.filter(pk=chain.pk).update(head="f" * 64)

        assert first_bad(chain) == ENTRIES

    @pytest.mark.parametrize("seq", [4, ENTRIES])
    def test_two_entries_of_one_number_are_two_heads(self, seq, chain, tmp_path):
        _allow_twins()
        twin = at(chain, seq)
        twin.pk, twin.actor = 10**6, "console"
        twin.hash = trail.link_hash(twin)
        twin.save(force_insert=True)

        assert first_bad(chain) == seq
        assert first_bad_outside(chain, tmp_path) == seq

    def test_a_false_checkpoint_is_found(self, chain, tmp_path):
        kept = Checkpoint.objects.get(chain=chain)
        Checkpoint.objects.filter(pk=kept.pk).update(text=kept.text.replace(kept.head, "f" * 64))

        assert first_bad(chain) == 6
        assert first_bad_outside(chain, tmp_path) == 6

    def test_a_checkpoint_of_an_unknown_key_is_found(self, chain, settings):
        settings.AUDIT_KEY = settings.AUDIT_KEY.replace("t1:", "t2:")

        assert first_bad(chain) == 6


def _allow_twins() -> None:
    """Somebody who owns the database can also lose its unique index: the table again, without any."""
    connection.check_constraints()  # PostgreSQL renames no table that still has checks to do
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE stores_auditevent RENAME TO stores_auditevent_before")
        cursor.execute("CREATE TABLE stores_auditevent AS SELECT * FROM stores_auditevent_before")


def test_a_checkpoint_missing_between_two_is_found(chain, export_dir):
    for _ in range(2):
        record(store=chain.store)
        checkpoints.take(chain)
    with unguarded():
        Checkpoint.objects.filter(chain=chain).order_by("seq")[1].delete()

    assert first_bad(chain) == 11


def test_a_short_look_goes_on_where_it_stopped(chain, monkeypatch):
    monkeypatch.setattr(verify, "LOOK_AT_CLOCK_EVERY", 4)

    reached: list[tuple[int, bool]] = []
    while not reached or not reached[-1][1]:
        check = verify.look(chain, at_most=timedelta(0))
        reached.append((check.seq, check.finished_at is not None))

    assert reached == [(4, False), (8, False), (9, True)]
    assert (check.first_bad, check.checked) == (None, ENTRIES)


def test_a_broken_chain_is_told_once_to_the_system(chain):
    with unguarded():
        AuditEvent.objects.filter(chain=chain, seq=4).update(actor="console")

    verify.look(chain), verify.look(chain)

    assert [json.loads(event.body)["first_bad"] for event in AuditEvent.objects.filter(kind="audit.broken")] == [4]


def test_an_append_during_a_look_is_no_tampering(chain, monkeypatch):
    step: Callable[..., object] = verify_audit.Walk.step

    def append_then_step(walk, event):
        if event["seq"] == 5:
            record(store=chain.store)
        return step(walk, event)

    monkeypatch.setattr(verify_audit.Walk, "step", append_then_step)

    assert first_bad(chain) is None


@pytest.mark.parametrize("text", ["not json\n", '{"is":"event"}\n', "[]\n"])
def test_a_file_that_is_no_export_is_no_proof(text, tmp_path):
    (tmp_path / "proof").write_text(text)

    assert verify_audit.main([str(tmp_path / "proof")]) == 2


def test_an_empty_file_proves_nothing(tmp_path):
    (tmp_path / "proof").write_text("")

    assert verify_audit.main([str(tmp_path / "proof")]) == 1


@pytest.mark.parametrize("column", ["seq", "body", "hash", "at"])
def test_an_entry_without_a_column_is_named(column, chain, tmp_path):
    lines = [json.loads(line) for line in export.lines([chain])]
    del next(line for line in lines if line.get("seq") == 4)[column]
    events = [line for line in lines if line["is"] == "event"]

    (_, problems), *_ = verify_audit.check(events, verify_audit.Statements())

    assert problems == [verify_audit.Problem(chain.name, 4, "cannot be read")]
