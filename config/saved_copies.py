"""A copy of the SQLite file before migrations change it, so that a version can be left again.

In STATE_DIR/saved, its owner's alone; named by time and by the last migration of the cancellations that it has:
`20261130T200311.482-cancellations-0018.sqlite3`. The last three are kept. Made by SQLite's own backup, so what is still
in the log beside the file is in it. A server's database is saved by its own tools: docs/operations.md.

Half-way through migrations that broke off nothing is saved: a service that starts again and again would push out the
one copy that leads back, and the newest would be of no version. STATE_DIR/migrating names the copy until they end.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from stores.kernel import clock

KEPT = 3
NAMED = "*-*.sqlite3"


def folder() -> Path:
    return Path(settings.STATE_DIR) / "saved"


def save(connection: BaseDatabaseWrapper) -> Path | None:
    """Copy it as it stands; the copy's path. None where there is nothing to lose: no file, or no migration ever ran.
    Half-way through migrations that broke off: the copy that was made before them.

    Raises OSError or sqlite3.Error when it could not be written; then nothing of it is left.
    """
    file = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor != "sqlite" or not file.is_file():
        return None
    ran = set(MigrationRecorder(connection).applied_migrations())
    applied = sorted(name for app, name in ran if app == "cancellations")
    if not applied:
        return None
    if (before := _before(ran)) is not None:
        return before
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    when = f"{clock.now():%Y%m%dT%H%M%S.%f}"[:-3]
    copy = folder() / f"{when}-cancellations-{applied[-1].partition('_')[0]}.sqlite3"
    _copy(file, copy)
    _forget_old()
    _mark().write_text(copy.name)
    return copy


def finished() -> None:
    """The migrations ran to their end: the next ones begin with a copy of their own."""
    _mark().unlink(missing_ok=True)


def _mark() -> Path:
    return Path(settings.STATE_DIR) / "migrating"


def _before(ran: set[tuple[str, str]]) -> Path | None:
    """The copy that migrations which broke off began with, where the database still has all of its and more."""
    copy = folder() / _mark().read_text() if _mark().is_file() else None
    if copy is None or not copy.is_file():
        return None
    with closing(sqlite3.connect(copy)) as line:
        then = set(line.execute("SELECT app, name FROM django_migrations"))
    return copy if then < ran else None


def _copy(file: Path, copy: Path) -> None:
    """Whole or not at all: under another name until it is on the disk."""
    half = copy.with_suffix(".half")
    os.close(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    half.chmod(0o600)
    try:
        with closing(sqlite3.connect(file)) as there, closing(sqlite3.connect(half)) as here:
            there.backup(here)
        half.replace(copy)
    except BaseException:
        half.unlink(missing_ok=True)
        raise


def _forget_old() -> None:
    for old in sorted(folder().glob(NAMED))[:-KEPT]:
        old.unlink()
