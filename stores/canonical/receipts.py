"""What a platform answered to a command: its outcome, the ids it gave, and what it reported, typed.

Money, counts and times are read once, by the adapter that knows how its platform writes them. How a receipt is kept
and read back, that of an earlier version too: `stored_receipts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from stores.kernel.money import Money


class Outcome(StrEnum):
    """RELIABILITY 5: what an answer lets us know."""

    APPLIED = "applied"
    ACCEPTED = "accepted"
    RETRYABLE = "retryable"
    RATE_LIMITED = "rate_limited"
    CONFLICT = "conflict"
    FINAL = "final"
    AUTH = "auth"
    UNKNOWN = "unknown"


class EffectState(StrEnum):
    """What is done by the platform's word; nothing while it is on its way."""

    CANCELLED = "cancelled"
    CALLED_OFF = "called_off"  # what had not left will not be sent; the paid order itself stays
    EDITED = "edited"
    VOIDED = "voided"
    ADJUSTED = "adjusted"


class RefundState(StrEnum):
    PENDING = "pending"
    PAID = "paid"
    RECORDED = "recorded"  # written down there; a person pays by hand


@dataclass(frozen=True, kw_only=True)
class StockCount:
    """One stock item at one place, counted before and after a call; counts below zero were oversold.

    location_id: "" where all places are counted together, as of a cancellation that gives units back by itself.
    after: None until it is counted again. asked: signed units, 0 where none were to move; None where the platform
    works its count out of our own units, so that it proves nothing about them.
    """

    stock_item_id: str
    location_id: str = ""
    before: Decimal
    after: Decimal | None = None
    asked: Decimal | None = None

    @property
    def pair(self) -> tuple[str, str]:
        return self.stock_item_id, self.location_id

    @property
    def moved(self) -> Decimal:
        """Signed; 0 as long as nothing was counted again."""
        return Decimal(0) if self.after is None else self.after - self.before


@dataclass(frozen=True, kw_only=True)
class Reported:
    """What a call told beyond ids; every field is empty where it told nothing of it.

    counted_from: when the count before was asked for; counted_to: when the count after was answered. Whatever moved
    between both counts moved within, other steps of ours too. asked_at: when a call left whose end is timed.
    found: how the effect was found on looking, in words; the call itself brought no answer then.
    """

    state: EffectState | None = None
    cancelled_at: datetime | None = None
    refunded: Money | None = None
    refund_state: RefundState | None = None
    outstanding: Money | None = None  # what the customer still owes after an edit
    stock: tuple[StockCount, ...] = ()
    counted_from: datetime | None = None
    counted_to: datetime | None = None
    asked_at: datetime | None = None
    found: str = ""


NOTHING = Reported()


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The platform's answer to a command. `look_after`: seconds until it makes sense to poll (ACCEPTED only).

    ids: their ids by name ({"refund": "gid://…", "job": "…"}).
    """

    outcome: Outcome  # APPLIED or ACCEPTED; everything else is raised
    ids: dict[str, str]
    reported: Reported = NOTHING
    look_after: float | None = None

    @classmethod
    def applied(cls, ids: Mapping[str, str], **reported: Any) -> Self:
        """It is done; with what it reported, field by field."""
        return cls(outcome=Outcome.APPLIED, ids=dict(ids), reported=Reported(**reported))

    @classmethod
    def accepted(cls, ids: Mapping[str, str], *, look_after: float | None = None, **reported: Any) -> Self:
        """It is taken, and asked after."""
        return cls(outcome=Outcome.ACCEPTED, ids=dict(ids), reported=Reported(**reported), look_after=look_after)
