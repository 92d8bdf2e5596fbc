"""WooCommerce keeps the contract of every platform, on the simulator and on the network fake."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
import requests
import responses

from sandbox.platforms.woocommerce.simulator import WooCommerceSimulator
from sandbox.world import World
from stores.canonical.commands import CancelOrder, Command, Found, FoundForeign, RefundOrder, Resend
from stores.canonical.request import CancelRequest
from stores.kernel.errors import OutcomeUnknown
from stores.kernel.money import Money
from stores.kernel.security import signing
from stores.platforms.woocommerce import WooCommerce
from tests.sandbox import woocommerce_spec
from tests.stores.platforms.contract import LOST, SECRETS, PlatformContract, as_response
from tests.stores.platforms.rig import KEY, OTHER_TAG, TAG, Platform
from tests.stores.platforms.woocommerce import place, recorded
from tests.stores.platforms.woocommerce.place import ANY, MUG, TEA


@pytest.fixture
def world(world: World) -> World:
    world.switch("woocommerce_limit", "none")
    world.watchers.append(woocommerce_spec.checker())
    return world


class TestWooCommerce(PlatformContract):
    platform = WooCommerce
    api = ANY

    def connect_to_network(self) -> WooCommerce:
        return place.on_network({"key": SECRETS[0], "secret": SECRETS[1], "webhook_secret": "unused"})

    def signed(self, body: bytes, secret: str) -> Mapping[str, str]:
        return {"X-WC-Webhook-Signature": signing.hmac_base64(secret, body), "X-WC-Webhook-Topic": "order.updated"}

    def answer_reads(self, network: responses.RequestsMock, command: Command) -> None:
        """Both look at the order first."""
        path = f"{place.BASE}/orders/{command.order_id}"
        line = command.lines[0].line_id if isinstance(command, RefundOrder) else "11"
        shown = recorded.order(id=int(command.order_id), line=int(line), currency="USD", refunds=[])
        network.get(path, json=shown)
        if isinstance(command, RefundOrder):
            network.get(f"{path}/refunds", json=[])

    @pytest.mark.parametrize("lost", LOST.values(), ids=LOST.keys())
    def test_a_lost_answer_is_unknown_and_is_sent_once(self, world, network, lost):
        """A cancel is a PUT, a refund a POST."""
        for _, command in self.commands(world, self.connect(world)).values():
            self.answer_reads(network, command)
            method = "PUT" if isinstance(command, CancelOrder) else "POST"
            network.add(responses.Response(method, self.api, **as_response(lost)))

            with pytest.raises(OutcomeUnknown):
                self.connect_to_network().carry_out(command, key=KEY, tag=TAG)
            network.reset()

    def test_nothing_secret_or_personal_is_logged(self, world, network, caplog):
        caplog.set_level(logging.DEBUG)
        order, command = self.commands(world, self.connect(world))[CancelOrder]
        for settings in ({}, {"login": "oauth"}):
            caplog.clear()
            self.answer_reads(network, command)
            network.put(ANY, body=requests.ConnectionError(f"to {SECRETS[0]}"))

            with pytest.raises(OutcomeUnknown):
                place.on_network({"key": SECRETS[0], "secret": SECRETS[1]}, **settings).carry_out(
                    command, key=KEY, tag=TAG
                )

            logged = " ".join(str(record.__dict__) for record in caplog.records)
            assert not [word for word in (*SECRETS, order.customer.email, "Ada Novak", "oauth_") if word in logged]
            network.reset()

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
    def prove_receive_events(self, world: World, shop: Platform) -> None:
        super().prove_receive_events(world, shop)

    def prove_cancel_rest(self, world: World, shop: Platform) -> None:
        assert isinstance(shop, WooCommerce)
        order = place.made(world, shop, lines=[replace(MUG, fulfilled=1), TEA])
        wanted = {line.id: line.cancellable for line in order.lines}
        assert list(wanted.values()) == [2, 2]
        self.carry_through(world, shop, place.refund(order, shop.quote(order, CancelRequest(lines=wanted)), wanted))
        after = shop.look_again(order)
        assert [(line.current, line.shipped) for line in after.lines] == [(1, 1), (0, 0)]
        assert not after.cancelled_at

    def prove_refund_quote(self, world: World, shop: Platform) -> None:
        assert isinstance(shop, WooCommerce)
        order = place.made(world, shop, tax_rate="0.10")
        quote = shop.quote(order, CancelRequest(lines=place.some(order)))
        assert not quote.is_estimate
        assert quote.total == quote.subtotal + quote.tax == Money(Decimal("15.95"), "USD")

    def prove_refund_part(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[RefundOrder]
        assert isinstance(command, RefundOrder)
        paid = replace(command.payments[0], amount=Money(Decimal("1.23"), "USD"))
        self.carry_through(world, shop, replace(command, payments=(paid,)))
        assert shop.look_again(order).totals.refunded.shop.amount == Decimal("1.23")

    def prove_refund_shipping(self, world: World, shop: Platform) -> None:
        assert isinstance(shop, WooCommerce)
        order = place.made(world, shop)
        assert order.shipping_refundable
        wanted = CancelRequest(lines=place.some(order), shipping=order.shipping_refundable)
        self.carry_through(world, shop, place.refund(order, shop.quote(order, wanted), wanted.lines))
        assert shop.look_again(order).totals.refunded_shipping.shop == order.shipping_refundable

    def prove_cancel_without_refund(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[CancelOrder]
        self.carry_through(world, shop, command)
        assert not shop.look_again(order).totals.refunded.shop
        assert world.effects(order.external_id, kind="refund") == []

    def prove_restock(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[RefundOrder]
        home = WooCommerceSimulator(world)
        before = home.stock(order.external_id)
        self.carry_through(world, shop, command)
        assert home.stock(order.external_id) == before + 1

    def prove_keep_stock(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[RefundOrder]
        assert isinstance(command, RefundOrder)
        home = WooCommerceSimulator(world)
        before = home.stock(order.external_id)
        kept = tuple(replace(line, restock=False) for line in command.lines)
        self.carry_through(world, shop, replace(command, lines=kept))
        assert home.stock(order.external_id) == before

    def prove_labels(self, world: World, shop: Platform) -> None:
        made = WooCommerceSimulator(world).make_order()
        label = {"label_id": 7, "status": "PURCHASED", "service_name": "USPS Priority", "tracking": "9400"}
        WooCommerceSimulator(world).staff(made.id).write(
            meta_data=[{"id": 1, "key": "wcshipping_labels", "value": [label]}]
        )
        assert [r.text for r in shop.read_order(made.id).remarks if r.kind == "label"] == [
            "A shipping label was bought: USPS Priority 9400"
        ]

    def prove_staff_note(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[CancelOrder]
        self.carry_through(world, shop, command)
        assert shop.look_again(order).cancel_note == f"Customer changed their mind: bye {TAG}"

    def prove_find_again(self, world: World, shop: Platform) -> None:
        for order, command in self.commands(world, shop).values():
            self.carry_through(world, shop, command)
            assert isinstance(shop.find(command, tag=TAG, before=order), Found)
            assert isinstance(shop.find(command, tag=OTHER_TAG, before=order), FoundForeign)


@pytest.mark.parametrize("words", ["x" * 400, "客户改变了主意" * 60])
def test_a_note_is_shortened_so_that_the_mark_stands_whole(world, words):
    shop = place.on_world(world)
    order = place.made(world, shop)
    shop.carry_out(place.cancel(order, note=words), key="k", tag=TAG)

    note = shop.look_again(order).cancel_note

    assert len(note) == 255
    assert note.endswith(f"… {TAG}")
