from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cancellations", "0027_why_it_needs_approval")]

    operations = [
        migrations.AddField(
            model_name="cancellation",
            name="hold_seconds",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
