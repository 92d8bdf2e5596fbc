"""A database put back from a copy: the chains go on, what was exported later stays provable, a fake is no restore."""

from __future__ import annotations

import json
from contextlib import suppress
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from cancellations import actions
from stores.audit import checkpoints, export, full, keys, restore, trail, verify, verify_audit
from stores.canonical import codec
from stores.kernel import row_numbers
from stores.models import AuditChain, AuditEvent, Checkpoint, User
from tests import make
from tests.rigs.audit import unguarded
from tests.stores.audit.test_trail import TRIED, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(db: None) -> AuditChain:
    """Nine entries, signed at three, six and eight, of which the copy knows five."""
    store = make.store("Acrylic Studio")
    record(what="began")
    for number in range(1, 10):
        record(store=store, number=number)
        if number in (3, 6, 8):
            checkpoints.take_all()
        if number == 5:
            kept = copy()
    put_back(kept)
    return AuditChain.objects.get(store=store)


def copy() -> dict[str, int]:
    return dict(AuditChain.objects.values_list("name", "seq"))


def put_back(kept: dict[str, int]) -> None:
    """Rows of the chains as the copy has them; the files stay."""
    with unguarded():
        for chain in AuditChain.objects.all():
            seq = kept.get(chain.name, 0)
            AuditEvent.objects.filter(chain=chain, seq__gt=seq).delete()
            Checkpoint.objects.filter(chain=chain, seq__gt=seq).delete()
            last = AuditEvent.objects.filter(chain=chain, seq=seq).values_list("hash", flat=True).first()
            AuditChain.objects.filter(pk=chain.pk).update(seq=seq, head=last or trail.ZERO)
            if chain.name not in kept:
                AuditChain.objects.filter(pk=chain.pk).delete()


def noted() -> None:
    restore.note(restore.plan(), actions.RESTORED)


def said() -> list[str]:
    told = StringIO()
    with suppress(CommandError):
        call_command("audit", "verify", stdout=told)
    return told.getvalue().splitlines()


def findings() -> list[str]:
    return [line for line in said() if line.startswith("BROKEN")]


def test_before_it_is_noted_everything_reads_as_tampered(chain):
    assert f"BROKEN {chain.name} (Acrylic Studio): entry 6 is missing: the chain was signed up to 8" in findings()


def test_noted_it_verifies_goes_on_and_proves_what_was_lost(chain, tmp_path, export_dir, capsys):
    noted()
    record(store=chain.store, number="after")
    checkpoints.take_all()

    lines = said()
    to = Checkpoint.objects.filter(chain=chain, seq__gt=9).earliest("seq").seq
    assert lines[-1].startswith("WHOLE: 2 chains")
    assert lines[-1].endswith("2 restores noted, see above")
    assert to == 5 + 10 * restore.GAP
    assert (
        f"NOTE   {chain.name} (Acrylic Studio): a restore is noted at entry {to}: it goes on behind entry 5, what was "
        "written between is lost; signed statements prove that it went up to 8"
    ) in lines

    proof = tmp_path / "proof.jsonl"
    proof.write_text("".join(export.lines(AuditChain.objects.order_by("name"))))
    given = [str(proof), *(f"--key={text}" for text in keys.public_texts()), "--checkpoints", str(export_dir)]
    assert verify_audit.main(given) == 0
    theirs = capsys.readouterr().out.splitlines()
    assert [line for line in theirs if "NOTE" in line] == [
        line.replace(" (Acrylic Studio)", "").replace(" (the system)", "") for line in lines if "NOTE" in line
    ]
    assert verify.look(AuditChain.objects.get(pk=chain.pk)).problem == ""


def test_a_second_run_notes_nothing_and_a_second_restore_does(chain):
    noted()
    before = AuditEvent.objects.count()
    assert all(jump.is_noted for jump in restore.plan())
    noted()
    assert AuditEvent.objects.count() == before

    kept = copy()
    record(store=chain.store, number="lost again")
    checkpoints.take_all()
    put_back(kept)
    assert findings()
    noted()

    assert findings() == []
    assert said()[-1].endswith("4 restores noted, see above")


