"""The words by which an order is made: `make_order(lines=[Line(quantity=5, fulfilled=2)], is_posted=False)`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Line:
    """`cancelled`: buyer or seller, "" = live."""

    sku: str = "MUG-BLU"
    title: str = "Enamel mug"
    price: str = "14.50"
    quantity: int = 1
    fulfilled: int = 0
    cancelled: str = ""
    reason: str = "No longer needed"


@dataclass(frozen=True, kw_only=True)
class Person:
    first: str = "Ada"
    last: str = "Lindqvist"
    address: str = "12 Canal Street"
    city: str = "Portland"
    state: str = "OR"
    zip: str = "97209"
    country: str = "US"
    email: str = "orders@fernandfield.example"


@dataclass(frozen=True, kw_only=True)
class Order:
    lines: Sequence[Line] = (Line(),)
    person: Person = Person()
    retailer: int = 0  # place in told.RETAILERS
    seller_code: str = ""  # the number in the supplier's own shop; "": made up when posted
    is_posted: bool = True
    is_billed: bool = False
    currency: str = "USD"
    note: str = ""
    age_days: float = 1.0
