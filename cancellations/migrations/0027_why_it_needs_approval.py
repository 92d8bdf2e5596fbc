from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cancellations", "0026_no_step_without_a_connection")]

    operations = [
        migrations.AddField(
            model_name="cancellation",
            name="asked_why",
            field=models.CharField(blank=True, db_default="", default="", max_length=24),
        ),
    ]
