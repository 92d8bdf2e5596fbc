"""A rule that the code cites by its number is to be found under it."""

from __future__ import annotations

import re

from tests.house.tree import APPS, ROOT, SANDBOX, name_of

PAGE = ROOT / "docs" / "reliability.md"
CITED = re.compile(r"RELIABILITY\s+(?:section\s+)?(\d+(?:(?:,| and| to)\s+\d+)*)")


def sections() -> set[int]:
    return {int(number) for number in re.findall(r"^## (\d+)\. ", PAGE.read_text(), re.MULTILINE)}


def citations() -> list[tuple[str, int]]:
    """(file, number) of all that is cited in the code and its tests."""
    files = [path for top in (*APPS, SANDBOX, "tests") for path in (ROOT / top).rglob("*.py")]
    found = [(path, numbers) for path in files for numbers in CITED.findall(path.read_text())]
    return [(name_of(path), int(number)) for path, numbers in found for number in re.findall(r"\d+", numbers)]


def test_the_sections_are_numbered_from_one_without_a_gap() -> None:
    assert sections() == set(range(1, 15))


def test_every_rule_that_is_cited_stands_there() -> None:
    cited = citations()

    assert cited, "nothing is cited: is the pattern right?"
    assert [(name, number) for name, number in cited if number not in sections()] == []
