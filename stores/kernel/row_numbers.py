"""Numbers that the database hands out, moved on: after a restore no new row takes the number of one that was lost."""

from __future__ import annotations

from collections.abc import Mapping

from django.apps import apps
from django.db import connection, models


def tables() -> dict[str, str]:
    """Table -> column, of every table whose key is counted up."""
    found = [model._meta for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    counted = [meta for meta in found if isinstance(meta.pk, models.AutoField)]  # BigAutoField, too
    return {meta.db_table: str(meta.pk.column) for meta in counted if meta.pk}


def move_on(gaps: Mapping[str, int]) -> None:
    """Leave out that many numbers of each of these tables."""
    known = tables()
    with connection.cursor() as cursor:
        for table, gap in gaps.items():
            for statement in _statements(table, known[table]):
                cursor.execute(statement, {"gap": gap, "table": table, "column": known[table]})


def last(table: str) -> int:
    """The last number that was handed out."""
    sql = "SELECT seq FROM sqlite_sequence WHERE name = %s"
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, tables()[table]])
            sql = f"SELECT last_value FROM {cursor.fetchone()[0]}"  # noqa: S608  as the database names it
        cursor.execute(sql, [table] if connection.vendor == "sqlite" else None)
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _statements(table: str, column: str) -> list[str]:
    quote = connection.ops.quote_name
    last = f"(SELECT COALESCE(MAX({quote(column)}), 0) FROM {quote(table)})"  # noqa: S608
    if connection.vendor == "sqlite":
        return [
            "INSERT INTO sqlite_sequence (name, seq) SELECT %(table)s, 0 "
            "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = %(table)s)",
            f"UPDATE sqlite_sequence SET seq = MAX(seq, {last}) + %(gap)s WHERE name = %(table)s",  # noqa: S608
        ]
    sequence = "pg_get_serial_sequence(%(table)s, %(column)s)"
    return [f"SELECT setval({sequence}, GREATEST({last}, nextval({sequence})) + %(gap)s)"]
