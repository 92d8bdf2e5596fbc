"""No process of the product begins with a deployment that must not be in use."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class
from django.test import override_settings

from config import start
from tests.rigs import processes
from tests.rigs.stack import ROOT, answers

KEY = base64.b64encode(bytes(range(32))).decode()
GOOD = {
    "READ_DEV_ENV": "false",
    "SECRET_KEY": "a-secret-of-this-test-" + base64.b64encode(bytes(range(100, 130))).decode(),
    "VAULT_KEYS": f"k1:{KEY}",
    "AUDIT_KEY": f"a1:{KEY}",
}
DOORS = {
    "web": ["gunicorn", "config.wsgi", "--bind", "127.0.0.1:0", "--no-control-socket"],
    "web with our options": ["gunicorn", "--config", "config/gunicorn.py", "--bind", "127.0.0.1:0", "config.wsgi"],
    "worker": ["celery", "-A", "config", "worker", "-P", "threads"],
    "scheduler": ["celery", "-A", "config", "beat", "--pidfile="],
}


@pytest.fixture
def unseen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that has checked nothing yet; its address is put back."""
    monkeypatch.setattr(start, "_seen", [])
    monkeypatch.setattr(start, "configure_logging", lambda *_: None)
    with override_settings():
        yield


def run(command: list[str], var: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "VAR_DIR": str(var), **GOOD, **extra}
    words = [sys.executable, "-m", *command]
    return subprocess.run(words, env=env, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.loopback
@pytest.mark.parametrize("door", DOORS)
def test_nothing_starts_with_settings_that_must_not_be_used(tmp_path: Path, door: str) -> None:
    done = run(DOORS[door], tmp_path / "var", SECRET_KEY="x", VAULT_KEYS="", ALLOWED_HOSTS="*", DEBUG="1")

    assert done.returncode == start.REFUSED
    assert "Rescind does not start:" in done.stderr
    assert all(f"(rescind.{name})" in done.stderr for name in ("E001", "E002", "E013", "E015"))
    assert done.stderr.count("E001") == 1
    assert "Traceback" not in done.stderr


@pytest.mark.loopback
@pytest.mark.parametrize(("bind", "extra"), [(["--bind", "0.0.0.0:0"], {}), (["--bind", ":0"], {}), ([], {"HOST": ""})])
def test_the_demo_is_not_bound_where_others_reach_it(tmp_path: Path, bind: list[str], extra: dict[str, str]) -> None:
    command = ["gunicorn", "--config", "config/gunicorn.py", *bind, "config.wsgi"]

    done = run(command, tmp_path, DEMO="1", PORT="0", **extra)

    assert done.returncode == start.REFUSED
    assert "rescind.E014" in done.stderr


@pytest.mark.prove
@pytest.mark.loopback
def test_a_warning_is_logged_once_and_the_web_answers(tmp_path: Path) -> None:
    port = processes.free_port()
    env = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path / "var"), "PORT": str(port), "WEB_WORKERS": "2"}
    options = ["--config", str(ROOT / "config" / "gunicorn.py"), "--chdir", str(ROOT)]
    command = [sys.executable, "-m", "gunicorn", *options, "config.wsgi"]
    web = processes.start(command, env=env | GOOD | {"PUBLIC_URL": "http://desk.example.com"}, log=tmp_path / "log")
    try:
        processes.until(lambda: answers(f"http://127.0.0.1:{port}/alive"), what="the web answers")
    finally:
        processes.stop(web)

    assert (tmp_path / "log").read_text().count("rescind.W013") == 1


def test_warnings_do_not_stop_a_start(unseen: None, caplog: pytest.LogCaptureFixture) -> None:
    with override_settings(AUDIT_KEY=""):
        start.check()
        start.check()

    assert [record.__dict__["code"] for record in caplog.records if record.name == "config.start"] == ["rescind.W001"]


def test_errors_are_said_in_one_message_with_id_and_hint(unseen: None, capsys: pytest.CaptureFixture[str]) -> None:
    with override_settings(SECRET_KEY="", VAULT_KEYS="k1"), pytest.raises(SystemExit) as left:
        start.check()

    assert left.value.code == 3
    said = capsys.readouterr().err
    assert "SECRET_KEY is missing. Use 50 random characters" in said
    assert "(rescind.E001)" in said
    assert "(rescind.E002)" in said


@pytest.mark.parametrize(
    ("peer", "status"), [("127.0.0.1", "200"), ("::1", "200"), ("", "200"), ("203.0.113.5", "403"), ("x", "403")]
)
@pytest.mark.parametrize("why", [{"DEMO": True, "DEMO_ALLOW_HOSTS": False}, {"DEBUG": True}], ids=["demo", "DEBUG"])
def test_demo_and_debug_answer_their_own_machine_only(why: dict[str, bool], peer: str, status: str) -> None:
    said: list[str] = []

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b"ok"]

    with override_settings(**why):
        start.guarded(application)({"REMOTE_ADDR": peer}, lambda line, headers: said.append(line[:3]))
    assert said == [status]
    assert start.guarded(application) is application


def test_every_command_of_ours_runs_the_checks_first() -> None:
    """`up` runs them itself, with the address it was given; `keys` makes what they ask for; a sandbox holds nothing."""
    apps = ("config", "stores", "cancellations", "notifications")
    ours = {name: app for name, app in get_commands().items() if app in apps}

    free = {name for name, app in ours.items() if load_command_class(app, name).requires_system_checks != "__all__"}

    assert free == {"up", "keys", "sandbox"}


def test_gunicorn_knows_every_option_we_name() -> None:
    """It passes over a name that it does not know, without a word."""
    from gunicorn.config import KNOWN_SETTINGS

    from config import gunicorn as ours

    named = {name for name in vars(ours) if name.islower() and name not in ("annotations", "os", "sys", "settings")}
    assert {name for name in named if not name.startswith("_")} <= {setting.name for setting in KNOWN_SETTINGS}
