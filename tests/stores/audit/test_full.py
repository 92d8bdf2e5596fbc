"""`audit verify` knows what must exist, names each finding, and is stopped by nothing that it reads."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command

from stores.audit import checkpoints, export, full, keys, trail, verify, verify_audit
from stores.kernel import clock
from stores.models import AuditChain, AuditEvent, Checkpoint, Store
from tests import make
from tests.rigs.audit import unguarded
from tests.stores.audit.test_trail import MOVED, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def shops(db: None) -> list[Store]:
    """Two with three entries each, signed at two; the system's chain knows of both checkpoints."""
    made = [make.store("Acrylic"), make.store("Bronze")]
    for number in range(3):
        for store in made:
            record(store=store, number=number)
        if number == 1:
            checkpoints.take_all()
    return made


def found() -> list[str]:
    """Findings by the shop's name."""
    names = {str(store.uuid): store.name for store in Store.objects.all()}
    reports, strays = full.everything()
    return [f"{names.get(r.name, r.name)}: {problem}" for r in reports for problem in r.findings] + strays


def gone(*chains: str) -> None:
    for chain in AuditChain.objects.filter(name__in=chains):
        AuditEvent.objects.filter(chain=chain).delete()
        Checkpoint.objects.filter(chain=chain).delete()
        chain.delete()


def one_chain(shops: list[Store], files: Path) -> None:
    gone(str(shops[0].uuid))


def every_chain(shops: list[Store], files: Path) -> None:
    gone(*AuditChain.objects.values_list("name", flat=True))


def without_files(shops: list[Store], files: Path) -> None:
    gone(str(shops[0].uuid))
    for path in (files / str(shops[0].uuid)).glob("*"):
        path.unlink()


def emptied(shops: list[Store], files: Path) -> None:
    chain = AuditChain.objects.get(store=shops[0])
    AuditEvent.objects.filter(chain=chain).delete()
    Checkpoint.objects.filter(chain=chain).delete()
    AuditChain.objects.filter(pk=chain.pk).update(seq=0, head=trail.ZERO)


def owners_exchanged(shops: list[Store], files: Path) -> None:
    first, second = (AuditChain.objects.get(store=store) for store in shops)
    AuditChain.objects.filter(pk=first.pk).update(store=None)
    AuditChain.objects.filter(pk=second.pk).update(store=shops[0])
    AuditChain.objects.filter(pk=first.pk).update(store=shops[1])


def file_removed(shops: list[Store], files: Path) -> None:
    (files / str(shops[0].uuid) / "000000000002.json").unlink()


def file_renamed(shops: list[Store], files: Path) -> None:
    (files / str(shops[0].uuid) / "000000000002.json").rename(files / str(shops[0].uuid) / "2.json")


def file_a_folder(shops: list[Store], files: Path) -> None:
    file_removed(shops, files)
    (files / str(shops[0].uuid) / "000000000002.json").mkdir()


def file_a_dead_link(shops: list[Store], files: Path) -> None:
    file_removed(shops, files)
    (files / str(shops[0].uuid) / "000000000002.json").symlink_to("nowhere")


def number_none(shops: list[Store], files: Path) -> None:
    AuditEvent.objects.filter(chain__store=shops[0], seq=1).update(id=0)


def checkpoint_removed(shops: list[Store], files: Path) -> None:
    Checkpoint.objects.filter(chain__store=shops[0]).delete()


def both_removed(shops: list[Store], files: Path) -> None:
    file_removed(shops, files)
    checkpoint_removed(shops, files)


def no_statement(shops: list[Store], files: Path) -> None:
    Checkpoint.objects.filter(chain__store=shops[0]).update(text='{"seq":' * 3000)


