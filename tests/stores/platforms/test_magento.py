"""Magento keeps the contract of every platform, on the simulator and on the network fake."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import responses

from sandbox.platforms.magento.simulator import MagentoSimulator
from sandbox.platforms.magento.spec import Line
from sandbox.world import World
from stores.canonical.commands import CancelOrder, Command, RefundOrder, Resend
from stores.canonical.request import CancelRequest
from stores.connectors.roles import HookSource
from stores.kernel.errors import RemoteRefused
from stores.kernel.money import Money
from stores.platforms.magento import Magento
from tests.stores.platforms.contract import SECRETS, PlatformContract, outcome_of
from tests.stores.platforms.magento import place, recorded
from tests.stores.platforms.magento.place import ANY, MUG, TEA, world
from tests.stores.platforms.rig import KEY, TAG, Platform

__all__ = ["world"]


class TestMagento(PlatformContract):
    platform = Magento
    api = ANY
    unmarked = (CancelOrder,)

    def connect_to_network(self) -> Magento:
        first, second = SECRETS
        secrets = {"consumer_key": "ck", "token": first, "consumer_secret": second, "token_secret": second}
        return place.on_network(secrets)

    def answer_reads(self, network: responses.RequestsMock, command: Command) -> None:
        """Both effects look at the order first; a refund at its invoices as well."""
        if isinstance(command, CancelOrder):
            network.get(
                f"{place.BASE}/orders/{command.order_id}", json=recorded.unpaid(entity_id=int(command.order_id))
            )
            return
        assert isinstance(command, RefundOrder)
        invoice = recorded.invoice(entity_id=int(command.payments[0].payment_id))
        invoice["items"][0]["order_item_id"] = int(command.lines[0].line_id)
        order = recorded.order(entity_id=int(command.order_id))
        order["items"][0]["item_id"] = int(command.lines[0].line_id)
        network.get(f"{place.BASE}/orders/{command.order_id}", json=order)
        network.get(f"{place.BASE}/invoices", json={"items": [invoice], "search_criteria": {}, "total_count": 1})

    def test_nothing_secret_or_personal_is_logged(self, world, network, caplog):
        network.get(ANY, json=recorded.unpaid())
        super().test_nothing_secret_or_personal_is_logged(world, network, caplog)

    def test_the_same_command_twice_acts_once(self, world):
        """A second cancel is refused; a second refund would pay twice, so it is never sent again without a person."""
        shop = self.connect(world)
        (_, cancel), (_, refund) = self.commands(world, shop).values()
        self.carry_through(world, shop, cancel)
        assert isinstance(outcome_of(lambda: shop.carry_out(cancel, key=KEY, tag=TAG)), RemoteRefused)
        assert self.count(world, cancel) == 1

        assert shop.may_resend(refund, age=10**6) is Resend.PERSON
        assert shop.may_resend(cancel, age=0) is Resend.NEW_GENERATION

    def test_nothing_comes_by_itself(self):
        """Magento Open Source signs nothing, so nothing is ever believed."""
        assert not issubclass(self.platform, HookSource)
        assert not self.platform.capabilities.receive_events.is_offered

    # --- capabilities of its own ----------------------------------------------------------------
    def prove_cancel_rest(self, world: World, shop: Platform) -> None:
        assert isinstance(shop, Magento)
        order = place.made(world, shop, lines=[replace(MUG, shipped=1), TEA])
        for command in place.everything(shop, order):
            self.carry_through(world, shop, command)
        after = shop.look_again(order)
        assert [line.current for line in after.lines] == [1, 0]
        assert [line.shipped for line in after.lines] == [1, 0]
        assert not after.cancelled_at

    def prove_refund_quote(self, world: World, shop: Platform) -> None:
        assert isinstance(shop, Magento)
        order = place.made(world, shop, lines=[Line(price="59.00", quantity=2)], tax_rate="0.10")
        quote = shop.quote(order, CancelRequest(lines=place.some(order)))
        assert quote.is_estimate
        assert quote.total == quote.subtotal + quote.tax == Money(Decimal("64.90"), "USD")

    def prove_refund_part(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[RefundOrder]
        assert isinstance(command, RefundOrder)
        for amount in ("1.23", "20.00"):  # less and more than the units are worth
            paid = replace(command.payments[0], amount=Money(Decimal(amount), "USD"))
            self.carry_through(world, shop, replace(command, payments=(paid,)))
        assert shop.look_again(order).totals.refunded.shop.amount == Decimal("21.23")

    def prove_refund_shipping(self, world: World, shop: Platform) -> None:
        assert isinstance(shop, Magento)
        order = place.made(world, shop)
        assert order.shipping_refundable
        wanted = CancelRequest(lines=place.some(order), shipping=order.shipping_refundable)
        (command,) = place.refunds(order, shop.quote(order, wanted))
        self.carry_through(world, shop, command)
        assert shop.look_again(order).totals.refunded_shipping.shop == order.shipping_refundable

    def prove_void_authorisation(self, world: World, shop: Platform) -> None:
        assert isinstance(shop, Magento)
        order = place.made(world, shop, pay="authorised")
        assert order.totals.capturable.shop.amount == order.totals.original.shop.amount
        self.carry_through(world, shop, place.cancel(order))
        assert not shop.look_again(order).totals.capturable.shop
        assert len(world.effects(order.external_id, kind="void")) == 1

    def prove_restock(self, world: World, shop: Platform) -> None:
        _, command = self.commands(world, shop)[RefundOrder]
        before = MagentoSimulator(world).stock("MUG-BLU")["salable"]
        self.carry_through(world, shop, command)
        assert MagentoSimulator(world).stock("MUG-BLU")["salable"] == before + 1

    def prove_keep_stock(self, world: World, shop: Platform) -> None:
        _, command = self.commands(world, shop)[RefundOrder]
        assert isinstance(command, RefundOrder)
        before = MagentoSimulator(world).stock("MUG-BLU")
        kept = tuple(replace(line, restock=False) for line in command.lines)
        self.carry_through(world, shop, replace(command, lines=kept))
        after = MagentoSimulator(world).stock("MUG-BLU")
        assert after["salable"] == before["salable"]
        assert after["qty"] == before["qty"] - 1  # written off: the words say so

    def prove_notify_customer(self, world: World, shop: Platform) -> None:
        _, command = self.commands(world, shop)[RefundOrder]
        assert isinstance(command, RefundOrder)
        self.carry_through(world, shop, replace(command, notify=True))
        assert len(world.effects(command.order_id, kind="notify")) == 1

    def prove_labels(self, world: World, shop: Platform) -> None:
        made = MagentoSimulator(world).make_order(lines=[place.MUG])
        staff = MagentoSimulator(world).staff(made.id)
        staff.ship(1)
        assert [r for r in shop.read_order(made.id).remarks if r.kind == "label"] == []
        staff.make_label()
        order = shop.read_order(made.id)
        assert [r.kind for r in order.remarks].count("label") == 1
        assert [r.kind for r in shop.look_again(order).remarks].count("label") == 1

    def prove_staff_note(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[RefundOrder]
        self.carry_through(world, shop, command)
        assert shop.look_again(order).refunds[0].note == f"bye {TAG}"
