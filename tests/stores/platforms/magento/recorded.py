"""Recorded answers, kept as JSON beside this file: shapes of the vendor's schema of 2.4.9, values ours."""

from __future__ import annotations

import json
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def read(name: str) -> dict[str, Any]:
    """One file, without the word on where it comes from."""
    told: dict[str, Any] = json.loads((HERE / f"{name}.json").read_text())
    return {key: value for key, value in told.items() if key != "source"}


def order(**changes: Any) -> dict[str, Any]:
    """A paid order of two lines, one of them configurable."""
    return deepcopy(read("order")) | changes


def unpaid(**changes: Any) -> dict[str, Any]:
    """The same before anything was invoiced."""
    found = order(**({"state": "new", "status": "pending"} | changes))
    for item in found["items"]:
        item["qty_invoiced"] = 0
    return {name: value for name, value in found.items() if "paid" not in name and "invoiced" not in name}


def invoice(**changes: Any) -> dict[str, Any]:
    return deepcopy(read("invoice")) | changes


def memo(**changes: Any) -> dict[str, Any]:
    return deepcopy(read("creditmemo")) | changes


def found(*rows: dict[str, Any]) -> dict[str, Any]:
    """The answer of a search."""
    return {"items": list(rows), "search_criteria": {"filter_groups": []}, "total_count": len(rows)}


def parsed(told: dict[str, Any]) -> dict[str, Any]:
    """As the transport reads it: numbers as Decimal."""
    body: dict[str, Any] = json.loads(json.dumps(told), parse_float=Decimal)
    return body
