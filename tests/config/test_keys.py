"""`manage.py keys`: secrets of an installation that has none yet."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings

from stores import checks
from tests.house.tree import ROOT


def test_keys_go_to_a_file_for_their_owner_and_never_over_an_old_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rescind.env"

    call_command("keys", str(file))

    before = file.read_text()
    assert [line.partition("=")[0] for line in before.splitlines()] == ["SECRET_KEY", "VAULT_KEYS", "AUDIT_KEY"]
    assert file.stat().st_mode & 0o777 == 0o600
    secret = before.splitlines()[0].partition("=")[2]
    assert secret not in capsys.readouterr().out
    with pytest.raises(CommandError, match="there already"):
        call_command("keys", str(file))
    assert file.read_text() == before


def test_keys_can_be_printed_before_there_is_any(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), "keys"]
    env = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path / "var"), "DEMO": "0"}

    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)

    made = dict(line.split("=", 1) for line in done.stdout.splitlines())
    with override_settings(**made):
        assert not [m for m in checks.found() if m.is_serious()]
    assert not (tmp_path / "var" / "dev.env").exists()
