from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0004_destinations")]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="command",
            field=models.BinaryField(default=b""),
        ),
    ]
