"""Looks into an answer that a schema describes: what it promises must be there. The rest is read as everywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node, clean, first, text
from stores.kernel.http.json_readers import inner as node
from stores.kernel.http.json_readers import when as maybe_when
from stores.kernel.money import Money, exponent

__all__ = [
    "Misread",
    "Node",
    "amount",
    "clean",
    "flag",
    "ident",
    "in_minor",
    "iso",
    "items",
    "maybe",
    "maybe_when",
    "node",
    "text",
    "texts",
    "told",
    "units",
    "when",
]  # fmt: skip
AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", re.ASCII)


def maybe(parent: Node, name: str) -> Node | None:
    return None if parent.get(name) is None else node(parent, name)


def items(parent: Node, name: str) -> list[Node]:
    """A list of objects, or the nodes of a connection."""
    found = parent.get(name)
    return json_readers.listed({name: found.get("nodes") if isinstance(found, Mapping) else found}, name)


def ident(parent: Node, name: str = "id") -> str:
    return json_readers.ident(parent, name)


def texts(parent: Node, name: str) -> tuple[str, ...]:
    found = json_readers.items(parent, name)
    if not all(isinstance(item, str) for item in found):
        raise Misread(name)
    return tuple(clean(item) for item in found)


def told(parent: Node, name: str) -> str:
    """A text, "" for null. Raises Misread where it was left out: that says nothing."""
    if name not in parent:
        raise Misread(name)
    return text(parent, name)


def flag(parent: Node, name: str) -> bool:
    return json_readers.flag(promised(parent, name), name)


def units(parent: Node, name: str) -> Decimal:
    return json_readers.units(promised(parent, name), name)


def when(parent: Node, name: str) -> datetime:
    found = maybe_when(parent, name)
    if found is None:
        raise Misread(name)
    return found


def promised(parent: Node, name: str) -> Node:
    """The same object, where the field is there."""
    if first(parent, name) is None:
        raise Misread(name)
    return parent


def amount(parent: Node, name: str) -> Money:
    """{amount: "5.00", currencyCode: "EUR"}"""
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


MOST_MINOR = 10**15


def iso(currency: str) -> str:
    """A currency that is known. Raises Misread."""
    try:
        exponent(Money.zero(currency).currency)
    except (ValueError, LookupError) as exc:
        raise Misread("currency") from exc
    return currency


def in_minor(parent: Node, name: str, currency: str) -> Money:
    """{amount: 500, currency: "EUR"} in minor units; zero for null. Two currencies in one order are none we read."""
    found = first(parent, name)
    if found is None:
        return Money.zero(currency)
    minor = first(json_readers.node(found, name), "amount") or 0
    if isinstance(minor, bool) or not isinstance(minor, int) or abs(minor) > MOST_MINOR:
        raise Misread(name)
    if minor and text(found, "currency") != currency:
        raise Misread(f"{name}.currency")
    return Money.from_minor(minor, currency)
