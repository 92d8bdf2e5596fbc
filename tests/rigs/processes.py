"""Free ports, and child processes that never outlive the test."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from config.up.keeper import end_with_parent

T = TypeVar("T")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(
    command: Sequence[str], *, env: Mapping[str, str], log: Path, cwd: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start in a process group of its own, which ends with a test run that is killed; what it says goes to `log`."""
    with log.open("ab") as out:
        return subprocess.Popen(
            list(command),
            env=dict(env),
            cwd=cwd,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )


def stop(process: subprocess.Popen[bytes], *, kill: bool = False, patience: float = 10) -> None:
    """End the whole group: SIGTERM, then SIGKILL after `patience` seconds; `kill`: SIGKILL at once."""
    _signal(process, signal.SIGKILL if kill else signal.SIGTERM)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        _signal(process, signal.SIGKILL)
        process.wait(patience)


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def until(look: Callable[[], T], *, seconds: float = 30, what: str = "") -> T:
    """Ask `look` until it answers something true; its answer. Raises TimeoutError, naming `what`."""
    end, pause = time.monotonic() + seconds, threading.Event()
    while not (answer := look()):
        if time.monotonic() > end:
            raise TimeoutError(f"still not so after {seconds:.0f} s: {what or look}")
        pause.wait(0.1)
    return answer
