"""The story every order platform must pass: subclass PlatformContract, and it is told.

Orders, commands and what the ledger says of them come from the platform's tables; each capability that is declared has
its proof here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal

import pytest

from sandbox.world import World
from stores.canonical.capabilities import Capabilities, Support
from stores.canonical.commands import (
    CancelOrder,
    Command,
    CorrectStock,
    Found,
    FoundForeign,
    RefundOrder,
    VoidPayment,
)
from stores.canonical.order import Cancellable, Order
from stores.canonical.request import Reason
from tests.stores.connectors.contracts import LOST, SECRETS, EffectsContract, HookContract, as_response, outcome_of
from tests.stores.platforms import tables
from tests.stores.platforms.looking import LookingContract
from tests.stores.platforms.rig import OTHER_TAG, TAG, Platform, Sent
from tests.stores.platforms.sending import SendingContract

__all__ = ["LOST", "SECRETS", "PlatformContract", "as_response", "outcome_of"]


class PlatformContract(EffectsContract, HookContract, LookingContract, SendingContract):
    # --- from the platform's tables -------------------------------------------------------------
    def connect(self, world: World, journal: Sent | None = None) -> Platform:
        return tables.of(self.platform.key).connect(world, journal=journal)

    def commands(self, world: World, shop: Platform) -> Mapping[type, tuple[Order, Command]]:
        made = [effect.made(world, shop) for effect in tables.of(self.platform.key).effects.values()]
        return {type(command): (order, command) for order, command in made}

    def count(self, world: World, command: Command) -> int:
        return len(tables.of(self.platform.key).happened(world, command))

    # --- what is declared -----------------------------------------------------------------------
    def test_every_reason_of_ours_has_a_word_of_theirs(self):
        assert set(self.platform.reasons) == set(Reason)

    @pytest.mark.parametrize("name", [field.name for field in fields(Capabilities)])
    def test_a_declared_capability_is_true_on_the_simulator(self, world, name):
        if getattr(self.platform.capabilities, name).is_offered:
            proof: Callable[[World, Platform], None] = getattr(self, f"prove_{name}")
            proof(world, self.connect(world))

    def prove_import_orders(self, world: World, shop: Platform) -> None:
        made = {order.external_id for order, _ in self.commands(world, shop).values()}
        found, cursor = set(), ""
        while True:
            page = shop.list_orders(since=None, cursor=cursor)
            found |= {order.external_id for order in page.orders}
            if not (cursor := page.cursor):
                break
        assert made <= found

    def prove_search_orders(self, world: World, shop: Platform) -> None:
        """The desk searches its own copy: number, names and SKUs must be in a listing."""
        self.commands(world, shop)
        order = shop.list_orders(since=None).orders[0]
        assert order.number
        assert order.customer.name
        assert order.lines[0].sku
        assert order.lines[0].title

    def prove_list_units(self, world: World, shop: Platform) -> None:
        """Native: reading the order changes nothing. Else the list may count too many, never too few."""
        is_exact = self.platform.capabilities.list_units.support is Support.NATIVE
        for listed, whole in self._listed(world, shop):
            shown, there = (sum((line.cancellable for line in o.lines), Decimal(0)) for o in (listed, whole))
            assert shown == there if is_exact else shown >= there
            assert listed.cancellable == whole.cancellable or not is_exact

    def prove_list_money(self, world: World, shop: Platform) -> None:
        is_exact = self.platform.capabilities.list_money.support is Support.NATIVE
        for listed, whole in self._listed(world, shop):
            shown, there = ((o.totals.current.shop, o.payment) for o in (listed, whole))
            assert shown == there or not is_exact

    def _listed(self, world: World, shop: Platform) -> list[tuple[Order, Order]]:
        self.commands(world, shop)
        return [(order, shop.read_order(order.external_id)) for order in shop.list_orders(since=None).orders]

    def prove_receive_events(self, world: World, shop: Platform) -> None:
        hook = shop.add_hook(shop.topics[0], "https://desk.example/in/abc")
        assert [h.uri for h in shop.list_hooks()] == [hook.uri]
        shop.remove_hook(hook.id)
        assert shop.list_hooks() == []

    def prove_read_order(self, world: World, shop: Platform) -> None:
        for order, _ in self.commands(world, shop).values():
            assert shop.read_order(order.external_id) == order
            assert shop.look_again(order) == order

    def prove_cancel_order(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[CancelOrder]
        assert order.cancellable is Cancellable.ALL
        self.carry_through(world, shop, command)
        after = shop.look_again(order)
        assert after.cancelled_at
        assert after.cancellable is Cancellable.NONE

    def prove_cancel_lines(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[RefundOrder]
        assert isinstance(command, RefundOrder)
        self.carry_through(world, shop, command)
        after = shop.look_again(order)
        taken = command.lines[0]
        assert after.line(taken.line_id).current == order.line(taken.line_id).current - taken.units
        assert after.cancelled_at is None

    def prove_refund(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[RefundOrder]
        assert isinstance(command, RefundOrder)
        self.carry_through(world, shop, command)
        back = sum((p.amount.amount for p in command.payments), Decimal(0))
        assert shop.look_again(order).totals.refunded.customer.amount == back > 0

    def prove_void_authorisation(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[VoidPayment]
        self.carry_through(world, shop, command)
        assert not shop.look_again(order).totals.capturable.customer

    def prove_keep_stock(self, world: World, shop: Platform) -> None:
        _, command = self.commands(world, shop)[CorrectStock]
        self.carry_through(world, shop, command)
        assert self.count(world, command) == 1

    def prove_find_again(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[RefundOrder]
        self.carry_through(world, shop, command)
        assert isinstance(shop.find(command, tag=TAG, before=order), Found)
        assert isinstance(shop.find(command, tag=OTHER_TAG, before=order), FoundForeign)

    def prove_idempotency(self, world: World, shop: Platform) -> None:
        _, command = self.commands(world, shop)[RefundOrder]
        first = self.carry_through(world, shop, command)
        assert self.carry_through(world, shop, command).ids == first.ids
        assert self.count(world, command) == 1

    def prove_staff_note(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[CancelOrder]
        self.carry_through(world, shop, command)
        assert shop.look_again(order).cancel_note == shop.note_with_tag(getattr(command, "note", ""), TAG)

    def prove_undo(self, world: World, shop: Platform) -> None:
        raise AssertionError("no platform can undo")
