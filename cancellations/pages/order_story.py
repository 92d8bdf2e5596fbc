"""What happened to an order so far, as one list: placed, paid, shipped, given back, cancelled, looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cancellations.models import Cancellation, OrderVisit
from stores.canonical.order import Order, PaymentKind, PaymentStatus


@dataclass(frozen=True)
class Happening:
    """kind: placed, created, payment, shipment, refund, cancellation, visit, cancelled or closed."""

    kind: str
    at: datetime
    tone: str = ""
    one: Any = None

    @property
    def is_paid(self) -> bool:
        """A payment that brought money in."""
        came_in = (PaymentKind.SALE, PaymentKind.CAPTURE)
        return self.kind == "payment" and self.one.kind in came_in and self.one.status is PaymentStatus.SUCCESS


def story(order: Order, ours: Sequence[Cancellation], visits: Sequence[OrderVisit]) -> Sequence[Happening]:
    """Newest first. What the platform does not date stands where the order was placed."""
    rows = [*_theirs(order), *(Happening("cancellation", one.created_at, "info", one) for one in ours)]
    rows += [Happening("visit", visit.last_at, "", visit) for visit in visits]
    return sorted(rows, key=lambda row: row.at, reverse=True)


def _theirs(order: Order) -> Iterator[Happening]:
    if order.closed_at:
        yield Happening("closed", order.closed_at)
    if order.cancelled_at:
        yield Happening("cancelled", order.cancelled_at, "bad")
    for refund in order.refunds:
        yield Happening("refund", refund.created_at, "ok", refund)
    for shipment in order.shipments:
        yield Happening("shipment", shipment.created_at, "ok" if shipment.is_effective else "", shipment)
    told = {part.id for refund in order.refunds for part in refund.transactions}
    for payment in reversed(order.payments):
        if payment.kind is not PaymentKind.REFUND or payment.id not in told:
            tone = {"failed": "bad", "pending": "moving"}.get(payment.status.value, "ok")
            yield Happening("payment", payment.processed_at or order.placed_at, tone, payment)
    if order.created_at and order.created_at > order.placed_at:
        yield Happening("created", order.created_at)
    yield Happening("placed", order.placed_at)
