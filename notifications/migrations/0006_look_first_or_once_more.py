from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0005_keep_the_command")]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="must_look",
            field=models.BooleanField(default=False, db_default=False),
        ),
        migrations.AddField(
            model_name="delivery",
            name="again_at",
            field=models.DateTimeField(null=True),
        ),
    ]
