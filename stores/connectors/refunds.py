"""A refund of a platform that pays each back as one sum: the record, and the payment that carries it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from stores.canonical.order import MoneyPair, Payment, PaymentKind, PaymentStatus, Refund, RefundedLine


def of_one(
    ident: str,
    amount: MoneyPair,
    lines: Iterable[RefundedLine],
    *,
    through: str,
    status: PaymentStatus,
    gateway: str,
    label: str,
    is_manual: bool,
    made: datetime | None,
    otherwise: datetime,
    note: str = "",
    payment_id: str = "",
) -> Refund:
    """through: the payment that gives it back; made: when, `otherwise` where that is not told; payment_id: of the money
    that moved, where it has an id of its own."""
    paid = Payment(
        id=payment_id or ident,
        kind=PaymentKind.REFUND,
        status=status,
        gateway=gateway,
        label=label,
        amount=amount,
        parent_id=through,
        is_manual=is_manual,
        processed_at=made,
    )
    return Refund(
        id=ident, created_at=made or otherwise, note=note, amount=amount, lines=tuple(lines), transactions=(paid,)
    )
