"""The index that the order search goes through: whether it stands, and its making after the migration went without."""

from __future__ import annotations

from importlib import import_module

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE, INDEX = "stores_orderrecord", "stores_order_words"
STANDS = {
    "postgresql": "SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(%s) AND indisvalid)",
    "sqlite": "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = %s)",
}
WHILE_ALL_RUNS = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    f"DROP INDEX IF EXISTS {INDEX}",  # one that a broken off making left
    f"CREATE INDEX CONCURRENTLY {INDEX} ON {TABLE} USING gin (search gin_trgm_ops)",
)


def is_wanted(line: BaseDatabaseWrapper) -> bool:
    """Before the first migration there is nothing to search."""
    return line.vendor in STANDS and TABLE in line.introspection.table_names()


def stands(line: BaseDatabaseWrapper) -> bool:
    with line.cursor() as cursor:
        cursor.execute(STANDS[line.vendor], [INDEX])
        return bool(cursor.fetchone()[0])


def make(line: BaseDatabaseWrapper) -> None:
    """Raises the database's error: no right to the extension, or no FTS5."""
    migration = import_module("stores.migrations.0007_search_index")
    with line.cursor() as cursor:
        for statement in WHILE_ALL_RUNS if line.vendor == "postgresql" else migration.SQLITE:
            cursor.execute(statement)
