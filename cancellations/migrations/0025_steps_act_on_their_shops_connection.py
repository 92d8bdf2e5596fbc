from django.core.management.base import CommandError
from django.db import migrations
from django.db.models import F, OuterRef, Subquery


def fill(apps, schema_editor):
    """Until now a step could only act where its shop's orders are."""
    cancellations = apps.get_model("cancellations", "Cancellation").objects.filter(pk=OuterRef("cancellation"))
    steps = apps.get_model("cancellations", "Step").objects.filter(connection=None)
    steps.update(connection_id=Subquery(cancellations.values("store__connection")[:1]))


def empty(apps, schema_editor):
    """Refused while a step acts elsewhere: the version before would send it to its shop."""
    steps = apps.get_model("cancellations", "Step").objects
    if steps.exclude(connection=F("cancellation__store__connection")).exists():
        raise CommandError("There are steps that act on another connection than that of their shop's orders.")
    steps.update(connection=None)


class Migration(migrations.Migration):
    dependencies = [("cancellations", "0024_name_the_connection_of_steps")]

    operations = [migrations.RunPython(fill, empty)]
