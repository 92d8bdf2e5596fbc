"""`make run`, as a stranger sees it: one console, accounts on it, a desk that answers, nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.rigs import processes
from tests.rigs.stack import ROOT, answers

pytestmark = [pytest.mark.live, pytest.mark.loopback]
Start = Callable[..., "Console"]


class Console:
    """A running `manage.py up` in a folder of its own; `said` is what stands on its console."""

    def __init__(self, var: Path, port: int, **extra: str) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        env = kept | {"VAR_DIR": str(var), "PORT": str(port)} | extra
        self.url, self.var, self.log = f"http://127.0.0.1:{port}/", var, var.with_suffix(f".{port}.console")
        self.process = processes.start([sys.executable, str(ROOT / "manage.py"), "up"], env=env, log=self.log)

    @property
    def said(self) -> str:
        return self.log.read_text()

    def until_ready(self) -> None:
        def look() -> bool:
            assert self.process.poll() is None, self.said
            return "Rescind is ready" in self.said

        processes.until(look, seconds=90, what="the console says ready")

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    begun: list[Console] = []

    def begin(*, port: int = 0, **extra: str) -> Console:
        begun.append(Console(tmp_path / "var", port or processes.free_port(), **extra))
        return begun[-1]

    yield begin
    for console in begun:
        processes.stop(console.process)
        for pid in pids_of(console):  # whatever a failed test left
            os.kill(pid, signal.SIGKILL)


def pids_of(console: Console, word: str = "") -> list[int]:
    """Processes whose environment names this folder, and whose command holds `word`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment, command = (folder / "environ").read_bytes(), (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if f"VAR_DIR={console.var}\0".encode() in environment and word.encode() in command:
            found.append(int(folder.name))
    return found


def test_a_first_start_shows_the_demo_a_second_keeps_it_and_leaving_it_keeps_the_installation(start: Start) -> None:
    """One story, since making the demo takes ten seconds of work."""
    console = start()
    console.until_ready()

    assert answers(console.url)
    assert all(f"{role}@demo.example" in console.said for role in ("owner", "admin", "staff", "auditor"))
    assert len(re.findall(r"Demo: C-\d+ \(", console.said)) == 5
    worker = pids_of(console, "\0worker\0")[0]
    os.kill(worker, signal.SIGKILL)
    processes.until(lambda: set(pids_of(console, "\0worker\0")) - {worker}, what="a new worker runs")
    assert "worker ended (signal 9)" in console.said
    assert console.end() == 0
    assert pids_of(console) == []

    secrets, again = (console.var / "dev.env").read_text(), start()
    again.until_ready()
    assert (console.var / "dev.env").read_text() == secrets
    assert "Demo: C-" not in again.said
    assert "Stop it first" in leave(again).stderr
    again.end(signal.SIGTERM)
    assert pids_of(again) == []
    with sqlite3.connect(console.var / "demo" / "rescind.sqlite3") as line:
        assert line.execute("SELECT count(*) FROM cancellations_cancellation").fetchone() == (5,)

    done = leave(again)
    assert done.returncode == 0, done.stderr
    assert (console.var / "dev.env").exists()
    assert not (console.var / "demo").exists()
    (empty := start()).until_ready()
    gives_a_link_that_makes_the_owner(empty)


def leave(console: Console) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "VAR_DIR": str(console.var)}
    words = [sys.executable, str(ROOT / "manage.py"), "demo", "leave"]
    return subprocess.run(words, env=env, capture_output=True, text=True, check=False)


def gives_a_link_that_makes_the_owner(console: Console) -> None:
    link = re.search(r"http://127\.0\.0\.1:\d+/start/\S+", console.said)
    assert link
    assert answers(link[0])
    assert "demo.example" not in console.said
    assert len(pids_of(console, "sandbox")) == 1  # with practice shops
    assert "Sandbox with practice shops: http://127.0.0.1:" in console.said


@pytest.mark.prove
def test_without_the_demo_the_console_gives_a_link_that_makes_the_owner(start: Start) -> None:
    console = start(DEMO="0")
    console.until_ready()

    gives_a_link_that_makes_the_owner(console)


def test_a_taken_port_is_said_before_anything_starts(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        console = start(port=port)

        assert console.process.wait(60) != 0

    assert f"Port {port} is taken" in console.said
    assert "Traceback" not in console.said
    assert not (console.var / "demo" / "rescind.sqlite3").exists()


def test_the_demo_is_not_shown_to_other_machines(start: Start) -> None:
    console = start(HOST="0.0.0.0")

    assert console.process.wait(60) != 0
    assert "rescind.E014" in console.said
