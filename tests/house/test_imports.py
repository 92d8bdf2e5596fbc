"""The import contracts of pyproject.toml hold."""

from __future__ import annotations

import subprocess
import sys

from tests.house.tree import ROOT


def test_imports_look_down_only() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
