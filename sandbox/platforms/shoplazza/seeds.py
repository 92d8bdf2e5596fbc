"""Orders worth having, by name: every case that is known to differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.core import people
from sandbox.platforms.shoplazza.spec import Line, Person

MUG = {"title": "Enamel mug", "variant": "Blue", "price": "14.50", "sku": "MUG-BLU"}
TEA = {"title": "Mountain tea", "variant": "100 g", "price": "8.90", "sku": "TEA-100", "vendor": "Hillside Tea"}
LAMP = {"title": "Desk lamp", "variant": "Brass", "price": "89.00", "sku": "LAMP-BR", "vendor": "Lumen Works"}
SHIRT = {"title": "Linen shirt", "variant": "M", "price": "59.00", "sku": "SHIRT-M", "vendor": "Common Thread"}


def line(product: dict[str, Any], **more: Any) -> Line:
    return Line(**(product | more))


def who(first: str, last: str, country: str = "US") -> Person:
    return Person(first=first, last=last, email=f"{first}.{last}@example.com".lower(), country=country)


SEEDS: dict[str, dict[str, Any]] = {
    "unpaid": {"lines": [line(MUG, quantity=2), line(TEA)], "pay": "waiting", "person": who("Bruno", "Keller")},
    "authorised": {"lines": [line(LAMP)], "pay": "authorised", "channel": "card", "person": who("Chiara", "Rossi")},
    "paid one gateway": {
        "lines": [line(MUG, quantity=3), line(SHIRT), line(TEA)], "tax_rate": "0.10",
        "person": who("Dana", "Whitfield"),
    },
    "card + gift card": {
        "lines": [line(LAMP), line(MUG)], "tender": [("gift_card", "25.00"), ("bogus", "83.50")],
        "person": who("Emil", "Sand"),
    },
    "two payment lines": {
        "lines": [line(SHIRT, quantity=2)], "tender": [("paypal", "60.00"), ("card", "63.00")],
        "person": who("Freya", "Lind"),
    },
    "two payments of one channel": {
        "lines": [line(SHIRT, quantity=2)], "tender": [("card", "60.00"), ("card", "63.00")],
        "person": who("Gina", "Lund"),
    },
    "partly shipped": {
        "lines": [line(MUG, quantity=4, shipped=2), line(TEA, quantity=3)], "age_days": 3,
        "person": who("Gustav", "Holm"),
    },
    "shipped": {"lines": [line(MUG, quantity=2, shipped=2)], "age_days": 6, "person": who("Milan", "Horak")},
    "finished": {"lines": [line(TEA, shipped=1)], "finished": True, "age_days": 12, "person": who("Mira", "Horak")},
    "cancelled": {
        "lines": [line(LAMP)], "cancelled": "customer called", "age_days": 5, "person": who("Olga", "Petri"),
    },
    "pending refund": {
        "lines": [line(MUG, quantity=3)], "channel": "custom", "refunded": 1, "pending": True,
        "person": who("Pia", "Roth"),
    },
    "partly refunded": {"lines": [line(MUG, quantity=3), line(TEA)], "refunded": 1, "person": who("Quentin", "Faure")},
    "tip, extra fee and duty": {
        "lines": [line(LAMP, duty="7.30"), line(SHIRT, quantity=2)], "tip": "6.00", "fees": {"Gift wrapping": "3.50"},
        "person": who("Rosa", "Delgado", "DE"),
    },
    "tax included": {
        "lines": [line(SHIRT, quantity=3, discount="10.00")], "tax_rate": "0.19", "taxes_included": True,
        "code": "SPRING", "person": who("Fritz", "Zimmermann", "DE"),
    },
    "old-style id": {"id": "633130-00000004", "lines": [line(TEA, quantity=2)], "person": who("Sven", "Aasen")},
    "19-digit id": {"id": "7182105848352794601", "lines": [line(LAMP)], "person": who("Tomas", "Grau")},
    "other market currency": {
        "lines": [line(SHIRT, price="54.00", quantity=2)], "currency": "EUR", "primary": ("USD", "1.10"),
        "person": who("Uma", "Desai", "FR"),
    },
    "abandoned checkout": {
        "lines": [line(LAMP)], "pay": "waiting", "is_checkout": True, "recovery": "sending",
        "person": who("Vera", "Novak"),
    },
    "refund will be slow": {"lines": [line(MUG, quantity=2)], "channel": "bogus_pending", "person": who("Xenia", "P")},
    "refund will fail": {"lines": [line(SHIRT)], "channel": "bogus_fail", "person": who("Yannick", "Blanc")},
    "paid by bank transfer": {"lines": [line(LAMP)], "channel": "custom", "person": who("Zoe", "Hart")},
    "no customer": {"lines": [line(TEA)], "person": None},
    "markup in the name": {
        "lines": [line(MUG, title='Mug <b>bold</b> & "quoted"')], "person": who("<script>", "O'Neil"),
        "customer_note": "Please ring 🔔 twice",
    },
}  # fmt: skip


# --- Believable orders in bulk --------------------------------------------------------------------
KINDS: people.Kinds = (
    (60, {}),
    (8, {"pay": "waiting"}),
    (6, {"pay": "authorised", "channel": "card"}),
    (8, {"is_shipped": True}),
    (6, {"is_partly": True}),
    (4, {"cancelled": "changed mind"}),
    (4, {"tip": "4.00"}),
    (4, {"pay": "waiting", "is_checkout": True, "recovery": "waiting"}),
)


def many(count: int, seed: int) -> Iterator[dict[str, Any]]:
    return people.orders(count, seed, KINDS, lambda left, **words: Line(shipped=left, **words), Person)
