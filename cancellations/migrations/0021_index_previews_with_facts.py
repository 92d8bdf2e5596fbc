from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cancellations", "0020_drop_the_second_plan")]

    operations = [
        migrations.AddIndex(
            model_name="preview",
            index=models.Index(condition=~models.Q(facts=""), fields=["created_at"], name="preview_with_facts"),
        ),
    ]
