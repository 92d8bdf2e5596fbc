"""Orders worth having, by name: every case that is known to differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.core import people
from sandbox.core.people import LAMP, MUG, TEA
from sandbox.platforms.square.spec import Line, Person

BEANS = {"title": "Coffee beans", "variant": "House", "price": "22.40", "sku": "BEANS", "unit": "IMPERIAL_POUND"}


line, seed = people.liner(Line), people.seeder(Person)
SEEDS: dict[str, dict[str, Any]] = {
    "unpaid pickup": seed("Bruno Keller", line(MUG, quantity=2), line(TEA), pay="unpaid"),
    "authorised shipment": seed("Chiara Rossi", line(LAMP), pay="authorised", fulfilment="SHIPMENT"),
    "paid with tip and service charge": seed("Dana Whitfield", line(MUG, quantity=3), line(TEA, quantity=2),
        tax_rate="8.5", charge="5.00", tip="4.20", fulfilment="DELIVERY"),
    "card and cash": seed("Emil Sand", line(LAMP), line(MUG), tender=[("CARD", "80.00"), ("CASH", "23.50")]),
    "sold by weight": seed("Freya Lind", line(BEANS, quantity="0.75")),
    "yen": seed("Yuki Tanaka", Line(title="Tea bowl", price="1200", quantity=3, sku="BOWL"), currency="JPY",
        tax_rate="10", country="JP"),
    "sold at the till": seed("", line(TEA, quantity=2), is_versioned=False, fulfilment="",
        source_name="Square Point of Sale", person=None),
    "came back at the till": seed("Gustav Holm", line(MUG, quantity=3), earlier=1),
    "complete without fulfilment": seed("Hana Sato", line(LAMP), fulfilment=""),
    "picked up": seed("Milan Horak", line(MUG), state="COMPLETED", age_days=4),
    "partly shipped": seed("Mira Horak", line(MUG, quantity=4), line(TEA, quantity=3), fulfilment="SHIPMENT",
        entries=[2, 0], age_days=3),
    "being packed": seed("Nora Berg", line(MUG, quantity=2), state="PREPARED"),
    "cancelled": seed("Olga Petri", line(LAMP), pay="unpaid", state="CANCELED", order_state="CANCELED", age_days=5),
    "refund will be rejected": seed("Pia Roth", line(MUG), outcome="REJECTED"),
    "bank transfer": seed("Quentin Faure", line(LAMP), source="BANK_ACCOUNT"),
    "twenty refunds": seed("Rosa Delgado", line(LAMP), refunds=20),
    "disputed": seed("Sven Aasen", line(LAMP), disputed="EVIDENCE_REQUIRED"),
    "tax included": seed("Uma Desai", line(MUG, quantity=3, discount="1.00"), tax_rate="20", taxes_included=True,
        country="GB"),
    "gift card sold": seed("Vera Novak",
        Line(title="Gift card", price="25.00", kind="GIFT_CARD", sku="", tracked=False)),
    "markup in the name": seed("<script> O'Neil", line(MUG, title='Mug <b>bold</b> & "quoted"')),
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
    for place, words in enumerate(people.orders(count, seed, KINDS, line, Person)):
        if place % 10 == 9:
            words["lines"] += (line(BEANS, quantity=WEIGHED[place % 3]),)
        yield {"tax_rate": "8.5", **words}
