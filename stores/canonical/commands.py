"""What we tell a platform to do, and what looking for it finds. A command is stored, hashed and sent as it is.

`tag` is one per step (RELIABILITY 4): it stands last in free text we own and is never cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from stores.canonical.request import Reason
from stores.kernel.money import Money


@dataclass(frozen=True, kw_only=True)
class CancelOrder:
    """Cancel the whole order in one call of the platform."""

    order_id: str
    reason: Reason
    refund: bool  # give captured money back through the original payments
    restock: bool
    notify: bool
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class UnitsBack:
    """Units of one line that leave the order; `restock` puts them back at `location_id`."""

    line_id: str
    units: Decimal
    restock: bool
    location_id: str = ""


@dataclass(frozen=True, kw_only=True)
class PaymentBack:
    payment_id: str  # the transaction it goes back through
    gateway: str
    amount: Money
    is_manual: bool = False  # recorded only: a person pays by hand


@dataclass(frozen=True, kw_only=True)
class RefundOrder:
    """Take units off the order and give money back, in one call; either list may be empty, not both."""

    order_id: str
    currency: str  # the currency that moves
    lines: tuple[UnitsBack, ...]
    payments: tuple[PaymentBack, ...]
    shipping: Money | None
    fees: Money | None = None  # fees, service charges and tips that go back with it
    duties: tuple[str, ...] = ()
    notify: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class EditedLine:
    line_id: str
    keep: Decimal  # units that stay on the order (absolute)
    restock: bool


@dataclass(frozen=True, kw_only=True)
class EditOrder:
    """Reduce an order nobody has paid for, or whose units must not go back to stock."""

    order_id: str
    lines: tuple[EditedLine, ...]
    notify: bool
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class CancelLine:
    """Cancel units of one line in a call of its own; `keep` units stay (absolute, 0 = the whole line).

    `stock_key` (SKU or variant code) finds the line again where a partial cancellation gives it a new id.
    """

    order_id: str
    line_id: str
    stock_key: str
    keep: Decimal
    reason: Reason
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class CancelRest:
    """Cancel everything that has not left, in one call."""

    order_id: str
    reason: Reason
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class VoidPayment:
    """Release what was authorised and never captured."""

    order_id: str
    payment_id: str


@dataclass(frozen=True, kw_only=True)
class StockChange:
    stock_item_id: str
    location_id: str
    delta: Decimal


@dataclass(frozen=True, kw_only=True)
class CorrectStock:
    """Take back a restock that the platform makes by itself (delta < 0), or make one it does not make (delta > 0)."""

    order_id: str
    changes: tuple[StockChange, ...]


@dataclass(frozen=True, kw_only=True)
class CreditLine:
    """What a credit note gives back for. `amount` holds the tax; `tax` says how much of it is."""

    title: str
    sku: str
    units: Decimal  # 0 for shipping and fees
    amount: Money
    tax: Money


@dataclass(frozen=True, kw_only=True)
class IssueCreditNote:
    """Write a credit note for what was cancelled; `invoice_id` is the ledger's own, "" where it knows none."""

    order_id: str
    number: str  # ours (C-2041): what a bookkeeper searches for
    invoice_id: str
    issued_on: date
    customer_name: str
    customer_email: str
    currency: str
    lines: tuple[CreditLine, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class SendMessage:
    """Bring one message to one address of a channel; `thread` continues one that stands there ("" = a new one)."""

    address: str
    subject: str
    text: str
    thread: str = ""


Command = CancelOrder | RefundOrder | EditOrder | VoidPayment | CorrectStock | CancelLine | CancelRest  # of a plan
AnyCommand = Command | IssueCreditNote | SendMessage


@dataclass(frozen=True, kw_only=True)
class Found:
    """Our effect is there, with our tag or guard; `ids` as in Receipt. `is_pending`: there, not finished.

    is_failed: the record is there, but the money did not move (the payment provider refused): a person decides.
    is_marked: False where the platform keeps no mark, so that anybody may have made it.
    """

    ids: dict[str, str]
    detail: str = ""
    is_pending: bool = False
    is_failed: bool = False
    is_marked: bool = True


@dataclass(frozen=True, kw_only=True)
class FoundForeign:
    """The same effect without our tag: somebody else did it. Report, never repeat."""

    detail: str


@dataclass(frozen=True, kw_only=True)
class Absent:
    """Read, and not there. Two agreeing reads ≥ 30 s apart and the late-landing time make it believable."""

    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Unclear:
    """Cannot be told by reading (stock, or the same amount without a tag): a person decides,
    unless the platform's own key still protects the call."""

    detail: str = ""


Finding = Found | FoundForeign | Absent | Unclear


class Resend(StrEnum):
    """What may follow once an effect is known to be absent (RELIABILITY 6, last column)."""

    SAME_KEY = "same_key"  # native key, younger than its life minus 4 h
    NEW_GENERATION = "new_generation"  # the platform refuses a second one by itself
    PERSON = "person"
