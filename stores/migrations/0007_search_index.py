"""The index that words are looked up in: FTS5 trigrams on SQLite, pg_trgm on PostgreSQL where it can be had.

Search is correct without it, only slower. SQLite drops triggers with a table that Django rebuilds: a later migration
that alters OrderRecord runs `build` of this one again (a test tells when it is forgotten).
"""

from django.db import DatabaseError, migrations, transaction

SQLITE = (
    """CREATE VIRTUAL TABLE IF NOT EXISTS stores_order_words USING fts5(
        search, content='stores_orderrecord', content_rowid='id', tokenize='trigram', detail='none', columnsize=0)""",
    """CREATE TRIGGER IF NOT EXISTS stores_order_words_added AFTER INSERT ON stores_orderrecord BEGIN
        INSERT INTO stores_order_words(rowid, search) VALUES (new.id, new.search); END""",
    """CREATE TRIGGER IF NOT EXISTS stores_order_words_removed AFTER DELETE ON stores_orderrecord BEGIN
        INSERT INTO stores_order_words(stores_order_words, rowid, search) VALUES ('delete', old.id, old.search); END""",
    """CREATE TRIGGER IF NOT EXISTS stores_order_words_changed AFTER UPDATE OF search ON stores_orderrecord
        WHEN old.search IS NOT new.search BEGIN
        INSERT INTO stores_order_words(stores_order_words, rowid, search) VALUES ('delete', old.id, old.search);
        INSERT INTO stores_order_words(rowid, search) VALUES (new.id, new.search); END""",
    "INSERT INTO stores_order_words(stores_order_words) VALUES ('rebuild')",
)
POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX IF NOT EXISTS stores_order_words ON stores_orderrecord USING gin (search gin_trgm_ops)",
)


def build(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "sqlite":
        _run(connection, SQLITE)
    elif connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")
            if cursor.fetchone():
                _run(connection, POSTGRESQL)


def _run(connection, statements):
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    except DatabaseError:  # no FTS5 in this build, or no right to create an extension
        pass


def remove(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "sqlite":
            for trigger in ("added", "removed", "changed"):
                cursor.execute(f"DROP TRIGGER IF EXISTS stores_order_words_{trigger}")
            cursor.execute("DROP TABLE IF EXISTS stores_order_words")
        else:
            cursor.execute("DROP INDEX IF EXISTS stores_order_words")


class Migration(migrations.Migration):
    dependencies = [("stores", "0006_token_lease")]
    operations = [migrations.RunPython(build, remove)]
