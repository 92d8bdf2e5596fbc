from django.core.management import call_command
from django.db import migrations


def create(apps, schema_editor):
    """The cache holds the counters of throttling; `createcachetable` leaves a table alone that stands already."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def drop(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE IF EXISTS {schema_editor.quote_name('rescind_cache')}")


class Migration(migrations.Migration):
    dependencies = [("stores", "0004_session_round")]

    operations = [migrations.RunPython(create, drop)]
