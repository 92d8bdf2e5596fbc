"""The numbered doubts of docs/vendors.md."""

from __future__ import annotations

import re
from pathlib import Path

from stores.platforms import registry

HEADS = {"Magento and Adobe Commerce": "magento"}  # where the heading is not the platform's label
DOUBT = re.compile(r"^(\d+)\. (.+(?:\n   .+)*)", re.MULTILINE)


def of(platform: str, page: Path) -> dict[str, str]:
    """Number -> the doubt in one line; {} for a platform that the page does not know. Raises OSError."""
    keys = {kind.label: kind.key for kind in registry.all_platforms()} | HEADS
    parts = re.split(r"^## (.+)$", page.read_text(), flags=re.MULTILINE)[1:]
    for head, text in zip(parts[::2], parts[1::2], strict=True):
        if keys.get(head) == platform:
            return {number: " ".join(words.split()) for number, words in DOUBT.findall(text)}
    return {}
