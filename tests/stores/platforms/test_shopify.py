"""Shopify keeps the contract of every platform, on the simulator and on the network fake."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import responses

from sandbox import in_process as sandbox
from sandbox.platforms.shopify.spec import Line
from sandbox.world import World
from stores.canonical.commands import (
    CancelOrder,
    Command,
    CorrectStock,
    EditOrder,
    RefundOrder,
    UnitsBack,
)
from stores.canonical.order import Readiness
from stores.canonical.receipts import Outcome
from stores.canonical.request import CancelRequest
from stores.kernel.http import network as ways
from stores.kernel.money import Money
from stores.kernel.security import signing
from stores.platforms.shopify import Shopify, mapping
from tests.stores.platforms import rig
from tests.stores.platforms.contract import SECRETS, PlatformContract
from tests.stores.platforms.rig import TAG, Platform, Sent
from tests.stores.platforms.shopify import recorded

MUG = Line(title="Enamel mug", sku="MUG-BLU", quantity=3)
URL = re.compile(r"https://demo\.myshopify\.com/admin/api/2026-10/graphql\.json")


class TestShopify(PlatformContract):
    platform = Shopify
    api = URL

    def connect_to_network(self) -> Platform:
        secrets = {"token": SECRETS[0], "client_secret": SECRETS[1]}
        session = ways.open_session(ways.Egress())
        return Shopify(rig.connection({"shop": "demo"}, secrets, session=session))

    def signed(self, body: bytes, secret: str) -> Mapping[str, str]:
        return {"X-Shopify-Hmac-Sha256": signing.hmac_base64(secret, body), "X-Shopify-Topic": "orders/updated"}

    def answer_reads(self, network: responses.RequestsMock, command: Command) -> None:
        """An edit is begun and its quantities are set before its commit; a count is read before it is corrected."""
        if isinstance(command, EditOrder):
            number = command.lines[0].line_id.rpartition("/")[2]
            network.post(URL, json=recorded.edit_begun(number))
            network.post(URL, json=recorded.edit_set())
        if isinstance(command, CorrectStock):
            level = {"id": "gid://shopify/InventoryLevel/1", "quantities": [{"quantity": -2}]}
            item = {"id": command.changes[0].stock_item_id, "inventoryLevel": level}
            network.post(URL, json={"data": {"inventoryItem": item}})

    # --- capabilities of its own ----------------------------------------------------------------
    def prove_cancel_rest(self, world: World, shop: Platform) -> None:
        lines = [Line(quantity=4, fulfilled=2), Line(quantity=2)]
        order = shop.read_order(world.make_order(lines=lines, age_days=3).id)
        wanted = rig.everything(order)
        self.carry_through(world, shop, rig.refund(order, shop.quote(order, wanted), wanted.lines))
        after = shop.look_again(order)
        assert [line.current for line in after.lines] == [2, 0]
        assert [line.shipped for line in after.lines] == [2, 0]

    def prove_cancel_while_packing(self, world: World, shop: Platform) -> None:
        order = shop.read_order(world.make_order(fulfilment="IN_PROGRESS").id)
        assert order.lines[0].placements[0].readiness is Readiness.BEING_PACKED
        self.carry_through(world, shop, rig.cancel(order))
        assert shop.look_again(order).cancelled_at

    def prove_refund_quote(self, world: World, shop: Platform) -> None:
        order = shop.read_order(world.make_order(lines=[Line(price="59.00", quantity=2)]).id)
        quote = shop.quote(order, CancelRequest(lines={order.lines[0].id: Decimal(1)}))
        assert quote.total == quote.subtotal + quote.tax
        assert not quote.is_estimate

    def prove_refund_part(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[RefundOrder]
        assert isinstance(command, RefundOrder)
        part = replace(command.payments[0], amount=Money(Decimal("1.23"), "USD"))
        self.carry_through(world, shop, replace(command, payments=(part,)))
        assert shop.look_again(order).totals.refunded.shop.amount == Decimal("1.23")

    def prove_refund_shipping(self, world: World, shop: Platform) -> None:
        order = shop.read_order(world.make_order(lines=[Line(quantity=2)], shipping="5.00").id)
        assert order.shipping_refundable
        wanted = CancelRequest(lines={order.lines[0].id: Decimal(1)}, shipping=order.shipping_refundable)
        quote = shop.quote(order, wanted)
        self.carry_through(world, shop, rig.refund(order, quote, wanted.lines, shipping=quote.shipping))
        assert shop.look_again(order).totals.refunded_shipping.shop == order.shipping_refundable

    def prove_cancel_without_refund(self, world: World, shop: Platform) -> None:
        order, _ = self.commands(world, shop)[CancelOrder]
        self.carry_through(world, shop, rig.cancel(order, refund=False))
        assert not shop.look_again(order).totals.refunded.shop
        assert world.effects(order.external_id, kind="refund") == []

    def prove_restock(self, world: World, shop: Platform) -> None:
        order, command = self.commands(world, shop)[RefundOrder]
        self.carry_through(world, shop, command)
        record = shop.look_again(order).refunds[-1].lines[0]
        assert (record.restock, record.was_restocked) == ("cancel", True)

    def prove_restock_at_location(self, world: World, shop: Platform) -> None:
        order = shop.read_order(world.make_order(lines=[Line(quantity=2)]).id)
        units = {order.lines[0].id: Decimal(1)}
        north = UnitsBack(
            line_id=order.lines[0].id, units=Decimal(1), restock=True, location_id="gid://shopify/Location/61002"
        )
        command = rig.refund(order, shop.quote(order, CancelRequest(lines=units)), units, lines=(north,))
        self.carry_through(world, shop, command)
        assert shop.look_again(order).refunds[-1].lines[0].location_id == north.location_id

    def prove_disputes(self, world: World, shop: Platform) -> None:
        free = ("WON",)  # prevented is refunded by the bank before it was filed, as the announcement of that word says
        paid = ("LOST", "ACCEPTED", "CHARGE_REFUNDED", "PREVENTED")
        for state in (*free, *paid, "NEEDS_RESPONSE", "UNDER_REVIEW"):
            order = world.make_order(dispute=state)
            remarks = [r for r in shop.read_order(order.id).remarks if r.kind == "dispute"]
            told = [(remark.stops_refund, remark.is_open) for remark in remarks]
            assert told == [(state not in free, state not in (*free, *paid))], state

    def prove_labels(self, world: World, shop: Platform) -> None:
        made = world.make_order()
        staff = world.staff(made.id)
        staff.ship()
        for state, told in (("LABEL_PURCHASED", 1), ("LABEL_PRINTED", 1), ("LABEL_VOIDED", 0)):
            staff.buy_label(state)
            assert [r.kind for r in shop.read_order(made.id).remarks].count("label") == told, state

    def prove_notify_customer(self, world: World, shop: Platform) -> None:
        journal = Sent()
        shop = self.connect(world, journal)
        order, _ = self.commands(world, shop)[CancelOrder]
        self.carry_through(world, shop, rig.cancel(order, notify=True))
        assert b'"notify":true' in journal.requests[0].body


def test_a_status_of_a_dispute_that_nobody_knows_stands_against_a_refund():
    told = {"disputes": [{"id": "gid://shopify/OrderDisputeSummary/1", "initiatedAs": "INQUIRY", "status": "LATER"}]}

    assert [(one.is_open, one.stops_refund) for one in mapping.to_disputes(told)] == [(True, True)]


def test_a_note_is_shortened_so_that_the_mark_stands_whole(world):
    shop = rig.on_world(Shopify, world)
    order = shop.read_order(world.make_order().id)
    receipt = shop.carry_out(rig.cancel(order, note="x" * 400), key="k", tag=TAG)
    world.advance(5)
    shop.poll(rig.cancel(order), receipt)

    note: Any = shop.look_again(order).cancel_note

    assert len(note) == 255
    assert note.endswith(f"… {TAG}")


def test_the_older_version_cancels_too_and_confirms_by_the_order(world):
    shop = rig.on_world(Shopify, world, api_version="2026-07")
    order = shop.read_order(world.make_order(lines=[MUG]).id)
    receipt = shop.carry_out(rig.cancel(order), key=rig.KEY, tag=TAG)
    world.advance(5)

    done = shop.poll(rig.cancel(order), receipt)

    assert set(receipt.ids) == {"job"}
    assert done.outcome is Outcome.APPLIED
    assert shop.look_again(order).cancelled_at


def test_an_apps_own_credentials_fetch_a_token_once(world):
    asked = world.shop("demo")
    settings = {"shop": "demo", "client_id": asked["client_id"]}
    shop = Shopify(rig.connection(settings, {"client_secret": asked["secret"]}, session=sandbox.session(world)))
    order = shop.read_order(world.make_order(lines=[MUG]).id)

    assert shop.look_again(order) == order
    assert shop.check_access().missing == ()
