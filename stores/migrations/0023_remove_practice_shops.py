from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("stores", "0022_keep_lists_of_orders"),
    ]

    operations = [
        migrations.AddField(
            model_name="store",
            name="removed_at",
            field=models.DateTimeField(null=True),
        ),
    ]
