from django.db import migrations, transaction

BATCH = 2_000  # rows a transaction
# The plan of the cancellation is the one that runs; both are the same but where somebody wrote into the database.
THERE = """
    UPDATE cancellations_preview
    SET plan = (SELECT plan FROM cancellations_cancellation c WHERE c.preview_id = cancellations_preview.id)
    WHERE id IN (
        SELECT p.id FROM cancellations_cancellation c JOIN cancellations_preview p ON p.id = c.preview_id
        WHERE c.id > %s AND c.id <= %s AND c.plan <> p.plan
    )
"""
BACK = """
    UPDATE cancellations_cancellation
    SET plan = (SELECT plan FROM cancellations_preview p WHERE p.id = cancellations_cancellation.preview_id)
    WHERE id > %s AND id <= %s
"""


def move(statement):
    def run(apps, schema_editor):
        connection, begin = schema_editor.connection, 0
        while ids := _next(connection, begin):
            with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                cursor.execute(statement, [begin, ids[-1]])
            begin = ids[-1]

    return run


def _next(connection, begin):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM cancellations_cancellation WHERE id > %s ORDER BY id LIMIT %s", [begin, BATCH])
        return [row[0] for row in cursor.fetchall()]


class Migration(migrations.Migration):
    """By batches, each in a transaction of its own; what was cut off is run again from the start."""

    atomic = False

    dependencies = [("cancellations", "0018_steps_that_wait_for_a_shop")]

    operations = [migrations.RunPython(move(THERE), move(BACK))]
