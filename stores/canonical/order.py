"""An order as every platform's adapter tells it.

Units are Decimal (1 is the usual step), money is `MoneyPair` where a platform keeps two currencies,
times are aware UTC. Whatever a platform does not tell is None or empty, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from stores.kernel.money import Money


class Fulfilment(StrEnum):
    UNFULFILLED = "unfulfilled"
    SCHEDULED = "scheduled"
    ON_HOLD = "on_hold"
    IN_PROGRESS = "in_progress"
    PARTIAL = "partial"
    FULFILLED = "fulfilled"
    NOT_NEEDED = "not_needed"
    UNKNOWN = "unknown"


class PaymentState(StrEnum):
    PENDING = "pending"
    AUTHORISED = "authorised"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    VOIDED = "voided"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class EndsWhenRepaid(StrEnum):
    """Does the platform end this order by itself once no money is left to give back?"""

    NEVER = "never"
    ALWAYS = "always"  # whatever units remain on it
    WHEN_EMPTY = "when_empty"  # only when no unit remains either (a free item holds it open)


class Cancellable(StrEnum):
    ALL = "all"
    PART = "part"
    NONE = "none"


class Readiness(StrEnum):
    """Can units at this place still be stopped?"""

    OPEN = "open"
    ON_HOLD = "on_hold"
    BEING_PACKED = "being_packed"  # can be cancelled, with a warning
    WITH_SERVICE = "with_service"  # a third party holds it: not now
    WAITING = "waiting"  # we asked the service, no answer yet
    REFUSED = "refused"  # the service will not give it back: becomes a return
    GONE = "gone"


READY = frozenset({Readiness.OPEN, Readiness.ON_HOLD, Readiness.BEING_PACKED})


@dataclass(frozen=True, kw_only=True)
class MoneyPair:
    """One amount in the shop's currency and in the customer's (the same where the platform keeps one)."""

    shop: Money
    customer: Money

    @classmethod
    def of(cls, amount: Money) -> MoneyPair:
        """Where one currency is kept."""
        return cls(shop=amount, customer=amount)

    @classmethod
    def zero(cls, shop: str, customer: str) -> MoneyPair:
        """Nothing, in these currencies."""
        return cls(shop=Money.zero(shop), customer=Money.zero(customer))


@dataclass(frozen=True, kw_only=True)
class Location:
    id: str
    name: str
    is_active: bool = True
    is_service: bool = False  # a fulfilment service of a third party


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Units of one line that wait at one place; `id` is the platform's id of that share."""

    id: str
    group_id: str  # the platform's fulfilment order
    units: Decimal  # what is left to ship from here
    readiness: Readiness
    location: Location | None = None
    detail: str = ""  # the platform's own words: hold reason, service name


@dataclass(frozen=True, kw_only=True)
class LineItem:
    id: str
    title: str
    variant: str = ""
    sku: str = ""
    vendor: str = ""
    ordered: Decimal
    current: Decimal  # ordered minus removed and refunded
    shipped: Decimal
    cancelled: Decimal  # removed or refunded before they left
    refundable: Decimal  # ceiling for a refund, in units
    unfulfilled: Decimal  # still to ship
    cancellable: Decimal  # what may be cancelled now: min(refundable, units at a ready place)
    unit_step: Decimal = Decimal(1)  # smallest step of a quantity
    unit_price: MoneyPair  # after all discounts
    original_unit_price: MoneyPair | None = None
    tax: tuple[str, ...] = ()  # words: "VAT 19 %: 3.04 EUR"
    duties: tuple[Duty, ...] = ()
    placements: tuple[Placement, ...] = ()
    is_restockable: bool = True
    is_tracked: bool = True
    is_editable: bool = True
    is_gift_card: bool = False
    is_tip: bool = False
    needs_shipping: bool = True
    group_id: str = ""  # bundle: all members together
    group_title: str = ""
    stock_item_id: str = ""
    why_not: str = ""  # when nothing is cancellable: the reason, in words


@dataclass(frozen=True, kw_only=True)
class Duty:
    id: str
    amount: Money


class PaymentKind(StrEnum):
    AUTHORISATION = "authorisation"
    SALE = "sale"
    CAPTURE = "capture"
    REFUND = "refund"
    VOID = "void"
    OTHER = "other"


class PaymentStatus(StrEnum):
    SUCCESS = "success"
    PENDING = "pending"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Payment:
    """One transaction of the order. Refundable payments are those a refund can name as parent."""

    id: str
    kind: PaymentKind
    status: PaymentStatus
    gateway: str  # the platform's key: shopify_payments, gift_card
    label: str  # for people: "Visa •••• 4242", "Gift card"
    amount: MoneyPair
    parent_id: str = ""
    refundable: Money | None = None  # in the currency that moves; None: not a parent of refunds
    capturable: Money | None = None  # authorised and not captured: what a void would release
    is_manual: bool = False  # the platform only records it: staff pay by hand
    is_test: bool = False
    processed_at: datetime | None = None
    expires_at: datetime | None = None
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Shipment:
    id: str
    name: str
    status: str  # words
    created_at: datetime
    units: Decimal
    location: str = ""
    tracking: tuple[str, ...] = ()
    lines: tuple[tuple[str, Decimal], ...] = ()  # (line id, units)
    is_effective: bool = True  # not cancelled or failed: blocks a whole cancel


