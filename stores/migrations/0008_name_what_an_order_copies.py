from django.db import migrations, models


class Migration(migrations.Migration):
    """No row to fill: no platform known before this version mirrors orders."""

    dependencies = [("stores", "0007_search_index")]

    operations = [
        migrations.AddField(
            model_name="orderrecord",
            name="source_folded",
            field=models.CharField(blank=True, default="", max_length=60),
        ),
        migrations.AddIndex(
            model_name="orderrecord",
            index=models.Index(condition=~models.Q(source_folded=""), fields=["source_folded"], name="order_copies"),
        ),
    ]
