"""Typed looks into a parsed answer. What is missing is empty; what has the wrong shape raises Misread, nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from stores.kernel.http import json_readers
from stores.kernel.money import Money

Node = Mapping[str, Any]
AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,8})?", re.ASCII)
MOST_UNITS = 1_000_000_000


class Misread(json_readers.Misread):
    """An answer that does not have the shape the vendor's registry promises."""


def node(parent: Any, name: str) -> Node:
    found = parent.get(name) if isinstance(parent, Mapping) else None
    if not isinstance(found, Mapping):
        raise Misread(name)
    return found


def maybe(parent: Node, name: str) -> Node:
    """An object, or an empty one for null."""
    return {} if parent.get(name) is None else node(parent, name)


def items(parent: Node, name: str) -> list[Node]:
    found = parent.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
        raise Misread(name)
    return found


def listed(parent: Node, name: str) -> list[Node]:
    """A list that must be there: without it the answer is not read as an empty one."""
    if parent.get(name) is None:
        raise Misread(name)
    return items(parent, name)


def text(parent: Node, name: str) -> str:
    """A text, "" for null; without what no database can keep (NUL, half surrogates)."""
    found = parent.get(name)
    if found is None:
        return ""
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    if not isinstance(found, str):
        raise Misread(name)
    return (
        found if found.isascii() and "\0" not in found else found.replace("\0", "").encode("utf-8", "replace").decode()
    )


def ident(parent: Node, name: str = "id") -> str:
    """An id is opaque text: `633130-00000004`, or 19 digits that a float would round."""
    found = text(parent, name)
    if not found or len(found) > 120:
        raise Misread(name)
    return found


def flag(parent: Node, name: str) -> bool:
    return parent.get(name) is True


def units(parent: Node, name: str) -> Decimal:
    found = parent.get(name)
    if found is None:
        return Decimal(0)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= MOST_UNITS:
        raise Misread(name)
    return Decimal(found)


def when(parent: Node, name: str) -> datetime | None:
    said = text(parent, name)
    if not said:
        return None
    try:
        found = datetime.fromisoformat(said)
        if found.tzinfo is None:
            raise Misread(name)
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise Misread(name) from exc


def amount(parent: Node, name: str, currency: str) -> Money:
    """Decimal text in the order's currency; nothing is zero."""
    said = parent.get(name)
    if said is None or said == "":
        return Money.zero(currency)
    if isinstance(said, bool) or not AMOUNT.fullmatch(format(said, "f") if isinstance(said, Decimal) else str(said)):
        raise Misread(name)
    try:
        money = Money(Decimal(str(said)), currency)
    except ValueError as exc:
        raise Misread(name) from exc
    plain = money.rounded()  # "5.0" and "5.00" are one amount
    return plain if plain.amount == money.amount else money
