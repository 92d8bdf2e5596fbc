"""The facts that change a plan, as one digest (RELIABILITY 2): not `updated_at`, tags or notes."""

from __future__ import annotations

from typing import Any

from stores.canonical import codec
from stores.canonical.order import READY, LineItem, Order, Payment, Placement, Readiness
from stores.kernel.i18n import units


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
            "open": [[r.kind, r.text] for r in order.remarks if r.is_open or r.stops_refund],
        }
    )


def _line(line: LineItem) -> str:
    """One text a line: an order of 1,000 lines is fingerprinted at every look."""
    numbers = (line.ordered, line.current, line.cancelled, line.shipped, line.refundable, line.cancellable)
    price = line.unit_price.customer
    places = sorted(_place(place) for place in line.placements if place.units > 0)
    return "|".join((line.id, *map(units, numbers), units(price.amount), price.currency, *places))


def _place(place: Placement) -> str:
    where = f"{place.location.id} {place.location.is_active}" if place.location else ""
    return f"{where} {units(place.units)} {_standing(place.readiness)}"


def _standing(readiness: Readiness) -> str:
    """A hold set or released changes nothing for us; packing and a service do."""
    if readiness is Readiness.BEING_PACKED or readiness not in READY:
        return readiness.value
    return "ready"


def _payment(payment: Payment) -> list[Any]:
    return [payment.id, payment.kind, payment.status, payment.refundable, payment.capturable]
