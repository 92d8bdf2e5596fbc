"""Looking again at less cost: invoices are read once, since the order's own totals tell whether there are new ones.

What paid invoices still hold follows from the order and its credit memos; so stand-ins take their place.
"""

from __future__ import annotations

from dataclasses import replace

from stores.canonical.order import Order, Payment, PaymentKind
from stores.kernel.http.json_readers import Node
from stores.platforms.magento import mapping, reading
from stores.platforms.magento.amounts import number
from stores.platforms.magento.api import Api, understood
from stores.platforms.magento.facts import Facts, as_billed


def look_again(api: Api, before: Order) -> Order:
    if before.is_summary:
        return reading.read_order(api, before.external_id)
    with understood():
        raw = api.order(before.external_id)
        is_same = is_billed_as(raw, before)
        invoices = stand_ins(raw, before) if is_same else reading.invoices_of(api, raw)
        facts = Facts(raw, invoices, reading.memos_of(api, raw), ways=api.ways)
        is_as_shipped = {i.id: i.shipped for i in facts.lines} == {i.id: i.shipped for i in before.lines}
        if not is_as_shipped:
            facts = reading.with_shipments(api, facts)
        now = mapping.to_order(facts)
        now = as_sent(now, before) if is_as_shipped else now
        return replace(now, payments=tuple(named(now, before))) if is_same else now


def as_sent(now: Order, before: Order) -> Order:
    """Its shipments were not read again: they stand as they were, and their labels with them."""
    labels = tuple(remark for remark in before.remarks if remark.kind == "label")
    return replace(now, shipments=before.shipments, remarks=now.remarks + labels)


def billed(before: Order) -> list[Payment]:
    return [payment for payment in before.payments if payment.kind in (PaymentKind.CAPTURE, PaymentKind.OTHER)]


def is_billed_as(raw: Node, before: Order) -> bool:
    """Every invoice was paid, and neither more was billed nor more received since."""
    known = billed(before)
    amounts = sum(payment.amount.shop.amount for payment in known)
    return (
        bool(known)
        and all(payment.refundable is not None for payment in known)
        and number(raw, "base_total_invoiced") == amounts == number(raw, "base_total_paid")
    )


def stand_ins(raw: Node, before: Order) -> tuple[Node, ...]:
    """The first carries the shipping, as it does there."""
    return tuple(
        as_billed(raw)
        | {
            "entity_id": payment.id,
            "base_grand_total": payment.amount.shop.amount,
            "transaction_id": "" if payment.is_manual else "known",
        }
        | ({} if place == 0 else {"base_shipping_amount": 0})
        for place, payment in enumerate(billed(before))
    )


def named(now: Order, before: Order) -> list[Payment]:
    """What a stand-in cannot tell, as it was: the invoice's number and time."""
    known = {payment.id: payment for payment in billed(before)}
    return [
        replace(known[payment.id], refundable=payment.refundable) if payment.id in known else payment
        for payment in now.payments
    ]
