from django.db import migrations, models


class Migration(migrations.Migration):
    """Going back, the column is empty until the plans are; `blank` says so to Django, and nothing to a database."""

    dependencies = [("cancellations", "0019_keep_the_plan_once")]

    operations = [
        migrations.AlterField(model_name="cancellation", name="plan", field=models.TextField(blank=True)),
        migrations.RemoveField(model_name="cancellation", name="plan"),
    ]
