"""Invented people, places and goods, and believable orders in bulk; every address ends in example.com."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from random import Random
from typing import Any, TypeVar

FIRST = (
    "Ada", "Amir", "Anouk", "Beata", "Carlos", "Chloe", "Daan", "Elif", "Enzo", "Farah", "Greta", "Hugo", "Ines",
    "Jakub", "Kofi", "Lars", "Leila", "Marta", "Mateo", "Mei", "Nadia", "Niko", "Oskar", "Petra", "Rafael", "Sanna",
    "Sofia", "Tariq", "Viola", "Yusuf",
)  # fmt: skip
LAST = (
    "Abbott", "Andersen", "Bauer", "Bianchi", "Castillo", "Chandra", "Dubois", "Eriksen", "Ferreira", "Fischer",
    "Gonzalez", "Haddad", "Ivanova", "Jansen", "Kowalski", "Larsen", "Mbeki", "Moretti", "Nakamura", "Novak",
    "Okafor", "Peeters", "Quinn", "Rahman", "Schmidt", "Silva", "Takahashi", "Ulrich", "Varga", "Wong",
)  # fmt: skip
PLACES = (
    ("Harbour Lane", "Portsmouth", "03801", "US"),
    ("Maple Street", "Burlington", "05401", "US"),
    ("Canal Road", "Providence", "02903", "US"),
    ("Orchard Avenue", "Ithaca", "14850", "US"),
    ("Mill Lane", "Leeds", "LS1 4DY", "GB"),
    ("Lindenweg", "Freiburg", "79098", "DE"),
)
PRODUCTS = (
    ("Enamel mug", "Blue", "14.50", "MUG-BLU", "Northwind Goods"),
    ("Enamel mug", "White", "14.50", "MUG-WHT", "Northwind Goods"),
    ("Mountain tea", "100 g", "8.90", "TEA-100", "Hillside Tea"),
    ("Smoked tea", "250 g", "17.40", "TEA-250", "Hillside Tea"),
    ("Desk lamp", "Brass", "89.00", "LAMP-BR", "Lumen Works"),
    ("Reading lamp", "Black", "64.00", "LAMP-BK", "Lumen Works"),
    ("Linen shirt", "S", "59.00", "SHIRT-S", "Common Thread"),
    ("Linen shirt", "M", "59.00", "SHIRT-M", "Common Thread"),
    ("Wool scarf", "Grey", "42.00", "SCARF-GR", "Common Thread"),
    ("Notebook", "Dotted", "11.20", "NOTE-DOT", "Paper & Co"),
    ("Fountain pen", "Fine", "36.00", "PEN-F", "Paper & Co"),
    ("Walnut tray", "", "48.50", "TRAY-WAL", "Northwind Goods"),
    ("Beeswax candle", "Tall", "9.75", "CANDLE-T", "Northwind Goods"),
    ("Canvas bag", "Olive", "33.00", "BAG-OLV", "Common Thread"),
)
WORDS = ("title", "variant", "price", "sku", "vendor")
MUG, _WHITE, TEA, _SMOKED, LAMP, _READING, _SMALL, SHIRT = (dict(zip(WORDS, row, strict=True)) for row in PRODUCTS[:8])
DAYS = 58.0  # how far back orders in bulk go
L = TypeVar("L")
Kinds = Sequence[tuple[int, Mapping[str, Any]]]  # (how many in a hundred, what is special about them)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who orders, as most platforms' specs take one."""

    first: str = "Ada"
    last: str = "Novak"
    email: str = "ada.novak@example.com"
    phone: str = "+15550100"
    address: str = "12 Harbour Lane"
    city: str = "Portsmouth"
    zip: str = "03801"
    country: str = "US"


def liner(kind: type[L], **names: str) -> Callable[..., L]:
    """Makes lines: `line(MUG, quantity=2)`. kind: the platform's Line, which takes what it knows of the goods; names:
    word of the goods -> what it is called there."""
    known = {one.name for one in fields(kind)}  # type: ignore[arg-type]

    def line(goods: Mapping[str, Any], **words: Any) -> L:
        told = {names.get(name, name): value for name, value in goods.items()}
        return kind(**{name: value for name, value in told.items() if name in known} | words)

    return line


def seeder(who: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """Makes the words of an order that is worth having: `seed("Ada Novak", line(MUG), pay="waiting")`; "": whoever."""

    def seed(name: str, *lines: Any, country: str = "", **words: Any) -> dict[str, Any]:
        first, _, last = name.partition(" ")
        living = {"country": country} if country else {}
        email = f"{first}.{last}@example.com".lower()
        person = {"person": who(first=first, last=last, email=email, **living)} if name else {}
        return {"lines": lines, **person, **words}

    return seed


def person(dice: Random) -> dict[str, str]:
    """The words of a Person."""
    first, last = dice.choice(FIRST), dice.choice(LAST)
    street, city, code, country = dice.choice(PLACES)
    email = f"{first}.{last}{dice.randrange(1, 100)}@example.com".lower()
    address = f"{dice.randrange(1, 200)} {street}"
    return {"first": first, "last": last, "email": email, "address": address, "city": city, "zip": code,
            "country": country}  # fmt: skip


def goods(dice: Random, **sent: bool) -> Iterator[dict[str, Any]]:
    """Lines of one basket: title, variant, price, sku, vendor, quantity, and `left`: units that have been sent."""
    for row in dice.sample(PRODUCTS, dice.choice((1, 1, 2, 2, 3))):
        units = dice.choice((1, 1, 1, 2, 2, 3))
        units = max(2, units) if sent.get("is_partly") else units
        left = units if sent.get("is_shipped") else units // 2 if sent.get("is_partly") else 0
        yield {**dict(zip(WORDS, row, strict=True)), "quantity": units, "left": left}


def orders(
    count: int, seed: int, kinds: Kinds, line: Callable[..., Any], who: Callable[..., Any]
) -> Iterator[dict[str, Any]]:
    """Words of `count` orders of the last two months, oldest first; the same seed gives the same.

    `is_shipped` and `is_partly` of a kind say what has left; line: of goods, as `liner` makes it; who: the platform's
    Person out of these words.
    """
    dice = Random(seed)
    for place in range(count):
        special = dict(dice.choices([kind for _, kind in kinds], [share for share, _ in kinds])[0])
        sent = {name: special.pop(name, False) for name in ("is_shipped", "is_partly")}
        lines = tuple(line(words) for words in goods(dice, **sent))
        age = DAYS * (1 - (place + 0.9 * dice.random()) / max(1, count)) + 0.02 + any(sent.values())
        yield {"lines": lines, "person": who(**person(dice)), "age_days": age, **special}
