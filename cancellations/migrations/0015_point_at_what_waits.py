"""Messages learn whom and what they are about; what a person had let stand stays out of *Needs a look*.

Refusals count there from now on: those of the last 14 days begin to, older ones are taken as seen.
"""

from datetime import timedelta
from uuid import UUID

from django.db import migrations
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

BATCH = 1000
SUBJECT = "cancellation:"


def point(apps, schema_editor):
    Delivery = apps.get_model("notifications", "Delivery")
    last = 0
    while rows := list(Delivery.objects.filter(pk__gt=last, about=None, subject__startswith=SUBJECT).order_by("pk")[:BATCH]):
        last = rows[-1].pk
        _fill(apps, rows)
        Delivery.objects.bulk_update(rows, ["about", "store", "person", "looked_at"])


def _fill(apps, rows):
    named = {row.pk: UUID(row.subject.removeprefix(SUBJECT)) for row in rows}
    told = {row.pk: row.payload.get("to") for row in rows}
    cancellations = apps.get_model("cancellations", "Cancellation").objects.filter(uuid__in=named.values())
    facts = {uuid: (store, at) for uuid, store, at in cancellations.values_list("uuid", "store", "looked_at")}
    people = apps.get_model("stores", "User").objects.filter(uuid__in=filter(None, told.values()))
    by_uuid = {str(uuid): pk for uuid, pk in people.values_list("uuid", "pk")}
    for row in rows:
        store, looked_at = facts.get(named[row.pk], (None, None))
        row.about, row.store_id, row.person_id = named[row.pk], store, by_uuid.get(told[row.pk])
        row.looked_at = looked_at if row.state == "given_up" else None


def keep_what_was_seen(apps, schema_editor):
    Cancellation = apps.get_model("cancellations", "Cancellation")
    seen = Cancellation.objects.filter(pk=OuterRef("cancellation")).values("looked_at")
    apps.get_model("cancellations", "CopyWatch").objects.filter(state="open").update(looked_at=Subquery(seen))
    shop = apps.get_model("stores", "OrderRecord").objects.filter(pk=OuterRef("order")).values("store")
    apps.get_model("cancellations", "CopyWatch").objects.filter(store=None).update(store=Subquery(shop))
    old = Cancellation.objects.filter(state="refused", differs=False, looked_at=None)
    old.filter(finished_at__lt=timezone.now() - timedelta(days=14)).update(looked_at=F("finished_at"))


class Migration(migrations.Migration):
    dependencies = [("cancellations", "0014_index_what_waits"), ("notifications", "0002_tell_whom_and_where")]
    operations = [
        migrations.RunPython(point, migrations.RunPython.noop),
        migrations.RunPython(keep_what_was_seen, migrations.RunPython.noop),
    ]
