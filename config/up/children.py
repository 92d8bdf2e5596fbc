"""Which processes the product consists of, as commands. At scale each is a service of its own."""

from __future__ import annotations

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
    """Its options stand in config/gunicorn.py, for services as well."""
    options = ["--config", str(settings.BASE_DIR / "config" / "gunicorn.py"), "--bind", f"{host}:{port}"]
    return Child(WEB, [sys.executable, "-m", "gunicorn", *options, "config.wsgi"])


def worker() -> Child:
    """Its threads come from the settings. One worker or two speak to nobody: no gossip."""
    options = ["--loglevel", "warning", "--without-gossip", "--without-mingle", "--without-heartbeat"]
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
