"""Recorded answers, kept as JSON beside this file: shapes of the vendor's registry of 2026-01, values ours."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SUCCESS = {"code": "Success", "message": "success"}


def read(name: str) -> dict[str, Any]:
    """One file, without the word on where it comes from."""
    told: dict[str, Any] = json.loads((HERE / f"{name}.json").read_text())
    return {key: value for key, value in told.items() if key != "source"}


def bare_order(**changes: Any) -> dict[str, Any]:
    return deepcopy(read("order")["data"]["order"]) | changes


def order(**changes: Any) -> dict[str, Any]:
    """The enveloped answer of GET /orders/{id}."""
    return SUCCESS | {"data": {"order": bare_order(**changes)}}


def old_order(**changes: Any) -> dict[str, Any]:
    """The same in the envelope of 2022-01."""
    return {"order": bare_order(**changes)}


def refunds(**changes: Any) -> dict[str, Any]:
    told = read("refunds")
    told["data"]["records"] = [record | changes for record in told["data"]["records"]]
    return told


def transactions() -> dict[str, Any]:
    return read("transactions")
