"""Orders worth having, by name: every case that is known to differ, and more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.core import people
from sandbox.platforms.magento.spec import Line, Person

MUG = {"title": "Enamel mug", "price": "14.50", "sku": "MUG-BLU"}
TEA = {"title": "Mountain tea", "price": "8.90", "sku": "TEA-100"}
LAMP = {"title": "Desk lamp", "price": "89.00", "sku": "LAMP-BR"}
SHIRT = {"title": "Linen shirt", "price": "59.00", "sku": "SHIRT", "kind": "configurable"}
SET = {"title": "Breakfast set", "sku": "SET", "kind": "bundle", "parts": (("MUG-BLU", "14.50"), ("TEA-100", "8.90"))}
BOX = {"title": "Gift box", "price": "40.00", "sku": "BOX", "kind": "fixed_bundle",
       "parts": (("MUG-BLU", "0"), ("TEA-100", "0"))}  # fmt: skip


def line(product: dict[str, Any], **more: Any) -> Line:
    return Line(**(product | more))


def who(first: str, last: str, country: str = "US") -> Person:
    return Person(first=first, last=last, email=f"{first}.{last}@example.com".lower(), country=country)


SEEDS: dict[str, dict[str, Any]] = {
    "new + unpaid": {"lines": [line(MUG, quantity=2), line(TEA)], "pay": "unpaid", "person": who("Bruno", "Keller")},
    "authorised": {"lines": [line(LAMP)], "pay": "authorised", "person": who("Chiara", "Rossi")},
    "invoiced, tax and discount": {
        "lines": [line(MUG, quantity=3, discount="4.00"), line(SHIRT), line(TEA, quantity=2)], "tax_rate": "0.19",
        "coupon": "SPRING", "person": who("Dana", "Whitfield", "DE"),
    },
    "two invoices": {
        "lines": [line(MUG, quantity=4), line(TEA, quantity=3)], "invoices": [(2, 3), (2, 0)],
        "person": who("Emil", "Sand"),
    },
    "partly invoiced": {
        "lines": [line(MUG, quantity=3), line(LAMP)], "invoices": [(1, 0)], "person": who("Fay", "Ono"),
    },
    "configurable": {"lines": [line(SHIRT, quantity=2)], "tax_rate": "0.10", "person": who("Freya", "Lind")},
    "bundle": {"lines": [line(SET, quantity=2), line(LAMP)], "person": who("Gina", "Lund")},
    "fixed bundle": {"lines": [line(BOX, quantity=2)], "person": who("Hana", "Vogt")},
    "holded": {"lines": [line(LAMP)], "held": True, "person": who("Ivo", "Brandt")},
    "payment_review": {"lines": [line(MUG)], "pay": "payment_review", "person": who("Jana", "Kral")},
    "pending payment": {"lines": [line(TEA)], "pay": "pending_payment", "person": who("Karl", "Moe")},
    "partly shipped": {
        "lines": [line(MUG, quantity=4, shipped=2), line(TEA, quantity=3)], "age_days": 3,
        "person": who("Gustav", "Holm"),
    },
    "shipped": {"lines": [line(MUG, quantity=2, shipped=2)], "age_days": 6, "person": who("Milan", "Horak")},
    "foreign display currency": {
        "lines": [line(LAMP), line(MUG, quantity=2)], "currency": "EUR", "rate": "0.9137", "tax_rate": "0.20",
        "person": who("Uma", "Desai", "FR"),
    },
    "paid by cheque": {"lines": [line(LAMP)], "pay": "offline", "person": who("Zoe", "Hart")},
    "open invoice": {
        "lines": [line(MUG, quantity=2)], "invoices": [(1,), (1,)], "open_invoice": True,
        "person": who("Nils", "Berg"),
    },
    "gift card and points": {
        "lines": [line(LAMP)], "pay": "unpaid",
        "extras": {"gift_cards_amount": "20.00", "reward_points_balance": "300"}, "person": who("Olga", "Petri"),
    },
    "store credit": {
        "lines": [line(LAMP)], "extras": {"customer_balance_amount": "30.00"}, "person": who("Petra", "Roth"),
    },
    "partly refunded": {"lines": [line(MUG, quantity=3), line(TEA)], "refunded": 1, "person": who("Quentin", "Faure")},
    "cancelled": {"lines": [line(LAMP)], "pay": "unpaid", "cancelled": True, "person": who("Rita", "Sol")},
    "virtual": {
        "lines": [Line(title="Licence", sku="LIC", price="30.00", kind="virtual")], "person": who("Sven", "Aasen"),
    },
    "guest": {"lines": [line(TEA)], "person": None},
    "markup in the name": {
        "lines": [line(MUG, title='Mug <b>bold</b> & "quoted"')], "person": who("<script>", "O'Neil"),
        "note": "Please ring 🔔 twice",
    },
}  # fmt: skip


# --- Believable orders in bulk --------------------------------------------------------------------
KINDS: people.Kinds = (
    (60, {}),
    (10, {"pay": "unpaid"}),
    (8, {"pay": "authorised"}),
    (8, {"is_shipped": True}),
    (6, {"is_partly": True}),
    (4, {"pay": "unpaid", "cancelled": True}),
    (4, {"pay": "offline"}),
)


def many(count: int, seed: int) -> Iterator[dict[str, Any]]:
    return people.orders(count, seed, KINDS, bulk_line, bulk_person)


def bulk_line(title: str, price: str, sku: str, quantity: int, left: int, **_: Any) -> Line:
    return Line(title=title, price=price, sku=sku, quantity=quantity, shipped=left)


def bulk_person(address: str, zip: str, **words: str) -> Person:
    return Person(street=address, postcode=zip, **words)
