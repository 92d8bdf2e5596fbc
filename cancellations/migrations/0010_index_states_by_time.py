from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cancellations", "0009_whose_day")]
    operations = [
        migrations.AddIndex(
            model_name="cancellation",
            index=models.Index(
                models.F("state"),
                models.F("created_at").desc(),
                models.F("id").desc(),
                name="cancellation_by_state_time",
            ),
        ),
    ]
