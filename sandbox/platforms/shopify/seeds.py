"""Orders worth having, by name: every case that is known to differ, so that demo and tests find them in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from random import Random
from typing import Any

from sandbox.core import people
from sandbox.core.world import World
from sandbox.platforms.shopify import build, shops, stock
from sandbox.platforms.shopify.spec import Line, Order, Person
from sandbox.platforms.shopify.values import BLOCK, Body, gid

JPY_SHOP = "demo-jp"
MUG = Line(title="Enamel mug", variant="Blue", price="14.50", sku="MUG-BLU")
TEA = Line(title="Mountain tea", variant="100 g", price="8.90", sku="TEA-100", vendor="Hillside Tea")
LAMP = Line(title="Desk lamp", variant="Brass", price="89.00", sku="LAMP-BR", vendor="Lumen Works")
SHIRT = Line(title="Linen shirt", variant="M", price="59.00", sku="SHIRT-M", vendor="Common Thread")
NORTH, SERVICE, CLOSED = "North Warehouse", "Swift Logistics", "Old Mill (closed)"


def more(line: Line, **changes: Any) -> Line:
    """The same product, otherwise."""
    return Line(**{**vars(line), **changes})


def who(first: str, last: str, **more_words: str) -> Person:
    email = f"{first}.{last}@example.com".lower().replace(" ", "")
    return Person(first=first, last=last, email=more_words.pop("email", email), **more_words)


SEEDS: dict[str, dict[str, Any]] = {
    "unpaid": {"lines": [more(MUG, quantity=2), TEA], "pay": "pending", "person": who("Bruno", "Keller")},
    "authorised": {"lines": [LAMP, more(TEA, quantity=3)], "pay": "authorised", "person": who("Chiara", "Rossi")},
    "paid by card": {"lines": [more(MUG, quantity=3), SHIRT, TEA], "person": who("Dana", "Whitfield")},
    "paid card + gift card": {
        "lines": [LAMP, MUG], "tender": [("gift_card", "25.00"), ("bogus", "94.35")], "person": who("Emil", "Sand"),
    },
    "partly captured": {
        "lines": [more(SHIRT, quantity=2)], "pay": "partly_captured", "captured": "59.00",
        "person": who("Freya", "Lind"),
    },
    "partly shipped (two locations)": {
        "lines": [
            more(MUG, quantity=4, at={"Main Street": 2, NORTH: 2}, fulfilled={"Main Street": 2}),
            more(SHIRT, quantity=2, at=NORTH),
            more(TEA, quantity=3, fulfilled=1),
        ],
        "age_days": 3, "person": who("Gustav", "Holm"),
    },
    "with a service (accepted)": {
        "lines": [more(LAMP, at=SERVICE), MUG], "request": "ACCEPTED", "person": who("Hana", "Suzuki"),
    },
    "with a service (submitted)": {
        "lines": [more(LAMP, at=SERVICE)], "request": "SUBMITTED", "person": who("Ida", "Berg"),
    },
    "service refused to give it back": {
        "lines": [more(LAMP, at=SERVICE)], "request": "CANCELLATION_REJECTED", "person": who("Ivo", "Marin"),
    },
    "being packed": {"lines": [MUG, TEA], "fulfilment": "IN_PROGRESS", "person": who("Jonas", "Weber")},
    "on hold": {
        "lines": [SHIRT, MUG], "hold": "HIGH_RISK_OF_FRAUD", "risk": "INVESTIGATE", "person": who("Kim", "Doyle"),
    },
    "scheduled": {"lines": [TEA], "fulfilment": "SCHEDULED", "person": who("Lea", "Moreau", country="FR")},
    "shipped": {"lines": [more(MUG, fulfilled=1)], "age_days": 6, "person": who("Milan", "Horak")},
    "active return": {
        "lines": [more(SHIRT, quantity=2, fulfilled=2), MUG], "returned": "OPEN", "age_days": 9,
        "person": who("Nora", "Byrne"),
    },
    "cancelled": {"lines": [LAMP], "cancelled": "CUSTOMER", "age_days": 5, "person": who("Olga", "Petrova")},
    "120 lines": {
        "lines": [
            Line(
                title=f"Spare part {n:03d}", price=f"{1 + n % 9}.{n % 100:02d}", quantity=1 + n % 3, sku=f"PART-{n:03d}"
            )
            for n in range(1, 121)
        ],
        "is_company": True, "terms": "Net 30", "po_number": "PO-88120", "person": who("Priya", "Raman"),
    },
    "bundle": {
        "lines": [
            more(MUG, group="Breakfast set", quantity=2),
            more(TEA, group="Breakfast set"),
            Line(title="Toast rack", price="22.00", sku="RACK-1", group="Breakfast set"),
            SHIRT,
        ],
        "person": who("Quentin", "Faure", country="FR"),
    },
    "tip and duties": {
        "lines": [more(LAMP, duties=["7.30"]), more(SHIRT, quantity=2, duties=["4.10"])], "tip": "6.00",
        "person": who("Rosa", "Delgado", country="DE"),
    },
    "61 days old": {"lines": [MUG, TEA], "age_days": 61, "person": who("Sven", "Aasen")},
    "open dispute": {"lines": [LAMP], "dispute": "NEEDS_RESPONSE", "risk": "CANCEL", "person": who("Tomas", "Grau")},
    "made by another app": {
        "lines": [more(MUG, quantity=2), TEA], "pay": "pending", "app": "other", "source": "marketplace",
        "person": who("Uma", "Desai"),
    },
    "made by another app, paid": {
        "lines": [SHIRT], "app": "other", "source": "marketplace", "person": who("Vera", "Novak"),
    },
    "pending payment": {"lines": [TEA], "pay": "processing", "person": who("Walt", "Reyes")},
    "refund will be slow": {
        "lines": [more(MUG, quantity=2)], "gateway": "bogus_pending", "person": who("Xenia", "Pappas"),
    },
    "refund will fail": {"lines": [SHIRT, MUG], "gateway": "bogus_fail", "person": who("Yannick", "Blanc")},
    "paid by bank deposit": {"lines": [LAMP], "gateway": "manual", "person": who("Zoe", "Hart")},
    "gift card sold": {
        "lines": [
            Line(
                title="Gift card",
                price="50.00",
                sku="GIFT-50",
                is_gift_card=True,
                ships=False,
                is_tracked=False,
                tax="",
            ),
            MUG,
        ],
        "person": who("Anneke", "de Vries"),
    },
    "digital download": {
        "lines": [Line(title="Tea guide (PDF)", price="12.00", sku="PDF-TEA", ships=False, is_tracked=False), TEA],
        "person": who("Björn", "Þórsson", email="bjorn@example.com"),
    },
    "closed location, paid": {"lines": [more(MUG, quantity=2, at=CLOSED)], "person": who("Carla", "Mendes")},
    "closed location, unpaid": {"lines": [more(MUG, at=CLOSED)], "pay": "pending", "person": who("David", "Osei")},
    "order discount, three payments": {
        "lines": [more(SHIRT, quantity=3), more(MUG, quantity=3)], "discount": "20.00", "discount_code": "SPRING",
        "tender": [("gift_card", "30.00"), ("bogus", "100.00"), ("manual", "96.06")],
        "person": who("Élodie", "Garnier"),
    },
    "taxes included": {
        "lines": [more(SHIRT, quantity=3, discount="10.00"), TEA], "tax": "0.19", "tax_title": "VAT",
        "taxes_included": True, "person": who("Fritz", "Zimmermann", country="DE"),
    },
    "name in Chinese": {"lines": [TEA], "person": who("伟", "李", email="li.wei@example.com")},
    "name in Arabic, emoji note": {
        "lines": [MUG], "note": "Please ring 🔔 twice", "person": who("ليلى", "حداد", email="layla@example.com"),
    },
    "markup in the name": {
        "lines": [more(MUG, title='Mug <b>bold</b> & "quoted"')],
        "person": who("<script>alert(1)</script>", "O'Neil", email="oneil@example.com"),
    },
    "no customer": {"lines": [TEA], "person": None, "source": "pos"},
    "test order": {"lines": [MUG], "is_test": True, "person": who("Gil", "Tester")},
    "authorisation expired": {"lines": [LAMP], "pay": "expired", "age_days": 12, "person": who("Hugo", "Ferrari")},
    "free order": {
        "lines": [more(TEA, price="0.00")], "shipping": None, "pay": "pending", "person": who("Ines", "Costa"),
    },
    "yen shop, paid in euro": {
        "shop": JPY_SHOP, "presentment": ("EUR", "160.00"),
        "lines": [more(LAMP, price="35.20", quantity=2), more(TEA, price="4.99", quantity=3)], "tax": "0.19",
        "tax_title": "VAT", "taxes_included": True, "person": who("Jana", "Vogel", country="DE"),
    },
    "yen shop, paid in yen": {
        "shop": JPY_SHOP, "lines": [more(MUG, price="1480", quantity=3), more(TEA, price="905")], "shipping": "600",
        "tax": "0.10", "tax_title": "消費税", "taxes_included": True,
        "person": who("健", "田中", email="tanaka@example.com", country="JP"),
    },
}  # fmt: skip


# --- Believable orders in bulk: the same seed makes the same people, baskets and troubles ---------
BATCH = 2_000
# (how many in a hundred, what is special about them)
KINDS: tuple[tuple[int, dict[str, Any]], ...] = (
    (52, {}),
    (12, {"pay": "authorised"}),
    (10, {"pay": "pending"}),
    (10, {"is_shipped": True}),
    (5, {"is_partly_shipped": True}),
    (3, {"cancelled": "CUSTOMER"}),
    (2, {"hold": "INVENTORY_OUT_OF_STOCK"}),
    (2, {"fulfilment": "IN_PROGRESS"}),
    (2, {"tip": "4.00"}),
    (2, {"discount": "5.00", "discount_code": "HELLO5"}),
)


def fill(world: World, shop: Body | None, wanted: Iterable[Order], count: int) -> list[str]:
    """Puts these orders into the shop, in batches; returns their gids. Raises KeyError for no shop."""
    if shop is None:
        raise KeyError("no such shop")
    orders, ids = iter(wanted), list[str]()
    with world.store.write() as db:
        first_id, number = shops.reserve(world, shop["name"], count)
        while bodies := [
            build.build(shop, one, order_id=first_id + place * BLOCK, number=number + place, at=world.at())
            for place, one in enumerate(islice(orders, BATCH), start=len(ids))
        ]:
            shops.insert(db, bodies)
            stock.commit_many(db, shop["name"], bodies)
            ids += [gid("Order", body["id"]) for body in bodies]
    return ids


def many(count: int, seed: int) -> Iterator[Order]:
    """Orders of the last two months, older ones first."""
    dice = Random(seed)
    for place in range(count):
        special = dict(dice.choices([kind for _, kind in KINDS], [share for share, _ in KINDS])[0])
        sent = special.pop("is_shipped", False), special.pop("is_partly_shipped", False)
        lines = tuple(basket(dice, is_shipped=sent[0], is_partly=sent[1]))
        age = 58.0 * (1 - place / max(1, count)) + dice.random() * 0.02
        person = Person(**people.person(dice))
        yield Order(lines=lines, person=person, age_days=age + (1 if any(sent) else 0.01), **special)


def basket(dice: Random, *, is_shipped: bool, is_partly: bool) -> Iterator[Line]:
    for title, variant, price, sku, vendor in dice.sample(people.PRODUCTS, dice.choice((1, 1, 2, 2, 3, 4))):
        units = dice.choice((1, 1, 1, 2, 2, 3))
        units = max(2, units) if is_partly else units
        left = units if is_shipped else units // 2 if is_partly else 0
        place = dice.choice(("Main Street", "Main Street", "North Warehouse"))
        yield Line(
            title=title, variant=variant, price=price, sku=sku, vendor=vendor, quantity=units, at=place, fulfilled=left
        )
