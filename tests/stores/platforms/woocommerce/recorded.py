"""Recorded answers, kept as JSON beside this file: shapes of the vendor's REST documentation, values ours."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def read(name: str) -> Any:
    return json.loads((HERE / f"{name}.json").read_text())


def order(*, line: int | None = None, **changes: Any) -> dict[str, Any]:
    """GET /orders/{id}; `line`: the id of its first line."""
    told: dict[str, Any] = deepcopy(read("order")) | changes
    if line is not None:
        told["line_items"][0]["id"] = line
    return told


def refunds() -> list[dict[str, Any]]:
    """GET /orders/{id}/refunds"""
    found: list[dict[str, Any]] = read("refunds")
    return found
