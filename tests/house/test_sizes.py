"""Small rooms: median file <= 100 lines and p90 <= 250; median function <= 8 lines and p90 <= 30."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from tests.house.tree import functions, name_of, python_files


def p90(sizes: Sequence[int]) -> float:
    return statistics.quantiles(sizes, n=10)[-1]


def test_files_are_small() -> None:
    sizes = {name_of(path): len(path.read_text().splitlines()) for path in python_files()}
    written = {name: size for name, size in sizes.items() if size}
    largest = sorted(written, key=lambda name: -written[name])[:10]
    print(f"files: median {statistics.median(written.values())}, p90 {p90([*written.values()])}")

    assert statistics.median(written.values()) <= 100
    assert p90([*written.values()]) <= 250, [(name, written[name]) for name in largest]


def test_functions_are_short() -> None:
    sizes = {
        f"{name_of(path)}:{function.name}": _lines(function) for path in python_files() for function in functions(path)
    }
    longest = sorted(sizes, key=lambda name: -sizes[name])[:10]
    print(f"functions: median {statistics.median(sizes.values())}, p90 {p90([*sizes.values()])}")

    assert statistics.median(sizes.values()) <= 8
    assert p90([*sizes.values()]) <= 30, [(name, sizes[name]) for name in longest]


def _lines(function: object) -> int:
    return function.end_lineno - function.lineno + 1  # type: ignore[attr-defined, no-any-return]
