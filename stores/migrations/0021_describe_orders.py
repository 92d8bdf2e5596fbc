from django.db import migrations, models

COLUMNS = {
    "bought": ("varchar(120) NOT NULL DEFAULT ''", models.CharField(blank=True, default="", max_length=120)),
    "lines": ("smallint NOT NULL DEFAULT 0 CHECK (lines >= 0)", models.PositiveSmallIntegerField(default=0)),
    "described_as": (
        "smallint NOT NULL DEFAULT 0 CHECK (described_as >= 0)",
        models.PositiveSmallIntegerField(default=0),
    ),
}


class Migration(migrations.Migration):
    """By hand: each database adds such a column in its place and at once, whatever the table holds, while Django makes
    it anew on SQLite, which takes long and drops the triggers of the word index.
    """

    dependencies = [("stores", "0020_own_time_zone")]

    operations = [
        *(
            migrations.RunSQL(
                f"ALTER TABLE stores_orderrecord ADD COLUMN {name} {kind}",
                f"ALTER TABLE stores_orderrecord DROP COLUMN {name}",
                state_operations=[migrations.AddField("orderrecord", name, field)],
            )
            for name, (kind, field) in COLUMNS.items()
        ),
        migrations.AddIndex(
            "orderrecord",
            models.Index(models.F("units_open").desc(), models.F("id").desc(), name="order_by_units"),
        ),
        migrations.AddIndex(
            "orderrecord",
            models.Index(fields=["id"], condition=models.Q(described_as=0), name="order_undescribed"),
        ),
    ]
