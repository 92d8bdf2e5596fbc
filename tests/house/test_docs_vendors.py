"""docs/vendors.md: every platform with its pages, and each doubt that a simulator's switch names."""

from __future__ import annotations

import re

from sandbox import switches
from stores.platforms import registry
from tests.house.tree import ROOT

PAGE = ROOT / "docs" / "vendors.md"
HEADS = {"Magento and Adobe Commerce": "magento"}


def sections() -> dict[str, str]:
    """Key of the platform -> its part of the page."""
    keys = {kind.label: kind.key for kind in registry.all_platforms()} | HEADS
    parts = re.split(r"^## (.+)$", PAGE.read_text(), flags=re.MULTILINE)[1:]
    return {keys[head]: text for head, text in zip(parts[::2], parts[1::2], strict=True)}


def test_every_platform_names_what_was_read_and_the_vendors_pages() -> None:
    found = sections()

    assert set(found) == {kind.key for kind in registry.all_platforms()}
    assert [key for key, text in found.items() if not ("\nRead: " in text and "](https://" in text)] == []


def test_every_doubt_of_a_switch_stands_there() -> None:
    doubts = {key: set(re.findall(r"^(\d+)\. ", text, re.MULTILINE)) for key, text in sections().items()}
    named = [switch for switch in switches.everything().values() if switch.item]

    assert len(named) > 40
    assert [(s.name, s.item) for s in named if s.platform and s.item not in doubts[s.platform]] == []
