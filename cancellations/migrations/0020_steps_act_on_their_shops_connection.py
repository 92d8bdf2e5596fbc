from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    """Until now a step could only act where its shop's orders are."""
    cancellations = apps.get_model("cancellations", "Cancellation").objects.filter(pk=OuterRef("cancellation"))
    steps = apps.get_model("cancellations", "Step").objects.filter(connection=None)
    steps.update(connection_id=Subquery(cancellations.values("store__connection")[:1]))


def empty(apps, schema_editor):
    apps.get_model("cancellations", "Step").objects.update(connection=None)


class Migration(migrations.Migration):
    dependencies = [("cancellations", "0019_name_the_connection_of_steps")]

    operations = [migrations.RunPython(fill, empty)]