@dataclass(frozen=True, kw_only=True)
class RefundedLine:
    line_id: str
    units: Decimal
    restock: str = "unknown"  # cancel | return | none | unknown
    was_restocked: bool = False
    location_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Refund:
    id: str
    created_at: datetime
    note: str = ""
    amount: MoneyPair
    lines: tuple[RefundedLine, ...] = ()
    transactions: tuple[Payment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Person:
    """The customer. Every field may be missing: some plans hide it."""

    id: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    billing_address: tuple[str, ...] = ()
    shipping_address: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Something worth a look: an open return, a dispute, a bought label, a risk.

    stops_refund: the bank decides about this money or has given it back: a refund on top could pay twice.
    payment_id: which payment a dispute is about; "" where the platform tells it of the whole order.
    """

    kind: str  # return | dispute | label | risk | payment (paid otherwise, said before the click) | edit | other
    text: str
    is_open: bool = False
    stops_refund: bool = False
    payment_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Money of the order by name, each a pair: total, subtotal, tax, shipping, discounts, ..."""

    original: MoneyPair
    current: MoneyPair
    subtotal: MoneyPair
    tax: MoneyPair
    shipping: MoneyPair
    discounts: MoneyPair
    received: MoneyPair
    refunded: MoneyPair
    refunded_shipping: MoneyPair
    outstanding: MoneyPair  # positive: the customer owes; negative: the shop owes
    capturable: MoneyPair
    net: MoneyPair
    duties: MoneyPair | None = None
    fees: MoneyPair | None = None
    tips: MoneyPair | None = None
    rounding: MoneyPair | None = None

    @classmethod
    def of_nothing(cls, zero: MoneyPair) -> Totals:
        """All the same; for what tells no money, or little of it."""
        return cls(
            original=zero, current=zero, subtotal=zero, tax=zero, shipping=zero, discounts=zero, received=zero,
            refunded=zero, refunded_shipping=zero, outstanding=zero, capturable=zero, net=zero,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Order:
    """One order, read live. `is_summary` when it came from a listing and lacks what the preview needs."""

    platform: str
    external_id: str
    legacy_id: str = ""
    number: str  # as people say it: "#1047"
    confirmation_number: str = ""
    placed_at: datetime
    created_at: datetime | None = None
    updated_at: datetime
    cancelled_at: datetime | None = None  # also when a refund of everything ended it before anything left
    closed_at: datetime | None = None
    cancel_reason: str = ""  # words
    cancel_note: str = ""  # staff note of the cancellation: carries our tag
    is_test: bool = False
    is_edited: bool = False
    is_confirmed: bool = True
    fulfilment: Fulfilment
    payment: PaymentState
    return_state: str = ""
    currency: str  # the shop's
    customer_currency: str  # the customer's: the one that moves
    customer: Person = Person()
    company: bool = False
    note: str = ""
    tags: tuple[str, ...] = ()
    source: str = ""
    source_id: str = ""
    po_number: str = ""
    app_name: str = ""
    taxes_included: bool = False
    duties_included: bool = False
    is_tax_estimated: bool = False
    gateways: tuple[str, ...] = ()
    payment_terms: str = ""
    is_editable: bool = True
    edit_blockers: tuple[str, ...] = ()
    can_notify: bool = True
    is_refundable: bool = True
    is_restockable: bool = True
    totals: Totals
    lines: tuple[LineItem, ...] = ()
    shipping_lines: tuple[str, ...] = ()
    shipping_refundable: Money | None = None
    payments: tuple[Payment, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    remarks: tuple[Remark, ...] = ()
    cancellable: Cancellable
    whole_cancel_blockers: tuple[str, ...] = ()  # words: why the platform would refuse a whole cancel
    cancel_restocks: bool | None = None  # what a cancel does to stock in this very shop; None: as the recipe says
    ends_by_refund: bool = False  # no cancel call is possible: giving all the money back is what ends it
    ends_when_repaid: EndsWhenRepaid = EndsWhenRepaid.NEVER
    leaves_for_nothing: bool = False  # nothing was to pay: its units leave by a refund of zero
    is_summary: bool = False

    def line(self, line_id: str) -> LineItem:
        """Raises KeyError when the order has no such line."""
        for line in self.lines:
            if line.id == line_id:
                return line
        raise KeyError(line_id)
