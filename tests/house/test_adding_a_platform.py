"""docs/adding-a-platform.md is enough: its blocks alone, in a copy of the repository, make a platform that passes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "adding-a-platform.md"
COPIED = ("stores", "cancellations", "notifications", "config", "sandbox", "templates", "tests", "docs")
BLOCK = re.compile(
    r"(?:^<!-- (?P<named>\S+) -->\n)?^```(?:python|json)\n"
    r"(?:# (?P<path>\S+\.py)(?P<more> \(one more\))?\n)?(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
PLACES = {
    "stores/platforms/pebble.py": "adapter",
    "sandbox/platforms/pebble.py": "simulator",
    "tests/stores/platforms/pebble/order.json": "recorded answers",
    "tests/stores/platforms/pebble/tables.py": "tables",
    "tests/stores/platforms/test_pebble.py": "test class",
    "stores/platforms/registry.py": "registry line",
    "sandbox/registry.py": "registry line",
}


def blocks() -> list[tuple[str, bool, str]]:
    """(file, whether it is one line more in a registry, text) of every block of the page."""
    found = BLOCK.finditer(PAGE.read_text())
    return [(match["path"] or match["named"], bool(match["more"]), match["text"]) for match in found]


def register(path: Path, line: str) -> None:
    """The import before its neighbours, the class at the end of the row: as the page says in words."""
    text, name = path.read_text(), line.split()[-1]
    first = text.index(line.split(".pebble")[0])
    text = text[:first] + line + text[first:]
    text, rows = re.subn(
        r"^(\w+: tuple\[.*\] = \(\n(?: {4}\w+,\n)+)\)$", rf"\1    {name},\n)", text, flags=re.MULTILINE
    )
    assert rows == 1, f"{path.name} has no row of classes"
    path.write_text(text)


def follow(page: list[tuple[str, bool, str]], there: Path) -> None:
    for name, is_more, text in page:
        path = there / name
        if is_more:
            register(path, text)
        else:
            assert not path.exists(), f"{name} would be overwritten"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


def prints(there: Path) -> dict[str, str]:
    files = (path for path in there.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    kept = (path for path in files if ".pytest_cache" not in path.parts)
    return {str(path.relative_to(there)): sha256(path.read_bytes()).hexdigest() for path in kept}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    there = tmp_path / "repository"
    there.mkdir()
    skip = shutil.ignore_patterns("__pycache__", "*.png", "node_modules")
    for name in COPIED:
        shutil.copytree(ROOT / name, there / name, ignore=skip)
    for name in ("manage.py", "pyproject.toml"):
        shutil.copy(ROOT / name, there / name)
    return there


def test_the_page_names_the_places_to_touch_and_no_other():
    assert {name for name, _more, _text in blocks()} == set(PLACES)


def test_a_platform_made_from_the_page_alone_keeps_the_contract(copy: Path):
    before = prints(copy)
    follow(blocks(), copy)

    ran = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/house/test_capabilities_true.py",
              *(f"tests/stores/platforms/test_{name}.py" for name in ("pebble", "tables", "faults", "switches")),
              "-k", "Pebble or pebble")  # fmt: skip
    told = run(copy, "manage.py", "capabilities", "--format", "markdown")

    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-1000:]
    assert re.search(r"\b\d{3} passed", ran.stdout), ran.stdout[-300:]
    assert "[Pebble Cart](platforms/pebble.md)" in told.stdout
    after = prints(copy)
    assert {name for name in after if after[name] != before.get(name)} == set(PLACES)


def run(there: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """In the copy, with nothing of this run's environment but what finds Python."""
    env = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    env["TMPDIR"] = str(there.parent)
    if words[0] != "-m":
        env |= {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=there, env=env, capture_output=True, text=True, timeout=240, check=False)
