"""The stored copy and how it becomes the database of a test, on SQLite as the file it is, on PostgreSQL row by row."""

from __future__ import annotations

import json
import secrets
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.core.management.color import no_style
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from tests.rigs import stack

COPY = Path(__file__).parent / "version_1.tar.xz"
Key = tuple[str, str]  # of a migration: its app and name
OURS = ("stores", "notifications", "cancellations")
OLD = "copy"  # the alias by which the file is read when rows go elsewhere


@dataclass(frozen=True)
class Case:
    """One cancellation of the copy. kind: of the step that `name` speaks of."""

    name: str
    uuid: str
    platform: str
    kind: str


def pack(folder: Path, copy: Path = COPY) -> None:
    """What make_copy wrote, as one file."""
    with tarfile.open(copy, "w:xz") as made:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.name.endswith(("-wal", "-shm")):
                made.add(path, path.relative_to(folder).as_posix(), filter=_nobody)


def _nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = entry.mtime = 0
    entry.uname = entry.gname = ""
    return entry


def unpack(folder: Path) -> tuple[datetime, list[Case]]:
    """Into `folder`; when it was made, and what stands in it."""
    with tarfile.open(COPY) as kept:
        kept.extractall(folder, filter="data")
    told = json.loads((folder / "cases.json").read_text())
    return datetime.fromisoformat(told["at"]), [Case(**case) for case in told["cases"]]


@contextmanager
def as_database(name: str) -> Iterator[None]:
    """Until the end the database of this process is the one of that name (SQLite: the file's path)."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


@contextmanager
def on_postgres(server: str, folder: Path) -> Iterator[str]:
    """The name of a database that holds every row of the copy, at its migrations."""
    with stack.new_database(server) as made:
        name = made.partition("?")[0].rpartition("/")[2]
        with as_database(name):
            _load(folder / "rescind.sqlite3")
        yield name


@contextmanager
def another(server: str, template: str) -> Iterator[str]:
    """A database like `template`, in a moment and not by eighty migrations; dropped on leaving."""
    name = f"{template}_{secrets.token_hex(3)}"
    _create(server, name, template)
    try:
        yield name
    finally:
        drop(server, name)


def _create(server: str, name: str, template: str) -> None:
    words = {"made": sql.Identifier(name), "template": sql.Identifier(template)}
    with psycopg.connect(server, autocommit=True) as line:
        line.execute(sql.SQL("CREATE DATABASE {made} TEMPLATE {template}").format(**words))


def drop(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as line:
        line.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def keep(server: str, name: str) -> None:
    """A copy of the database of this process, under that name (SQLite: file)."""
    now = connection.settings_dict["NAME"]
    connection.close()
    if connection.vendor == "sqlite":
        shutil.copy(now, name)
    else:
        _create(server, name, now)


def put(server: str, name: str) -> None:
    """That copy in place of the database of this process."""
    now = connection.settings_dict["NAME"]
    connection.close()
    if connection.vendor == "sqlite":
        shutil.copy(name, now)
    else:
        drop(server, now)
        _create(server, now, name)


def _load(file: Path) -> None:
    """Every row of the file into an empty database, by the models of the migrations that the file had."""
    _open_as(OLD, file)
    try:
        executor = MigrationExecutor(connections[OLD])
        state = MigrationExecutor(connection).migrate(_leaves(executor))
        models = [model for model in state.apps.get_models(include_auto_created=True) if model._meta.managed]
        with transaction.atomic(), connection.cursor() as cursor:  # what refers to what is looked at when it ends
            for model in models:
                _copy(model)
            for statement in connection.ops.sequence_reset_sql(no_style(), models):
                cursor.execute(statement)
    finally:
        connections[OLD].close()
        del connections[OLD]
        del connections.settings[OLD]


def _leaves(executor: MigrationExecutor) -> list[Key]:
    """The applied migrations that no other applied one of their app follows."""
    applied, graph = executor.loader.applied_migrations, executor.loader.graph
    followed = {parent.key for key in applied for parent in graph.node_map[key].parents if parent.key[0] == key[0]}
    return sorted(set(applied) - followed)


def _copy(model: Any) -> None:
    rows = list(model._base_manager.using(OLD).order_by("pk"))
    model._base_manager.using("default").bulk_create(rows, batch_size=200)


def _open_as(alias: str, file: Path) -> None:
    given = {"default": {}, alias: {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}}
    connections.settings[alias] = connections.configure_settings(given)[alias]


def forward() -> None:
    """All migrations there are, as `manage.py migrate` does, without what it sends around."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def standing() -> list[Key]:
    """The last migration of each app, as the database has them."""
    return _leaves(MigrationExecutor(connection))


def back(to: list[Key]) -> None:
    """Undo what came after these; raises IrreversibleError where a migration does not claim that it can be."""
    MigrationExecutor(connection).migrate(to)


def one_before(keys: list[Key]) -> list[Key]:
    """The migration before the last of each app of ours."""
    graph = MigrationExecutor(connection).loader.graph
    return [parent.key for key in keys if key[0] in OURS
            for parent in graph.node_map[key].parents if parent.key[0] == key[0]]  # fmt: skip
