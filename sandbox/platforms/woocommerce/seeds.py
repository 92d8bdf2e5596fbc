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


line, seed = people.liner(Line), people.seeder(Person)
SEEDS: dict[str, dict[str, Any]] = {
    "guest unpaid": seed("Bruno Keller", line(MUG, quantity=2), line(TEA), pay="waiting"),
    "paid, 3 lines with tax and coupon": seed("Dana Whitfield", line(MUG, quantity=3), line(SHIRT), line(TEA),
        tax_rate="0.19", coupon="10.00"),
    "partly refunded": seed("Quentin Faure", line(MUG, quantity=3), line(TEA), refunded=1),
    "partly refunded, money only": seed("Rosa Blum", line(LAMP), amount_refunded="9.00"),
    "bank transfer": seed("Zoe Hart", line(LAMP), pay="waiting", gateway="bacs"),
    "bank transfer, paid": seed("Zack Hart", line(LAMP), gateway="bacs"),
    "cash on delivery": seed("Carl Brandt", line(TEA, quantity=2), pay="waiting", gateway="cod", status="processing"),
    "authorised": seed("Chiara Rossi", line(LAMP), pay="authorised"),
    "negative fee": seed("Nils Berg", line(SHIRT, quantity=2), line(MUG),
        fees={"Gift wrapping": "3.50", "Loyal customer": "-7.00"}, tax_rate="0.19", country="DE"),
    "variable product": seed("Vera Novak", line(SHIRT, quantity=2), line(SHIRT, variant="L", sku="SHIRT-L")),
    "zero-decimal currency": seed("Aiko Sato", Line(title="Tea bowl", price="2400", quantity=2, sku="BOWL"),
        currency="JPY", shipping="500", tax_rate="0.10", country="JP"),
    "prices including tax": seed("Fritz Zimmermann", line(SHIRT, quantity=3, price="59.90"), tax_rate="0.19",
        prices_include_tax=True, country="DE"),
    "partly fulfilled": seed("Gustav Holm", line(MUG, quantity=4, fulfilled=2), line(TEA)),
    "completed": seed("Mia Oak", line(MUG, quantity=2), status="completed", age_days=6),
    "cancelled": seed("Olga Petri", line(LAMP), pay="waiting", status="cancelled"),
    "a plugin's status": seed("Pia Roth", line(TEA), status="awaiting-pickup"),
    "digital": seed("", Line(title="Pattern, PDF", sku="PDF-1", price="6.00", tracked=False), shipping="0"),
    "free gift inside": seed("Uma Desai", line(MUG), line(TEA, price="0.00"), country="FR"),
    "renumbered": seed("Sven Aasen", line(TEA), number="2026-A-0042"),
    "no name": seed("", line(TEA), person=None),
    "markup in the name": seed("<script> O'Neil", line(MUG, title='Mug <b>bold</b> & "quoted"'),
        note="Please ring 🔔 twice"),
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
    return ({"tax_rate": "0.10", **words} for words in people.orders(count, seed, KINDS, line, Person))
