"""Orders worth having, by name: every case that is known to differ, and more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.core import people
from sandbox.core.people import LAMP, MUG, TEA
from sandbox.platforms.magento.spec import Line, Person

SHIRT = {"title": "Linen shirt", "price": "59.00", "sku": "SHIRT", "kind": "configurable"}
SET = {"title": "Breakfast set", "sku": "SET", "kind": "bundle", "parts": (("MUG-BLU", "14.50"), ("TEA-100", "8.90"))}
BOX = {"title": "Gift box", "price": "40.00", "sku": "BOX", "kind": "fixed_bundle",
       "parts": (("MUG-BLU", "0"), ("TEA-100", "0"))}  # fmt: skip


line, seed = people.liner(Line, left="shipped"), people.seeder(Person)
SEEDS: dict[str, dict[str, Any]] = {
    "new + unpaid": seed("Bruno Keller", line(MUG, quantity=2), line(TEA), pay="unpaid"),
    "authorised": seed("Chiara Rossi", line(LAMP), pay="authorised"),
    "invoiced, tax and discount": seed("Dana Whitfield", line(MUG, quantity=3, discount="4.00"), line(SHIRT),
        line(TEA, quantity=2), tax_rate="0.19", coupon="SPRING", country="DE"),
    "two invoices": seed("Emil Sand", line(MUG, quantity=4), line(TEA, quantity=3), invoices=[(2, 3), (2, 0)]),
    "partly invoiced": seed("Fay Ono", line(MUG, quantity=3), line(LAMP), invoices=[(1, 0)]),
    "configurable": seed("Freya Lind", line(SHIRT, quantity=2), tax_rate="0.10"),
    "bundle": seed("Gina Lund", line(SET, quantity=2), line(LAMP)),
    "fixed bundle": seed("Hana Vogt", line(BOX, quantity=2)),
    "holded": seed("Ivo Brandt", line(LAMP), held=True),
    "payment_review": seed("Jana Kral", line(MUG), pay="payment_review"),
    "pending payment": seed("Karl Moe", line(TEA), pay="pending_payment"),
    "partly shipped": seed("Gustav Holm", line(MUG, quantity=4, shipped=2), line(TEA, quantity=3), age_days=3),
    "shipped": seed("Milan Horak", line(MUG, quantity=2, shipped=2), age_days=6),
    "foreign display currency": seed("Uma Desai", line(LAMP), line(MUG, quantity=2), currency="EUR", rate="0.9137",
        tax_rate="0.20", country="FR"),
    "paid by cheque": seed("Zoe Hart", line(LAMP), pay="offline"),
    "open invoice": seed("Nils Berg", line(MUG, quantity=2), invoices=[(1,), (1,)], open_invoice=True),
    "gift card and points": seed("Olga Petri", line(LAMP), pay="unpaid",
        extras={"gift_cards_amount": "20.00", "reward_points_balance": "300"}),
    "store credit": seed("Petra Roth", line(LAMP), extras={"customer_balance_amount": "30.00"}),
    "partly refunded": seed("Quentin Faure", line(MUG, quantity=3), line(TEA), refunded=1),
    "cancelled": seed("Rita Sol", line(LAMP), pay="unpaid", cancelled=True),
    "virtual": seed("Sven Aasen", Line(title="Licence", sku="LIC", price="30.00", kind="virtual")),
    "guest": seed("", line(TEA), person=None),
    "markup in the name": seed("<script> O'Neil", line(MUG, title='Mug <b>bold</b> & "quoted"'),
        note="Please ring 🔔 twice"),
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
    return people.orders(count, seed, KINDS, line, bulk_person)


def bulk_person(address: str, zip: str, **words: str) -> Person:
    return Person(street=address, postcode=zip, **words)
