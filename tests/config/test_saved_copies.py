"""Before migrations change it, the SQLite file is saved; going back by the page of the operator works."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.core.management.commands import migrate as django
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from config import saved_copies
from tests.rigs import page
from tests.upgrade import stored

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="a server is saved by its own tools")
ROWS = "SELECT count(*) FROM cancellations_cancellation"
NEWEST = "SELECT max(name) FROM django_migrations WHERE app = 'cancellations'"


@pytest.fixture
def installation(tmp_path: Path, settings, django_db_blocker) -> Iterator[Path]:
    """The folder of an installation with the stored copy as its database."""
    stored.unpack(tmp_path)
    settings.STATE_DIR = tmp_path
    with django_db_blocker.unblock(), stored.as_database(str(tmp_path / "rescind.sqlite3")):
        yield tmp_path


@pytest.fixture
def migrated(installation: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Something is to be run for the cancellations, nothing for the stores; instead of running anything, how many
    copies there were when it began."""
    ours = [name for app, name in MigrationLoader(None).disk_migrations if app == "stores"]
    began: list[int] = []
    monkeypatch.setattr(django.Command, "handle", lambda self, **options: began.append(len(copies(installation))))
    with closing(sqlite3.connect(installation / "rescind.sqlite3")) as line:
        line.execute("DELETE FROM django_migrations WHERE app = 'cancellations' AND name LIKE '0018%'")
        line.execute("DELETE FROM django_migrations WHERE app = 'stores'")
        ran = "INSERT INTO django_migrations (app, name, applied) VALUES ('stores', ?, '2026-11-30')"
        line.executemany(ran, [(name,) for name in sorted(ours)])
        line.commit()
    return began


def migrate(*words: str, **options: object) -> str:
    out = StringIO()
    call_command("migrate", *words, verbosity=0, stdout=out, skip_checks=True, **options)
    return out.getvalue()


def one(file: Path, asked: str) -> object:
    with closing(sqlite3.connect(file)) as line:
        return line.execute(asked).fetchone()[0]


def copies(folder: Path) -> list[Path]:
    return sorted((folder / "saved").glob("*"))


def test_the_copy_is_whole_with_what_is_still_in_the_log(installation: Path) -> None:
    file = installation / "rescind.sqlite3"
    with closing(sqlite3.connect(file)) as line:
        line.execute("PRAGMA journal_mode = WAL")
        line.execute("INSERT INTO django_session VALUES ('late', '', '2026-01-01')")
        line.commit()
        assert (installation / "rescind.sqlite3-wal").stat().st_size
        copy = saved_copies.save(connection)

    assert copies(installation) == [copy]
    assert copy is not None
    assert one(copy, "PRAGMA integrity_check") == "ok"
    assert (one(copy, ROWS), one(copy, NEWEST)) == (one(file, ROWS), one(file, NEWEST))
    assert one(copy, "SELECT count(*) FROM django_session WHERE session_key = 'late'") == 1


def test_it_is_its_owners_alone_and_named_by_time_and_migration(installation: Path) -> None:
    with time_machine.travel(datetime(2026, 11, 30, 20, 3, 11, 482_000, tzinfo=UTC), tick=False):
        copy = saved_copies.save(connection)

    assert copy == installation / "saved" / "20261130T200311.482-cancellations-0018.sqlite3"
    assert copy.stat().st_mode & 0o777 == 0o600
    assert copy.parent.stat().st_mode & 0o777 == 0o700


def test_the_last_three_are_kept(installation: Path) -> None:
    made = [saved_copies.save(connection) for _ in range(5)]

    assert copies(installation) == made[-saved_copies.KEPT :]


def test_what_broke_off_half_way_keeps_the_copy_it_began_with(installation: Path) -> None:
    """However often it is started again; once it has ended, the next has a copy of its own."""
    first = saved_copies.save(connection)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('stores', '0099_one', '2026-11-30')")

    again = [saved_copies.save(connection) for _ in range(5)]

    assert again == [first] * 5
    assert copies(installation) == [first]
    saved_copies.finished()
    assert saved_copies.save(connection) != first


def test_a_file_that_was_put_back_is_saved_anew(installation: Path) -> None:
    first, second = saved_copies.save(connection), saved_copies.save(connection)

    assert copies(installation) == [first, second]


def test_a_copy_that_breaks_off_leaves_nothing(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "replace", lambda self, to: (_ for _ in ()).throw(OSError("no room")))

    with pytest.raises(OSError, match="no room"):
        saved_copies.save(connection)

    assert copies(installation) == []


def test_a_fresh_database_is_not_saved(tmp_path: Path, settings, django_db_blocker) -> None:
    settings.STATE_DIR = tmp_path

    with django_db_blocker.unblock(), stored.as_database(str(tmp_path / "rescind.sqlite3")):
        assert saved_copies.save(connection) is None
        connection.ensure_connection()
        assert saved_copies.save(connection) is None

    assert copies(tmp_path) == []


@pytest.mark.parametrize("words", [(), ("cancellations",), ("cancellations", "0017"), ("cancellations", "zero")])
def test_it_is_saved_before_anything_is_run_or_undone(
    installation: Path, migrated: list[int], words: tuple[str, ...]
) -> None:
    """0017 stands; to undo it is work as well."""
    words = tuple(word.replace("0017", "0016") for word in words)

    said = migrate(*words)

    (copy,) = copies(installation)
    assert said == f"The database as it was is saved: {copy}\n"
    assert migrated == [1]


@pytest.mark.parametrize(
    ("words", "options"),
    [(("auth",), {}), (("cancellations", "0017"), {}), (("cancellations", "9999"), {}), (("nothing",), {}),
     (("cancellations", "00"), {}), ((), {"plan": True}), ((), {"check_unapplied": True})],
)  # fmt: skip
def test_nothing_is_saved_where_nothing_is_to_be_done(
    installation: Path, migrated: list[int], words: tuple[str, ...], options: dict[str, bool]
) -> None:
    assert migrate(*words, **options) == ""
    assert copies(installation) == []
    assert migrated == [0]  # what is wrong with its words is Django's to say


def test_where_it_cannot_be_saved_nothing_is_migrated(installation: Path, migrated: list[int]) -> None:
    (installation / "saved").write_text("no folder")

    with pytest.raises(CommandError, match=r"could not be saved to .*saved first.*nothing was migrated"):
        migrate()

    assert migrated == []


@pytest.mark.prove
@pytest.mark.live
def test_the_page_leads_back_to_the_file_as_it_was(installation: Path) -> None:
    """The commands of docs/operations.md, in a process of their own, as at a real upgrade."""
    stored.back(stored.one_before(stored.standing()))
    connection.close()
    file = installation / "rescind.sqlite3"
    newest = one(file, NEWEST)
    names = ("SECRET_KEY", "VAULT_KEYS", "AUDIT_KEY", "READ_DEV_ENV", "EMAIL_URL")
    env = {name: os.environ[name] for name in names} | {"PATH": os.environ["PATH"], "VAR_DIR": str(installation)}

    def run(block: str) -> str:
        words = block.replace(".venv/bin/python", sys.executable)
        done = subprocess.run(
            ["bash", "-e", "-c", words], env=env, cwd=page.ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "The database as it was is saved: " in run(".venv/bin/python manage.py migrate")
    assert one(file, NEWEST) != newest
    back, restored = page.blocks("Going back")

    run(back)

    assert one(file, NEWEST) == newest
    assert "Looked for before they are sent" in run(f".venv/bin/python manage.py migrate\n{restored}")
