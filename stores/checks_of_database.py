"""What only the database can say: `manage.py check --database default`, every `migrate`, and a worker's start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Warning as Warned
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.loader import MigrationLoader

from stores.kernel import clock
from stores.selectors import calendar as endings
from stores.selectors import word_index

COST = "Searching by name, address or SKU reads every order."
POSTGRESQL = f"{COST} As a superuser, in this database: CREATE EXTENSION pg_trgm; then: manage.py search_index"
SQLITE = f"{COST} Run on a Python whose SQLite has FTS5 with trigrams (3.34 or newer), then: manage.py search_index"


@register(Tags.database)
def search_index(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """W021: the migration that builds the index goes without where it must; here somebody hears of it."""
    return [message for alias in databases or () for message in _missing(alias)]


@register(Tags.database)
def calendar(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """W022: what a vendor switches off within 60 days, or has switched off, of each connection in use."""
    return [message for alias in databases or () for message in _ending(alias)]


def _ending(alias: str) -> list[CheckMessage]:
    if alias != DEFAULT_DB_ALIAS or not _is_migrated(alias):
        return []
    hint = "The page Shops, Calendar says what to do."
    return [
        Warned(f"{one.connection.name}: {one.title}, {one.on}, {one.said}.", hint=hint, id="rescind.W022")
        for one in endings.of_all(clock.now())
        if one.is_near
    ]


def _is_migrated(alias: str) -> bool:
    """Before that the tables of connections are not there, or others."""
    loader = MigrationLoader(connections[alias])
    return all(key in loader.applied_migrations for key in loader.graph.nodes if key[0] == "stores")


def _missing(alias: str) -> list[CheckMessage]:
    line = connections[alias]
    if not word_index.is_wanted(line) or word_index.stands(line):
        return []
    hint = POSTGRESQL if line.vendor == "postgresql" else SQLITE
    return [Warned("The index of the order search is missing.", hint=hint, id="rescind.W021")]
