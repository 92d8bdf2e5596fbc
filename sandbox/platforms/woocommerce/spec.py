"""What an order of a WooCommerce store should look like: keywords with believable defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.core.people import Person

__all__ = ["Line", "Order", "Person"]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line. `price`: of one unit as entered, with tax where the order's prices contain it.

    tracked: the product manages stock; product: share one product's stock by name ("" = one of its own);
    variation: a variation of that product, whose stock is the parent's; fulfilled: units told by the fulfilments route.
    """

    title: str = "Enamel mug"
    price: str = "10.00"
    quantity: int = 1
    sku: str = "MUG"
    variant: str = ""
    tracked: bool = True
    product: str = ""
    variation: bool = False
    fulfilled: int = 0


@dataclass(frozen=True, kw_only=True)
class Order:
    """One order. `pay`: paid, authorised, waiting; `status` "": as the payment has it.

    gateway: stripe, bacs (bank transfer), cod, or "" for none; coupon: an amount off the goods; fees: name → amount,
    negative ones are discounts; refunded: units of the first line given back earlier; kept: without their stock;
    amount_refunded: money alone given back earlier.
    """

    lines: Sequence[Line] = field(default_factory=lambda: (Line(),))
    pay: str = "paid"
    status: str = ""
    gateway: str = "stripe"
    currency: str = ""
    shipping: str = "5.00"
    tax_rate: str = "0"
    prices_include_tax: bool = False
    coupon: str = "0"
    fees: Mapping[str, str] = field(default_factory=dict)
    refunded: int = 0
    kept: bool = False
    amount_refunded: str = ""
    person: Person | None = field(default_factory=Person)
    age_days: float = 1.0
    note: str = ""
    number: str = ""
