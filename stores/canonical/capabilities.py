"""What a platform can do: one table that the planner obeys and every page tells in words."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Self


class Support(StrEnum):
    NATIVE = "native"  # one call of the platform
    COMPOSED = "composed"  # several calls, ours to keep together
    ASSISTED = "assisted"  # a person does it in the platform's own desk; we verify by reading
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True)
class Capability:
    support: Support
    why: str  # one sentence that a merchant understands

    @property
    def is_offered(self) -> bool:
        return self.support in (Support.NATIVE, Support.COMPOSED)

    @property
    def is_by_hand(self) -> bool:
        return self.support is Support.ASSISTED


def native(why: str) -> Capability:
    return Capability(Support.NATIVE, why)


def composed(why: str) -> Capability:
    return Capability(Support.COMPOSED, why)


def assisted(why: str) -> Capability:
    return Capability(Support.ASSISTED, why)


def impossible(why: str) -> Capability:
    return Capability(Support.IMPOSSIBLE, why)


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What a connector says of itself: capabilities only, none with a default. A connector with tables of several
    kinds inherits them all.
    """

    def spoken(self) -> Self:
        """The same with every `why` as plain text in the reader's language: what a plan may store."""
        return type(self)(
            **{f.name: Capability(getattr(self, f.name).support, str(getattr(self, f.name).why)) for f in fields(self)}
        )

    def as_dict(self) -> dict[str, dict[str, str]]:
        """{name: {"support": ..., "why": ...}} as `manage.py capabilities` prints it."""
        return {
            f.name: {"support": str(getattr(self, f.name).support), "why": str(getattr(self, f.name).why)}
            for f in fields(self)
        }


@dataclass(frozen=True, kw_only=True)
class Capabilities(Declared):
    """Of an order platform. Field order is the order of the capability page."""

    import_orders: Capability
    search_orders: Capability
    list_units: Capability  # what can be cancelled, as a list tells it: native when reading the order changes nothing
    list_money: Capability  # the total and the state of payment, as a list tells them
    receive_events: Capability
    read_order: Capability
    cancel_order: Capability  # the whole order, nothing shipped
    cancel_lines: Capability  # some units
    cancel_rest: Capability  # all that is left of a partly shipped order
    cancel_while_packing: Capability
    refund_quote: Capability  # the platform computes the refund
    refund: Capability
    refund_part: Capability  # an amount of one's own
    refund_shipping: Capability
    cancel_without_refund: Capability
    disputes: Capability  # an open chargeback or inquiry is told with the order
    labels: Capability  # a shipping label that was bought is told with the order
    void_authorisation: Capability
    restock: Capability
    restock_at_location: Capability
    keep_stock: Capability  # cancel without putting units back
    notify_customer: Capability
    staff_note: Capability
    find_again: Capability  # after an unknown outcome
    idempotency: Capability
    undo: Capability


@dataclass(frozen=True, kw_only=True)
class PaymentCapabilities(Declared):
    """Of a payment provider that knows no orders."""

    refund: Capability
    refund_part: Capability
    void_authorisation: Capability
    find_again: Capability
    idempotency: Capability


@dataclass(frozen=True, kw_only=True)
class BookCapabilities(Declared):
    """Of a ledger."""

    credit_note: Capability
    find_again: Capability
    idempotency: Capability


@dataclass(frozen=True, kw_only=True)
class MessageCapabilities(Declared):
    """Of a channel."""

    send_message: Capability
    find_again: Capability
    idempotency: Capability
