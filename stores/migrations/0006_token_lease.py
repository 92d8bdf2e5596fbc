from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stores", "0005_cache_table")]
    operations = [
        migrations.AddField("storehealth", "token_lease_until", models.DateTimeField(null=True)),
    ]
