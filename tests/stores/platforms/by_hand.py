"""A colleague does what we wanted to do, in the platform's own desk: what that looks like there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from sandbox.platforms.bigcommerce.simulator import BigCommerceSimulator
from sandbox.platforms.magento.simulator import MagentoSimulator
from sandbox.platforms.square.simulator import SquareSimulator
from sandbox.platforms.woocommerce.simulator import WooCommerceSimulator
from sandbox.world import World
from stores.canonical.commands import CancelLine, CancelOrder, CancelRest, Command, RefundOrder
from stores.canonical.order import Order

ByHand = Callable[[World, Order, Command], None]


def amount(command: Command) -> str:
    assert isinstance(command, RefundOrder)
    return format(sum((payment.amount.amount for payment in command.payments), Decimal(0)), "f")


def units(command: Command) -> int:
    assert isinstance(command, RefundOrder)
    return int(sum(line.units for line in command.lines))


def shopify(world: World, order: Order, command: Command) -> None:
    """Money alone: who gives back by hand may name no units."""
    world.staff(order.external_id).refund(amount(command), note="by hand")


def square(world: World, order: Order, command: Command) -> None:
    SquareSimulator(world).staff(order.external_id).refund(amount(command))


def woocommerce(world: World, order: Order, command: Command) -> None:
    WooCommerceSimulator(world).staff(order.external_id).refund(amount(command), reason="by hand")


def magento(world: World, order: Order, command: Command) -> None:
    MagentoSimulator(world).staff(order.external_id).refund(units(command), note="by hand")


def bigcommerce(world: World, order: Order, command: Command) -> None:
    BigCommerceSimulator(world).staff(order.external_id).refund(units(command), reason="by hand")


def shoplazza(world: World, order: Order, command: Command) -> None:
    world.shoplazza.staff(order.external_id).refund(amount(command), note="by hand")
    world.advance(5)


def split_dropship(world: World, order: Order, command: Command) -> None:
    assert isinstance(command, CancelLine)
    world.modern_dropship.staff(order.external_id).split(command.line_id, keep=int(command.keep))


def cancel_dropship(world: World, order: Order, command: Command) -> None:
    world.modern_dropship.staff(order.external_id).cancel()


def cancel_rest_dropship(world: World, order: Order, command: Command) -> None:
    world.modern_dropship.staff(order.external_id).cancel_rest()


DESK: Mapping[tuple[str, type], ByHand] = {
    ("shopify", RefundOrder): shopify,
    ("square", RefundOrder): square,
    ("woocommerce", RefundOrder): woocommerce,
    ("magento", RefundOrder): magento,
    ("bigcommerce", RefundOrder): bigcommerce,
    ("shoplazza", RefundOrder): shoplazza,
    ("modern_dropship", CancelLine): split_dropship,
    ("modern_dropship", CancelOrder): cancel_dropship,
    ("modern_dropship", CancelRest): cancel_rest_dropship,
}
