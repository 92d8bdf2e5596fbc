"""What the shared stories must be told of WooCommerce."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sandbox.world import World
from stores.canonical.commands import CancelOrder, Command, RefundOrder
from stores.canonical.order import Order
from stores.canonical.receipts import Receipt
from stores.canonical.request import CancelRequest
from stores.kernel.errors import CredentialsRejected
from stores.platforms.woocommerce import WooCommerce
from tests.stores.platforms.tables import Barred, Effect, Entry, Story, Tables, Told, always
from tests.stores.platforms.woocommerce import place
from tests.stores.platforms.woocommerce.place import MUG, TEA

Act = Callable[[WooCommerce, Order], Command]
BROKE = {"status": 500, "body": {"code": "woocommerce_rest_cannot_create_order_refund", "message": "x"}}
ARMED: Mapping[str, Mapping[str, Any]] = {"user_error": BROKE}


def cancel(shop: WooCommerce, order: Order) -> Command:
    return place.cancel(order)


def everything_kept(shop: WooCommerce, order: Order) -> Command:
    command = place.everything(shop, order)
    return replace(command, lines=tuple(replace(line, restock=False) for line in command.lines))


def effect(on: str, act: Act, **words: Any) -> Effect:
    def made(world: World, shop: WooCommerce) -> tuple[Order, Command]:
        order = place.made(world, shop)
        return order, act(shop, order)

    return Effect(on=on, made=made, armed=ARMED, **words)


def story(*acts: Act, **order: Any) -> Story:
    def made(world: World, shop: WooCommerce) -> tuple[Order, list[Command]]:
        found = place.made(world, shop, **order)
        return found, [act(shop, found) for act in acts]

    return Story(made)


def rest(world: World, shop: WooCommerce) -> tuple[Order, list[Command]]:
    order = place.made(world, shop, lines=[replace(MUG, fulfilled=1), TEA])
    units = {line.id: line.cancellable for line in order.lines}
    if not any(units.values()):  # what has left cannot be read: then nothing is offered
        assert all("marked as shipped" in line.why_not for line in order.lines)
        return order, []
    return order, [place.refund(order, shop.quote(order, CancelRequest(lines=units)), units)]


def ends(told: Told) -> None:
    """Cancelled, or by itself once all is paid back."""
    is_over = told.story == "whole, stock kept" and told.setting.get("woocommerce_refunded_status") != "stays"
    is_cancelled = any(isinstance(command, CancelOrder) for command in told.commands)
    assert (told.after.cancelled_at is not None) == (is_cancelled or is_over)


TABLES = Tables(
    key="woocommerce",
    connect=place.on_world,
    prepare=lambda world: world.switch("woocommerce_limit", "none"),
    entries={CancelOrder: Entry("cancel"), RefundOrder: Entry("refund")},
    effects={
        "cancel": effect("order_update", cancel, reads=("order",)),
        "refund": effect("refund_create", place.part, reads=("order", "refunds"), doubles=True),
    },
    heard={"duplicate_key": Receipt},  # an order has no `data`: whole JSON with one key more
    order=lambda world, shop: place.made(world, shop),
    reads=("order", "refunds", "gateway"),
    quotes=("refund_preview",),
    stale=("cancel", "order"),
    stories={
        "whole": story(place.everything, cancel),
        "whole, stock kept": story(everything_kept),
        "unpaid": story(cancel, pay="waiting", gateway="bacs"),
        "authorised": story(cancel, pay="authorised"),
        "part": story(place.part, tax_rate="0.19"),
        "rest": Story(rest),
    },
    pairs=always("whole", "whole, stock kept", "authorised", "part"),
    barred={("woocommerce_login", "oauth"): Barred(CredentialsRejected, {"login": "oauth"})},
    asks=(("woocommerce_foreign_meta", "stripped"),),  # our mark was thrown away
    ends=ends,
)
