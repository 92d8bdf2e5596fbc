"""Orders worth having, by name: every case that is known to differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.core import people
from sandbox.core.people import LAMP, MUG, SHIRT, TEA
from sandbox.platforms.shoplazza.spec import Line, Person

line, seed = people.liner(Line, left="shipped"), people.seeder(Person)
SEEDS: dict[str, dict[str, Any]] = {
    "unpaid": seed("Bruno Keller", line(MUG, quantity=2), line(TEA), pay="waiting"),
    "authorised": seed("Chiara Rossi", line(LAMP), pay="authorised", channel="card"),
    "paid one gateway": seed("Dana Whitfield", line(MUG, quantity=3), line(SHIRT), line(TEA), tax_rate="0.10"),
    "card + gift card": seed("Emil Sand", line(LAMP), line(MUG), tender=[("gift_card", "25.00"), ("bogus", "83.50")]),
    "two payment lines": seed("Freya Lind", line(SHIRT, quantity=2), tender=[("paypal", "60.00"), ("card", "63.00")]),
    "two payments of one channel": seed("Gina Lund", line(SHIRT, quantity=2),
        tender=[("card", "60.00"), ("card", "63.00")]),
    "partly shipped": seed("Gustav Holm", line(MUG, quantity=4, shipped=2), line(TEA, quantity=3), age_days=3),
    "shipped": seed("Milan Horak", line(MUG, quantity=2, shipped=2), age_days=6),
    "finished": seed("Mira Horak", line(TEA, shipped=1), finished=True, age_days=12),
    "cancelled": seed("Olga Petri", line(LAMP), cancelled="customer called", age_days=5),
    "pending refund": seed("Pia Roth", line(MUG, quantity=3), channel="custom", refunded=1, pending=True),
    "partly refunded": seed("Quentin Faure", line(MUG, quantity=3), line(TEA), refunded=1),
    "tip, extra fee and duty": seed("Rosa Delgado", line(LAMP, duty="7.30"), line(SHIRT, quantity=2), tip="6.00",
        fees={"Gift wrapping": "3.50"}, country="DE"),
    "tax included": seed("Fritz Zimmermann", line(SHIRT, quantity=3, discount="10.00"), tax_rate="0.19",
        taxes_included=True, code="SPRING", country="DE"),
    "old-style id": seed("Sven Aasen", line(TEA, quantity=2), id="633130-00000004"),
    "19-digit id": seed("Tomas Grau", line(LAMP), id="7182105848352794601"),
    "other market currency": seed("Uma Desai", line(SHIRT, price="54.00", quantity=2), currency="EUR",
        primary=("USD", "1.10"), country="FR"),
    "abandoned checkout": seed("Vera Novak", line(LAMP), pay="waiting", is_checkout=True, recovery="sending"),
    "refund will be slow": seed("Xenia P", line(MUG, quantity=2), channel="bogus_pending"),
    "refund will fail": seed("Yannick Blanc", line(SHIRT), channel="bogus_fail"),
    "paid by bank transfer": seed("Zoe Hart", line(LAMP), channel="custom"),
    "no customer": seed("", line(TEA), person=None),
    "markup in the name": seed("<script> O'Neil", line(MUG, title='Mug <b>bold</b> & "quoted"'),
        customer_note="Please ring 🔔 twice"),
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
    return people.orders(count, seed, KINDS, line, Person)
