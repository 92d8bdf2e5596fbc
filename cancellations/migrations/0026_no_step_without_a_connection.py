import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cancellations", "0025_steps_act_on_their_shops_connection")]

    operations = [
        migrations.AlterField(
            "step",
            "connection",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="stores.connection",
            ),
        ),
    ]
