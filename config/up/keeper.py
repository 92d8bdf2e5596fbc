"""Starts children, starts one again that died, and ends them all. One thread, no Django."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.up.children import Child

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a dead child starts again: doubled each time
STEADY_AFTER = 30.0  # a child that lived this long begins again at the first pause
PATIENCE = 10.0  # seconds between SIGTERM and SIGKILL
LOG_BYTES = 5_000_000  # a log larger than this is put aside as name.log.1, also while its child runs
PR_SET_PDEATHSIG = 1  # Linux, prctl(2)


@dataclass
class Kept:
    child: Child
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    pause: float = FIRST_PAUSE
    due: float = field(default=0.0)


class Keeper:
    """`env`: what every child gets; `logs`: a folder, one file a child; `say`: one line for the console."""

    def __init__(self, *, env: Mapping[str, str], logs: Path, say: Callable[[str], None]) -> None:
        self.env, self.logs, self.say = dict(env), logs, say
        self.kept: list[Kept] = []

    def start(self, child: Child) -> None:
        kept = Kept(child)
        self.kept.append(kept)
        self._launch(kept)

    def run(self, child: Child) -> int:
        """Run it to its end while the others are kept; what it says comes to our console, its log goes to its file."""
        with self._log(child.name).open("ab") as log:
            command = list(child.command)
            process = subprocess.Popen(command, env=self.env, stderr=log, preexec_fn=end_with_parent)  # noqa: S603
        try:
            while process.poll() is None:
                self.tick()
                pause(0.1)
        finally:
            if process.poll() is None:
                process.terminate()
        return process.returncode

    def tick(self) -> None:
        """Look after every child once."""
        for kept in self.kept:
            self._bound(kept.child.name)
            if kept.process is not None and kept.process.poll() is not None:
                self._mourn(kept, kept.process)
            if kept.process is None and time.monotonic() >= kept.due:
                self._launch(kept)

    def stop(self) -> None:
        """End every child with its group: SIGTERM to all at once, then SIGKILL to who stays."""
        living = [kept.process for kept in self.kept if kept.process is not None]
        for process in living:
            _signal_group(process, signal.SIGTERM)
        end = time.monotonic() + PATIENCE
        for process in living:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, end - time.monotonic()))
            _signal_group(process, signal.SIGKILL)
            process.wait()
        self.kept.clear()

    def _launch(self, kept: Kept) -> None:
        kept.began = time.monotonic()
        with self._log(kept.child.name).open("ab") as out:
            kept.process = subprocess.Popen(  # noqa: S603  one thread, so preexec_fn is safe
                list(kept.child.command),
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )

    def _mourn(self, kept: Kept, dead: subprocess.Popen[bytes]) -> None:
        _signal_group(dead, signal.SIGKILL)  # what it left behind may still hold the port
        if time.monotonic() - kept.began > STEADY_AFTER:
            kept.pause = FIRST_PAUSE
        kept.process, kept.due = None, time.monotonic() + kept.pause
        log = self._log(kept.child.name)
        self.say(
            f"{kept.child.name} ended ({_cause(dead.returncode)}); starting it again in {kept.pause:g} s (see {log})"
        )
        kept.pause = min(kept.pause * 2, LONGEST_PAUSE)

    def _log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def _bound(self, name: str) -> None:
        """Copied and cut, not renamed: the child holds the file open and appends wherever its end is."""
        path = self._log(name)
        if path.exists() and path.stat().st_size > LOG_BYTES:
            shutil.copyfile(path, path.with_suffix(".log.1"))
            os.truncate(path, 0)


def pause(seconds: float) -> None:
    """Wait; a signal's handler may raise out of it."""
    threading.Event().wait(seconds)


def end_with_parent() -> None:
    """On Linux a child gets SIGTERM when we are killed without a chance to end it. Runs in the child."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _cause(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit {code}"
