"""What must stand before the first process starts. All of it may be done again."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError


def folders() -> Path:
    """Make the state folder with its queue; the folder of the logs."""
    logs = settings.STATE_DIR / "log"
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    queue = [Path(str(options[name])) for name in ("data_folder_in", "control_folder") if name in options]
    for folder in (settings.STATE_DIR, logs, settings.STATIC_ROOT, *queue):
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.STATE_DIR.chmod(0o700)  # made by hand, or by a version that was less careful
    for file in settings.STATE_DIR.glob("rescind.sqlite3*"):
        file.chmod(0o600)
    return logs


def database() -> None:
    """Migrations; where there are any, a saved copy is named on the console first. Quick when nothing is new."""
    call_command("migrate", verbosity=0, interactive=False)


def only_one(folder: Path) -> int:
    """Take the lock of this installation until the process ends. Raises CommandError when another has it.

    Returns the open file's number: the lock lasts as long as it is open.
    """
    handle = os.open(folder / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        raise CommandError(f"Rescind already runs on {folder}. Stop it first (Ctrl-C in its console).") from exc
    return handle


def free_port(host: str, port: int) -> None:
    """Raise CommandError, in plain words, unless we could listen there."""
    try:
        _listen(host, port)
    except OSError as exc:
        raise CommandError(_port_trouble(host, port, exc)) from exc


def sandbox_port(near: int) -> int:
    """The loopback port of SANDBOX_PORT; unsaid, where the sandbox answered last time, else near `near`, else any free.

    Raises CommandError where the one that was asked for is taken.
    """
    if settings.SANDBOX_PORT:
        try:
            return _listen("127.0.0.1", settings.SANDBOX_PORT)
        except OSError as exc:
            words = "Port %s for the sandbox cannot be used: %s. Choose another: SANDBOX_PORT=%s make run"
            raise CommandError(words % (settings.SANDBOX_PORT, exc.strerror, settings.SANDBOX_PORT + 1)) from exc
    last = settings.SANDBOX_URL.rpartition(":")[2]
    for port in (int(last) if last.isdigit() else near, near, 0):
        try:
            return _listen("127.0.0.1", port)
        except OSError:
            continue
    raise CommandError("No free port on this machine for the sandbox.")


def _listen(host: str, port: int) -> int:
    with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        return int(probe.getsockname()[1])


def _port_trouble(host: str, port: int, exc: OSError) -> str:
    if exc.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Choose one: PORT={port + 1} make run"
    if exc.errno == errno.EACCES:
        return f"Port {port} needs more rights than this account has. Choose one above 1023: PORT=8000 make run"
    return f"Cannot listen on {host} port {port}: {exc.strerror or exc}."
