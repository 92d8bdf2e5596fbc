import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stores", "0009_one_connection_per_account")]
    operations = [
        migrations.CreateModel(
            "UnreadableOrder",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("key", models.CharField(max_length=120)),
                ("external_id", models.CharField(blank=True, max_length=120)),
                ("number", models.CharField(blank=True, max_length=60)),
                ("search", models.CharField(max_length=400)),
                ("reason", models.CharField(max_length=300)),
                ("updated_at", models.DateTimeField(null=True)),
                ("first_seen_at", models.DateTimeField()),
                ("last_tried_at", models.DateTimeField()),
                ("next_try_at", models.DateTimeField(db_index=True, null=True)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("store", models.ForeignKey("stores.Store", models.CASCADE, related_name="unreadable")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("store", "key"), name="one_entry_per_unreadable"),
                ],
            },
        ),
    ]
