"""A copy of the SQLite file before migrations change it, so that a version can be left again.

In STATE_DIR/saved, its owner's alone; named by time and by the last migration of the cancellations that it has:
`20261130T200311.482-cancellations-0018.sqlite3`. The last three are kept. Made by SQLite's own backup, so what is still
in the log beside the file is in it. A server's database is saved by its own tools: docs/operations.md.
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

    Raises OSError or sqlite3.Error when it could not be written; then nothing of it is left.
    """
    file = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor != "sqlite" or not file.is_file():
        return None
    applied = sorted(name for app, name in MigrationRecorder(connection).applied_migrations() if app == "cancellations")
    if not applied:
        return None
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    when = f"{clock.now():%Y%m%dT%H%M%S.%f}"[:-3]
    copy = folder() / f"{when}-cancellations-{applied[-1].partition('_')[0]}.sqlite3"
    _copy(file, copy)
    _forget_old()
    return copy


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
