"""A package's `__init__` is its map: what lives there, who may use it, which file first, what a newcomer would undo."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.tree import APPS, ROOT, SANDBOX, name_of

MODULES = 3  # from so many on a package needs a map
LINES = 3
NO_ROOMS = {"migrations", "commands"}


def packages() -> list[Path]:
    found = (path.parent for top in (*APPS, SANDBOX) for path in (ROOT / top).rglob("__init__.py"))
    return sorted(path for path in found if path.name not in NO_ROOMS and len(modules(path)) >= MODULES)


def modules(package: Path) -> list[str]:
    return [path.stem for path in package.glob("*.py") if path.name != "__init__.py"]


def told(package: Path) -> str:
    return ast.get_docstring(ast.parse((package / "__init__.py").read_text())) or ""


@pytest.mark.parametrize("package", packages(), ids=name_of)
def test_a_package_has_a_map(package: Path) -> None:
    text = told(package)

    assert len(text.splitlines()) >= LINES, "say what lives here, who may use it, which file first"
    assert re.search(r"\bread\b", text, re.IGNORECASE), "which file is read first?"
    assert {*re.findall(r"\w+", text)} & {path.stem for path in package.iterdir()}, "no file of its own is named"


@pytest.mark.parametrize("package", packages(), ids=name_of)
def test_a_map_names_files_that_are_there(package: Path) -> None:
    """`conventions.py`, with or without the folder before it; seen from the package or from the root."""
    named = re.findall(r"[\w/]+\.py\b", told(package))

    assert [name for name in named if not ((package / name).exists() or (ROOT / name).exists())] == []
