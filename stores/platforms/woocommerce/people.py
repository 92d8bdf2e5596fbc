"""Who bought: names and addresses as far as the order tells them."""

from __future__ import annotations

from collections.abc import Mapping

from stores.canonical.order import Person
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node


def to_person(raw: Node) -> Person:
    billing, shipping = (_maybe(raw, name) for name in ("billing", "shipping"))
    return Person(
        id=json_readers.text(raw, "customer_id").removeprefix("0"),
        name=_name(billing) or _name(shipping),
        email=json_readers.text(billing, "email"),
        phone=json_readers.text(billing, "phone") or json_readers.text(shipping, "phone"),
        billing_address=_address(billing),
        shipping_address=_address(shipping),
    )


def _maybe(raw: Node, name: str) -> Mapping[str, object]:
    found = raw.get(name)
    return found if isinstance(found, Mapping) else {}


def _name(who: Node) -> str:
    return " ".join(filter(None, (json_readers.text(who, "first_name"), json_readers.text(who, "last_name"))))


def _address(who: Node) -> tuple[str, ...]:
    names = ("company", "address_1", "address_2", "postcode", "city", "state", "country")
    said = (_name(who), *(json_readers.text(who, name) for name in names))
    return tuple(filter(None, said)) if any(said[1:]) else ()
