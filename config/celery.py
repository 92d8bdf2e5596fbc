"""The doorbell: a message carries a uuid; the queue itself is the database (RELIABILITY 8)."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("rescind")
app.config_from_object("django.conf:settings", namespace="CELERY")


@celeryd_init.connect
@beat_init.connect
def keep_private(**_sender: Any) -> None:
    """Whatever worker and scheduler write is their owner's alone."""
    os.umask(0o077)


@worker_ready.connect
def keep_watch(**_sender: Any) -> None:
    """No sweep for 10 seconds: this worker sweeps by itself."""
    from cancellations.execution import watch  # apps are loaded by now, not at import

    watch.start()
