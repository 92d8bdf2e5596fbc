"""What an order of a Shoplazza shop should look like: keywords with believable defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.core.people import Person

__all__ = ["Line", "Order", "Person"]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line. `shipped`: units that have left; `discount`: off the whole line, told in discount_applications."""

    title: str = "Enamel mug"
    price: str = "10.00"
    quantity: int = 1
    sku: str = "MUG"
    variant: str = ""
    vendor: str = "Northwind Goods"
    discount: str = "0"
    tax: str = ""  # of the whole line; "": the order's rate
    duty: str = "0"
    shipped: int = 0
    ships: bool = True


@dataclass(frozen=True, kw_only=True)
class Order:
    """One order. `pay`: paid, authorised, waiting, failed, expired.

    channel: of the only payment: bogus, bogus_pending, bogus_fail, custom, or a provider's word.
    tender: (channel, amount) pairs instead. primary: (currency of the primary market, its money for one of ours).
    refunded: units of the first line that were refunded while they waited; pending: that refund is under way.
    """

    lines: Sequence[Line] = field(default_factory=lambda: (Line(),))
    id: str = ""  # "": the next of 19 digits
    pay: str = "paid"
    channel: str = "bogus"
    untold: bool = False  # another company's checkout: no transaction is listed
    tender: Sequence[tuple[str, str]] = ()
    currency: str = ""
    shipping: str = "5.00"
    shipping_tax: str = "0"
    tax_rate: str = "0"
    taxes_included: bool = False
    tip: str = "0"
    fees: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    off: str = "0"  # taken off the whole order, named on no line
    primary: tuple[str, str] | None = None
    refunded: int = 0
    pending: bool = False
    cancelled: str | None = None  # its reason: cancelled long ago
    finished: bool = False
    deleted: bool = False
    recovery: str = ""
    is_checkout: bool = False  # never placed: an abandoned cart
    person: Person | None = field(default_factory=Person)
    age_days: float = 1.0
    note: str = ""
    customer_note: str = ""
    tags: str = ""
    source: str = "web"
