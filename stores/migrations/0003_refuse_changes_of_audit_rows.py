"""Triggers: audit events and checkpoints are written once. UPDATE, DELETE and (PostgreSQL) TRUNCATE are refused.

SQLite rebuilds a table to alter it and drops its triggers with the old one: a later migration that alters one of
these tables must run `guard` again; tests/stores/audit/test_triggers.py fails when it does not.
Tests tamper through tests.rigs.audit.unguarded(), which lifts the triggers and puts them back.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

TABLES = ("stores_auditevent", "stores_checkpoint")
REFUSAL = "audit rows are written once and never changed"


def guard(apps: Any, schema_editor: Any) -> None:
    for statement in statements(schema_editor.connection.vendor, drop=False):
        schema_editor.execute(statement)


def unguard(apps: Any, schema_editor: Any) -> None:
    for statement in statements(schema_editor.connection.vendor, drop=True):
        schema_editor.execute(statement)


def statements(vendor: str, *, drop: bool) -> list[str]:
    if vendor == "sqlite":
        return [_sqlite(table, act, drop) for table in TABLES for act in ("update", "delete")]
    if vendor != "postgresql":
        raise RuntimeError(f"no audit triggers for {vendor}")
    triggers = [_postgresql(table, act, drop) for table in TABLES for act in ("update", "delete", "truncate")]
    if drop:
        return [*triggers, "DROP FUNCTION refuse_audit_change()"]
    return [
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$",
        *triggers,
    ]


def _sqlite(table: str, act: str, drop: bool) -> str:
    if drop:
        return f"DROP TRIGGER IF EXISTS {table}_no_{act}"
    return (
        f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )


def _postgresql(table: str, act: str, drop: bool) -> str:
    if drop:
        return f"DROP TRIGGER IF EXISTS {table}_no_{act} ON {table}"
    each = "STATEMENT" if act == "truncate" else "ROW"
    return (
        f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
        f"FOR EACH {each} EXECUTE FUNCTION refuse_audit_change()"
    )


class Migration(migrations.Migration):
    dependencies = [("stores", "0002_note_how_chains_were_checked")]
    operations = [migrations.RunPython(guard, unguard)]
