"""Django's `migrate`, which saves the SQLite file first when there is something to do, and says where."""

from __future__ import annotations

import sqlite3
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.exceptions import AmbiguityError
from django.db.migrations.executor import MigrationExecutor

from config import saved_copies


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        if _is_for_real(options) and _has_work(options):
            self._save(options["database"])
        super().handle(*args, **options)
        if _is_for_real(options):
            saved_copies.finished()

    def _save(self, database: str) -> None:
        """The console names the copy, however quiet the rest is."""
        try:
            copy = saved_copies.save(connections[database])
        except (OSError, sqlite3.Error) as exc:
            raise CommandError(
                f"The database could not be saved to {saved_copies.folder()} first ({exc}), so nothing was migrated. "
                "Make room there and start again."
            ) from exc
        if copy is not None:
            self.stdout.write(f"The database as it was is saved: {copy}")


def _is_for_real(options: dict[str, Any]) -> bool:
    return not (options.get("plan") or options.get("check_unapplied"))


def _has_work(options: dict[str, Any]) -> bool:
    """Is a migration to be run, or undone? Of a target that Django will refuse: no."""
    executor = MigrationExecutor(connections[options["database"]])
    app, name = options.get("app_label"), options.get("migration_name")
    leaves = [key for key in executor.loader.graph.leaf_nodes() if app in (None, key[0])]
    if not name:
        return bool(executor.migration_plan(leaves))
    if name == "zero":
        return bool(executor.migration_plan([(str(app), None)]))
    try:
        target = executor.loader.get_migration_by_prefix(str(app), name)
    except (KeyError, AmbiguityError):
        return False
    return bool(executor.migration_plan([(str(app), target.name)]))
