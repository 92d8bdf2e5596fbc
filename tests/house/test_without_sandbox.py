"""The product starts where the folder sandbox/ is missing; demo, benches and simulators say that they are not here."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.up import practice
from tests.rigs import processes
from tests.rigs.stack import ROOT, answers

ROOMS = ("stores", "cancellations", "notifications", "config", "templates", "static")
LOOK = """
import django
django.setup()
from django.test import Client
page = Client(headers={"host": "localhost"}).get("/", follow=True)
print(page.status_code, "Rescind" in page.content.decode())
"""


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The product as a deployment may hold it, with a database of its own."""
    copy = tmp_path_factory.mktemp("deployed")
    for name in ROOMS:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", copy)
    done = run(copy, "manage.py", "migrate", "--verbosity", "0")
    assert done.returncode == 0, done.stderr[-2000:]
    return copy


def environment(there: Path, **extra: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"VAR_DIR": str(there / "var"), "DJANGO_SETTINGS_MODULE": "config.settings"} | extra


def run(there: Path, *words: str, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=there,
        env=environment(there, **extra),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_settings_are_in_order_and_a_page_is_shown(there: Path) -> None:
    checked, shown = run(there, "manage.py", "check"), run(there, "-c", LOOK)

    assert checked.returncode == 0, checked.stderr[-2000:]
    assert shown.stdout.startswith("200 True"), shown.stderr[-2000:]


@pytest.mark.parametrize(
    "words",
    [("bench", "money"), ("demo", "make"), ("sandbox", "serve", "--port", "0"), ("up",)],
    ids=lambda words: words[0],
)
def test_what_needs_the_sandbox_says_that_it_is_not_here(there: Path, words: tuple[str, ...]) -> None:
    done = run(there, "manage.py", *words, DEMO="1")

    assert done.returncode != 0
    assert practice.NOT_HERE in done.stderr
    assert "Traceback" not in done.stderr
    assert not (there / "var" / "demo" / "demo.env").exists()  # or every later start would want one


@pytest.mark.prove
@pytest.mark.live
@pytest.mark.loopback
def test_a_first_start_is_no_demo_and_the_desk_answers(there: Path, tmp_path: Path) -> None:
    port, log = processes.free_port(), tmp_path / "console"
    env = environment(there, VAR_DIR=str(tmp_path / "var"), PORT=str(port))
    console = processes.start([sys.executable, str(there / "manage.py"), "up"], env=env, log=log)
    try:
        processes.until(lambda: "Rescind is ready" in log.read_text(), seconds=90, what="the console says ready")

        assert answers(f"http://127.0.0.1:{port}/")
        assert "demo.example" not in log.read_text()
        console.send_signal(signal.SIGINT)
        assert console.wait(30) == 0
    finally:
        processes.stop(console)
