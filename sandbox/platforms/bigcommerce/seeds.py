"""Orders worth having, by name: every case of the platform's list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.core import people
from sandbox.platforms.bigcommerce.spec import Line, Person

MUG = {"title": "Enamel mug", "variant": "Blue", "price": "14.50", "sku": "MUG-BLU"}
TEA = {"title": "Mountain tea", "variant": "100 g", "price": "8.90", "sku": "TEA-100", "brand": "Hillside Tea"}
LAMP = {"title": "Desk lamp", "variant": "Brass", "price": "89.00", "sku": "LAMP-BR", "brand": "Lumen Works"}
SHIRT = {"title": "Linen shirt", "variant": "M", "price": "59.00", "sku": "SHIRT-M", "brand": "Common Thread"}


def line(product: dict[str, Any], **more: Any) -> Line:
    return Line(**(product | more))


def who(first: str, last: str) -> Person:
    return Person(first=first, last=last, email=f"{first}.{last}@example.com".lower())


TWO = (line(MUG, quantity=3), line(TEA, quantity=2))
SEEDS: dict[str, dict[str, Any]] = {
    "paid": {"lines": TWO},
    "guest": {"lines": TWO, "is_guest": True, "person": who("Bruno", "Keller")},
    "two addresses": {"lines": (line(MUG, quantity=2), line(TEA, quantity=2, address=1)), "addresses": 2,
                      "handling": "1.50", "person": who("Chiara", "Moretti")},
    "partly shipped": {"lines": (line(MUG, quantity=3, shipped=1), line(TEA, quantity=2)),
                       "person": who("Dario", "Ilic")},
    "two currencies": {"lines": TWO, "currency": "EUR", "rate": "0.90", "display": ("CAD", "1.47"),
                       "person": who("Elena", "Marin")},
    "gift certificate": {"lines": TWO, "tender": (("giftcertificate", "20.00"), ("testgateway", "46.30")),
                         "person": who("Farah", "Aziz")},
    "bank deposit": {"lines": TWO, "gateway": "bankdeposit", "pay": "waiting", "person": who("Greta", "Lund")},
    "bank deposit paid": {"lines": TWO, "gateway": "bankdeposit", "person": who("Hanna", "Virtanen")},
    "authorised": {"lines": (line(LAMP, quantity=1),), "pay": "authorised", "gateway": "stripe",
                   "person": who("Ivo", "Petrov")},
    "archived": {"lines": (line(SHIRT),), "archived": True, "person": who("Jana", "Kral")},
    "with tax and discount": {"lines": (line(SHIRT, quantity=2, discount="10.00"), line(TEA, quantity=3)),
                              "tax_rate": "0.0825", "discount": "7.77", "person": who("Kofi", "Mensah")},
    "fees and wrapping": {"lines": (line(LAMP, quantity=2, wrapping="6.00"),), "fees": {"Insurance": "4.00"},
                          "handling": "2.00", "person": who("Lena", "Vogel")},
    "pick list": {"lines": (line(LAMP, quantity=2), line(MUG, price="0.00", quantity=2, parent=0)),
                  "person": who("Marek", "Nowak")},
    "digital": {"lines": (line(SHIRT, kind="digital", title="Sewing pattern", sku="PATTERN"),), "shipping": "0",
                "person": who("Nadia", "Haddad")},
    "offline gateway": {"lines": TWO, "can_refund": "offline", "person": who("Otto", "Brandt")},
    "declined refund": {"lines": TWO, "declines": "later", "person": who("Priya", "Shah")},
    "cancelled": {"lines": (line(MUG),), "cancelled": True, "person": who("Quentin", "Roux")},
    "refunded before": {"lines": TWO, "refunded": 1, "person": who("Rosa", "Silva")},
}  # fmt: skip


# --- Believable orders in bulk --------------------------------------------------------------------
COUNTRIES = {"US": "United States", "GB": "United Kingdom", "DE": "Germany"}
KINDS: people.Kinds = (
    (60, {}),
    (8, {"pay": "waiting"}),
    (6, {"pay": "authorised", "gateway": "stripe"}),
    (8, {"is_shipped": True}),
    (6, {"is_partly": True}),
    (4, {"cancelled": True}),
    (4, {"fees": {"Insurance": "4.00"}}),
    (4, {"is_guest": True}),
)


def many(count: int, seed: int) -> Iterator[dict[str, Any]]:
    return people.orders(count, seed, KINDS, bulk_line, bulk_person)


def bulk_line(vendor: str, left: int, **words: Any) -> Line:
    return Line(brand=vendor, shipped=left, **words)


def bulk_person(country: str, **words: str) -> Person:
    return Person(country=COUNTRIES[country], country_code=country, **words)
