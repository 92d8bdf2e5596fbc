"""Believable orders in bulk: the same seed makes the same baskets and troubles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.core import people
from sandbox.platforms.modern_dropship.spec import Line, Person

KINDS: people.Kinds = (
    (60, {}),
    (15, {"is_shipped": True}),
    (10, {"is_partly": True}),
    (6, {"is_cancelled": True}),
    (5, {"is_posted": False}),
    (4, {"is_billed": True}),
)


def many(count: int, seed: int) -> Iterator[dict[str, Any]]:
    for place, words in enumerate(people.orders(count, seed, KINDS, line, person)):
        by = "buyer" if words.pop("is_cancelled", False) else ""
        lines = tuple(Line(**one, cancelled=by) for one in words.pop("lines"))
        yield {**words, "lines": lines, "retailer": place % 3}


def line(left: int, **words: Any) -> dict[str, Any]:
    return {name: words[name] for name in ("title", "sku", "price", "quantity")} | {"fulfilled": left}


def person(email: str, **words: str) -> Person:
    """Whom the retailer sends it to; the address for mail is the retailer's."""
    return Person(**words, state="")
