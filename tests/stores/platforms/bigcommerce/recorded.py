"""Answers of the shape the vendor documents, invented: an order of two lines, its payments and its refunds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def read(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text())


def order(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = read("order")
    return found | changes


def transactions() -> dict[str, Any]:
    found: dict[str, Any] = read("transactions")
    return found


def refunds(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = read("refunds")
    found["data"] = [record | changes for record in found["data"]]
    return found


def quote(amount: float = 15.7, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = read("quote")
    for way in found["data"]["refund_methods"]:
        way[0]["amount"] = amount
    found["data"] |= {"total_refund_amount": amount} | changes
    return found


def settings(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = read("settings")
    found["data"] |= changes
    return found


def items() -> dict[str, Any]:
    found: dict[str, Any] = read("items")
    return found
