import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def take_back_new_states(apps, schema_editor):
    """The version before knows neither a journal nor an unknown outcome: what may have left is given up."""
    rows = apps.get_model("notifications", "Delivery").objects
    rows.filter(state__in=["intended", "accepted", "unknown"]).update(
        state="given_up", next_attempt_at=None, lease_owner="", lease_until=None
    )
    rows.filter(state="retry_wait").update(state="pending")


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0002_tell_whom_and_where'),
        ('stores', '0013_limiter_shares'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DeliveryAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('generation', models.PositiveSmallIntegerField()),
                ('fence', models.PositiveBigIntegerField()),
                ('key', models.CharField(max_length=45)),
                ('method', models.CharField(max_length=8)),
                ('path', models.CharField(max_length=300)),
                ('headers', models.JSONField(default=dict)),
                ('body', models.BinaryField()),
                ('created_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, max_length=16)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('code', models.CharField(blank=True, max_length=80)),
                ('request_id', models.CharField(blank=True, max_length=80)),
                ('answer', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['pk'],
                'abstract': False,
            },
        ),
        migrations.RemoveIndex(
            model_name='delivery',
            name='delivery_due',
        ),
        migrations.RemoveIndex(
            model_name='delivery',
            name='delivery_waiting',
        ),
        migrations.AddField(
            model_name='delivery',
            name='absent_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='delivery',
            name='absent_since',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='delivery',
            name='first_sent_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='delivery',
            name='generation',
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='delivery',
            name='looks',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='delivery',
            name='refusal',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='delivery',
            name='result',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='delivery',
            name='unknown_since',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='state',
            field=models.CharField(choices=[('pending', 'Pending'), ('intended', 'Intended'), ('accepted', 'Accepted'), ('retry_wait', 'Retry Wait'), ('unknown', 'Unknown'), ('sent', 'Sent'), ('given_up', 'Given Up'), ('moot', 'Moot')], default='pending', max_length=10),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'accepted'), ('state', 'intended'), ('state', 'pending'), ('state', 'retry_wait'), ('state', 'unknown'), _connector='OR'), fields=['next_attempt_at'], name='delivery_due'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'intended'), ('state', 'pending'), ('state', 'retry_wait'), _connector='OR'), fields=['person', 'store'], name='delivery_waiting'),
        ),
        migrations.RunPython(migrations.RunPython.noop, take_back_new_states),
        migrations.AddField(
            model_name='deliveryattempt',
            name='delivery',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='notifications.delivery'),
        ),
    ]
