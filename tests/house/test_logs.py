"""Log messages are constant; what varies rides in `extra`, under a name that config.logging lets through."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from config.logging import ALLOWED
from tests.house.tree import name_of, python_files

LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _is_log(node.func):
                yield f"{name_of(path)}:{node.lineno}", node


def _is_log(function: ast.expr) -> bool:
    is_level = isinstance(function, ast.Attribute) and function.attr in LEVELS
    return is_level and ast.unparse(function).split(".")[0] in ("logger", "log", "logging")


def test_messages_are_constant() -> None:
    guilty = [
        where
        for where, call in log_calls()
        if len(call.args) != 1 or not (isinstance(call.args[0], ast.Constant) and "%" not in str(call.args[0].value))
    ]

    assert guilty == []


def test_extra_fields_are_listed() -> None:
    guilty = []
    for where, call in log_calls():
        for keyword in call.keywords:
            if keyword.arg == "extra" and isinstance(keyword.value, ast.Dict):
                names = {str(key.value) for key in keyword.value.keys if isinstance(key, ast.Constant)}
                guilty += [f"{where}: {name}" for name in names - ALLOWED]

    assert guilty == []
