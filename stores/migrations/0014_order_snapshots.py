import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A table of their own; the rows follow, then the column goes."""

    dependencies = [("stores", "0013_limiter_shares")]

    operations = [
        migrations.CreateModel(
            name="OrderSnapshot",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",  # the name it is to have is still that of the column
                        serialize=False,
                        to="stores.orderrecord",
                    ),
                ),
                ("text", models.TextField()),
            ],
        ),
    ]
