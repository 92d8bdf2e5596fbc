"""docs/operations.md, followed to the letter on an empty machine."""

from __future__ import annotations

import http.client
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from config.celery import app
from config.up import children
from tests.rigs import page, processes, stack
from tests.rigs.page import Machine

KEEP = (
    "from django.contrib.sessions.models import Session; from datetime import timedelta; "
    "from django.utils.timezone import now; "
    "Session.objects.create(session_key='{name}', session_data='', expire_date=now() + timedelta(days={days}))"
)
COUNT = "from django.contrib.sessions.models import Session; print(Session.objects.count())"
LOSE = "from django.contrib.sessions.models import Session; Session.objects.all().delete()"


def test_every_unit_is_started_again_unless_a_setting_must_not_be_used() -> None:
    for unit in page.units().values():
        assert unit.says("Restart") == "always"
        assert unit.says("RestartPreventExitStatus") == "3"
        assert unit.says("StartLimitIntervalSec") == "0"
        assert unit.says("EnvironmentFile") == "/etc/rescind/rescind.env"


@pytest.mark.parametrize("child", [children.web("127.0.0.1", 80), children.worker(), children.beat()])
def test_a_service_is_started_as_up_starts_its_child(child: children.Child) -> None:
    unit = page.units()[f"rescind-{child.name}"]
    ours = [word.removeprefix(f"{stack.ROOT}/") for word in child.command[1:]]

    words = unit.says("ExecStart").split()[1:]

    assert words == [word for word in ours if word not in ("--bind", "127.0.0.1:80")]


def test_a_worker_that_is_told_nothing_has_threads() -> None:
    assert (app.conf.worker_pool, app.conf.worker_concurrency) == ("threads", 4)


def test_no_secret_stands_on_a_command_line() -> None:
    text = page.PAGE.read_text()

    assert not [line for line in text.splitlines() if "_KEY=" in line or "VAULT_KEYS=" in line]


@pytest.fixture
def empty_machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path)
    yield machine
    machine.stop()


def answers(machine: Machine, name: str) -> None:
    def look() -> bool:
        assert machine.running[name].poll() is None, machine.said(name)
        return stack.answers(f"{machine.url}/alive")

    processes.until(look, seconds=90, what="the desk answers")


@pytest.mark.prove
@pytest.mark.live
@pytest.mark.loopback
@pytest.mark.skipif(not shutil.which("sqlite3"), reason="the page asks for sqlite3 to be installed")
def test_one_machine_from_nothing_to_a_restored_backup(empty_machine: Machine) -> None:
    machine, unit = empty_machine, page.units()["rescind"]
    machine.install()
    assert machine.env_file.stat().st_mode & 0o777 == 0o600
    assert not (machine.root / "var").exists()

    machine.start(unit)
    answers(machine, "rescind")
    processes.until(lambda: "/start/" in machine.said("rescind"), what="the first owner's link")
    machine.shell(KEEP.format(name="before-the-backup", days=1))
    back_up, _ = page.blocks("Backups")
    machine.run(back_up)
    machine.shell(LOSE)
    machine.stop()

    sqlite_back, _, afterwards = page.blocks("Restoring")
    machine.run(sqlite_back)
    assert "Looked for before they are sent" in machine.run(afterwards)
    machine.start(unit)
    answers(machine, "rescind")
    assert machine.shell(COUNT) == "1"
    (copy,) = (machine.root / "backup").iterdir()
    assert copy.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(copy) as line:
        assert line.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def many_requests(machine: Machine) -> None:
    def ask(n: int) -> int:
        line = http.client.HTTPConnection("127.0.0.1", machine.port, timeout=30)
        line.request("GET", f"/start/{n}", headers={"Host": "localhost"})
        return line.getresponse().status

    with ThreadPoolExecutor(16) as crowd:
        assert max(crowd.map(ask, range(64))) < 500


@pytest.mark.prove
@pytest.mark.live
@pytest.mark.loopback
def test_services_on_postgresql_and_redis_from_nothing_to_a_restored_backup(
    tmp_path: Path, pg_url: str, redis_url: str
) -> None:
    with stack.new_database(pg_url) as first, stack.new_database(pg_url) as second:
        places = {
            "postgres://rescind@db.example.com:5432/rescind": first,
            "redis://broker.example.com:6379/0": redis_url,
        }
        machine = Machine(tmp_path, places, path=stack.path_of_postgres())
        try:
            follow_at_scale(machine)
            connections_stay_below(first, 2 * 10 + 10)
            _, back_up = page.blocks("Backups")
            machine.run(back_up)
            machine.stop()
            machine.env_file.write_text(machine.env_file.read_text().replace(first, second))
            _, postgres_back, afterwards = page.blocks("Restoring")
            machine.run(postgres_back)
            assert "Looked for before they are sent" in machine.run(afterwards)
            machine.start(page.units()["rescind-web"])
            answers(machine, "rescind-web")
            assert machine.shell(COUNT) == "1"
        finally:
            machine.stop()


def follow_at_scale(machine: Machine) -> None:
    machine.install()
    more_settings, before_each_version, first_owner = page.blocks("At scale")
    machine.run(more_settings)
    machine.run(before_each_version)
    assert "https://desk.example.com/start/" in machine.run(first_owner)
    machine.shell(KEEP.format(name="open", days=1))
    machine.shell(KEEP.format(name="ended", days=-1))

    for name in ("rescind-beat", "rescind-worker", "rescind-web"):  # a worker that hears no sweep does its own
        machine.start(page.units()[name])
    answers(machine, "rescind-web")
    many_requests(machine)
    # scheduler, broker, worker and database: the first sweep clears what has ended
    processes.until(lambda: machine.shell(COUNT) == "1", seconds=60, what="a sweep ran")
    assert "no sweep seen" not in machine.said("rescind-worker")


def connections_stay_below(url: str, most: int) -> None:
    with psycopg.connect(url) as line:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        held = line.execute(asked).fetchone()
    assert held
    assert 1 <= held[0] <= most
