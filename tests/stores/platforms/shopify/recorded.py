"""Answers in the vendor's shapes: the JSON files beside this one, each with its source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def answer(name: str) -> Any:
    """One recorded answer, without the note on its source."""
    found = json.loads((HERE / f"{name}.json").read_text())
    found.pop("source", None)
    return found


def edit_begun(number: str) -> Any:
    """orderEditBegin's answer for an order whose only line has this number."""
    return json.loads(json.dumps(answer("edit_begun")).replace("LINE", number))


def edit_set() -> Any:
    return answer("edit_set")
