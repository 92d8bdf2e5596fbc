from django.db import migrations, models


class Migration(migrations.Migration):
    """A webhook is leased with owner and fence like everything else; a watch is called by what it watches."""

    dependencies = [("cancellations", "0022_receipts_with_a_version")]

    operations = [
        migrations.RenameModel("CopyWatch", "MirrorWatch"),
        migrations.AddField("inbox", "lease_owner", models.CharField(blank=True, default="", max_length=80), False),
        migrations.AddField("inbox", "lease_until", models.DateTimeField(null=True)),
        migrations.AddField("inbox", "fence", models.PositiveBigIntegerField(default=0)),
    ]
