from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("stores", "0025_count_what_iso_counts"),
    ]

    operations = [
        migrations.AddField(
            model_name="store",
            name="removed_at",
            field=models.DateTimeField(null=True),
        ),
    ]
