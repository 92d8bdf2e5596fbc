"""What an order of a Magento shop should look like: keywords with believable defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line. kind: simple, virtual, configurable, bundle (dynamic price: its parts carry the money), fixed_bundle.

    parts: (sku, price) of a bundle's members, one of each per bundle. discount: off the whole line, with its tax where
    the order's prices contain tax.
    shipped: units that have left.
    """

    title: str = "Enamel mug"
    price: str = "10.00"
    quantity: int = 1
    sku: str = "MUG"
    kind: str = "simple"
    parts: Sequence[tuple[str, str]] = ()
    discount: str = "0"
    shipped: int = 0
    is_decimal: bool = False


@dataclass(frozen=True, kw_only=True)
class Person:
    first: str = "Ada"
    last: str = "Novak"
    email: str = "ada.novak@example.com"
    phone: str = "+15550100"
    street: str = "12 Harbour Lane"
    city: str = "Portsmouth"
    postcode: str = "03801"
    country: str = "US"


@dataclass(frozen=True, kw_only=True)
class Order:
    """One order. pay: paid, offline (paid, recorded by hand), free, authorised, unpaid, pending_payment,
    payment_review.

    invoices: units of each real line per invoice, where not everything is invoiced at once; open_invoice: the last of
    them is not paid yet. currency and rate: what the customer saw, and how much of it one unit of the base is.
    refunded: units of the first line that staff refunded before. extras: amounts in extension_attributes.
    prices_include_tax, shipping_includes_tax: prices and discounts contain it; tax_after_discount: what a discount
    takes off is not taxed.
    """

    lines: Sequence[Line] = field(default_factory=lambda: (Line(),))
    pay: str = "paid"
    invoices: Sequence[Sequence[int]] = ()
    open_invoice: bool = False
    shipping: str = "5.00"
    shipping_discount: str = "0"
    tax_rate: str = "0"
    prices_include_tax: bool = False
    shipping_includes_tax: bool = False
    tax_after_discount: bool = True
    currency: str = ""
    rate: str = "1"
    held: bool = False
    cancelled: bool = False
    refunded: int = 0
    extras: Mapping[str, str] = field(default_factory=dict)
    person: Person | None = field(default_factory=Person)
    age_days: float = 1.0
    coupon: str = ""
    note: str = ""
