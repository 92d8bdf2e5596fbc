import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cancellations", "0023_lease_hooks_name_watches"),
        ("stores", "0018_move_shops_to_connections"),
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
