"""BigCommerce keeps the contract of every platform, on the simulator and on the network fake."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
import requests
import responses

from cancellations.planning import counts
from sandbox.platforms.bigcommerce.spec import Line
from sandbox.world import World
from stores.canonical.commands import (
    CancelOrder,
    Command,
    CorrectStock,
    Found,
    FoundForeign,
    RefundOrder,
    Resend,
    VoidPayment,
)
from stores.canonical.order import Order, Readiness
from stores.canonical.request import CancelRequest
from stores.kernel import clock
from stores.kernel.errors import OutcomeUnknown
from stores.kernel.money import Money
from stores.kernel.security import signing
from stores.platforms.bigcommerce import BigCommerce
from tests import make
from tests.stores.platforms import rig
from tests.stores.platforms.bigcommerce import place, recorded
from tests.stores.platforms.bigcommerce.place import ANY, BASE, MUG, TEA
from tests.stores.platforms.contract import LOST, SECRETS, PlatformContract, as_response, outcome_of
from tests.stores.platforms.rig import KEY, OTHER_TAG, TAG, Platform


class TestBigCommerce(PlatformContract):
    platform = BigCommerce
    api = ANY

    def connect_to_network(self) -> BigCommerce:
        return place.on_network({"token": SECRETS[0], "client_secret": SECRETS[1]})

    def commands(self, world: World, shop: Platform) -> Mapping[type, tuple[Order, Command]]:
        assert isinstance(shop, BigCommerce)
        place.home(world).settings(refund_order_stock_adjustment=True)
        cancelled, refunded, corrected = (place.made(world, shop) for _ in range(3))
        held = place.made(world, shop, pay="authorised", gateway="stripe")
        return {
            CancelOrder: (cancelled, place.cancel(cancelled)),
            RefundOrder: (refunded, place.part(shop, refunded, 2)),
            VoidPayment: (held, rig.void(held)),
            CorrectStock: (corrected, place.stock(corrected)),
        }

    def signed(self, body: bytes, secret: str) -> Mapping[str, str]:
        return sign(body, secret)

    def answer_reads(self, network: responses.RequestsMock, command: Command) -> None:
        """What is read before an effect, each once."""
        url = f"{BASE}/v2/orders/{command.order_id}"
        if not isinstance(command, VoidPayment):
            lines = self.lines_of(command) if isinstance(command, RefundOrder) else []
            told = recorded.order(id=int(command.order_id), default_currency_code="USD", status_id=11)
            told |= {"consignments": {"shipping": [{"id": 1, "line_items": lines}]}, "items_total": 5 * len(lines)}
            network.get(url, json=told)
        if isinstance(command, RefundOrder):
            network.get(f"{BASE}/v3/orders/{command.order_id}/payment_actions/refunds", json={"data": []})
            whole = float(sum(payment.amount.amount for payment in command.payments))
            answer = recorded.quote(whole)
            answer["data"]["refund_methods"][0][0]["provider_id"] = command.payments[0].gateway
            network.post(f"{BASE}/v3/orders/{command.order_id}/payment_actions/refund_quotes", json=answer)
        if isinstance(command, CorrectStock):
            change = command.changes[0]
            where = [{"location_id": int(change.location_id), "total_inventory_onhand": 5}]
            told = {"data": [{"identity": {"variant_id": int(change.stock_item_id)}, "locations": where}]}
            network.get(f"{BASE}/v3/inventory/items", json=told)

    def lines_of(self, command: RefundOrder) -> list[dict[str, object]]:
        return [
            {"id": int(line.line_id), "quantity": 5, "quantity_refunded": 0, "order_address_id": 1}
            for line in command.lines
        ]

    @pytest.mark.parametrize("lost", LOST.values(), ids=LOST.keys())
    def test_a_lost_answer_is_unknown_and_is_sent_once(self, world, network, lost):
        """The status is written by PUT, the rest by POST."""
        for _, command in self.commands(world, self.connect(world)).values():
            shop = self.connect_to_network()
            self.answer_reads(network, command)
            method = "PUT" if isinstance(command, CancelOrder) else "POST"
            network.add(responses.Response(method, self.api, **as_response(lost)))

            with pytest.raises(OutcomeUnknown):
                shop.carry_out(command, key=KEY, tag=TAG)
            assert [call.request.method for call in network.calls][-1] == method
            network.reset()

    def test_nothing_secret_or_personal_is_logged(self, world, network, caplog):
        caplog.set_level(logging.DEBUG)
        order, command = self.commands(world, self.connect(world))[CancelOrder]
        caplog.clear()
        self.answer_reads(network, command)
        network.add(responses.Response("PUT", self.api, body=requests.ConnectionError(f"to {SECRETS[0]}")))

        with pytest.raises(OutcomeUnknown):
            self.connect_to_network().carry_out(command, key=KEY, tag=TAG)

        logged = " ".join(str(record.__dict__) for record in caplog.records)
        assert not [word for word in (*SECRETS, order.customer.email, order.customer.name) if word and word in logged]

    def test_the_same_command_twice_acts_once(self, world):
        """Status and void do; a refund is refused while our mark is there. Stock moves twice: a person decides."""
        shop = self.connect(world)
        commands = self.commands(world, shop)
        for kind in (CancelOrder, RefundOrder, VoidPayment):
            command = commands[kind][1]
            self.carry_through(world, shop, command)
            outcome_of(lambda command=command: self.carry_through(world, shop, command))
            assert self.count(world, command) == 1, command

        said = {kind: shop.may_resend(command, age=10**6) for kind, (_, command) in commands.items()}
        assert said == {
            CancelOrder: Resend.NEW_GENERATION, RefundOrder: Resend.PERSON, VoidPayment: Resend.NEW_GENERATION,
            CorrectStock: Resend.PERSON,
        }  # fmt: skip

    # --- capabilities of its own ----------------------------------------------------------------
    def prove_cancel_rest(self, world: World, shop: Platform) -> None:
        assert isinstance(shop, BigCommerce)
        order = place.made(world, shop, lines=[replace(MUG, shipped=1), TEA])
        self.carry_through(world, shop, place.everything(shop, order))
        after = shop.look_again(order)
        assert [line.current for line in after.lines] == [1, 0]
        assert [line.shipped for line in after.lines] == [1, 0]
        assert not after.cancelled_at

    def prove_cancel_while_packing(self, world: World, shop: Platform) -> None:
        assert isinstance(shop, BigCommerce)
        order = place.made(world, shop, status=9)
        assert order.lines[0].placements[0].readiness is Readiness.BEING_PACKED
        self.carry_through(world, shop, place.cancel(order))
        assert shop.look_again(order).cancelled_at

    def prove_refund_quote(self, world: World, shop: Platform) -> None:
        assert isinstance(shop, BigCommerce)
        order = place.made(world, shop, lines=[Line(price="59.00", quantity=2)], tax_rate="0.10")
        quote = shop.quote(order, CancelRequest(lines=place.some(order)))
        assert not quote.is_estimate
        assert quote.total == quote.subtotal + quote.tax == Money(Decimal("64.90"), "USD")

    def prove_refund_part(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[RefundOrder]
        assert isinstance(command, RefundOrder)
        paid = replace(command.payments[0], amount=Money(Decimal("1.23"), "USD"))
        self.carry_through(world, shop, replace(command, payments=(paid,)))
        assert shop.look_again(order).totals.refunded.shop.amount == Decimal("1.23")

    def prove_refund_shipping(self, world: World, shop: Platform) -> None:
        assert isinstance(shop, BigCommerce)
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
        _, command = self.commands(world, shop)[CancelOrder]
        before = place.home(world).stock("MUG-BLU")
        receipt = self.carry_through(world, shop, command)
        assert place.home(world).stock("MUG-BLU") == before + 3
        assert make.moved(receipt) == make.asked(receipt) == 5

    def prove_keep_stock(self, world: World, shop: Platform) -> None:
        """Units that our own cancellation put back come out again."""
        order, command = self.commands(world, shop)[CancelOrder]
        self.carry_through(world, shop, command)
        before = place.home(world).stock("MUG-BLU")
        receipt = self.carry_through(world, shop, place.stock(order, delta=-2))
        assert place.home(world).stock("MUG-BLU") == before - 2
        assert counts.words(receipt.reported) == f"{before} → {before - 2}"

    def prove_disputes(self, world: World, shop: Platform) -> None:
        assert isinstance(shop, BigCommerce)
        assert [r.stops_refund for r in place.made(world, shop, status=13).remarks if r.kind == "dispute"] == [True]

    def prove_staff_note(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[CancelOrder]
        self.carry_through(world, shop, command)
        assert shop.look_again(order).cancel_note == f"Customer changed their mind: bye {TAG}"

    def prove_find_again(self, world: World, shop: Platform) -> None:
        """The same effect with another step's mark is somebody else's."""
        for kind in (RefundOrder, CancelOrder):
            order, command = self.commands(world, shop)[kind]
            self.carry_through(world, shop, command)
            assert isinstance(shop.find(command, tag=TAG, before=order), Found)
            assert isinstance(shop.find(command, tag=OTHER_TAG, before=order), FoundForeign)


def sign(body: bytes, secret: str, *, at: int | None = None, name: str = "msg_1") -> dict[str, str]:
    stamp = str(int(clock.now().timestamp()) if at is None else at)
    signature = signing.hmac_base64(secret, f"{name}.{stamp}.".encode() + body)
    return {"webhook-id": name, "webhook-timestamp": stamp, "webhook-signature": f"v1,{signature}"}


@pytest.mark.parametrize("words", ["x" * 1400, "客户改变了主意" * 200])
def test_a_note_is_shortened_so_that_the_mark_stands_whole(world, words):
    shop = place.on_world(world)
    order = place.made(world, shop)
    shop.carry_out(place.cancel(order, note=words), key="k", tag=TAG)

    note = shop.look_again(order).cancel_note

    assert len(note) == 1000
    assert note.endswith(f"… {TAG}")
