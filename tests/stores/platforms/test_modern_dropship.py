"""Modern Dropship keeps the contract of every platform, on the simulator and on the network fake."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pytest
import responses

from sandbox.world import World
from stores.canonical.commands import CancelLine, CancelOrder, CancelRest, Command, Found, FoundForeign, Resend
from stores.canonical.order import Cancellable, Fulfilment
from stores.canonical.receipts import Receipt
from stores.canonical.request import CancelRequest
from stores.kernel.errors import RemoteRefused, Unsupported
from stores.platforms.modern_dropship import ModernDropship
from tests.stores.platforms.contract import SECRETS, PlatformContract, outcome_of
from tests.stores.platforms.modern_dropship import place
from tests.stores.platforms.modern_dropship.place import ANY
from tests.stores.platforms.rig import KEY, OTHER_TAG, TAG, Platform, Sent


@pytest.fixture
def world(world: World) -> World:
    return place.watched(world)


class TestModernDropship(PlatformContract):
    platform = ModernDropship
    api = ANY

    def connect_to_network(self) -> ModernDropship:
        return place.on_network(SECRETS[0])

    def signed(self, body: bytes, secret: str) -> Mapping[str, str]:
        return {"X-Signature": secret}

    def answer_reads(self, network: responses.RequestsMock, command: Command) -> None:
        """A line is looked at just before it is cancelled."""
        if isinstance(command, CancelLine):
            item = {"_id": command.line_id, "sellerVariantCode": command.stock_key, "quantity": 5}
            order = place.recorded("order_2022", _id=command.order_id, items=[item], fulfillments=[])
            network.get(f"{place.BASE}/orders/{command.order_id}", json=order)

    def test_a_delivery_signed_with_the_old_or_the_new_secret_is_accepted(self):
        """Nothing is signed here: no header makes a delivery believed, and the door knows."""
        assert not self.platform.hooks_are_signed
        assert not self.platform.verify_hook(self.signed(b"{}", "old"), b"{}", secrets=["new", "old"])

    def test_what_is_set_up_by_hand_is_said_in_words(self):
        assert "order.cancelled" in str(self.platform.hook_setup)
        with pytest.raises(Unsupported):
            self.connect_to_network().add_hook("order.cancelled", "https://desk.example/in/abc")

    # --- capabilities ---------------------------------------------------------------------------
    def prove_cancel_lines(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[CancelLine]
        receipt = self.carry_through(world, shop, command)
        after = shop.look_again(order)
        stays = [line for line in after.lines if line.sku == "MUG-BLU" and line.current]
        assert receipt.ids["item"] == order.lines[0].id
        assert after.line(order.lines[0].id).current == 0
        assert [(line.current, line.cancellable) for line in stays] == [(2, 2)]
        assert stays[0].id != order.lines[0].id
        assert after.cancelled_at is None

    def prove_cancel_rest(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[CancelRest]
        assert order.cancellable is Cancellable.PART
        self.carry_through(world, shop, command)
        after = shop.look_again(order)
        assert [(line.current, line.shipped) for line in after.lines if line.current] == [(2, 2)]
        assert after.fulfilment is Fulfilment.FULFILLED

    def prove_cancel_while_packing(self, world: World, shop: Platform) -> None:
        self.prove_cancel_order(world, shop)

    def prove_cancel_without_refund(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[CancelOrder]
        assert not shop.quote(order, CancelRequest()).maximum
        self.carry_through(world, shop, command)
        assert {effect.amount for effect in world.effects(order.external_id)} == {0}

    def prove_keep_stock(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[CancelOrder]
        self.carry_through(world, shop, command)
        assert world.effects(order.external_id, kind="stock") == []

    def prove_notify_customer(self, world: World, shop: Platform) -> None:
        """The retailer is told by the network: each delivery carries the cancelled order."""
        world.modern_dropship.send_events_to("https://retailer.example/hook")
        _, command = self.commands(world, shop)[CancelOrder]
        self.carry_through(world, shop, command)
        world.advance(60)
        assert [row["topic"] for row in world.hooks.waiting()] == ["order.cancelled"]

    def prove_find_again(self, world: World, shop: Platform) -> None:
        for order, command in self.commands(world, shop).values():
            self.carry_through(world, shop, command)
            assert isinstance(shop.find(command, tag=TAG, before=order), Found)
            assert isinstance(shop.find(command, tag=OTHER_TAG, before=order), FoundForeign)

    def prove_idempotency(self, world: World, shop: Platform) -> None:
        for _, command in self.commands(world, shop).values():
            self.carry_through(world, shop, command)
            again = outcome_of(partial(shop.carry_out, command, key=KEY, tag=TAG))
            assert isinstance(again, Receipt | RemoteRefused)
            assert self.count(world, command) == 1
            assert shop.may_resend(command, age=10**6) is Resend.NEW_GENERATION


def test_a_reason_of_300_chinese_characters_is_shortened_and_the_mark_stands_whole(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    shop.carry_out(place.cancel(order, note="缺货" * 150), key=KEY, tag=TAG)

    after = shop.look_again(order)

    assert len(after.cancel_note) == 255
    assert after.cancel_note.endswith(f"… {TAG}")
    assert isinstance(shop.find(place.cancel(order), tag=TAG, before=order), Found)


def test_a_whole_cancel_always_says_that_shipped_units_forbid_it(world):
    journal = Sent()
    shop = place.on_world(world, journal=journal)
    shop.carry_out(place.cancel(place.made(world, shop)), key=KEY, tag=TAG)

    assert b'"unfulfilledOnly":false' in journal.requests[0].body


def test_a_whole_line_goes_without_a_quantity(world):
    journal = Sent()
    shop = place.on_world(world, journal=journal)
    shop.carry_out(place.part(place.made(world, shop), keep=0), key=KEY, tag=TAG)

    assert b"newQuantity" not in journal.requests[0].body


def test_a_line_costs_two_calls(world):
    shop = place.on_world(world)
    command = place.part(place.made(world, shop))
    before = sum(world.counters()["requests"].values())

    shop.carry_out(command, key=KEY, tag=TAG)

    assert sum(world.counters()["requests"].values()) - before == 2
