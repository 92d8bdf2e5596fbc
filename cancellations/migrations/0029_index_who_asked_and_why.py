from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cancellations", "0028_keep_the_hold"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="cancellation",
            index=models.Index(
                models.F("requester"),
                models.OrderBy(models.F("created_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="cancellation_by_person",
            ),
        ),
        migrations.AddIndex(
            model_name="cancellation",
            index=models.Index(
                models.F("reason"),
                models.OrderBy(models.F("created_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="cancellation_by_reason",
            ),
        ),
    ]
