"""Orders worth having, by name: every case of the platform's list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.core import people
from sandbox.core.people import LAMP, MUG, SHIRT, TEA
from sandbox.platforms.bigcommerce.spec import Line, Person

line, seed = people.liner(Line, vendor="brand", left="shipped"), people.seeder(Person)
TWO = (line(MUG, quantity=3), line(TEA, quantity=2))
SEEDS: dict[str, dict[str, Any]] = {
    "paid": seed("", *TWO),
    "guest": seed("Bruno Keller", *TWO, is_guest=True),
    "two addresses": seed("Chiara Moretti", line(MUG, quantity=2), line(TEA, quantity=2, address=1), addresses=2,
        handling="1.50"),
    "partly shipped": seed("Dario Ilic", line(MUG, quantity=3, shipped=1), line(TEA, quantity=2)),
    "two currencies": seed("Elena Marin", *TWO, currency="EUR", rate="0.90", display=("CAD", "1.47")),
    "gift certificate": seed("Farah Aziz", *TWO, tender=(("giftcertificate", "20.00"), ("testgateway", "46.30"))),
    "bank deposit": seed("Greta Lund", *TWO, gateway="bankdeposit", pay="waiting"),
    "bank deposit paid": seed("Hanna Virtanen", *TWO, gateway="bankdeposit"),
    "authorised": seed("Ivo Petrov", line(LAMP, quantity=1), pay="authorised", gateway="stripe"),
    "archived": seed("Jana Kral", line(SHIRT), archived=True),
    "with tax and discount": seed("Kofi Mensah", line(SHIRT, quantity=2, discount="10.00"), line(TEA, quantity=3),
        tax_rate="0.0825", discount="7.77"),
    "fees and wrapping": seed("Lena Vogel", line(LAMP, quantity=2, wrapping="6.00"), fees={"Insurance": "4.00"},
        handling="2.00"),
    "pick list": seed("Marek Nowak", line(LAMP, quantity=2), line(MUG, price="0.00", quantity=2, parent=0)),
    "digital": seed("Nadia Haddad", line(SHIRT, kind="digital", title="Sewing pattern", sku="PATTERN"), shipping="0"),
    "offline gateway": seed("Otto Brandt", *TWO, can_refund="offline"),
    "declined refund": seed("Priya Shah", *TWO, declines="later"),
    "cancelled": seed("Quentin Roux", line(MUG), cancelled=True),
    "refunded before": seed("Rosa Silva", *TWO, refunded=1),
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
    return people.orders(count, seed, KINDS, line, bulk_person)


def bulk_person(country: str, **words: str) -> Person:
    return Person(country=COUNTRIES[country], country_code=country, **words)
