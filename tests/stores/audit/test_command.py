from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from stores.audit import keys, verify_audit
from stores.models import AuditEvent, ChainCheck, Checkpoint, Store
from tests import make
from tests.rigs.audit import unguarded
from tests.stores.audit.test_trail import record

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _entries(db: None) -> None:
    store = make.store("Acrylic Studio")
    for _ in range(3):
        record(store=store)
    record()


def audit(*words: str) -> str:
    told = StringIO()
    call_command("audit", *words, stdout=told)
    return told.getvalue()


def test_verify_tells_each_chain():
    told = audit("verify")

    assert told.count("whole ") == 2
    assert "(Acrylic Studio): 3 entries" in told


def test_no_name_rubs_a_finding_out_or_forges_a_line():
    with unguarded():
        AuditEvent.objects.filter(seq=1).update(actor="console")
        Store.objects.update(name="Studio\x1b[1A\x1b[2K\nwhole  \u202eall\x9b8m")
    told = StringIO()

    with pytest.raises(CommandError, match="2 of the chains"):
        call_command("audit", "verify", stdout=told)

    assert [letter for letter in told.getvalue() if letter != "\n" and not letter.isprintable()] == []
    assert [line.partition(" ")[0] for line in told.getvalue().splitlines()][:2] == ["BROKEN", "BROKEN"]


def test_the_script_shows_a_name_as_it_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit("export", "--out", str(tmp_path / "all"))
    text = (tmp_path / "all").read_text().replace('"chain":"system"', '"chain":"system\\u001b[2K"')
    (tmp_path / "all").write_text(text)

    assert verify_audit.main([str(tmp_path / "all"), *(w for key in keys.public_texts() for w in ("--key", key))]) == 1

    assert "\x1b" not in capsys.readouterr().out


def test_verify_fails_and_names_the_first_bad_entry():
    with unguarded():
        AuditEvent.objects.filter(chain__name="system", seq=1).update(actor="console")

    with pytest.raises(CommandError, match="1 of the chains"):
        audit("verify")


def test_verify_begins_at_the_first_entry_whatever_was_walked_before():
    audit("verify")
    with unguarded():
        AuditEvent.objects.filter(seq=1).update(actor="console")
    ChainCheck.objects.update(finished_at=None)

    with pytest.raises(CommandError, match="2 of the chains"):
        audit("verify")


def test_an_export_is_verified_by_the_script(tmp_path: Path, export_dir: Path) -> None:
    told = audit("checkpoint")
    assert "signed 2" in told
    assert Checkpoint.objects.count() == 2

    audit("export", "--out", str(tmp_path / "proof.jsonl"))

    arguments = [str(tmp_path / "proof.jsonl"), "--key", audit("key").strip(), "--checkpoints", str(export_dir)]
    assert verify_audit.main(arguments) == 0


def test_an_export_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    audit("export", "--chain", "system")

    assert [line[:12] for line in capsys.readouterr().out.splitlines()] == ['{"chain":"sy', '{"actor":"re']


def test_a_chain_nobody_has_is_refused():
    with pytest.raises(CommandError, match="no chain"):
        audit("verify", "--chain", "nowhere")


def test_without_a_key_nothing_can_be_signed(settings):
    settings.AUDIT_KEY = ""

    with pytest.raises(CommandError, match="AUDIT_KEY"):
        audit("checkpoint")
    assert "no AUDIT_KEY" in audit("key")
    assert keys.public_texts() == []
