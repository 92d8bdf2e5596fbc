"""Which files can hold tests of a mark, by their words: a part of the suite that has one test need not read them all.

What the words do not tell is an error at collection, never a test that is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TESTS, RIGS = ROOT / "tests", ROOT / "tests" / "rigs"
WORDS = {
    "live": re.compile(r"mark\.live\b|live_stack|demo_stack"),
    "postgres": re.compile(r"mark\.postgres\b"),
    "prove": re.compile(r"mark\.prove\b"),
}
FOLDERS = {"postgres": TESTS / "journeys"}  # each file of it
IMPORTED = re.compile(r"^\s*from (tests[\w.]*) import (\([^)]*\)|[\w, ]+)", re.MULTILINE)


def files_of(*marks: str) -> list[str]:
    """Test files that may hold a test with all of these, relative to the project's folder."""
    found = sorted(TESTS.rglob("test_*.py"))
    return [str(file.relative_to(ROOT)) for file in found if all(may_hold(file, mark) for mark in marks)]


def may_hold(file: Path, mark: str) -> bool:
    """It, a conftest above it, or what it imports of the tests names the mark. The rigs hold no tests."""
    if FOLDERS.get(mark) in file.parents:
        return True
    above = [folder / "conftest.py" for folder in file.parents if folder.is_relative_to(TESTS)]
    return any(WORDS[mark].search(_text(one)) for first in (file, *above) for one in _with_imports(first))


@cache
def _with_imports(first: Path) -> frozenset[Path]:
    found, open_ = set[Path](), [first]
    while open_:
        one = open_.pop()
        if one not in found:
            found.add(one)
            open_ += _imported_by(one)
    return frozenset(found)


def _imported_by(file: Path) -> Iterator[Path]:
    for module, names in IMPORTED.findall(_text(file)):
        place = ROOT.joinpath(*module.split("."))
        for path in (place, *(place / name for name in re.findall(r"\w+", names))):
            if path.with_suffix(".py").is_file() and RIGS not in path.parents:
                yield path.with_suffix(".py")


@cache
def _text(file: Path) -> str:
    return file.read_text() if file.is_file() else ""
