"""Shoplazza keeps the contract of every platform, on the simulator and on the network fake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
import responses

from sandbox.platforms.shoplazza.spec import Line
from sandbox.world import World
from stores.canonical.commands import CancelOrder, Command, RefundOrder, Resend
from stores.canonical.request import CancelRequest
from stores.kernel.money import Money
from stores.kernel.security import signing
from stores.platforms.shoplazza import Shoplazza
from tests.stores.platforms.contract import SECRETS, PlatformContract
from tests.stores.platforms.rig import TAG, Platform
from tests.stores.platforms.shoplazza import place, recorded
from tests.stores.platforms.shoplazza.place import ANY, MUG, TEA


class TestShoplazza(PlatformContract):
    platform = Shoplazza
    api = ANY

    def connect_to_network(self) -> Shoplazza:
        return place.on_network({"token": SECRETS[0], "client_secret": SECRETS[1]})

    def signed(self, body: bytes, secret: str) -> Mapping[str, str]:
        return {
            "X-Shoplazza-Hmac-Sha256": signing.hmac_base64(secret, body),
            "X-Shoplazza-Topic": "orders/update",
        }

    def answer_reads(self, network: responses.RequestsMock, command: Command) -> None:
        """A refund looks at the order's money first, and at what went back."""
        if isinstance(command, RefundOrder):
            network.get(f"{place.BASE}/orders/{command.order_id}", json=recorded.order(id=command.order_id))
            network.get(f"{place.BASE}/orders/{command.order_id}/refund", json=recorded.refunds())

    def test_the_same_command_twice_acts_once(self, world):
        """A cancel does; a refund would pay twice, so it is never sent again without a person."""
        shop = self.connect(world)
        (_, cancel), (_, refund) = self.commands(world, shop).values()
        for _ in range(2):
            self.carry_through(world, shop, cancel)
        assert self.count(world, cancel) == 1

        assert shop.may_resend(refund, age=10**6) is Resend.PERSON
        assert shop.may_resend(cancel, age=0) is Resend.NEW_GENERATION

    # --- capabilities of its own ----------------------------------------------------------------
    def prove_cancel_rest(self, world: World, shop: Platform) -> None:
        assert isinstance(shop, Shoplazza)
        order = place.made(world, shop, lines=[replace(MUG, shipped=1), TEA])
        self.carry_through(world, shop, place.everything(shop, order))
        after = shop.look_again(order)
        assert [line.current for line in after.lines] == [1, 0]
        assert [line.shipped for line in after.lines] == [1, 0]
        assert not after.cancelled_at

    def prove_refund_quote(self, world: World, shop: Platform) -> None:
        assert isinstance(shop, Shoplazza)
        order = place.made(world, shop, lines=[Line(price="59.00", quantity=2)], tax_rate="0.10")
        quote = shop.quote(order, CancelRequest(lines=place.some(order)))
        assert quote.is_estimate
        assert quote.total == quote.subtotal + quote.tax == Money(Decimal("64.90"), "USD")

    def prove_refund_part(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[RefundOrder]
        assert isinstance(command, RefundOrder)
        paid = replace(command.payments[0], amount=Money(Decimal("1.23"), "USD"))
        self.carry_through(world, shop, replace(command, payments=(paid,)))
        assert shop.look_again(order).totals.refunded.shop.amount == Decimal("1.23")

    def prove_refund_shipping(self, world: World, shop: Platform) -> None:
        assert isinstance(shop, Shoplazza)
        order = place.made(world, shop)
        assert order.shipping_refundable
        wanted = CancelRequest(lines=place.some(order), shipping=order.shipping_refundable)
        quote = shop.quote(order, wanted)
        self.carry_through(world, shop, place.refund(order, quote, wanted.lines))
        assert shop.look_again(order).totals.refunded_shipping.shop == order.shipping_refundable

    def prove_cancel_without_refund(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[CancelOrder]
        self.carry_through(world, shop, command)
        assert not shop.look_again(order).totals.refunded.shop
        assert world.effects(order.external_id, kind="refund") == []

    def prove_restock(self, world: World, shop: Platform) -> None:
        _, command = self.commands(world, shop)[RefundOrder]
        self.carry_through(world, shop, command)
        assert world.shoplazza.stock("MUG-BLU") == 1

    def prove_keep_stock(self, world: World, shop: Platform) -> None:
        _, command = self.commands(world, shop)[RefundOrder]
        assert isinstance(command, RefundOrder)
        kept = tuple(replace(line, restock=False) for line in command.lines)
        self.carry_through(world, shop, replace(command, lines=kept))
        assert world.shoplazza.stock("MUG-BLU") == 0

    def prove_staff_note(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[CancelOrder]
        self.carry_through(world, shop, command)
        assert shop.look_again(order).cancel_note == f"Customer changed their mind: bye {TAG}"

    def prove_find_again(self, world: World, shop: Platform) -> None:
        super().prove_find_again(world, shop)
        cancelled, command = self.commands(world, shop)[CancelOrder]
        self.carry_through(world, shop, command)
        assert shop.find(command, tag=TAG, before=cancelled)


@pytest.mark.parametrize("words", ["x" * 400, "客户改变了主意" * 60])
def test_a_note_is_shortened_so_that_the_mark_stands_whole(world, words):
    shop = place.on_world(world)
    order = place.made(world, shop)
    shop.carry_out(place.cancel(order, note=words), key="k", tag=TAG)

    note = shop.look_again(order).cancel_note

    assert len(note) == 255
    assert note.endswith(f"… {TAG}")
