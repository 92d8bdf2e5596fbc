"""Tampering on purpose, flushing past the triggers, and a folder of its own for exported checkpoints."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

NUMBERS = itertools.count(1)
GUARDS = (
    import_module("stores.migrations.0003_refuse_changes_of_audit_rows"),
    import_module("stores.migrations.0011_refuse_to_replace_audit_rows"),
)


@contextmanager
def unguarded(on: Any = connection) -> Iterator[None]:
    """Lift the triggers that refuse changes of audit rows, as somebody with the database could; put them back."""
    _run(on, drop=True)
    yield
    _run(on, drop=False)


def _run(on: Any, *, drop: bool) -> None:
    if on.in_atomic_block and on.vendor == "postgresql":
        on.check_constraints()  # it alters no table that still has deferred checks to do
    with on.cursor() as cursor:
        for guard in reversed(GUARDS) if drop else GUARDS:
            for statement in guard.statements(on.vendor, drop=drop):
                cursor.execute(statement)


@pytest.fixture(scope="session", autouse=True)
def _flush_past_the_triggers() -> Iterator[None]:
    """Tests that commit are cleaned up by emptying every table; the audit tables refuse that to anybody else."""
    from django.db.backends.base.operations import BaseDatabaseOperations  # not before Django is set up

    original = BaseDatabaseOperations.execute_sql_flush

    def flush(self: Any, sql_list: Any) -> None:
        with unguarded(self.connection):
            original(self, sql_list)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush)
        yield


@pytest.fixture(autouse=True)
def export_dir(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> Path:
    """Checkpoint files of one test never accuse the chains of another. Made by the first file; few tests write one."""
    own = tmp_path_factory.getbasetemp() / f"audit-{next(NUMBERS)}"
    settings.AUDIT_EXPORT_DIR = str(own)
    return own
