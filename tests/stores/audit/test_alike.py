"""`manage.py audit verify` and the stand-alone script say the same of the same chain, word for word."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

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


# What only the database and its folder show.
OURS = ("whose file ", "whose row ", "is not the head that the chain names")


def said_by_the_command(chain: AuditChain) -> list[str]:
    """Its lines, with the chain's name as the script has it, and without what only it can see."""
    told, failed = StringIO(), ""
    try:
        call_command("audit", "verify", "--chain", chain.name, stdout=told)
    except CommandError as exc:
        failed = str(exc)
    *lines, verdict = told.getvalue().replace(f"{chain.name} (Acrylic Studio)", chain.name).splitlines()
    assert verdict.startswith("NOT WHOLE: " if failed else "WHOLE: ")
    assert any(line.startswith("BROKEN") for line in lines) == (failed == "1 of the chains do not hold")
    return [line for line in lines if not any(words in line for words in OURS)]


def said_by_the_script(
    chain: AuditChain, folder: Path, files: Path, given: list[str], said: Callable[[], str]
) -> list[str]:
    proof = folder / "proof.jsonl"
    proof.write_text("".join(export.lines([AuditChain.objects.get(pk=chain.pk)])))
    words = [str(proof), *(f"--key={text}" for text in given), "--checkpoints", str(files / chain.name)]
    said()
    code = verify_audit.main(words)
    *lines, verdict = said().splitlines()
    assert (code, verdict.partition(":")[0]) in ((0, "WHOLE"), (1, "NOT WHOLE"))
    return lines


# --- ways to tamper -----------------------------------------------------------------------------------
def nothing(chain: AuditChain, files: Path) -> None:
    pass


def signed_again(chain: AuditChain, files: Path, **other: object) -> None:
    """Somebody with the key signs another statement at six and puts it in the place of the file."""
    path = files / chain.name / "000000000006.json"
    line = json.loads(path.read_text())
    copied = {name: value for name, value in other.items() if name in line}
    path.write_text(codec.dumps(line | copied | keys.sign(codec.dumps(json.loads(line["text"]) | other))))


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


WHOLE = "whole  CHAIN: 9 entries, signed up to 8"


def rewritten(first: int, *signed: int) -> list[str]:
    return [f"BROKEN CHAIN: entry {at} is not what was signed: rewritten between {first} and {at}" for at in signed]


def unlinked(at: int, before: int) -> str:
    return f"BROKEN CHAIN: entry {at} has a checkpoint that does not follow the one at {before}: one is missing"


TAMPERED: dict[str, tuple[Any, ...]] = {
    "nothing": (nothing, WHOLE),
    "two signed heads": (two_signed_heads, "BROKEN CHAIN: entry 6 was signed with two heads"),
    "wrong previous statement": (another_statement_before, unlinked(6, 3), unlinked(8, 6)),
    "a statement is gone": (statement_gone, unlinked(8, 3)),
    "the first statement is gone": (first_statement_gone, unlinked(6, 0)),
    "false signature": (false_signature, "BROKEN CHAIN: entry 6 has a checkpoint whose signature is false"),
    "a gap": (entry_gone, "BROKEN CHAIN: entry 4 is missing"),
    "changed": (entry_changed, "BROKEN CHAIN: entry 4 was changed after it was written"),
    "wrong previous hash": (
        wrong_previous_hash,
        "BROKEN CHAIN: entry 4 does not follow the entry before it",
        "BROKEN CHAIN: entry 5 does not follow the entry before it",
    ),
    "rewritten from 2": (rewritten_from(2), *rewritten(1, 3, 6, 8)),
    "rewritten from 3": (rewritten_from(3), *rewritten(1, 3, 6, 8)),
    "rewritten from 4": (rewritten_from(4), *rewritten(4, 6, 8)),
    "rewritten from 7": (rewritten_from(7), *rewritten(7, 8)),
    "cut behind the last signed one": (cut_to(7), "BROKEN CHAIN: entry 8 is missing: the chain was signed up to 8"),
    "cut far behind": (cut_to(2), "BROKEN CHAIN: entry 3 is missing: the chain was signed up to 8"),
    "cut to what was signed": (cut_to(8), WHOLE.replace("9", "8")),
}


@pytest.mark.parametrize("way", TAMPERED)
def test_both_name_the_same_entries_in_the_same_words(way, chain, tmp_path, export_dir, capsys):
    tamper, *expected = TAMPERED[way]
    with unguarded():
        tamper(chain, export_dir)

    ours = said_by_the_command(chain)
    theirs = said_by_the_script(chain, tmp_path, export_dir, keys.public_texts(), lambda: capsys.readouterr().out)

    assert [line.replace(chain.name, "CHAIN") for line in ours] == expected
    signed_now = AuditChain.objects.get(pk=chain.pk).seq  # an export signs the end it has
    assert theirs == [line.replace("up to 8", f"up to {signed_now}") if line[:5] == "whole" else line for line in ours]


def test_both_say_whose_signature_they_do_not_know(chain, tmp_path, export_dir, capsys, settings):
    unknown = keys.public_texts()[0].replace("t1:", "t9:")
    theirs = said_by_the_script(chain, tmp_path, export_dir, [unknown], lambda: capsys.readouterr().out)

    settings.AUDIT_KEY = settings.AUDIT_KEY.replace("t1:", "t9:")

    ours = said_by_the_command(chain)
    assert ours[0] == theirs[0] == f"BROKEN {chain.name}: entry 3 is signed with an unknown key (t1)"
    assert len(ours) == 3
