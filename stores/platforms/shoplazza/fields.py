"""Looks into Shoplazza's answers: one name each, and money as decimal text. The rest is read as everywhere."""

from __future__ import annotations

import re
from decimal import Decimal

from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node, listed, maybe, text, units, when
from stores.kernel.http.json_readers import inner as node
from stores.kernel.http.json_readers import nodes as items
from stores.kernel.money import Money

__all__ = ["Misread", "Node", "amount", "flag", "ident", "items", "listed", "maybe", "node", "text", "units", "when"]
AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,8})?", re.ASCII)


def ident(parent: Node, name: str = "id") -> str:
    """An id is opaque text: `633130-00000004`, or 19 digits that a float would round."""
    return json_readers.ident(parent, name)


def flag(parent: Node, name: str) -> bool:
    """Whatever is not true is false."""
    return parent.get(name) is True


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
