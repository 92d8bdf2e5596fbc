"""What was acted on within a fortnight is looked at again a day after its last look."""

from datetime import timedelta

from django.db import migrations
from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Coalesce
from django.utils import timezone


def fill(apps, schema_editor):
    rows = apps.get_model("cancellations", "Cancellation").objects.filter(state__in=["done", "refused"])
    a_day_later = ExpressionWrapper(Coalesce("reread_at", "finished_at") + timedelta(hours=24), DateTimeField())
    rows.filter(created_at__gt=timezone.now() - timedelta(days=14)).update(look_again_at=a_day_later)


class Migration(migrations.Migration):
    dependencies = [("cancellations", "0016_queue_second_looks")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
