"""An order in the few figures that a cancellation changes: the before and after of its audit entry."""

from __future__ import annotations

from typing import Any

from stores.canonical.order import Order


def figures(order: Order) -> dict[str, Any]:
    """Units still in the order and not yet shipped, money in the currency that moves, and its states."""
    return {
        "units": sum(line.current for line in order.lines),
        "unshipped": sum(line.unfulfilled for line in order.lines),
        "refunded": order.totals.refunded.customer,
        "capturable": order.totals.capturable.customer,
        "order": "cancelled" if order.cancelled_at else "open",
        "payment": str(order.payment),
        "fulfilment": str(order.fulfilment),
    }
