"""Square keeps the contract of every platform, on the simulator and on the network fake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial

import pytest
import requests
import responses

from cancellations.planning import counts
from sandbox.platforms.square.spec import Line
from sandbox.world import World
from stores.canonical.commands import (
    Absent,
    CancelOrder,
    Command,
    CorrectStock,
    EditOrder,
    Found,
    RefundOrder,
    Resend,
    VoidPayment,
)
from stores.canonical.order import Cancellable, Readiness
from stores.canonical.request import CancelRequest
from stores.connectors.roles import HOOK_ADDRESS
from stores.kernel.errors import OutcomeUnknown, RemoteRefused
from stores.kernel.money import Money
from stores.kernel.security import signing
from stores.platforms.square import Square
from tests.stores.platforms.contract import LOST, SECRETS, PlatformContract, as_response, outcome_of
from tests.stores.platforms.rig import KEY, TAG, Platform, Sent
from tests.stores.platforms.square import place, recorded
from tests.stores.platforms.square.place import ADDRESS, ANY, MUG, TEA, world

__all__ = ["world"]


class TestSquare(PlatformContract):
    platform = Square
    api = ANY

    def connect_to_network(self) -> Square:
        return place.on_network({"token": SECRETS[0], "signature_key": SECRETS[1]})

    def signed(self, body: bytes, secret: str) -> Mapping[str, str]:
        signature = signing.hmac_base64(secret, ADDRESS.encode() + body)
        return {"x-square-hmacsha256-signature": signature, HOOK_ADDRESS: ADDRESS}

    def answer_reads(self, network: responses.RequestsMock, command: Command) -> None:
        """Before its effect a command reads the order, and what was paid."""
        recorded.serve(network, command)

    @pytest.mark.parametrize("lost", LOST.values(), ids=LOST.keys())
    def test_a_lost_answer_is_unknown_and_is_sent_once(self, world, network, lost):
        for kind, command in recorded.COMMANDS.items():
            network.assert_all_requests_are_fired = False
            self.answer_reads(network, command)
            method = "PUT" if kind in (CancelOrder, EditOrder) else "POST"
            effect = network.add(responses.Response(method, recorded.EFFECTS[kind], **as_response(lost)))

            with pytest.raises(OutcomeUnknown):
                self.connect_to_network().carry_out(command, key=KEY, tag=TAG)
            assert effect.call_count == 1
            network.reset()

    def test_nothing_secret_or_personal_is_logged(self, world, network, caplog):
        caplog.set_level("DEBUG")
        network.assert_all_requests_are_fired = False
        command = recorded.COMMANDS[CancelOrder]
        self.answer_reads(network, command)
        network.add("PUT", recorded.EFFECTS[CancelOrder], body=requests.ConnectionError(f"to {SECRETS[0]}"))

        with pytest.raises(OutcomeUnknown):
            self.connect_to_network().carry_out(command, key=KEY, tag=TAG)

        logged = " ".join(str(record.__dict__) for record in caplog.records)
        assert not [word for word in (*SECRETS, "jaiden@example.com", "Jaiden Urie") if word in logged]

    def test_an_effect_is_absent_before_and_found_after(self, world):
        """A stock movement carries our reference, so that it is found as well."""
        shop = self.connect(world)
        for order, command in self.commands(world, shop).values():
            first = shop.find(command, tag=TAG, before=order)
            self.carry_through(world, shop, command)
            then = shop.find(command, tag=TAG, before=order)
            assert (type(first), type(then)) == (Absent, Found), command

    def test_the_same_bytes_twice_act_once(self, world):
        """As the executor sends them again: the key makes two requests one. A void has none and is refused."""
        journal = Sent()
        shop = self.connect(world, journal)
        for _, command in self.commands(world, shop).values():
            first = shop.carry_out(command, key=KEY, tag=TAG)
            again = outcome_of(partial(place.resend, shop, command, journal.requests[-1]))
            assert isinstance(again, RemoteRefused) if isinstance(command, VoidPayment) else again.ids == first.ids
            world.advance(10)
            assert self.count(world, command) == 1, command

    def prove_idempotency(self, world: World, shop: Platform) -> None:
        _, command = self.commands(world, shop)[RefundOrder]
        assert shop.may_resend(command, age=19 * 3600) is Resend.SAME_KEY
        assert shop.may_resend(command, age=21 * 3600) is Resend.PERSON

    # --- capabilities of its own ----------------------------------------------------------------
    def prove_search_orders(self, world: World, shop: Platform) -> None:
        """Number, name and item; Square's orders know no SKU."""
        self.commands(world, shop)
        order = shop.list_orders(since=None).orders[0]
        assert order.number
        assert order.customer.name
        assert order.lines[0].title

    def prove_receive_events(self, world: World, shop: Platform) -> None:
        place.home(world).subscription(ADDRESS, "payment.updated")
        hook = shop.add_hook(shop.topics[0], ADDRESS)
        assert [(h.topic, h.uri) for h in shop.list_hooks()] == [("payment.updated", ADDRESS), (hook.topic, ADDRESS)]
        for standing in shop.list_hooks():
            shop.remove_hook(standing.id)
        assert shop.list_hooks() == []

    def prove_cancel_order(self, world: World, shop: Platform) -> None:
        """Unpaid: cancelled. Paid: called off, then refunded."""
        super().prove_cancel_order(world, shop)
        assert isinstance(shop, Square)
        order = place.made(world, shop)
        assert order.cancellable is Cancellable.ALL
        self.carry_through(world, shop, place.cancel(order))
        for command in place.everything(shop, order):
            self.carry_through(world, shop, command)
        after = shop.look_again(order)
        assert after.cancelled_at
        assert not after.totals.current.shop

    def prove_cancel_rest(self, world: World, shop: Platform) -> None:
        assert isinstance(shop, Square)
        order = place.made(world, shop, fulfilment="SHIPMENT", entries=[1, 0])
        self.carry_through(world, shop, place.part(shop, order, 2, 2))
        after = shop.look_again(order)
        assert [(line.current, line.shipped) for line in after.lines] == [(1, 1), (0, 0)]
        assert not after.cancelled_at

    def prove_cancel_while_packing(self, world: World, shop: Platform) -> None:
        assert isinstance(shop, Square)
        order = place.made(world, shop, state="PREPARED")
        assert order.lines[0].placements[0].readiness is Readiness.BEING_PACKED
        self.carry_through(world, shop, place.cancel(order))
        assert shop.look_again(order).cancelled_at

    def prove_refund_quote(self, world: World, shop: Platform) -> None:
        assert isinstance(shop, Square)
        order = place.made(world, shop, lines=[Line(price="59.00", quantity=2)], tax_rate="10")
        quote = shop.quote(order, CancelRequest(lines=place.some(order)))
        assert quote.is_estimate
        assert quote.total == quote.subtotal + quote.tax == Money(Decimal("64.90"), "USD")

    def prove_refund_part(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[RefundOrder]
        assert isinstance(command, RefundOrder)
        paid = replace(command.payments[0], amount=Money(Decimal("1.23"), "USD"))
        self.carry_through(world, shop, replace(command, payments=(paid,)))
        assert shop.look_again(order).totals.refunded.shop.amount == Decimal("1.23")

    def prove_cancel_without_refund(self, world: World, shop: Platform) -> None:
        assert isinstance(shop, Square)
        order = place.made(world, shop)
        self.carry_through(world, shop, place.cancel(order))
        after = shop.look_again(order)
        assert (after.cancelled_at is not None, after.totals.refunded.shop.amount) == (True, 0)

    def prove_restock(self, world: World, shop: Platform) -> None:
        _, command = self.commands(world, shop)[CorrectStock]
        was = place.home(world).stock("MUG-BLU")
        receipt = self.carry_through(world, shop, command)
        assert place.home(world).stock("MUG-BLU") == was + 1
        assert counts.words(receipt.reported) == f"{was} → {was + 1}"

    def prove_disputes(self, world: World, shop: Platform) -> None:
        """It is told with the payment that it is about."""
        assert isinstance(shop, Square)
        disputed = place.made(world, shop, disputed="EVIDENCE_REQUIRED")
        told = [(r.payment_id, r.stops_refund) for r in disputed.remarks if r.kind == "dispute"]
        assert told == [(disputed.payments[0].id, True)]
        assert [r for r in place.made(world, shop).remarks if r.kind == "dispute"] == []

    def prove_restock_at_location(self, world: World, shop: Platform) -> None:
        _, command = self.commands(world, shop)[CorrectStock]
        assert isinstance(command, CorrectStock)
        there = replace(command.changes[0], location_id="LDEMODOCK")
        self.carry_through(world, shop, replace(command, changes=(there,)))
        assert place.home(world).stock("MUG-BLU", place=1) == 21

    def prove_keep_stock(self, world: World, shop: Platform) -> None:
        """Neither the cancel nor the refund puts anything back."""
        assert isinstance(shop, Square)
        order = place.made(world, shop, lines=[MUG, TEA])
        was = place.home(world).stock("MUG-BLU")
        self.carry_through(world, shop, place.cancel(order))
        for command in place.everything(shop, order):
            self.carry_through(world, shop, command)
        assert place.home(world).stock("MUG-BLU") == was
