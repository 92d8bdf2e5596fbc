from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

build = import_module("stores.migrations.0007_search_index").build


class Migration(migrations.Migration):
    """Going back, the column is empty until the rows are; `blank` says so to Django and changes nothing in a database.

    SQLite drops a column in its place, and makes the table anew to add one, which drops the triggers of the word index.
    """

    dependencies = [("stores", "0015_move_order_snapshots")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, build),
        migrations.AlterField(model_name="orderrecord", name="snapshot", field=models.TextField(blank=True)),
        migrations.RemoveField(model_name="orderrecord", name="snapshot"),
        migrations.AlterField(
            model_name="ordersnapshot",
            name="order",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                primary_key=True,
                related_name="snapshot",
                serialize=False,
                to="stores.orderrecord",
            ),
        ),
    ]
