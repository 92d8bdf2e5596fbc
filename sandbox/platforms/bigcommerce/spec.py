"""What an order of a BigCommerce store should look like: keywords with believable defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.core import people


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line. kind: physical, digital or giftcertificate; address: place in the order's list of addresses.

    discount: off the whole line; wrapping: gift wrapping of the whole line, untaxed; parent: place of the line whose
    pick list this one belongs to (-1: none); stock: variant, product (counted, but not by variant) or none.
    """

    title: str = "Enamel mug"
    price: str = "10.00"
    quantity: int = 1
    sku: str = "MUG"
    variant: str = ""
    brand: str = "Northwind Goods"
    discount: str = "0"
    wrapping: str = "0"
    shipped: int = 0
    kind: str = "physical"
    address: int = 0
    parent: int = -1
    stock: str = "variant"


@dataclass(frozen=True, kw_only=True)
class Person(people.Person):
    country: str = "United States"
    country_code: str = "US"


@dataclass(frozen=True, kw_only=True)
class Order:
    """One order. pay: paid, authorised, waiting, capturing (capture pending), review (held for review) or unsettled.

    gateway: of the only payment; bankdeposit, cod and cheque are settled outside. tender: (gateway, amount) pairs
    instead. can_refund: online, whole_only, once or offline: what the gateway does by API. declines: "", at_once or
    later. rate: of one unit of the store's currency in the order's; display: the currency prices were shown in, with
    its rate. refunded: units of the first line that staff refunded before. status: a status id, where it is not what
    the payment and the shipments say.
    """

    lines: Sequence[Line] = field(default_factory=lambda: (Line(),))
    pay: str = "paid"
    gateway: str = "testgateway"
    tender: Sequence[tuple[str, str]] = ()
    can_refund: str = "online"
    declines: str = ""
    currency: str = ""
    rate: str = "1"
    display: tuple[str, str] | None = None
    shipping: str = "5.00"  # for each address
    handling: str = "0"
    tax_rate: str = "0"
    taxes_included: bool = False
    discount: str = "0"  # off the whole order
    coupon: str = ""  # the code of the coupon that gave `discount`
    fees: Mapping[str, str] = field(default_factory=dict)
    addresses: int = 1
    refunded: int = 0
    status: int | None = None
    cancelled: bool = False
    archived: bool = False
    is_guest: bool = False
    person: Person | None = field(default_factory=Person)
    age_days: float = 1.0
    staff_notes: str = ""
    customer_message: str = ""
    channel: int = 1
    source: str = "www"
