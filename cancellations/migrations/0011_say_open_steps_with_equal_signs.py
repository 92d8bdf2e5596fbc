from functools import reduce
from operator import or_

from django.db import migrations, models

OPEN = reduce(or_, (models.Q(state=s) for s in ("accepted", "intended", "pending", "retry_wait", "unknown")))


class Migration(migrations.Migration):
    """The same partial indexes in words that SQLite finds again in a question (see models/step.py)."""

    dependencies = [("cancellations", "0010_index_states_by_time")]
    operations = [
        migrations.RemoveIndex(model_name="step", name="step_due"),
        migrations.RemoveIndex(model_name="step", name="step_to_tell"),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(fields=["next_attempt_at"], condition=OPEN, name="step_due"),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(fields=["tell_at"], condition=OPEN, name="step_to_tell"),
        ),
    ]
