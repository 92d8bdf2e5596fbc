import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stores", "0018_move_shops_to_connections")]

    operations = [
        migrations.AlterField(
            "store",
            "connection",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="stores", to="stores.connection"
            ),
        ),
        migrations.RemoveField("store", "account"),
        migrations.RemoveField("store", "settings"),
        migrations.RemoveField("store", "granted_scopes"),
        migrations.RemoveField("store", "inbox_token"),
        migrations.DeleteModel("StoreSecret"),
        migrations.DeleteModel("StoreHealth"),
    ]
