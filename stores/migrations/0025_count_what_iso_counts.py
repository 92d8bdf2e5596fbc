"""Amounts in currencies whose parts were not counted before (kernel/money.COUNTED) get their digits."""

from django.conf import settings
from django.db import migrations
from django.db.models import F

HUNDREDTHS = ("AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SLL", "SOS", "SYP", "YER")
FACTORS = ((HUNDREDTHS, 100), (("IQD",), 1000))


def count(apps, schema_editor, *, again=False):
    """again: the way back, where parts are lost. NULL stays NULL."""
    for currencies, factor in FACTORS:
        for model, field, where in AMOUNTS:
            rows = apps.get_model("stores", model).objects.using(schema_editor.connection.alias)
            # By key: an UPDATE names no other table.
            keys = rows.filter(**{f"{where}currency__in": currencies}).values("pk")
            told = F(field) / factor if again else F(field) * factor
            rows.filter(pk__in=keys).update(**{field: told})
        count_tiers(apps.get_model("stores", "HoldTier"), schema_editor, currencies, factor, again=again)
        if settings.CURRENCY in currencies:
            memberships = apps.get_model("stores", "Membership").objects.using(schema_editor.connection.alias)
            told = F("limit_all_per_day") / factor if again else F("limit_all_per_day") * factor
            memberships.update(limit_all_per_day=told)


def count_tiers(model, schema_editor, currencies, factor, *, again):
    """One by one: no tier may stand on the amount of one that has not moved yet, and none on nothing."""
    rows = model.objects.using(schema_editor.connection.alias).filter(store__currency__in=currencies)
    for row in rows.order_by("from_minor" if again else "-from_minor"):
        row.from_minor = max(1, row.from_minor // factor) if again else row.from_minor * factor
        row.save(update_fields=["from_minor"])


def forget(apps, schema_editor):
    count(apps, schema_editor, again=True)


AMOUNTS = (
    ("OrderRecord", "total_minor", ""),
    ("Membership", "limit_per_cancellation", "store__"),
    ("Membership", "limit_per_day", "store__"),
    ("CurrencyLimit", "per_cancellation", ""),
    ("CurrencyLimit", "per_day", ""),
)


class Migration(migrations.Migration):
    dependencies = [("stores", "0024_hold_by_amount")]
    operations = [migrations.RunPython(count, forget)]
