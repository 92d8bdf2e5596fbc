"""Typed looks into a parsed answer: whatever is not as the schema promises raises Misread, never anything else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from stores.canonical.order import MoneyPair
from stores.kernel.http import json_readers
from stores.kernel.money import Money

Node = Mapping[str, Any]
AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", re.ASCII)
MOST_UNITS = 1_000_000_000


class Misread(json_readers.Misread):
    """An answer that does not have the shape its schema promises."""


def node(parent: Any, name: str) -> Node:
    found = parent.get(name) if isinstance(parent, Mapping) else None
    if not isinstance(found, Mapping):
        raise Misread(name)
    return found


def maybe(parent: Node, name: str) -> Node | None:
    return None if parent.get(name) is None else node(parent, name)


def items(parent: Node, name: str) -> list[Node]:
    """A list of objects, or the nodes of a connection."""
    found = parent.get(name)
    if isinstance(found, Mapping):
        found = found.get("nodes")
    if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
        raise Misread(name)
    return found


def text(parent: Node, name: str) -> str:
    """A text, "" for null; without what no database can keep (NUL, half surrogates)."""
    found = parent.get(name)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise Misread(name)
    return clean(found)


def clean(words: str) -> str:
    return (
        words if words.isascii() and "\0" not in words else words.replace("\0", "").encode("utf-8", "replace").decode()
    )


def ident(parent: Node, name: str = "id") -> str:
    found = text(parent, name)
    if not found or len(found) > 120:
        raise Misread(name)
    return found


def texts(parent: Node, name: str) -> tuple[str, ...]:
    found = parent.get(name) or []
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise Misread(name)
    return tuple(clean(item) for item in found)


def flag(parent: Node, name: str) -> bool:
    found = parent.get(name)
    if not isinstance(found, bool):
        raise Misread(name)
    return found


def units(parent: Node, name: str) -> Decimal:
    found = parent.get(name)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= MOST_UNITS:
        raise Misread(name)
    return Decimal(found)


def when(parent: Node, name: str) -> datetime:
    found = maybe_when(parent, name)
    if found is None:
        raise Misread(name)
    return found


def maybe_when(parent: Node, name: str) -> datetime | None:
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


def amount(parent: Node, name: str) -> Money:
    """One MoneyV2."""
    found = node(parent, name)
    said = str(found.get("amount"))
    if not AMOUNT.fullmatch(said):
        raise Misread(name)
    try:
        money = Money(Decimal(said), text(found, "currencyCode"))
    except ValueError as exc:
        raise Misread(name) from exc
    plain = money.rounded()  # "5.0" and "5.00" are one text; a unit price finer than the currency stays as it is
    return plain if plain.amount == money.amount else money


def paid(parent: Node, name: str) -> Money:
    """A MoneyBag's amount in the currency that moves."""
    return amount(node(parent, name), "presentmentMoney")


def pair(parent: Node, name: str) -> MoneyPair:
    """A MoneyBag; in one currency only where the order has one."""
    bag = node(parent, name)
    shop = amount(bag, "shopMoney")
    return MoneyPair(shop=shop, customer=amount(bag, "presentmentMoney") if "presentmentMoney" in bag else shop)


def maybe_pair(parent: Node, name: str) -> MoneyPair | None:
    return None if parent.get(name) is None else pair(parent, name)
