"""The documents speak of what is there: folders of the tree, files that are named, pages that are linked."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tests.house.tree import APPS, ROOT, SANDBOX, name_of

PAGE = ROOT / "docs" / "architecture.md"
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
OURS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
ROOMS = (*APPS, SANDBOX, "tests", "templates", "static", "docs", "requirements")
HEADS = ("Context.", "Decision.", "What it costs.", "What would change our mind.")


@cache
def there() -> tuple[str, ...]:
    """ "/cancellations/pages/order.py", "/cancellations/pages/": all files and folders of the rooms."""
    found = [path for room in ROOMS for path in (ROOT / room).rglob("*") if "__pycache__" not in path.parts]
    tops = [ROOT / room for room in ROOMS]
    return tuple(f"/{name_of(path)}{'/' if path.is_dir() else ''}" for path in (*tops, *found))


def named(text: str) -> set[str]:
    """Files and folders in backticks; `<key>` stands for any."""
    words = re.findall(r"`([\w./<>]+(?:\.py|/))`", text)
    return {word for word in words if "<" not in word}


def drawn(text: str) -> set[str]:
    """Folders of the tree at the top of the page."""
    block = text.split("## How a cancellation flows")[0]
    return {word for line in block.splitlines() if line.startswith("    ") for word in re.findall(r"\w+/", line)}


def test_the_tree_and_the_files_that_are_named_exist() -> None:
    text = PAGE.read_text()
    wanted = named(text) | drawn(text)

    assert len(wanted) > 25
    assert sorted(word for word in wanted if not any(path.endswith(f"/{word}") for path in there())) == []


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_every_link_leads_to_a_file(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text())

    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", DECISIONS, ids=name_of)
def test_a_decision_says_why_what_it_costs_and_what_would_change_it(path: Path) -> None:
    text = path.read_text()

    assert [head for head in HEADS if f"**{head}**" not in text] == []
    assert f"decisions/{path.name}" in PAGE.read_text()
