"""The doorbell: a message carries a uuid; the queue itself is the database (RELIABILITY 8)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("rescind")
app.config_from_object("django.conf:settings", namespace="CELERY")
