from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stores", "0011_refuse_to_replace_audit_rows")]
    operations = [
        migrations.AddIndex(
            model_name="orderrecord",
            index=models.Index(
                models.F("placed_at").desc(),
                models.F("id").desc(),
                condition=models.Q(is_disputed=True),
                name="order_disputed",
            ),
        ),
        migrations.AddIndex(
            model_name="orderrecord",
            index=models.Index(
                models.F("total_minor"),
                models.F("currency"),
                models.F("store"),
                models.F("placed_at").desc(),
                models.F("id").desc(),
                name="order_by_total",
            ),
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["chain", "id"], name="audit_by_chain"),
        ),
    ]
