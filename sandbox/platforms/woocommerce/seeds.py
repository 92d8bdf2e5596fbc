"""Orders worth having, by name: every case that is known to differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.core import people
from sandbox.platforms.woocommerce.spec import Line, Person

MUG = {"title": "Enamel mug", "variant": "Blue", "price": "14.50", "sku": "MUG-BLU"}
TEA = {"title": "Mountain tea", "price": "8.90", "sku": "TEA-100"}
LAMP = {"title": "Desk lamp", "price": "89.00", "sku": "LAMP-BR"}
SHIRT = {"title": "Linen shirt", "variant": "M", "price": "59.00", "sku": "SHIRT-M", "product": "Linen shirt",
         "variation": True}  # fmt: skip


def line(product: dict[str, Any], **more: Any) -> Line:
    return Line(**(product | more))


def who(first: str, last: str, country: str = "US") -> Person:
    return Person(first=first, last=last, email=f"{first}.{last}@example.com".lower(), country=country)


SEEDS: dict[str, dict[str, Any]] = {
    "guest unpaid": {"lines": [line(MUG, quantity=2), line(TEA)], "pay": "waiting", "person": who("Bruno", "Keller")},
    "paid, 3 lines with tax and coupon": {
        "lines": [line(MUG, quantity=3), line(SHIRT), line(TEA)], "tax_rate": "0.19", "coupon": "10.00",
        "person": who("Dana", "Whitfield"),
    },
    "partly refunded": {"lines": [line(MUG, quantity=3), line(TEA)], "refunded": 1, "person": who("Quentin", "Faure")},
    "partly refunded, money only": {"lines": [line(LAMP)], "amount_refunded": "9.00", "person": who("Rosa", "Blum")},
    "bank transfer": {"lines": [line(LAMP)], "pay": "waiting", "gateway": "bacs", "person": who("Zoe", "Hart")},
    "bank transfer, paid": {"lines": [line(LAMP)], "gateway": "bacs", "person": who("Zack", "Hart")},
    "cash on delivery": {
        "lines": [line(TEA, quantity=2)], "pay": "waiting", "gateway": "cod", "status": "processing",
        "person": who("Carl", "Brandt"),
    },
    "authorised": {"lines": [line(LAMP)], "pay": "authorised", "person": who("Chiara", "Rossi")},
    "negative fee": {
        "lines": [line(SHIRT, quantity=2), line(MUG)], "fees": {"Gift wrapping": "3.50", "Loyal customer": "-7.00"},
        "tax_rate": "0.19", "person": who("Nils", "Berg", "DE"),
    },
    "variable product": {
        "lines": [line(SHIRT, quantity=2), line(SHIRT, variant="L", sku="SHIRT-L")], "person": who("Vera", "Novak"),
    },
    "zero-decimal currency": {
        "lines": [Line(title="Tea bowl", price="2400", quantity=2, sku="BOWL")], "currency": "JPY", "shipping": "500",
        "tax_rate": "0.10", "person": who("Aiko", "Sato", "JP"),
    },
    "prices including tax": {
        "lines": [line(SHIRT, quantity=3, price="59.90")], "tax_rate": "0.19", "prices_include_tax": True,
        "person": who("Fritz", "Zimmermann", "DE"),
    },
    "partly fulfilled": {"lines": [line(MUG, quantity=4, fulfilled=2), line(TEA)], "person": who("Gustav", "Holm")},
    "completed": {"lines": [line(MUG, quantity=2)], "status": "completed", "age_days": 6, "person": who("Mia", "Oak")},
    "cancelled": {"lines": [line(LAMP)], "pay": "waiting", "status": "cancelled", "person": who("Olga", "Petri")},
    "a plugin's status": {"lines": [line(TEA)], "status": "awaiting-pickup", "person": who("Pia", "Roth")},
    "digital": {"lines": [Line(title="Pattern, PDF", sku="PDF-1", price="6.00", tracked=False)], "shipping": "0"},
    "free gift inside": {"lines": [line(MUG), line(TEA, price="0.00")], "person": who("Uma", "Desai", "FR")},
    "renumbered": {"lines": [line(TEA)], "number": "2026-A-0042", "person": who("Sven", "Aasen")},
    "no name": {"lines": [line(TEA)], "person": None},
    "markup in the name": {
        "lines": [line(MUG, title='Mug <b>bold</b> & "quoted"')], "person": who("<script>", "O'Neil"),
        "note": "Please ring 🔔 twice",
    },
}  # fmt: skip


# --- Believable orders in bulk; the same seed makes the same --------------------------------------
KINDS: people.Kinds = (
    (52, {}),
    (16, {"status": "completed"}),
    (8, {"pay": "waiting"}),
    (8, {"pay": "waiting", "gateway": "bacs"}),
    (5, {"pay": "authorised"}),
    (4, {"fees": {"Gift wrapping": "3.50"}}),
    (4, {"coupon": "5.00"}),
    (3, {"pay": "waiting", "status": "cancelled"}),
)


def many(count: int, seed: int) -> Iterator[dict[str, Any]]:
    return ({"tax_rate": "0.10", **words} for words in people.orders(count, seed, KINDS, bulk_line, Person))


def bulk_line(vendor: str, left: int, **words: Any) -> Line:
    return Line(**words)
