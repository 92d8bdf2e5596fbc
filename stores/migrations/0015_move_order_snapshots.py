from django.db import migrations, transaction

BATCH = 2_000  # rows a transaction: what another process waits for is short
THERE = """
    INSERT INTO stores_ordersnapshot (order_id, text)
    SELECT id, snapshot FROM stores_orderrecord WHERE id > %s AND id <= %s
    ON CONFLICT (order_id) DO UPDATE SET text = excluded.text
"""
BACK = """
    UPDATE stores_orderrecord
    SET snapshot = (SELECT text FROM stores_ordersnapshot WHERE order_id = stores_orderrecord.id)
    WHERE id > %s AND id <= %s AND EXISTS (SELECT 1 FROM stores_ordersnapshot WHERE order_id = stores_orderrecord.id)
"""


def move(statement):
    """Batch by batch, each in a transaction of its own; what was cut off is run again from the start."""

    def run(apps, schema_editor):
        connection, begin = schema_editor.connection, 0
        while ids := _next(connection, begin):
            with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                cursor.execute(statement, [begin, ids[-1]])
            begin = ids[-1]

    return run


def _next(connection, begin):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM stores_orderrecord WHERE id > %s ORDER BY id LIMIT %s", [begin, BATCH])
        return [row[0] for row in cursor.fetchall()]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("stores", "0014_order_snapshots")]

    operations = [migrations.RunPython(move(THERE), move(BACK))]
