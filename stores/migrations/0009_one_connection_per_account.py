from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stores", "0008_name_what_an_order_copies")]
    operations = [
        migrations.AddField("store", "account", models.CharField(default="", max_length=200)),
        migrations.AddConstraint(
            "store",
            models.UniqueConstraint(
                fields=["platform", "account"], condition=~models.Q(account=""), name="one_connection_per_account"
            ),
        ),
    ]
