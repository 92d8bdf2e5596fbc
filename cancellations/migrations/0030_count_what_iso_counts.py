"""Amounts in currencies whose parts were not counted before (kernel/money.COUNTED) get their digits."""

from django.db import migrations
from django.db.models import F, Q

HUNDREDTHS = ("AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SLL", "SOS", "SYP", "YER")
FACTORS = ((HUNDREDTHS, 100), (("IQD",), 1000))


def count(apps, schema_editor, *, again=False):
    """again: the way back, where parts are lost."""
    rows = apps.get_model("cancellations", "Cancellation").objects.using(schema_editor.connection.alias)
    for currencies, factor in FACTORS:
        limited = Q(limit_currency__in=currencies) | Q(limit_currency="", store__currency__in=currencies)
        for field, which in (("money_minor", Q(currency__in=currencies)), ("limit_minor", limited)):
            told = F(field) / factor if again else F(field) * factor
            rows.filter(pk__in=rows.filter(which).values("pk")).update(**{field: told})


def forget(apps, schema_editor):
    count(apps, schema_editor, again=True)


class Migration(migrations.Migration):
    dependencies = [("cancellations", "0029_index_who_asked_and_why"), ("stores", "0025_count_what_iso_counts")]
    operations = [migrations.RunPython(count, forget)]
