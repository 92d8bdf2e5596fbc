"""The tree as the house checks see it: our Python files, their functions, our templates."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("config", "cancellations", "notifications", "stores")
SANDBOX = "sandbox"  # measured apart


@cache
def python_files(*rooms: str) -> tuple[Path, ...]:
    """Code of the product, or of these apps: no migrations, no tests."""
    found = (path for room in rooms or APPS for path in (ROOT / room).rglob("*.py"))
    return tuple(sorted(path for path in found if "migrations" not in path.parts))


@cache
def templates() -> tuple[Path, ...]:
    folders = [ROOT / "templates", *(ROOT / app / "templates" for app in APPS)]
    return tuple(sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in {".html", ".txt"}))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))
