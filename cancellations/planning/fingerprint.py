"""The facts that change a plan, as one digest (RELIABILITY 2): not `updated_at`, tags or notes."""

from __future__ import annotations

from typing import Any

from stores.canonical import codec
from stores.canonical.order import READY, LineItem, Order, Payment, Readiness


def fingerprint(order: Order, adapter_version: str) -> str:
    """SHA-256 over what a plan rests on; `adapter_version` changes it when our own reading changed."""
    return codec.digest(
        {
            "adapter": adapter_version,
            "order": order.external_id,
            "cancelled": order.cancelled_at is not None,
            "currency": [order.currency, order.customer_currency],
            "state": order.payment,
            "editable": order.is_editable,
            "whole": not order.whole_cancel_blockers,
            "refunded": order.totals.refunded.customer,
            "shipping": order.shipping_refundable,
            "lines": [_line(line) for line in order.lines],
            "payments": [_payment(payment) for payment in order.payments],
            "open": [[r.kind, r.text] for r in order.remarks if r.is_open],
        }
    )


def _line(line: LineItem) -> list[Any]:
    return [
        line.id,
        [_plain(n) for n in (line.ordered, line.current, line.cancelled, line.shipped, line.refundable)],
        _plain(line.cancellable),
        line.unit_price.customer,
        sorted(
            [place.location.id if place.location else "", _plain(place.units), _standing(place.readiness)]
            + ([place.location.is_active] if place.location else [])
            for place in line.placements
            if place.units > 0
        ),
    ]


def _standing(readiness: Readiness) -> str:
    """A hold set or released changes nothing for us; packing and a service do."""
    if readiness is Readiness.BEING_PACKED or readiness not in READY:
        return readiness.value
    return "ready"


def _payment(payment: Payment) -> list[Any]:
    return [payment.id, payment.kind, payment.status, payment.refundable, payment.capturable]


def _plain(number: Any) -> str:
    """2 and 2.000 are the same number of units."""
    return format(number.normalize(), "f")
