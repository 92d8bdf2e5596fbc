"""How much code an adapter and a simulator cost, and how many files: bars to reach, and a ratchet on the way there.

A figure above its bar stands in the ratchet and may only fall; who lowers it writes the new one here. What is new, and
stands in no table, keeps to the bars of a new one at once.
"""

from __future__ import annotations

import sys

import pytest

from tests.house.counting import lines_of, modules_of, packages, python_lines, table

ADAPTERS, SIMULATORS = "stores/platforms", "sandbox/platforms"
NAMES = {"adapter", "api", "reading", "mapping", "cancellable", "money", "writing", "finding", "webhooks",
         "capabilities", "errors", "messages"}  # fmt: skip
FILES = 10  # of an adapter, whatever its lines
SLACK = 100  # lines that a ratchet may stand above what is counted

# (bar, ratchet) in code lines
LINES: dict[str, dict[str, tuple[int, int]]] = {
    ADAPTERS: {
        "bigcommerce": (2_000, 0),
        "magento": (1_600, 0),
        "modern_dropship": (1_600, 0),
        "shopify": (2_000, 0),
        "shoplazza": (1_600, 0),
        "square": (1_600, 0),
        "woocommerce": (1_600, 0),
    },
    SIMULATORS: {
        "bigcommerce": (1_200, 1_410),
        "magento": (1_200, 1_380),
        "modern_dropship": (1_200, 0),
        "shopify": (3_800, 0),
        "shoplazza": (1_200, 0),
        "square": (1_200, 0),
        "woocommerce": (1_200, 0),
    },
}
ALL = {ADAPTERS: (10_000, 10_362), SIMULATORS: (10_000, 10_467)}
NEW = {ADAPTERS: 1_000, SIMULATORS: 800}

# modules of an adapter; the bar is FILES
MODULES: dict[str, int] = {}


def bounds(folder: str) -> dict[str, tuple[int, int]]:
    """(bar, ratchet) of each package that exists."""
    return {key: LINES[folder].get(key, (NEW[folder], 0)) for key in packages(folder)}


def allowed(bar: int, ratchet: int) -> int:
    return max(bar, ratchet)


def test_no_package_grows_beyond_its_bar_or_ratchet() -> None:
    print("\n" + "\n".join(table()), file=sys.stderr)
    counted = {folder: {key: lines_of(path) for key, path in packages(folder).items()} for folder in LINES}
    over = [
        f"{folder}/{key}: {counted[folder][key]} lines, at most {allowed(*bound)}"
        for folder in LINES
        for key, bound in bounds(folder).items()
        if counted[folder][key] > allowed(*bound)
    ]
    over += [
        f"{folder}: {sum(counted[folder].values())} lines in all, at most {allowed(*ALL[folder])}"
        for folder in ALL
        if sum(counted[folder].values()) > allowed(*ALL[folder])
    ]

    assert over == []


def test_the_ratchet_follows_what_is_counted() -> None:
    """A ratchet far above its figure lets the next one grow unseen; one at or under its bar has done its work."""
    loose = [
        f"{folder}/{key}: {lines} lines, ratchet {ratchet}: write {lines if lines > bar else 0}"
        for folder in LINES
        for key, (bar, ratchet) in bounds(folder).items()
        if ratchet and ((lines := lines_of(packages(folder)[key])) < ratchet - SLACK or ratchet <= bar)
    ]
    loose += [f"{key} is gone" for folder in LINES for key in LINES[folder].keys() - packages(folder).keys()]

    assert loose == []


def test_no_adapter_is_cut_into_more_files() -> None:
    over = {
        key: modules
        for key, path in packages(ADAPTERS).items()
        if len(modules := modules_of(path)) > allowed(FILES, MODULES.get(key, 0))
    }
    loose = {key: most for key, most in MODULES.items() if len(modules_of(packages(ADAPTERS)[key])) < most}

    assert over == {}
    assert loose == {}, "fewer files now: lower the ratchet"


def test_an_adapter_at_its_bar_has_the_common_names_or_says_why() -> None:
    """Of one that is cut into at most ten files: a name of its own stands in its map, with the reason."""
    unexplained = [
        f"{key}/{name}.py"
        for key, path in packages(ADAPTERS).items()
        if path.is_dir() and len(modules_of(path)) <= FILES
        for name in modules_of(path)
        if name not in NAMES and name not in (path / "__init__.py").read_text()
    ]

    assert unexplained == []


@pytest.mark.parametrize(("text", "lines"), [
    ("", 0),
    ('"""What it is."""\n\n# why\nx = 1  # here\n', 1),
    ('def f():\n    """One.\n\n    Two.\n    """\n    return g(\n        1,\n    )\n', 4),
    ('class A:\n    "said"\n    x = """a\n\nb"""\n', 4),
    ('x = 1\n"not a docstring"\n', 2),
])  # fmt: skip
def test_only_code_is_counted(text: str, lines: int) -> None:
    assert python_lines(text) == lines
