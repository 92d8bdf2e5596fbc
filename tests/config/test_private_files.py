"""What the processes write can be read by their own account alone."""

from __future__ import annotations

import importlib
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from celery.signals import beat_init, celeryd_init

import manage
from config.up import prepare


def _wsgi() -> None:
    importlib.reload(importlib.import_module("config.wsgi"))


def _command() -> None:
    manage.main()


DOORS = {
    "web": _wsgi,
    "worker": lambda: celeryd_init.send(sender=None),
    "scheduler": lambda: beat_init.send(sender=None),
    "commands": _command,
}


@pytest.mark.parametrize("door", DOORS)
def test_every_process_begins_with_a_mask(door: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.core.management.execute_from_command_line", lambda argv: None)
    before = os.umask(0o022)
    try:
        DOORS[door]()
        (tmp_path / "file").write_text("x")
        (tmp_path / "folder").mkdir()
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o700


def test_a_start_closes_what_was_left_open(tmp_path: Path, settings: Any) -> None:
    settings.STATE_DIR, settings.STATIC_ROOT = tmp_path, tmp_path / "static"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {}
    database = tmp_path / "rescind.sqlite3"
    database.touch()
    database.chmod(0o644)
    tmp_path.chmod(0o755)

    prepare.folders()

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
