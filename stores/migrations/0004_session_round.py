from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stores", "0003_refuse_changes_of_audit_rows")]

    operations = [
        migrations.AddField("user", "session_round", models.PositiveIntegerField(default=0)),
    ]
