"""Cancellations from before: who approved, else who asked; approved ones from when their hold ended, at the latest."""

from django.db import migrations
from django.db.models import F
from django.db.models.functions import Coalesce


def fill(apps, schema_editor):
    rows = apps.get_model("cancellations", "Cancellation").objects.filter(counts_for=None)
    confirmed = rows.filter(approver=None).exclude(state__in=["awaiting_approval", "expired"])
    confirmed.exclude(held_until=None).update(
        vouched_by=F("requester"), counts_for=F("requester"), counts_from=F("created_at")
    )
    rows.exclude(approver=None).update(
        vouched_by=F("approver"), counts_for=F("approver"), counts_from=Coalesce("held_until", "created_at")
    )


class Migration(migrations.Migration):
    dependencies = [("cancellations", "0008_count_whose_day")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
