"""Connections to PostgreSQL: a pool a process, sized by its threads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.house.tree import ROOT

SHOW = "from config import settings; import json; print(json.dumps(settings.DATABASES['default'], default=str))"


def database(var: Path, **said: str) -> dict[str, Any]:
    kept = {"PATH": os.environ["PATH"], "READ_DEV_ENV": "0", "VAR_DIR": str(var)}
    env = kept | {"DATABASE_URL": "postgres://rescind@db.example/rescind?sslmode=require"} | said
    done = subprocess.run([sys.executable, "-c", SHOW], env=env, cwd=ROOT, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize(
    ("said", "size"),
    [
        pytest.param({}, 10, id="eight threads and two"),
        pytest.param({"WEB_THREADS": "2", "WORKER_THREADS": "12"}, 26, id="a worker whose broker is away works twice"),
        pytest.param({"DATABASE_POOL_SIZE": "5"}, 5, id="as said"),
    ],
)
def test_a_process_holds_no_more_connections_than_its_threads_need(
    tmp_path: Path, said: dict[str, str], size: int
) -> None:
    found = database(tmp_path, **said)

    assert found["OPTIONS"]["pool"]["max_size"] == size
    assert found["OPTIONS"]["sslmode"] == "require"
    assert found.get("CONN_MAX_AGE", 0) == 0  # the framework refuses both at once


def test_without_a_pool_each_thread_keeps_its_connection(tmp_path: Path) -> None:
    found = database(tmp_path, DATABASE_POOL_SIZE="0")

    assert "pool" not in found["OPTIONS"]
    assert found["CONN_MAX_AGE"] == 60
