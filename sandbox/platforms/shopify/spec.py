"""What an order of the sandbox should look like: keywords with believable defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.core.people import Person

__all__ = ["Line", "Order", "Person"]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line. `at`: units per location name; `fulfilled`: units that have left, in all or per location."""

    title: str = "Enamel mug"
    price: str = "10.00"
    quantity: int = 1
    sku: str = ""
    variant: str = ""
    vendor: str = "Northwind Goods"
    discount: str = "0"  # off the whole line
    tax: str | None = None  # rate of this line ("0.07"); None: the order's; "": untaxed
    at: Mapping[str, int] | str = ""  # "": the shop's first location
    fulfilled: Mapping[str, int] | int = 0
    duties: Sequence[str] = ()
    group: str = ""  # bundle: lines with the same word belong together
    is_tracked: bool = True
    is_restockable: bool = True
    is_gift_card: bool = False
    is_tip: bool = False
    ships: bool = True


@dataclass(frozen=True, kw_only=True)
class Order:
    """One order. `pay`: paid, authorised, pending, partly_captured, part_paid, captured, processing,
    voided, expired.

    tender: (gateway, amount) pairs instead of one payment by `gateway`.
    presentment: (currency, shop money for one of it).
    hold: a FulfillmentHoldReason; request: a FulfillmentOrderRequestStatus for the open fulfilment orders.
    """

    lines: Sequence[Line] = field(default_factory=lambda: (Line(),))
    name: str = ""  # "": next number
    pay: str = "paid"
    gateway: str = "bogus"
    tender: Sequence[tuple[str, str]] = ()
    captured: str = ""  # for partly_captured and part_paid
    shipping: str | None = "5.00"
    discount: str = "0"  # over all lines
    discount_code: str = ""
    tax: str = "0.10"
    tax_title: str = "Sales tax"
    taxes_included: bool = False
    tip: str = ""
    presentment: tuple[str, str] | None = None
    person: Person | None = field(default_factory=Person)
    is_company: bool = False
    age_days: float = 1.0
    note: str = ""
    tags: Sequence[str] = ()
    source: str = "web"
    po_number: str = ""
    app: str = "own"  # own: this app or the shop's checkout; other: another app made it
    is_test: bool = False
    is_closed: bool = False
    cancelled: str = ""  # an OrderCancelReason: cancelled long ago
    hold: str = ""
    fulfilment: str = "OPEN"  # status of open fulfilment orders
    request: str = "UNSUBMITTED"
    returned: str = ""  # a ReturnStatus
    dispute: str = ""  # a DisputeStatus
    risk: str = "ACCEPT"
    terms: str = ""
