"""Ids as Shopify tells them, and which order a part belongs to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

BLOCK = 10_000  # ids an order keeps for itself and its parts
FIRST_ORDER = 45_000_010_000
Body = dict[str, Any]


def gid(kind: str, number: int | str) -> str:
    return f"gid://shopify/{kind}/{number}"


def number_of(value: object, *kinds: str) -> int | None:
    """The digits of a gid; None for another kind or anything malformed. Parameters after `?` are dropped."""
    head, _, tail = str(value).partition("gid://shopify/")
    kind, _, digits = tail.partition("/")
    digits = digits.partition("?")[0]
    if head or (kinds and kind not in kinds) or not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        return None
    return int(digits)


def kind_of(value: object) -> str:
    return str(value).removeprefix("gid://shopify/").partition("/")[0]


def order_of(part: int) -> int:
    """The order whose block this id lies in."""
    return part - part % BLOCK


def next_part(order: Body) -> int:
    """The next free id in the order's block."""
    order["last_part"] += 1
    return int(order["id"] + order["last_part"])


def iso(at: float | None) -> str | None:
    """Epoch seconds as Shopify writes them: whole seconds, Z."""
    return None if at is None else datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
