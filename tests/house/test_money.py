"""No float where money or units are counted."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house.tree import name_of, python_files

ROOMS = ("stores/canonical/", "stores/kernel/money.py", "stores/kernel/numbers.py", "cancellations/planning/")
SECONDS = {"look_after", "retry_after", "seconds"}  # durations may be floats
FILES = [path for path in python_files() if name_of(path).startswith(ROOMS)]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_float_in_a_room_that_counts_money(path: Path) -> None:
    tree = ast.parse(path.read_text())
    durations = {id(part) for node in ast.walk(tree) if _is_duration(node) for part in ast.walk(node)}

    guilty = [f"line {node.lineno}" for node in ast.walk(tree) if id(node) not in durations and _is_float(node)]  # type: ignore[attr-defined]

    assert guilty == []


def _is_float(node: ast.AST) -> bool:
    is_named = isinstance(node, ast.Name) and node.id == "float"
    return is_named or (isinstance(node, ast.Constant) and isinstance(node.value, float))


def _is_duration(node: ast.AST) -> bool:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id in SECONDS
    return isinstance(node, ast.arg) and node.arg in SECONDS
