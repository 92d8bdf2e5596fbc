"""What the shared stories must be told of Magento."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sandbox.world import World
from stores.canonical.commands import CancelOrder, Command, RefundOrder
from stores.canonical.order import Order
from stores.kernel.errors import OutcomeUnknown, RemoteRefused
from stores.platforms.magento import Magento
from tests.stores.platforms.magento import place
from tests.stores.platforms.magento.place import MUG, TEA
from tests.stores.platforms.tables import Effect, Entry, Story, Tables, Told, always

NOT_LET = {"message": "The consumer isn't authorized to access %resources.", "parameters": {"resources": "self"}}


def cancelled(world: World, shop: Magento) -> tuple[Order, Command]:
    order = place.made(world, shop, pay="unpaid")
    return order, place.cancel(order)


def refunded(world: World, shop: Magento) -> tuple[Order, Command]:
    order = place.made(world, shop)
    return order, place.part(shop, order)


def story(act: Callable[[Magento, Order], list[Command]], **order: Any) -> Story:
    def made(world: World, shop: Magento) -> tuple[Order, list[Command]]:
        found = place.made(world, shop, **order)
        return found, act(shop, found)

    return Story(made)


def cancel(shop: Magento, order: Order) -> list[Command]:
    return [place.cancel(order)]


def part(shop: Magento, order: Order) -> list[Command]:
    return [place.part(shop, order)]


def everything(shop: Magento, order: Order) -> list[Command]:
    return [*place.everything(shop, order)]


def everything_with_a_mail(shop: Magento, order: Order) -> list[Command]:
    return [*place.everything(shop, order, notify=True)]


def both(shop: Magento, order: Order) -> list[Command]:
    return [*everything(shop, order), place.cancel(order)]


def harmless(world: World, order: Order, commands: list[Command]) -> None:
    """One refund after another as planned; the money by the way that was promised."""
    back = world.effects(order.external_id, kind="refund")
    planned = [p.amount.amount for c in commands if isinstance(c, RefundOrder) for p in c.payments]
    assert [entry.amount for entry in back] == planned[: len(back)]
    assert all(entry.detail["online"] for entry in back)


def ends(told: Told) -> None:
    planned = [p.amount.amount for c in told.commands if isinstance(c, RefundOrder) for p in c.payments]
    assert told.after.totals.refunded.shop.amount == sum(planned, Decimal(0))


TABLES = Tables(
    key="magento",
    connect=place.on_world,
    prepare=place.prepare,
    entries={CancelOrder: Entry("cancel"), RefundOrder: Entry("refund")},
    effects={
        "cancel": Effect(on="cancel", made=cancelled, reads=("order",)),
        "refund": Effect(
            on="refund",
            made=refunded,
            reads=("order", "invoices"),
            heard={"user_error": OutcomeUnknown},  # "could not save" may follow a payment that was made
        ),
    },
    heard={"doubled": OutcomeUnknown},  # the second of the two is refused, and it was no answer to the first
    order=lambda world, shop: place.made(world, shop, lines=[MUG], refunded=1),
    reads=("order", "invoices", "creditmemos"),
    stale=("cancel", "order"),
    unauthorised=("user_error", {"status": 401, "body": NOT_LET}),
    at_401=RemoteRefused,  # the order was just read, so that a right is missing
    stories={
        "whole": story(everything_with_a_mail, tax_rate="0.19"),
        "two invoices": story(everything, invoices=[(2, 2), (1, 0)]),
        "unpaid": story(cancel, pay="authorised", extras={"gift_cards_amount": "10.00"}),
        "part": story(part, tax_rate="0.19"),
        "mixed": story(both, invoices=[(1, 1)]),
        "rest": story(everything, lines=[replace(MUG, shipped=1), TEA]),
    },
    pairs=always("whole", "mixed"),
    quiet=frozenset({"hooks", "clock", "magento_limit", "magento_bearer", "magento_input_limits"}),
    in_short=("mixed",),
    harmless=harmless,
    ends=ends,
)
