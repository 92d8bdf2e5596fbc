from importlib import import_module

from django.db import migrations, models

build = import_module("stores.migrations.0007_search_index").build


class Migration(migrations.Migration):
    """No row to fill: no platform known before this version mirrors orders.

    SQLite makes the table anew for a column, which drops the triggers of the word index: built again, both ways.
    """

    dependencies = [("stores", "0007_search_index")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, build),
        migrations.AddField(
            model_name="orderrecord",
            name="source_folded",
            field=models.CharField(blank=True, default="", max_length=60),
        ),
        migrations.AddIndex(
            model_name="orderrecord",
            index=models.Index(condition=~models.Q(source_folded=""), fields=["source_folded"], name="order_copies"),
        ),
        migrations.RunPython(build, migrations.RunPython.noop),
    ]