def test_a_chain_of_which_only_files_are_left_is_noted_as_lost(chain, export_dir):
    noted()
    kept = copy()
    late = make.store("Too Late")
    record(store=late)
    checkpoints.take_all()
    put_back(kept)
    late.delete()
    assert f"BROKEN {late.uuid}: entry 1 is missing: the chain was signed up to 1" in findings()

    noted()

    assert findings() == []
    assert f"NOTE   {late.uuid}: the whole chain is lost in a restore" in "\n".join(said())


def forged(chain: AuditChain, to: int) -> AuditEvent:
    """A note as somebody with the database alone would write it, hashes and all."""
    with transaction.atomic():
        return trail.record(TRIED, actor="console", target=f"store:{chain.name}", store=chain.store, jump_to=to)


def test_a_note_that_nobody_with_the_key_signed_is_no_restore(chain):
    forged(chain, 4000)
    checkpoints.take_all()  # the worker signs the end as it stands, and never a restore

    found = findings()

    assert f"BROKEN {chain.name} (Acrylic Studio): entry 6 is missing" in found
    assert said()[-1].startswith("NOT WHOLE")


def test_an_old_note_covers_no_second_cut(chain):
    noted()
    to = AuditChain.objects.get(pk=chain.pk).seq
    for _ in range(3):
        record(store=chain.store)
    checkpoints.take_all()
    put_back(copy() | {chain.name: to})

    record(store=chain.store)

    assert f"BROKEN {chain.name} (Acrylic Studio): entry {to + 2} is missing: the chain was signed up to {to + 3}" in (
        findings()
    )


@pytest.mark.parametrize("after", [4, 6])
def test_a_signed_note_that_names_another_place_is_no_restore(chain, after):
    event = forged(chain, 4000)
    checkpoints.take(event.chain, restored={"after": after, "lost_from": 6})
    checkpoints.export_missing()

    assert f"BROKEN {chain.name} (Acrylic Studio): entry 6 is missing" in findings()


def test_a_history_rewritten_under_its_statements_is_not_made_good_by_noting_a_restore(chain):
    with unguarded():
        event = AuditEvent.objects.select_related("chain").get(chain=chain, seq=3)
        event.actor = "console"
        event.hash = trail.link_hash(event)
        event.save()
    noted()

    assert any("entry 3 is not what was signed" in line for line in findings())


def test_a_forged_file_moves_no_number(chain, export_dir):
    line = json.loads((export_dir / chain.name / "000000000008.json").read_text())
    text = codec.dumps(json.loads(line["text"]) | {"seq": 10**15})
    (export_dir / chain.name / "999999999999.json").write_text(codec.dumps(line | {"text": text}))

    assert {jump.known for jump in restore.plan() if jump.store} == {8}


def test_without_a_key_it_is_noted_without_a_jump(chain, settings):
    settings.AUDIT_KEY = ""

    noted()

    assert AuditChain.objects.get(pk=chain.pk).seq == 6


def test_no_new_row_takes_the_number_of_a_lost_one(db):
    kept = User.objects.create_user("a@example.com", name="A")
    table = User._meta.db_table
    lost = User.objects.create_user("b@example.com", name="B")
    lost_pk = lost.pk
    lost.delete()

    row_numbers.move_on({table: 500})
    row_numbers.move_on({"stores_checkpoint": 7})

    assert User.objects.create_user("c@example.com", name="C").pk >= max(kept.pk, lost_pk) + 500
    assert set(row_numbers.tables()) <= set(connection.introspection.table_names())


def test_the_page_of_the_last_entry_before_the_jump_shows_it_as_followed(chain):
    from stores.audit import proof

    noted()

    assert proof.of(AuditEvent.objects.select_related("chain").get(chain=chain, seq=5)).is_whole
    report = full.everything(chain.name)[0][0]
    assert (report.findings, report.walk.lost) == ([], [(5, 6, 5 + 10 * restore.GAP)])
