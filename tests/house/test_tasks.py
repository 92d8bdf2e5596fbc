"""Tasks are rung by name, so every name that is rung must be one that exists."""

from __future__ import annotations

import ast

from django.conf import settings

from config.celery import app
from tests.house.tree import APPS, name_of, python_files


def rung() -> dict[str, str]:
    """Name → file, of every `queue.enqueue_on_commit("name", ...)` and every constant that one is given."""
    found = {}
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "queue.enqueue_on_commit" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    found[str(first.value)] = name_of(path)
    return found


def ours() -> set[str]:
    app.loader.import_default_modules()
    return {name for name in app.tasks if name.split(".")[0] in APPS}


def test_every_name_that_is_rung_is_a_task() -> None:
    missing = {name: where for name, where in rung().items() if name not in ours()}

    assert rung()
    assert missing == {}


def test_every_scheduled_name_is_a_task() -> None:
    names = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert names
    assert names <= ours()


def test_tasks_keep_no_results() -> None:
    assert [name for name in sorted(ours()) if not app.tasks[name].ignore_result] == []
