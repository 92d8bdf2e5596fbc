"""The doorbell: a message carries a uuid; the queue itself is the database (RELIABILITY 8)."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init, import_modules, worker_init
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
TRANSPORT_ALIASES["filesystem"] = "config.file_broker:Transport"  # kombu's own believes half-written files


@import_modules.connect
def check_deployment(**_sender: Any) -> None:
    """Before worker or scheduler load anything; connected before the app is made, so that it is the first."""
    from config import start  # web and commands import this module, too

    start.check()


app = Celery("rescind")
app.config_from_object("django.conf:settings", namespace="CELERY")


@celeryd_init.connect
@beat_init.connect
def keep_private(**_sender: Any) -> None:
    """Whatever worker and scheduler write is their owner's alone."""
    os.umask(0o077)


@worker_init.connect
def keep_watch(**_sender: Any) -> None:
    """No sweep for 10 seconds: this worker takes what is due by itself. Also one that starts without a broker."""
    from cancellations.scheduler import watchdog  # apps are loaded by now, not at import
    from config import start
    from stores.audit import rounds
    from stores.services import timekeeper

    start.look_at_database()
    timekeeper.start()
    rounds.begin()
    watchdog.start()
