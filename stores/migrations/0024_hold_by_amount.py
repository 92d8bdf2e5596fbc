import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stores", "0023_limits_per_currency")]

    operations = [
        migrations.CreateModel(
            name="HoldTier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_minor", models.BigIntegerField()),
                ("seconds", models.PositiveIntegerField()),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hold_tiers",
                        to="stores.store",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("store", "from_minor"), name="one_hold_per_amount"),
                    models.CheckConstraint(condition=models.Q(("from_minor__gt", 0)), name="hold_tiers_above_zero"),
                ],
            },
        ),
    ]
