"""The customer, from the fulfilment's recipient or the payment."""

from __future__ import annotations

from collections.abc import Sequence

from stores.canonical.order import Person
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node, maybe
from stores.platforms.square import cancellable, units

LINES = ("address_line_1", "address_line_2", "address_line_3", "postal_code", "locality",
         "administrative_district_level_1", "country")  # fmt: skip


def to_person(raw: Node, payments: Sequence[Node]) -> Person:
    someone = recipient(raw)
    paid = payments[0] if payments else {}
    email = json_readers.text(someone, "email_address") or next(
        (found for payment in payments if (found := json_readers.text(payment, "buyer_email_address"))), ""
    )
    return Person(
        id=json_readers.text(raw, "customer_id"),
        name=json_readers.text(someone, "display_name"),
        email=email,
        phone=json_readers.text(someone, "phone_number"),
        billing_address=address(maybe(paid, "billing_address")),
        shipping_address=address(maybe(someone, "address")),
    )


def recipient(raw: Node) -> Node:
    found = (maybe(cancellable.details_of(one), "recipient") for one in units.fulfilments(raw))
    return next((one for one in found if one), {})


def address(raw: Node) -> tuple[str, ...]:
    return tuple(said for said in (json_readers.text(raw, name) for name in LINES) if said)


def note(raw: Node) -> str:
    """What the customer asked for at the pick-up or the shipment."""
    said = (json_readers.text(cancellable.details_of(one), "note", "shipping_note") for one in units.fulfilments(raw))
    return next((one for one in said if one), "")
