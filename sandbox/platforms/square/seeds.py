"""Orders worth having, by name: every case that is known to differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.core import people
from sandbox.platforms.square.spec import Line, Person

MUG = {"title": "Enamel mug", "variant": "Blue", "price": "14.50", "sku": "MUG-BLU"}
TEA = {"title": "Mountain tea", "variant": "100 g", "price": "8.90", "sku": "TEA-100"}
LAMP = {"title": "Desk lamp", "variant": "Brass", "price": "89.00", "sku": "LAMP-BR"}
BEANS = {"title": "Coffee beans", "variant": "House", "price": "22.40", "sku": "BEANS", "unit": "IMPERIAL_POUND"}


def line(product: dict[str, Any], **more: Any) -> Line:
    return Line(**(product | more))


def who(first: str, last: str, country: str = "US") -> Person:
    return Person(first=first, last=last, email=f"{first}.{last}@example.com".lower(), country=country)


SEEDS: dict[str, dict[str, Any]] = {
    "unpaid pickup": {"lines": [line(MUG, quantity=2), line(TEA)], "pay": "unpaid", "person": who("Bruno", "Keller")},
    "authorised shipment": {
        "lines": [line(LAMP)], "pay": "authorised", "fulfilment": "SHIPMENT", "person": who("Chiara", "Rossi"),
    },
    "paid with tip and service charge": {
        "lines": [line(MUG, quantity=3), line(TEA, quantity=2)], "tax_rate": "8.5", "charge": "5.00", "tip": "4.20",
        "fulfilment": "DELIVERY", "person": who("Dana", "Whitfield"),
    },
    "card and cash": {
        "lines": [line(LAMP), line(MUG)], "tender": [("CARD", "80.00"), ("CASH", "23.50")],
        "person": who("Emil", "Sand"),
    },
    "sold by weight": {"lines": [line(BEANS, quantity="0.75")], "person": who("Freya", "Lind")},
    "yen": {
        "lines": [Line(title="Tea bowl", price="1200", quantity=3, sku="BOWL")], "currency": "JPY", "tax_rate": "10",
        "person": who("Yuki", "Tanaka", "JP"),
    },
    "sold at the till": {
        "lines": [line(TEA, quantity=2)], "is_versioned": False, "fulfilment": "",
        "source_name": "Square Point of Sale", "person": None,
    },
    "came back at the till": {"lines": [line(MUG, quantity=3)], "earlier": 1, "person": who("Gustav", "Holm")},
    "complete without fulfilment": {"lines": [line(LAMP)], "fulfilment": "", "person": who("Hana", "Sato")},
    "picked up": {"lines": [line(MUG)], "state": "COMPLETED", "age_days": 4, "person": who("Milan", "Horak")},
    "partly shipped": {
        "lines": [line(MUG, quantity=4), line(TEA, quantity=3)], "fulfilment": "SHIPMENT", "entries": [2, 0],
        "age_days": 3, "person": who("Mira", "Horak"),
    },
    "being packed": {"lines": [line(MUG, quantity=2)], "state": "PREPARED", "person": who("Nora", "Berg")},
    "cancelled": {
        "lines": [line(LAMP)], "pay": "unpaid", "state": "CANCELED", "order_state": "CANCELED", "age_days": 5,
        "person": who("Olga", "Petri"),
    },
    "refund will be rejected": {"lines": [line(MUG)], "outcome": "REJECTED", "person": who("Pia", "Roth")},
    "bank transfer": {"lines": [line(LAMP)], "source": "BANK_ACCOUNT", "person": who("Quentin", "Faure")},
    "twenty refunds": {"lines": [line(LAMP)], "refunds": 20, "person": who("Rosa", "Delgado")},
    "disputed": {"lines": [line(LAMP)], "disputed": "EVIDENCE_REQUIRED", "person": who("Sven", "Aasen")},
    "tax included": {
        "lines": [line(MUG, quantity=3, discount="1.00")], "tax_rate": "20", "taxes_included": True,
        "person": who("Uma", "Desai", "GB"),
    },
    "gift card sold": {
        "lines": [Line(title="Gift card", price="25.00", kind="GIFT_CARD", sku="", tracked=False)],
        "person": who("Vera", "Novak"),
    },
    "markup in the name": {
        "lines": [line(MUG, title='Mug <b>bold</b> & "quoted"')], "person": who("<script>", "O'Neil"),
    },
}  # fmt: skip


# --- Believable orders in bulk --------------------------------------------------------------------
WEIGHED = ("0.5", "0.75", "1.25")
KINDS: people.Kinds = (
    (55, {}),
    (8, {"pay": "unpaid"}),
    (6, {"pay": "authorised", "fulfilment": "SHIPMENT"}),
    (10, {"state": "COMPLETED"}),
    (8, {"fulfilment": "", "is_versioned": False, "source_name": "Square Point of Sale", "person": None}),
    (5, {"tip": "3.00", "charge": "4.00", "fulfilment": "DELIVERY"}),
    (4, {"pay": "unpaid", "state": "CANCELED", "order_state": "CANCELED"}),
    (4, {"earlier": 1}),
)


def many(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Every tenth order has something weighed."""
    for place, words in enumerate(people.orders(count, seed, KINDS, bulk_line, bulk_person)):
        if place % 10 == 9:
            words["lines"] += (line(BEANS, quantity=WEIGHED[place % 3]),)
        yield {"tax_rate": "8.5", **words}


def bulk_line(title: str, price: str, sku: str, quantity: int, **_: Any) -> Line:
    return Line(title=title, price=price, sku=sku, quantity=quantity)


def bulk_person(first: str, last: str, email: str, **_: str) -> Person:
    return Person(first=first, last=last, email=email)
