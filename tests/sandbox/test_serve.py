"""`manage.py sandbox serve`: answers on its port, shares its world with us, ends cleanly on SIGTERM."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from django.conf import settings

from sandbox.world import World
from tests.rigs import processes
from tests.sandbox import documents

pytestmark = pytest.mark.loopback


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str, Path]]:
    port, world = processes.free_port(), tmp_path / "world.sqlite3"
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "sandbox", "serve", "--port", str(port)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    process = subprocess.Popen([*command, "--world", str(world), "--shop", "corner"], env=environment)
    base = f"http://127.0.0.1:{port}"
    processes.until(lambda: answers(base), seconds=20, what="the sandbox answers")
    yield process, base, world
    process.kill()
    process.wait(10)


def answers(base: str) -> bool:
    try:
        return requests.get(f"{base}/health", timeout=1).ok
    except requests.RequestException:
        return False


def test_it_serves_a_world_we_can_open_too(served: tuple[subprocess.Popen[bytes], str, Path]) -> None:
    process, base, path = served
    world = World.open(path)
    made = world.make_order("corner")

    answer = requests.post(
        f"{base}/shopify/corner/admin/api/2026-10/graphql.json",
        json={"query": documents.HEADER, "variables": {"id": made.id}},
        headers={"X-Shopify-Access-Token": "shpat_corner_sandbox"},
        timeout=10,
    )
    shut = requests.get(f"{base}/control/effects", timeout=5)
    process.send_signal(signal.SIGTERM)

    assert answer.json()["data"]["order"]["name"] == made.name
    assert world.counters()["requests"] == {"order": 1}
    assert shut.status_code == 404
    assert process.wait(10) == 0
    world.close()
