"""Steps that were under way when the clock of each step came in get it now."""

from datetime import timedelta

from django.db import migrations
from django.utils import timezone

UNDER_WAY = ("pending", "intended", "accepted", "retry_wait", "unknown")


def set_clocks(apps, schema_editor):
    steps = apps.get_model("cancellations", "Step").objects.exclude(next_attempt_at=None)
    steps.filter(state__in=UNDER_WAY, tell_at=None).update(tell_at=timezone.now() + timedelta(minutes=15))


class Migration(migrations.Migration):
    dependencies = [("cancellations", "0006_look_before_sending")]
    operations = [migrations.RunPython(set_clocks, migrations.RunPython.noop)]
