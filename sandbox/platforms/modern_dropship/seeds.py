"""Seed orders by name; each stands for something that people run into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sandbox.core import people
from sandbox.platforms.modern_dropship.spec import Line, Person

MUG = Line(sku="MUG-BLU", title="Enamel mug", price="14.50", quantity=2)
TEA = Line(sku="TEA-100", title="Mountain tea", price="8.90", quantity=3)
LAMP = Line(sku="LAMP-OAK", title="Oak desk lamp", price="64.00")
FIVE = Line(sku="MUG-BLU", title="Enamel mug", price="14.50", quantity=5)
WHY = "Customer ordered twice"

SEEDS: dict[str, dict[str, Any]] = {
    "new": {"lines": (MUG,)},
    "not posted": {"lines": (TEA,), "is_posted": False, "person": Person(first="Jonas", last="Weber", country="DE")},
    "one line of 5": {"lines": (FIVE,), "person": Person(first="Kim", last="Doyle")},
    "three lines": {"lines": (MUG, TEA, LAMP), "retailer": 1, "person": Person(first="Lea", last="Moreau")},
    "partly shipped line": {
        "lines": (Line(sku="MUG-BLU", title="Enamel mug", quantity=5, fulfilled=2),), "age_days": 4.0,
        "person": Person(first="Milan", last="Horak"),
    },
    "partly shipped order": {
        "lines": (Line(sku="TEA-100", title="Mountain tea", quantity=3, fulfilled=3), LAMP, MUG), "age_days": 3.0,
        "retailer": 2, "person": Person(first="Nora", last="Byrne"),
    },
    "shipped": {
        "lines": (Line(sku="LAMP-OAK", title="Oak desk lamp", fulfilled=1),), "age_days": 7.0,
        "person": Person(first="Olga", last="Petrova"),
    },
    "cancelled by the retailer": {
        "lines": (
            Line(sku="TEA-100", title="Mountain tea", quantity=3, cancelled="buyer", reason=WHY),
            Line(sku="MUG-BLU", title="Enamel mug", quantity=1, cancelled="buyer", reason=WHY),
        ),
        "age_days": 5.0, "person": Person(first="Priya", last="Raman"),
    },
    "billed": {
        "lines": (Line(sku="TEA-100", title="Mountain tea", quantity=4, fulfilled=1),), "is_billed": True,
        "age_days": 6.0, "person": Person(first="Quentin", last="Faure"),
    },
    "two lines of the same variant": {
        "lines": (Line(sku="MUG-BLU", quantity=3), Line(sku="MUG-BLU", quantity=2, fulfilled=1)),
        "person": Person(first="Rosa", last="Delgado"),
    },
    "linked to a shop order": {
        "lines": (MUG, LAMP), "seller_code": "#1001", "person": Person(first="Sven", last="Aasen"),
    },
    "name in Chinese": {"lines": (TEA,), "person": Person(first="伟", last="李", city="Shanghai", country="CN")},
}  # fmt: skip


# --- Believable orders in bulk: the same seed makes the same baskets and troubles -----------------
KINDS: people.Kinds = (
    (60, {}),
    (15, {"is_shipped": True}),
    (10, {"is_partly": True}),
    (6, {"is_cancelled": True}),
    (5, {"is_posted": False}),
    (4, {"is_billed": True}),
)


def many(count: int, seed: int) -> Iterator[dict[str, Any]]:
    for place, words in enumerate(people.orders(count, seed, KINDS, people.liner(Line, left="fulfilled"), bulk_person)):
        by = "buyer" if words.pop("is_cancelled", False) else ""
        lines = tuple(replace(line, cancelled=by) for line in words.pop("lines"))
        yield {**words, "lines": lines, "retailer": place % 3}


def bulk_person(email: str, **words: str) -> Person:
    """Whom the retailer sends it to; the address for mail is the retailer's."""
    return Person(**words, state="")
