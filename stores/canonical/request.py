"""What a person asks for, and what the platform says it would cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from stores.kernel.money import Money


class Reason(StrEnum):
    """Our list; each adapter maps it to the platform's word and the preview shows both."""

    CUSTOMER = "customer"
    OUT_OF_STOCK = "out_of_stock"
    FRAUD = "fraud"
    PAYMENT_DECLINED = "payment_declined"
    DUPLICATE = "duplicate"
    ADDRESS = "address"
    PRICE_ERROR = "price_error"
    STAFF_ERROR = "staff_error"
    OTHER = "other"


class RefundChoice(StrEnum):
    FULL = "full"  # what the platform says these units are worth
    PART = "part"  # amounts per payment, named by the person
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class CancelRequest:
    """lines: line id → units (> 0) to cancel; `part`: payment id → amount, for RefundChoice.PART only.

    keep_stock: line ids that are *not* put back; restock_at: line id → location id, where the person chose one.
    shipping: amount of shipping to give back; None = all of it when every open unit goes, else nothing.
    """

    lines: dict[str, Decimal] = field(default_factory=dict)
    refund: RefundChoice = RefundChoice.FULL
    part: dict[str, Money] = field(default_factory=dict)
    shipping: Money | None = None
    keep_stock: frozenset[str] = frozenset()
    restock_at: dict[str, str] = field(default_factory=dict)
    notify: bool = False
    despite_dispute: bool = False  # give back what the bank may give back as well: needs a reason and a second person
    reason: Reason = Reason.CUSTOMER
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class QuotedLine:
    """One share of a line in a refund: units at one location."""

    line_id: str
    units: Decimal
    amount: Money  # subtotal after discounts
    tax: Money
    location_id: str = ""
    location_name: str = ""
    payment_id: str = ""  # the payment this share goes back through, where a refund is made per payment


@dataclass(frozen=True, kw_only=True)
class QuotedPayment:
    """A part of the refund through one payment; `parent_id` is the transaction it goes back through."""

    payment_id: str
    gateway: str
    label: str
    amount: Money
    maximum: Money
    is_manual: bool = False
    shipping: Money | None = None  # its part of the shipping, where a refund is made per payment
    fees: Money | None = None


@dataclass(frozen=True, kw_only=True)
class Quote:
    """The platform's own figures for a request, in the currency that moves. `is_estimate`: ours, not theirs."""

    currency: str
    subtotal: Money
    tax: Money
    shipping: Money
    duties: Money
    total: Money
    maximum: Money  # the most that could be given back at all
    lines: tuple[QuotedLine, ...] = ()
    payments: tuple[QuotedPayment, ...] = ()
    is_estimate: bool = False
    fees: Money | None = None  # fees, service charges and tips inside `total`

    @classmethod
    def of_nothing(cls, currency: str, *, maximum: Money | None = None) -> Quote:
        none = Money.zero(currency)
        return cls(
            currency=currency, subtotal=none, tax=none, shipping=none, duties=none, total=none, maximum=maximum or none
        )
