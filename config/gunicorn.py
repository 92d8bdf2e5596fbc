"""The options of the web server, for `manage.py up` and for a service alike:

gunicorn --config config/gunicorn.py config.wsgi

What the command line says wins (`--bind`). Read in gunicorn's parent process, before it forks its workers.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from django.conf import settings

bind = f"[{settings.HOST}]:{settings.PORT}" if ":" in settings.HOST else f"{settings.HOST}:{settings.PORT}"
worker_class = "config.server.Worker"  # gthread, with answers of ours for what is no HTTP
workers = settings.WEB_WORKERS
threads = settings.WEB_THREADS
graceful_timeout = 5  # seconds; `up` and systemd wait longer before they kill
limit_request_line = 8190  # a pasted list of 200 order numbers stands in the address
forwarder_headers = ""  # else a proxy that hands on every header lets callers say SCRIPT_NAME, a part of every link
control_socket_disable = True  # it would lie in the home folder
loglevel = "warning"
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108  heartbeats belong in memory


def on_starting(server: Any) -> None:
    """Leave before any worker is made when the settings, or the address to listen on, must not be used."""
    from config import start

    for address in server.cfg.address:
        start.check(host=(address[0] or "0.0.0.0") if isinstance(address, tuple) else "")  # noqa: S104  named, not bound