WAYS: dict[str, tuple[Callable[[list[Store], Path], None], list[str]]] = {
    "nothing": (lambda shops, files: None, []),
    "one chain": (
        one_chain,
        ["Acrylic: is missing whole", "Acrylic: entry 1 is missing: the chain was signed up to 2"],
    ),
    "every chain": (every_chain, ["Acrylic: is missing whole", "Bronze: is missing whole", "system: is missing whole"]),
    "without files": (without_files, ["Acrylic: entry 2 has lost the checkpoint that the system chain tells of"]),
    "emptied": (emptied, ["Acrylic: is empty", "Acrylic: entry 1 is missing"]),
    "owners": (
        owners_exchanged,
        ["Acrylic: has a row whose store_id names another shop", "Bronze: has a row whose store_id names another shop"],
    ),
    "a file": (file_removed, ["Acrylic: entry 2 has a checkpoint whose file is missing"]),
    "a file renamed": (file_renamed, ["Acrylic: entry 2 has a checkpoint whose file is missing"]),
    "a file made a folder": (file_a_folder, ["Acrylic: entry 2 has a checkpoint that cannot be read"]),
    "a file made a dead link": (file_a_dead_link, ["Acrylic: entry 2 has a checkpoint that cannot be read"]),
    "an id of none": (number_none, ["Acrylic: entry 1 has a row whose id is not in order"]),
    "a checkpoint": (checkpoint_removed, ["Acrylic: entry 2 has a checkpoint whose row is missing"]),
    "both": (both_removed, ["Acrylic: entry 2 has lost the checkpoint that the system chain tells of"]),
    "no statement": (no_statement, ["Acrylic: entry 2 has a checkpoint that cannot be read"]),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_must_exist_and_does_not_is_named(way, shops, export_dir):
    tamper, expected = WAYS[way]
    with unguarded():
        tamper(shops, export_dir)

    told = found()

    assert bool(told) == bool(expected)
    for words in expected:
        assert any(line.startswith(words) for line in told), told
    if way in ("one chain", "no statement"):
        assert not any(line.startswith(("Bronze", "system")) for line in told), told


@pytest.mark.parametrize("way", ["one chain", "without files"])
def test_the_systems_own_look_finds_a_chain_that_is_missing_whole(way, shops, export_dir):
    with unguarded():
        WAYS[way][0](shops, export_dir)

    check = verify.look(AuditChain.objects.get(name="system"))

    assert check.problem == f"tells of a chain that is missing whole: {shops[0].uuid}"


def test_both_say_the_same_of_all_chains(shops, tmp_path, export_dir, capsys):
    with unguarded():
        both_removed(shops, export_dir)
    told = StringIO()
    with suppress(CommandError):
        call_command("audit", "verify", stdout=told)
    (tmp_path / "proof").write_text("".join(export.lines(AuditChain.objects.order_by("name"))))
    given = [
        str(tmp_path / "proof"),
        *(f"--key={text}" for text in keys.public_texts()),
        "--checkpoints",
        str(export_dir),
    ]
    capsys.readouterr()

    assert verify_audit.main(given) == 1

    titles = {f"{shop.uuid} ({shop.name})": str(shop.uuid) for shop in shops} | {"system (the system)": "system"}
    ours, theirs = told.getvalue(), capsys.readouterr().out
    for title, name in titles.items():
        ours = ours.replace(title, name)
    assert [line for line in ours.splitlines() if line[:5] != "whole"] == [
        line for line in theirs.splitlines() if line[:5] != "whole"
    ]
    assert ours.splitlines()[-1] == "NOT WHOLE: 1 finding in 1 of 3 chains"


@pytest.mark.parametrize(
    ("action", "minutes", "expected"),
    [(MOVED, 14, ""), (MOVED, 16, "moved money since"), (None, 119, ""), (None, 121, "stands there since")],
)
def test_an_overdue_signature_is_a_finding(action, minutes, expected, shops):
    checkpoints.take_all()
    checkpoints.take_all()
    record(**({"action": action} if action else {}), store=shops[0])

    with time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=False):
        told = found()

    assert [line for line in told if "Acrylic" in line] == told
    assert len(told) == bool(expected)
    assert expected in "".join(told)


def test_where_nothing_can_be_signed_nothing_is_overdue(db, settings):
    settings.AUDIT_KEY = ""
    record(store=make.store())

    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        assert found() == []
