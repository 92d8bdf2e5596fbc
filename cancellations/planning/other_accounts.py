"""Money that moved in an account that no order tells of: a provider's refunds, beside those of the shop. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from stores.canonical.order import MoneyPair, Order, Payment, PaymentKind, PaymentState, PaymentStatus, Refund
from stores.connectors.records import Record, Standing
from stores.kernel.money import Money, total

STATUS: Mapping[Standing, PaymentStatus] = {
    Standing.DONE: PaymentStatus.SUCCESS,
    Standing.PENDING: PaymentStatus.PENDING,
    Standing.FAILED: PaymentStatus.FAILED,
}


def with_refunds(order: Order, account: str, fresh: Collection[Record], at: datetime) -> Order:
    """The order as it would show what moved there; account: its name, at: when it was read."""
    currency = order.totals.refunded.customer.currency
    refunds = [_refund(record, account, currency, at) for record in fresh if record.standing in STATUS and record.money]
    moved = total(
        (part.amount.customer for refund in refunds for part in refund.transactions
         if part.status is not PaymentStatus.FAILED and part.amount.customer.currency == currency), currency,
    )  # fmt: skip
    shown = replace(order, refunds=(*order.refunds, *refunds))
    return _with_total(shown, moved) if moved else shown


def _refund(record: Record, account: str, currency: str, at: datetime) -> Refund:
    parts = tuple(_parts(record, account, at))
    back = total((p.amount.customer for p in parts if p.amount.customer.currency == currency), currency)
    return Refund(id=f"{account}:{record.id}", created_at=record.made_at or at, amount=_pair(back), transactions=parts)


def _parts(record: Record, account: str, at: datetime) -> Iterator[Payment]:
    for payment, amount in (record.money or {}).items():
        yield Payment(
            id=f"{account}:{record.id}",
            kind=PaymentKind.REFUND,
            status=STATUS[record.standing],
            gateway=account,
            label=account,
            amount=_pair(amount),
            parent_id=payment,
            processed_at=record.made_at or at,
        )


def _with_total(order: Order, moved: Money) -> Order:
    """Both sides where the shop trades in one currency; else the customer's, which is the one that moved."""
    refunded, received = order.totals.refunded, order.totals.received.customer
    shop = refunded.shop + moved if refunded.shop.currency == moved.currency else refunded.shop
    pair = MoneyPair(shop=shop, customer=refunded.customer + moved)
    is_all = received.currency == moved.currency and pair.customer >= received
    state = PaymentState.REFUNDED if is_all else PaymentState.PARTLY_REFUNDED
    return replace(order, totals=replace(order.totals, refunded=pair), payment=state)


def _pair(amount: Money) -> MoneyPair:
    return MoneyPair(shop=amount, customer=amount)
