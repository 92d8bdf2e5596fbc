"""More triggers: `REPLACE` deletes without firing a delete trigger on SQLite, so an insert that would take a place is
refused; the row of a chain is never deleted, renamed or given away, and its end only moves on.

SQLite rebuilds a table to alter it and drops its triggers with the old one: see 0003.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.db import migrations

before = import_module("stores.migrations.0003_refuse_changes_of_audit_rows")
CHAINS = "stores_auditchain"
PLACES = {"stores_auditevent": ("chain_id", "seq"), "stores_checkpoint": ("chain_id", "seq"), CHAINS: ("name",)}
MOVES = "NEW.id <> OLD.id OR NEW.name <> OLD.name OR NEW.store_id IS {} OLD.store_id OR NEW.seq <= OLD.seq"


def guard(apps: Any, schema_editor: Any) -> None:
    for statement in statements(schema_editor.connection.vendor, drop=False):
        schema_editor.execute(statement)


def unguard(apps: Any, schema_editor: Any) -> None:
    for statement in statements(schema_editor.connection.vendor, drop=True):
        schema_editor.execute(statement)


def statements(vendor: str, *, drop: bool) -> list[str]:
    if drop:
        on = "" if vendor == "sqlite" else f" ON {CHAINS}"
        chains = [f"DROP TRIGGER IF EXISTS {CHAINS}_no_{act}{on}" for act in ("delete", "truncate", "update")]
        places = [f"DROP TRIGGER IF EXISTS {table}_no_replace" for table in PLACES]
        return [*chains, *(places if vendor == "sqlite" else ())]
    if vendor == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{before.REFUSAL}'); END"
        return [
            f"CREATE TRIGGER {CHAINS}_no_delete BEFORE DELETE ON {CHAINS} {refuse}",
            f"CREATE TRIGGER {CHAINS}_no_update BEFORE UPDATE ON {CHAINS} WHEN {MOVES.format('NOT')} {refuse}",
            *(_no_replace(table, columns, refuse) for table, columns in PLACES.items()),
        ]
    refuse = "EXECUTE FUNCTION refuse_audit_change()"
    return [
        f"CREATE TRIGGER {CHAINS}_no_delete BEFORE DELETE ON {CHAINS} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {CHAINS}_no_truncate BEFORE TRUNCATE ON {CHAINS} FOR EACH STATEMENT {refuse}",
        f"CREATE TRIGGER {CHAINS}_no_update BEFORE UPDATE ON {CHAINS} FOR EACH ROW "
        f"WHEN ({MOVES.format('DISTINCT FROM')}) {refuse}",
    ]


def _no_replace(table: str, columns: tuple[str, ...], refuse: str) -> str:
    """Two questions, each by its own index."""
    same = " AND ".join(f"{column} = NEW.{column}" for column in columns)
    taken = (f"EXISTS (SELECT 1 FROM {table} WHERE {where})" for where in ("id = NEW.id", same))  # noqa: S608
    return f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {' OR '.join(taken)} {refuse}"


class Migration(migrations.Migration):
    dependencies = [("stores", "0010_keep_unreadable_orders")]
    operations = [migrations.RunPython(guard, unguard)]
