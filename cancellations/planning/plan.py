"""The plan: one object, previewed, stored, executed, and compared with what the platform shows afterwards.

Its canonical JSON (stores.canonical.codec) is what is stored; `version` says by which shape. Words in it are
for people, in the language of the person who asked; nothing reads them back.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from stores.canonical import codec
from stores.canonical.commands import (
    CancelLine,
    CancelOrder,
    CancelRest,
    CorrectStock,
    EditOrder,
    RefundOrder,
    VoidPayment,
)
from stores.canonical.order import Cancellable, PaymentState
from stores.canonical.request import Reason
from stores.kernel.errors import PlanUnreadable
from stores.kernel.money import Money

VERSION = 1
READABLE = frozenset({1})  # versions of stored plans that this one shows and carries out


class EffectKind(StrEnum):
    UNITS = "units"  # units leave the order
    REFUND = "refund"  # money goes back through a payment
    VOID = "void"  # an authorisation is released
    REDUCE = "reduce"  # the customer owes less
    STOCK = "stock"  # units go back to a location
    KEEP_STOCK = "keep_stock"  # units do not go back
    MESSAGE = "message"  # the platform writes to the customer
    CALL = "call"  # a call to be made, in words
    CLOSE = "close"  # the order itself becomes cancelled


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One line of *What will happen*. `key` is stable within a plan (compared later): "refund:<payment id>"."""

    kind: EffectKind
    key: str
    title: str
    detail: str = ""
    money: Money | None = None
    units: Decimal | None = None
    line_id: str = ""
    location_id: str = ""
    payment_id: str = ""
    is_manual: bool = False  # recorded only: a person pays by hand


@dataclass(frozen=True, kw_only=True)
class Blocker:
    """Why this cannot be confirmed. `field` names the form field it belongs to ("" = the whole)."""

    code: str
    text: str
    field: str = ""
    advice: str = ""  # what to do instead


@dataclass(frozen=True, kw_only=True)
class Caution:
    """Worth reading before the click; does not stop it."""

    code: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Assist:
    """What a person does in the platform's own desk: words, values to copy, and until when."""

    text: str
    values: tuple[tuple[str, str], ...] = ()  # (label, value)
    deadline_hours: int = 24


@dataclass(frozen=True, kw_only=True)
class PlannedStep:
    """kind: cancel | edit | refund | void | restock | verify | assisted; requires: positions that come first."""

    position: int
    kind: str
    title: str
    command: CancelOrder | RefundOrder | EditOrder | VoidPayment | CorrectStock | CancelLine | CancelRest | None
    requires: tuple[int, ...] = ()
    assist: Assist | None = None  # assisted only


@dataclass(frozen=True, kw_only=True)
class LineEnd:
    """What a line must show afterwards."""

    line_id: str
    title: str
    sku: str
    before: Decimal  # units on the order before
    after: Decimal
    refund: Money | None = None  # its part of the refund, goods and tax, where the platform's figures say so


@dataclass(frozen=True, kw_only=True)
class PaymentEnd:
    payment_id: str
    label: str
    refund: Money  # more given back through it than before, by exactly this
    is_manual: bool = False  # recorded only: a person pays by hand


@dataclass(frozen=True, kw_only=True)
class StockEnd:
    """A restock record the platform must show: units of a line put back at a location ("" = the platform's choice).

    is_recorded: the order's refunds tell of it; False: a cancel puts units back and leaves no record.
    """

    line_id: str
    title: str
    location_id: str
    location: str
    units: Decimal
    is_recorded: bool = True


@dataclass(frozen=True, kw_only=True)
class Expected:
    """The end state: what verify compares with a fresh read."""

    is_cancelled: bool
    cancellable: Cancellable
    lines: tuple[LineEnd, ...]
    payments: tuple[PaymentEnd, ...]
    refunded_before: Money
    refunded_after: Money
    voided: tuple[str, ...] = ()  # payment ids
    stock: tuple[StockEnd, ...] = ()
    payment_states: tuple[PaymentState, ...] = ()  # any of these
    by_sku: bool = False  # lines are found again by SKU: the platform gives what stays a new id


@dataclass(frozen=True, kw_only=True)
class Sums:
    items: Money
    tax: Money
    shipping: Money
    duties: Money
    total: Money
    is_estimate: bool = False
    fees: Money | None = None  # fees, service charges and tips


@dataclass(frozen=True, kw_only=True)
class Plan:
    version: int
    platform: str
    order_id: str
    order_number: str
    method: str  # whole | refund | edit | none: how the platform is asked
    method_words: str  # the platform's truth in a sentence
    reason: Reason
    reason_sent: str  # what the platform receives
    notify: bool
    units: Decimal
    effects: tuple[Effect, ...]
    sums: Sums
    limit_amount: Money  # money given back, in the shop's currency: what limits compare
    steps: tuple[PlannedStep, ...]
    blockers: tuple[Blocker, ...]
    warnings: tuple[Caution, ...]
    expected: Expected
    fingerprint: str
    second_person: str = ""  # why somebody else must approve it, whatever the limits say; "" = nobody has to

    @property
    def can_run(self) -> bool:
        return not self.blockers and bool(self.steps)


@dataclass(frozen=True, kw_only=True)
class ShopSettings:
    """What planning must know of the shop; plain, so that planning stays pure."""

    hold_seconds: int
    missing_scopes: tuple[str, ...] = ()  # vital rights the shop did not grant, in words
    missing_for: dict[str, str] = field(default_factory=dict)  # command name → the right it lacks, in words
    default_restock: bool = True
    default_notify: bool = False


class Verdict(StrEnum):
    SAME = "same"
    DIFFERS = "differs"
    PENDING = "pending"  # on its way: a refund the provider has not finished
    UNSEEN = "unseen"  # the platform does not tell


@dataclass(frozen=True, kw_only=True)
class ReceiptLine:
    """One row of *Promised and seen*."""

    kind: EffectKind
    what: str
    promised: str
    reported: str  # what the call answered
    seen: str  # what the fresh read shows
    verdict: Verdict
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ReceiptSheet:
    """The receipt as stored on the cancellation."""

    lines: tuple[ReceiptLine, ...]
    seen_at: str  # ISO, UTC
    differs: bool
    is_pending: bool
    moved: Money | None = None  # what went back since the plan, by the order's own total; None: not told


def read_plan(text: str) -> Plan:
    """A stored plan. Raises PlanUnreadable, with words, for one of another version, or that is none."""
    check_plan(text)
    try:
        return codec.loads(Plan, text)
    except ValueError as exc:
        raise PlanUnreadable from exc


def check_plan(text: str) -> None:
    """Raises PlanUnreadable unless this version can carry it out: of another one nothing is taken for granted."""
    try:
        version = json.loads(text)["version"]
    except (ValueError, KeyError, TypeError) as exc:
        raise PlanUnreadable from exc
    if version not in READABLE:
        raise PlanUnreadable
