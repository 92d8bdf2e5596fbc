"""`manage.py audit verify` and the stand-alone script say the same of the same chain, word for word."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from stores.audit import checkpoints, export, keys, trail, verify_audit
from stores.canonical import codec
from stores.models import AuditChain, AuditEvent, Checkpoint
from tests import make
from tests.rigs.audit import unguarded
from tests.stores.audit.test_trail import record

pytestmark = pytest.mark.django_db
FALSE = "f" * 64


@pytest.fixture
def chain(db: None) -> AuditChain:
    """Nine entries, signed and exported at three, six and eight."""
    store = make.store("Acrylic Studio")
    for number in range(1, 10):
        record(store=store, number=number)
        if number in (3, 6, 8):
            checkpoints.take(AuditChain.objects.get(store=store))
    checkpoints.export_missing()
    return AuditChain.objects.get(store=store)


def said_by_the_command(chain: AuditChain) -> str:
    """What it says after the name."""
    told, failed = StringIO(), ""
    try:
        call_command("audit", "verify", "--chain", chain.name, stdout=told)
    except CommandError as exc:
        failed = str(exc)
    words = told.getvalue().strip()
    state, _, rest = words.partition(f" {chain.name} (Acrylic Studio): ")
    assert (state == "BROKEN") == (failed == "1 of the chains do not hold"), words
    _entries, _, found = rest.partition(" entries, ")
    return f"{state.strip()} {found}"


def said_by_the_script(chain: AuditChain, folder: Path, files: Path, given: list[str], said: Callable[[], str]) -> str:
    proof = folder / "proof.jsonl"
    proof.write_text("".join(export.lines([AuditChain.objects.get(pk=chain.pk)])))
    words = [str(proof), *(f"--key={text}" for text in given), "--checkpoints", str(files / chain.name)]
    said()
    code = verify_audit.main(words)
    state, _, found = said().strip().partition(f" {chain.name}: ")
    assert (code, state) in ((0, "whole "), (1, "BROKEN"))
    return f"{state.strip()} {found.split(' entries, ')[-1]}"


# --- ways to tamper -----------------------------------------------------------------------------------
def nothing(chain: AuditChain, files: Path) -> None:
    pass


def signed_again(chain: AuditChain, files: Path, **other: object) -> None:
    """Somebody with the key signs another statement at six and puts it in the place of the file."""
    path = files / chain.name / "000000000006.json"
    line = json.loads(path.read_text())
    path.write_text(codec.dumps(line | keys.sign(codec.dumps(json.loads(line["text"]) | other))))


def two_signed_heads(chain: AuditChain, files: Path) -> None:
    signed_again(chain, files, head=FALSE)


def another_statement_before(chain: AuditChain, files: Path) -> None:
    signed_again(chain, files, prev_checkpoint=FALSE)
    Checkpoint.objects.filter(chain=chain, seq=6).delete()


def statement_gone(chain: AuditChain, files: Path) -> None:
    Checkpoint.objects.filter(chain=chain, seq=6).delete()
    (files / chain.name / "000000000006.json").unlink()


def first_statement_gone(chain: AuditChain, files: Path) -> None:
    Checkpoint.objects.filter(chain=chain, seq=3).delete()
    (files / chain.name / "000000000003.json").unlink()


def false_signature(chain: AuditChain, files: Path) -> None:
    kept = Checkpoint.objects.get(chain=chain, seq=6)
    other = Checkpoint.objects.get(chain=chain, seq=3)
    Checkpoint.objects.filter(pk=kept.pk).update(signature=other.signature)


def entry_gone(chain: AuditChain, files: Path) -> None:
    AuditEvent.objects.filter(chain=chain, seq=4).delete()


def entry_changed(chain: AuditChain, files: Path) -> None:
    AuditEvent.objects.filter(chain=chain, seq=4).update(actor="console")


def wrong_previous_hash(chain: AuditChain, files: Path) -> None:
    event = AuditEvent.objects.select_related("chain").get(chain=chain, seq=4)
    event.prev = FALSE
    event.hash = trail.link_hash(event)
    event.save()


def rewritten_from(start: int) -> Callable[[AuditChain, Path], None]:
    def rewrite(chain: AuditChain, files: Path) -> None:
        prev = AuditEvent.objects.get(chain=chain, seq=start - 1).hash
        for event in AuditEvent.objects.filter(chain=chain, seq__gte=start).select_related("chain").order_by("seq"):
            event.actor, event.prev = "console", prev
            event.hash = prev = trail.link_hash(event)
            event.save()
        AuditChain.objects.filter(pk=chain.pk).update(head=prev)

    return rewrite


def cut_to(keep: int) -> Callable[[AuditChain, Path], None]:
    """The end taken away, with a chain row and rows of statements that agree: only the files tell."""

    def cut(chain: AuditChain, files: Path) -> None:
        AuditEvent.objects.filter(chain=chain, seq__gt=keep).delete()
        Checkpoint.objects.filter(chain=chain, seq__gt=keep).delete()
        head = AuditEvent.objects.get(chain=chain, seq=keep).hash
        AuditChain.objects.filter(pk=chain.pk).update(seq=keep, head=head)

    return cut


WHOLE = "whole signed up to 8"
TAMPERED = {
    "nothing": (nothing, WHOLE),
    "two signed heads": (two_signed_heads, "BROKEN entry 6 was signed with two heads"),
    "wrong previous statement": (
        another_statement_before,
        "BROKEN entry 6 has a checkpoint that does not follow the one at 3: one is missing",
    ),
    "a statement is gone": (
        statement_gone,
        "BROKEN entry 8 has a checkpoint that does not follow the one at 3: one is missing",
    ),
    "the first statement is gone": (
        first_statement_gone,
        "BROKEN entry 6 has a checkpoint that does not follow the one at 0: one is missing",
    ),
    "false signature": (false_signature, "BROKEN entry 6 has a checkpoint whose signature is false"),
    "a gap": (entry_gone, "BROKEN entry 4 is missing"),
    "changed": (entry_changed, "BROKEN entry 4 was changed after it was written"),
    "wrong previous hash": (wrong_previous_hash, "BROKEN entry 4 does not follow the entry before it"),
    "rewritten from 2": (rewritten_from(2), "BROKEN entry 3 is not what was signed: rewritten between 1 and 3"),
    "rewritten from 3": (rewritten_from(3), "BROKEN entry 3 is not what was signed: rewritten between 1 and 3"),
    "rewritten from 4": (rewritten_from(4), "BROKEN entry 6 is not what was signed: rewritten between 4 and 6"),
    "rewritten from 7": (rewritten_from(7), "BROKEN entry 8 is not what was signed: rewritten between 7 and 8"),
    "cut behind the last signed one": (cut_to(7), "BROKEN entry 8 is missing: the chain was signed up to 8"),
    "cut far behind": (cut_to(2), "BROKEN entry 3 is missing: the chain was signed up to 8"),
    "cut to what was signed": (cut_to(8), WHOLE),
}


@pytest.mark.parametrize("way", TAMPERED)
def test_both_name_the_same_entry_in_the_same_words(way, chain, tmp_path, export_dir, capsys):
    tamper, expected = TAMPERED[way]
    with unguarded():
        tamper(chain, export_dir)

    ours = said_by_the_command(chain)
    theirs = said_by_the_script(chain, tmp_path, export_dir, keys.public_texts(), lambda: capsys.readouterr().out)

    assert ours == expected
    signed_now = AuditChain.objects.get(pk=chain.pk).seq  # an export signs the end it has
    assert theirs == (f"whole signed up to {signed_now}" if expected == WHOLE else expected)


def test_both_say_whose_signature_they_do_not_know(chain, tmp_path, export_dir, capsys, settings):
    unknown = keys.public_texts()[0].replace("t1:", "t9:")
    theirs = said_by_the_script(chain, tmp_path, export_dir, [unknown], lambda: capsys.readouterr().out)

    settings.AUDIT_KEY = settings.AUDIT_KEY.replace("t1:", "t9:")

    assert said_by_the_command(chain) == theirs == "BROKEN entry 3 is signed with an unknown key (t1)"
