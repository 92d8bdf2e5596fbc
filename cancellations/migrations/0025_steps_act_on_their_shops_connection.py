from django.core.management.base import CommandError
from django.db import migrations, transaction
from django.db.models import F, OuterRef, Subquery

BATCH = 5_000  # rows a transaction: whoever else writes waits no longer than for one


def fill(apps, schema_editor):
    """Until now a step could only act where its shop's orders are."""
    cancellations = apps.get_model("cancellations", "Cancellation").objects.filter(pk=OuterRef("cancellation"))
    by_batches(apps, schema_editor, Subquery(cancellations.values("store__connection")[:1]))


def empty(apps, schema_editor):
    """Refused while a step acts elsewhere: the version before would send it to its shop."""
    steps = apps.get_model("cancellations", "Step").objects
    if steps.exclude(connection=F("cancellation__store__connection")).exists():
        raise CommandError("There are steps that act on another connection than that of their shop's orders.")
    by_batches(apps, schema_editor, None)


def by_batches(apps, schema_editor, connection):
    """By the key alone: no index tells which are still to be filled."""
    rows, begin = apps.get_model("cancellations", "Step").objects.order_by("pk"), 0
    while ids := list(rows.filter(pk__gt=begin).values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic(using=schema_editor.connection.alias):
            rows.filter(pk__gt=begin, pk__lte=ids[-1]).order_by().update(connection_id=connection)
        begin = ids[-1]


class Migration(migrations.Migration):
    """By batches, each in a transaction of its own; what was cut off is run again from the start."""

    atomic = False

    dependencies = [("cancellations", "0024_name_the_connection_of_steps")]

    operations = [migrations.RunPython(fill, empty)]
