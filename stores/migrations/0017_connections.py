import django.db.models.deletion
import stores.models.connection
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    """The new tables, still empty. What the shops lose is let loose first, so that a way back can fill it again."""

    dependencies = [("stores", "0016_drop_snapshot_column")]

    operations = [
        migrations.RemoveConstraint("store", "one_connection_per_account"),
        migrations.AlterField("store", "inbox_token", models.CharField(max_length=64, null=True)),
        migrations.RemoveConstraint("storesecret", "one_secret_per_name"),
        migrations.CreateModel(
            "Connection",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("connector", models.CharField(max_length=40)),
                ("account", models.CharField(default="", max_length=200)),
                ("name", models.CharField(max_length=120)),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "Active"), ("disconnected", "Disconnected")],
                        default="active",
                        max_length=16,
                    ),
                ),
                ("settings", models.JSONField(default=dict)),
                ("granted_scopes", models.JSONField(default=list)),
                (
                    "inbox_token",
                    models.CharField(default=stores.models.connection.inbox_token, max_length=64, unique=True),
                ),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["connector", "account"],
                        condition=~models.Q(account=""),
                        name="one_connection_per_account",
                    )
                ]
            },
        ),
        migrations.CreateModel(
            "ConnectionSecret",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
                ("sealed", models.BinaryField()),
                ("updated_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("moved_from", models.BinaryField(null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="secrets", to="stores.connection"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["connection", "name"], name="one_secret_per_name"),
                ]
            },
        ),
        migrations.CreateModel(
            "ConnectionHealth",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("next_slot_at", models.FloatField(default=0)),
                ("throttled_until", models.FloatField(default=0)),
                ("work_since", models.FloatField(default=0)),
                ("work_until", models.FloatField(default=0)),
                ("work_wants", models.FloatField(default=0)),
                ("seconds_per_point", models.FloatField(default=0.01)),
                ("bucket_size", models.FloatField(default=1000)),
                ("bucket_left", models.FloatField(null=True)),
                ("last_success_at", models.DateTimeField(null=True)),
                ("last_error_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=300)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("breaker_open_since", models.DateTimeField(null=True)),
                ("breaker_probe_at", models.DateTimeField(null=True)),
                ("token_lease_until", models.DateTimeField(null=True)),
                ("hook_seen_at", models.DateTimeField(null=True)),
                ("hooks_checked_at", models.DateTimeField(null=True)),
                ("hooks_error", models.CharField(blank=True, max_length=300)),
                ("hooks_standing", models.PositiveIntegerField(default=0)),
                (
                    "connection",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="health", to="stores.connection"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            "StoreRole",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("payments", "Payments"),
                            ("stock", "Stock"),
                            ("books", "Books"),
                            ("messages", "Messages"),
                        ],
                        max_length=16,
                    ),
                ),
                ("method", models.CharField(blank=True, default="", max_length=60)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="roles", to="stores.connection"
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="roles",
                        to="stores.store",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["store", "role", "method"], name="one_connection_per_role")
                ]
            },
        ),
        migrations.AddField(
            "store",
            "connection",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stores",
                to="stores.connection",
            ),
        ),
    ]
