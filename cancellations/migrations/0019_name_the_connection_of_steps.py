import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cancellations", "0018_steps_that_wait_for_a_shop"),
        ("stores", "0015_move_shops_to_connections"),
    ]

    operations = [
        migrations.AddField(
            "step",
            "connection",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="stores.connection",
            ),
        ),
    ]
