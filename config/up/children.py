"""Which processes the product consists of, as commands. At scale each is a service of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

SANDBOX, WEB, WORKER, BEAT = "sandbox", "web", "worker", "beat"


@dataclass(frozen=True)
class Child:
    name: str
    command: Sequence[str]


def web(host: str, port: int) -> Child:
    """gunicorn's control socket would lie in the home folder, so it is off; heartbeats go to memory."""
    options = ["--worker-class", "config.server.Worker", "--workers", "1", "--threads", str(settings.WEB_THREADS)]
    options += ["--bind", f"{host}:{port}", "--no-control-socket", "--graceful-timeout", "5", "--log-level", "warning"]
    options += ["--limit-request-line", "8190"]  # a pasted list of 200 order numbers stands in the address
    if os.path.isdir("/dev/shm"):  # noqa: S108  a folder in memory, only looked for
        options += ["--worker-tmp-dir", "/dev/shm"]  # noqa: S108
    return Child(WEB, [sys.executable, "-m", "gunicorn", "config.wsgi:application", *options])


def worker() -> Child:
    """Threads: they wait for platforms most of the time. One thread would be throttled by the broker's poll."""
    options = ["-P", "threads", "-c", str(settings.WORKER_THREADS), "--loglevel", "warning"]
    options += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return Child(WORKER, [sys.executable, "-m", "celery", "-A", "config", "worker", *options])


def beat() -> Child:
    """Not `worker -B`: that beat outlives a killed worker, one more each time."""
    return Child(BEAT, [sys.executable, "-m", "celery", "-A", "config", "beat", "--pidfile=", "--loglevel", "warning"])


def sandbox(port: int) -> Child:
    return Child(SANDBOX, [*_manage(), "sandbox", "serve", "--port", str(port)])


def demo() -> Child:
    """Runs to its end, then the desk starts."""
    return Child("demo", [*_manage(), "demo", "make"])


def _manage() -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py")]
