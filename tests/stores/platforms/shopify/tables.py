"""What the shared stories must be told of Shopify."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from sandbox.platforms.shopify.spec import Line
from sandbox.world import World
from stores.canonical.commands import CancelOrder, Command, CorrectStock, EditOrder, RefundOrder, VoidPayment
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest
from stores.kernel.errors import RemoteRefused, RemoteThrottled
from stores.platforms.shopify import Shopify
from tests.stores.platforms import rig
from tests.stores.platforms.tables import Barred, Effect, Entry, Story, Tables, always

MUG = Line(title="Enamel mug", price="14.50", sku="MUG-BLU", quantity=3)
TEA = Line(title="Mountain tea", price="8.90", sku="TEA-100", quantity=2)
Act = Callable[[Shopify, Order], Command]

EDITING = ("orderEditBegin", "orderEditSetQuantity")  # nothing is changed before the commit
SECOND = {"doubled": RemoteRefused}  # the second of the two is refused; looking finds the first


def part(shop: Shopify, order: Order, count: int = 1) -> Command:
    units = {order.lines[0].id: Decimal(count)}
    return rig.refund(order, shop.quote(order, CancelRequest(lines=units)), units)


def two(shop: Shopify, order: Order) -> Command:
    return part(shop, order, 2)


def plain(act: Callable[..., Command], **words: Any) -> Act:
    """A command that asks nothing."""
    return lambda shop, order: act(order, **words)


def made(act: Act, order: Mapping[str, Any], world: World, shop: Shopify) -> tuple[Order, Command]:
    found = shop.read_order(world.make_order(**{"lines": [MUG], **order}).id)
    return found, act(shop, found)


def effect(on: str, act: Act, order: Mapping[str, Any], error: str = "INVALID", **words: Any) -> Effect:
    """`error`: a user error's code must be one that the operation knows."""
    return Effect(on=on, made=partial(made, act, order), armed={"user_error": {"code": error}}, **words)


def story(act: Act, **order: Any) -> Story:
    def plan(world: World, shop: Shopify) -> tuple[Order, list[Command]]:
        found, command = made(act, order, world, shop)
        return found, [command]

    return Story(plan)


TABLES = Tables(
    key="shopify",
    connect=partial(rig.on_world, Shopify),
    entries={
        CancelOrder: Entry("cancel"),
        RefundOrder: Entry("refund"),
        EditOrder: Entry("stock", cause="orderEditCommit"),  # of one that is repeated nothing is changed
        VoidPayment: Entry("void"),
        CorrectStock: Entry("stock", cause="inventoryAdjustQuantities", of_order=False),
    },
    effects={
        "cancel": effect("orderCancel", plain(rig.cancel), {}),
        "refund": effect("refundCreate", part, {}),
        "edit": effect("orderEditCommit", plain(rig.edit), {"pay": "pending"}, heard=SECOND, reads=EDITING),
        "void": effect("transactionVoid", plain(rig.void), {"pay": "authorised"}, "GENERIC_ERROR", heard=SECOND),
        "stock": effect(
            "inventoryAdjustQuantities",
            plain(rig.stock),
            {},
            "INVALID_LOCATION",
            is_found=False,
            reads=("inventoryItem",),
        ),
    },
    order=lambda world, shop: made(part, {"lines": [MUG, TEA]}, world, shop)[0],
    reads=("order",),
    stale=("cancel", "order"),
    stories={
        "whole": story(plain(rig.cancel), lines=[MUG, TEA]),
        "whole, authorised": story(plain(rig.cancel, refund=False), pay="authorised"),
        "part": story(part, lines=[MUG, TEA]),
        "part, slow bank": story(part, gateway="bogus_pending"),
        "part, two payments": story(two, tender=[("gift_card", "20.00"), ("bogus", "32.85")]),
        "part, unpaid": story(part, pay="pending", app="other"),
        "edit": story(plain(rig.edit), pay="pending"),
        "void": story(plain(rig.void), pay="authorised"),
        "on hold": story(plain(rig.cancel), hold="OTHER"),
    },
    pairs=always("whole", "part", "part, two payments", "part, unpaid"),
    barred={("limit", "slow"): Barred(RemoteThrottled, retry_after=300)},  # its bucket never holds a whole order
    forgets_keys=(("key_hours", "none"),),
)
