"""Small rooms, app by app, the sandbox apart: median file <= 100 lines and p90 <= 250; median function <= 8 lines and
p90 <= 30; lines of templates <= 160 characters. Adapters are rooms of their own, of ten files each (test_counts), so
that a median does not reward cutting them smaller; none of their files is above 300 lines.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.house.counting import files_of, packages
from tests.house.tree import APPS, SANDBOX, functions, name_of, python_files, templates

ROOMS = (*APPS, SANDBOX)
LINE = 160
FILE = 300  # of an adapter


def p90(sizes: Sequence[int]) -> float:
    return statistics.quantiles(sizes, n=10)[-1]


def adapters() -> set[Path]:
    return {path for package in packages("stores/platforms").values() for path in files_of(package)}


@pytest.mark.parametrize("room", ROOMS)
def test_files_are_small(room: str) -> None:
    files = [path for path in python_files(room) if path not in adapters()]
    sizes = {name_of(path): len(path.read_text().splitlines()) for path in files}
    written = {name: size for name, size in sizes.items() if size}
    largest = sorted(written, key=lambda name: -written[name])[:10]
    print(f"{room}, files: median {statistics.median(written.values())}, p90 {p90([*written.values()])}")

    assert statistics.median(written.values()) <= 100
    assert p90([*written.values()]) <= 250, [(name, written[name]) for name in largest]


def test_no_file_of_an_adapter_is_long() -> None:
    sizes = {name_of(path): len(path.read_text().splitlines()) for path in adapters()}

    assert {name: size for name, size in sizes.items() if size > FILE} == {}


@pytest.mark.parametrize("room", ROOMS)
def test_functions_are_short(room: str) -> None:
    sizes = {
        f"{name_of(path)}:{function.name}": _lines(function)
        for path in python_files(room)
        for function in functions(path)
    }
    longest = sorted(sizes, key=lambda name: -sizes[name])[:10]
    print(f"{room}, functions: median {statistics.median(sizes.values())}, p90 {p90([*sizes.values()])}")

    assert statistics.median(sizes.values()) <= 8
    assert p90([*sizes.values()]) <= 30, [(name, sizes[name]) for name in longest]


def _lines(function: object) -> int:
    return function.end_lineno - function.lineno + 1  # type: ignore[attr-defined, no-any-return]


def test_lines_of_templates_can_be_read() -> None:
    """Mails in text are what they look like, so their lines are their paragraphs."""
    pages = [path for path in templates() if path.suffix == ".html"]
    long = [
        f"{name_of(path)}:{number}: {len(line)}"
        for path in pages
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if len(line) > LINE
    ]

    assert pages
    assert long == []
