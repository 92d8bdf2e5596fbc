"""What the shared stories must be told of BigCommerce."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sandbox.world import World
from stores.canonical.commands import CancelOrder, Command, CorrectStock, RefundOrder, VoidPayment
from stores.canonical.order import Order
from stores.canonical.receipts import Receipt
from stores.kernel.errors import OutcomeUnknown
from stores.platforms.bigcommerce import BigCommerce
from tests.stores.platforms import rig
from tests.stores.platforms.bigcommerce import place
from tests.stores.platforms.bigcommerce.place import MUG, TEA
from tests.stores.platforms.tables import Effect, Entry, Setting, Story, Tables

TAX_GONE = {"data": [{"order_id": 1, "status": 503, "error": "Tax service gone away"}], "meta": {}}
GONE: Mapping[str, Any] = {"user_error": {"status": 503, "body": TAX_GONE}}
NO_DATA = {"duplicate_key": Receipt}  # what is read of the answer does not stand in `data`
SHIPPED = [MUG, place.Line(sku="X", quantity=2, shipped=1)]


def effect(on: str, act: Callable[[BigCommerce, Order], Command], order: Mapping[str, Any], **words: Any) -> Effect:
    def made(world: World, shop: BigCommerce) -> tuple[Order, Command]:
        found = place.made(world, shop, **order)
        return found, act(shop, found)

    return Effect(on=on, made=made, armed=GONE, **words)


def story(*acts: Callable[[BigCommerce, Order], Command], **order: Any) -> Story:
    def made(world: World, shop: BigCommerce) -> tuple[Order, list[Command]]:
        found = place.made(world, shop, **order)
        return found, [act(shop, found) for act in acts]

    return Story(made)


def in_another_currency(world: World, shop: BigCommerce) -> tuple[Order, list[Command]]:
    order = place.made(world, shop, currency="EUR", rate="0.90", display=("CAD", "1.47"))
    if not any(line.cancellable for line in order.lines):  # left to a person, in words
        assert any("two currencies" in said for said in order.whole_cancel_blockers)
        return order, []
    return order, [place.part(shop, order)]


def cancel(shop: BigCommerce, order: Order) -> Command:
    return place.cancel(order)


def void(shop: BigCommerce, order: Order) -> Command:
    return rig.void(order)


def stock(shop: BigCommerce, order: Order) -> Command:
    return place.stock(order)


def pairs(setting: Setting) -> tuple[str, ...]:
    """Each pair in the story that meets it."""
    if any("void" in name for name in setting):
        return ("authorised",)
    return ("declined",) if "bigcommerce_declined_units" in setting else ("two payments",)


# Of lists, words and the rest of the world: every story would be the same.
PLAIN = frozenset(f"bigcommerce_{name}" for name in (
    "limit", "list_most", "archived", "refund_modifies", "tax_word", "refund_shape",
)) | {"hooks", "clock"}  # fmt: skip
HELD: Mapping[str, Any] = {"pay": "authorised", "gateway": "stripe"}
WHOLE = (place.everything, cancel)

TABLES = Tables(
    key="bigcommerce",
    connect=place.on_world,
    entries={
        CancelOrder: Entry("cancel"),
        RefundOrder: Entry("refund"),
        VoidPayment: Entry("void"),
        CorrectStock: Entry("stock", cause="adjust"),
    },
    effects={
        "cancel": effect("status", cancel, {}, reads=("order", "items"), heard=NO_DATA),
        "refund": effect("refund", place.part, {}, reads=("order", "refunds", "quote")),
        "void": effect("void", void, HELD),
        "stock": effect("adjust", stock, {}, reads=("order", "items"), heard=NO_DATA, is_found=False, doubles=True),
    },
    heard={"user_error": OutcomeUnknown},
    order=lambda world, shop: place.made(world, shop, lines=SHIPPED),
    reads=("order", "refunds", "transactions", "settings", "items", "shipments"),
    quotes=("quote",),
    stale=("cancel", "order"),
    stories={
        "whole": story(*WHOLE, addresses=2),
        "unpaid": story(cancel, pay="waiting"),
        "authorised": story(void, cancel, **HELD),
        "part": story(place.part, stock, tax_rate="0.0825"),
        "two payments": story(*WHOLE, tender=[("giftcertificate", "20.00"), ("testgateway", "46.30")]),
        "rest": story(place.everything, lines=[replace(MUG, shipped=1), TEA]),
        "another currency": Story(in_another_currency),
        "declined": story(place.part, declines="later"),
    },
    pairs=pairs,
    quiet=PLAIN,
    keeps_stock=(("bigcommerce_status_after_refund", "nothing"),),
    in_short=("whole",),
)
