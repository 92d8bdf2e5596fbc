from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cancellations", "0004_watch_copies")]
    operations = [
        migrations.AddField("cancellation", "limit_currency", models.CharField(default="", max_length=3)),
    ]
