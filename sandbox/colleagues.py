"""The shop's own people at work in its own desk, in one vocabulary for all platforms: for tests and benches of races.

Amounts are those of one unit of the first line at 10.00, as `connections.line(..., price="10.00")` makes it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox import connections
from sandbox.core.world import World

SHOP = "demo"
ONE = "10.00"


def of(world: World, platform: str, order_id: str, shop: str = SHOP) -> Any:
    """The platform's own Staff, with all its own verbs."""
    return connections.of(world, platform).staff(order_id, shop)


REFUND: dict[str, Callable[[Any], None]] = {
    "shopify": lambda staff: staff.refund("11.00"),  # with its tax of 10 %
    "shoplazza": lambda staff: staff.refund(ONE, units=1),
    "woocommerce": lambda staff: staff.refund(ONE, units=1),
    "magento": lambda staff: staff.refund(1),
    "bigcommerce": lambda staff: staff.refund(1),
    "square": lambda staff: staff.refund(ONE),
}
LESS: dict[str, Callable[[Any], None]] = {
    "shopify": lambda staff: staff.refund("3.00"),
    "shoplazza": lambda staff: staff.refund("3.00"),
    "woocommerce": lambda staff: staff.refund("3.00"),
    "magento": lambda staff: staff.refund(amount="3.00"),
    "bigcommerce": lambda staff: staff.refund(2),  # two units: its desk refunds items
    "square": lambda staff: staff.refund("3.00"),
}


DISPUTE: dict[str, Callable[[Any], None]] = {
    "shopify": lambda staff: staff.dispute(),
    "square": lambda staff: staff.dispute(),
}


def refund_one(world: World, platform: str, order_id: str) -> None:
    """The very refund that a cancellation of one unit makes, by hand."""
    REFUND[platform](of(world, platform, order_id))


def refund_less(world: World, platform: str, order_id: str) -> None:
    """Another amount, by hand."""
    LESS[platform](of(world, platform, order_id))


def dispute(world: World, platform: str, order_id: str) -> None:
    """The customer's bank disputes the payment. Raises KeyError where the platform tells of no disputes."""
    DISPUTE[platform](of(world, platform, order_id))
