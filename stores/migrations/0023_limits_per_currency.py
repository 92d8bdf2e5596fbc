import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stores", "0022_keep_lists_of_orders")]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="limit_all_per_day",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="ExchangeRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("base", models.CharField(max_length=3)),
                ("currency", models.CharField(max_length=3)),
                ("rate", models.CharField(max_length=24)),
                ("on", models.DateField()),
                (
                    "source",
                    models.CharField(
                        choices=[("ecb", "European Central Bank"), ("typed", "typed in")], max_length=8
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("on", "source", "base", "currency"), name="one_exchange_rate_a_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CurrencyLimit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("per_cancellation", models.BigIntegerField()),
                ("per_day", models.BigIntegerField()),
                (
                    "membership",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="currency_limits",
                        to="stores.membership",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("membership", "currency"), name="one_limit_per_currency"),
                    models.CheckConstraint(
                        condition=models.Q(("per_cancellation__gte", 0), ("per_day__gte", 0)),
                        name="currency_limits_not_negative",
                    ),
                ],
            },
        ),
    ]
