"""What is read of one order: the sale, its payments, their refunds, and the returns made at the till."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from stores.canonical.order import PaymentStatus, Refund
from stores.kernel.errors import RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.platforms.square import disputes, refund_tag
from stores.platforms.square.api import Api, part
from stores.platforms.square.disputes import Disputes


@dataclass(frozen=True)
class Facts:
    """refunds: those that were read now, oldest first; returns: return order id → it; hidden: payments we may not see.

    known: refunds of an earlier read that can no longer change. read_at: None for a listing, which shows no payments.
    """

    order: Node
    payments: tuple[Node, ...] = ()
    refunds: tuple[Node, ...] = ()
    returns: Mapping[str, Node] = field(default_factory=dict)
    known: tuple[Refund, ...] = ()
    hidden: int = 0
    disputes: Disputes | None = ()  # None: nobody may tell
    read_at: datetime | None = None


def read(api: Api, order_id: str, known: Sequence[Refund] = (), *, asks_banks: bool = True) -> Facts:
    """The order, each payment, each refund that is not settled in `known`, and return orders in one call.

    asks_banks: whether a payment is disputed is read too, one call for all of them.
    """
    order = sale(api, order_id)
    payments, hidden = payments_of(api, order)
    kept = {one.id: one for one in known if is_settled(one)}
    named = [ident for payment in payments for ident in refund_ids(payment)]
    refunds = [
        json_readers.node(api.get(f"v2/refunds/{part(i)}").get("refund"), "refund") for i in named if i not in kept
    ]
    refunds.sort(key=lambda one: json_readers.text(one, "created_at"))
    return Facts(
        order=order,
        payments=tuple(payments),
        refunds=tuple(refunds),
        returns=returns_of(api, refunds),
        known=tuple(kept[ident] for ident in named if ident in kept),
        hidden=hidden,
        disputes=disputes.of(api, payments) if asks_banks else (),
        read_at=api.connection.now(),
    )


def sale(api: Api, order_id: str) -> Node:
    """The order; of a return order, the sale that it belongs to."""
    found = one_order(api, order_id)
    source = source_of(found)
    return one_order(api, source) if source and source != order_id else found


def one_order(api: Api, order_id: str) -> Node:
    return json_readers.node(api.get(f"v2/orders/{part(order_id)}").get("order"), "order")


def source_of(order: Node) -> str:
    """Of a return order: the sale's id; "" for a sale."""
    if json_readers.nodes(order, "line_items"):
        return ""
    return next((json_readers.text(one, "source_order_id") for one in json_readers.nodes(order, "returns")), "")


def is_return(order: Node) -> bool:
    return bool(json_readers.nodes(order, "returns")) and not json_readers.nodes(order, "line_items")


def tender_ids(order: Node) -> list[str]:
    """Old tenders have no payment id: there the tender's own is the payment's."""
    return [json_readers.ident(tender, "payment_id", "id") for tender in json_readers.nodes(order, "tenders")]


def payments_of(api: Api, order: Node) -> tuple[list[Node], int]:
    found, hidden = [], 0
    for ident in tender_ids(order):
        try:
            found.append(json_readers.node(api.get(f"v2/payments/{part(ident)}").get("payment"), "payment"))
        except RemoteRefused as exc:
            if exc.code != "not_found":
                raise
            hidden += 1
    return found, hidden


def refund_ids(payment: Node) -> list[str]:
    found = payment.get("refund_ids") or []
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise Misread("refund_ids")
    return found


def is_settled(refund: Refund) -> bool:
    return bool(refund.transactions) and all(t.status in SETTLED for t in refund.transactions)


SETTLED = (PaymentStatus.SUCCESS, PaymentStatus.FAILED)


def returns_of(api: Api, refunds: Iterable[Node]) -> dict[str, Node]:
    """Only where no record of ours says what was taken."""
    wanted = [
        json_readers.text(one, "order_id")
        for one in refunds
        if not refund_tag.RECORD.search(json_readers.text(one, "reason"))
    ]
    wanted = [ident for ident in dict.fromkeys(wanted) if ident]
    if not wanted:
        return {}
    found = json_readers.nodes(api.ask("v2/orders/batch-retrieve", {"order_ids": wanted}), "orders")
    return {json_readers.ident(one, "id"): one for one in found}
