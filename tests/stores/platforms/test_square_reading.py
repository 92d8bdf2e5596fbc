"""Recorded answers as an order of ours, and what each seed says of itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox.world import World
from stores.canonical import codec
from stores.canonical.commands import FoundForeign
from stores.canonical.order import (
    Cancellable,
    Fulfilment,
    Order,
    PaymentKind,
    PaymentState,
    PaymentStatus,
    Readiness,
)
from stores.kernel.errors import RemoteRefused, RemoteUnavailable
from stores.platforms.square import Square
from tests.stores.platforms.rig import KEY, TAG
from tests.stores.platforms.square import place, recorded, vendor
from tests.stores.platforms.square.place import MUG, world

__all__ = ["world"]


def read(network: Any, **changes: Any) -> Order:
    recorded.serve_all(network, **changes)
    return place.on_network().read_order(recorded.ORDER)


def test_a_recorded_order_is_told_whole(network):
    order = read(network)
    mug, beans = order.lines
    (spot,) = mug.placements
    (paid,) = order.payments
    (refund,) = order.refunds

    assert (order.external_id, order.number, order.confirmation_number) == (recorded.ORDER, "web-2048", "EnZd")
    assert (order.customer.name, order.customer.email) == ("Jaiden Urie", "jaiden@example.com")
    assert order.customer.shipping_address == ("12 Harbour Lane", "03801", "Portsmouth", "NH", "US")
    assert (order.note, order.source) == ("Please ring twice", "Online store")
    assert (order.fulfilment, order.payment) == (Fulfilment.UNFULFILLED, PaymentState.PARTLY_REFUNDED)
    assert (mug.title, mug.variant, mug.ordered, mug.current, mug.cancelled) == ("Enamel mug", "Blue", 3, 2, 1)
    assert (mug.is_restockable, beans.is_restockable) == (True, False)  # only this order's own sale counts
    assert (beans.cancellable, beans.unit_step) == (Decimal("0.75"), Decimal("0.01"))
    assert str(mug.unit_price.shop.amount) == "12.83"
    assert mug.tax == ("Tax: 3.27 USD",)
    assert (spot.location and spot.location.name, spot.readiness) == ("Harbour Lane", Readiness.OPEN)
    assert (paid.label, paid.kind, paid.is_manual) == ("Visa •••• 1111", PaymentKind.SALE, False)
    assert str(paid.refundable and paid.refundable.amount) == "53.65"
    assert [(line.line_id, line.units) for line in refund.lines] == [(recorded.MUG, 1)]
    assert (order.cancellable, order.ends_by_refund, order.whole_cancel_blockers) == (Cancellable.ALL, False, ())
    expected = {
        "original": "67.57", "current": "53.65", "subtotal": "60.30", "tax": "3.27", "discounts": "5.00",
        "received": "67.57", "refunded": "13.92", "fees": "5.00", "tips": "4.00", "net": "53.65",
    }  # fmt: skip
    assert {name: str(getattr(order.totals, name).shop.amount) for name in expected} == expected
    assert codec.loads(Order, codec.dumps(order)) == order


@pytest.mark.vendor_specs("square")
@pytest.mark.usefixtures("vendor_specs")
def test_the_recorded_answers_are_as_the_vendor_describes_them():
    rows = {"order": "RetrieveOrderResponse", "payment": "GetPaymentResponse", "refund": "GetPaymentRefundResponse",
            "returns": "BatchRetrieveOrdersResponse", "locations": "ListLocationsResponse",
            "changes": "BatchRetrieveInventoryChangesResponse"}  # fmt: skip
    for name, schema in rows.items():
        found = list(vendor.wrong({"$ref": f"#/components/schemas/{schema}"}, recorded.read(name), is_sent=False))
        assert not found, (name, found)


def test_an_order_of_two_currencies_or_of_a_strange_shape_is_a_failed_read(network):
    network.assert_all_requests_are_fired = False
    euro = {"amount": 5, "currency": "EUR"}
    for changes in (
        {"total_tax_money": euro}, {"line_items": {}}, {"state": {}}, {"created_at": "yesterday"},
        {"line_items": [{"uid": "x", "quantity": "-1"}]}, {"total_money": {"amount": 1, "currency": "no"}},
        {"total_money": None}, {"updated_at": None}, {"tenders": [{}]},
    ):  # fmt: skip
        with pytest.raises(RemoteUnavailable) as caught:
            read(network, **changes)
        assert caught.value.code == "bad_shape", changes
        network.reset()


def test_an_unknown_word_is_unknown_and_no_error(network):
    order = read(network, fulfillments=[{"uid": "f", "type": "DRONE", "state": "FLYING"}])
    assert order.fulfilment is Fulfilment.UNKNOWN


def test_a_payment_of_another_application_is_told(network):
    network.assert_all_requests_are_fired = False
    network.get(f"{place.BASE}/payments/{recorded.PAYMENT}", status=404,
                json={"errors": [{"category": "INVALID_REQUEST_ERROR", "code": "NOT_FOUND"}]})  # fmt: skip
    order = read(network)
    assert order.payments == ()
    assert any("another application" in remark.text for remark in order.remarks)


# --- seeds ---------------------------------------------------------------------------------------
def seed(world: World, shop: Square, name: str) -> Order:
    return shop.read_order(place.home(world).seed(name)[name].id)


SEEDS: dict[str, tuple[Cancellable, PaymentState, bool, str]] = {  # cancellable, payment, ends by refund, said
    "unpaid pickup": (Cancellable.ALL, PaymentState.PENDING, False, ""),
    "authorised shipment": (Cancellable.ALL, PaymentState.AUTHORISED, False, ""),
    "paid with tip and service charge": (Cancellable.ALL, PaymentState.PAID, False, ""),
    "card and cash": (Cancellable.ALL, PaymentState.PAID, False, "hand the money over"),
    "sold by weight": (Cancellable.ALL, PaymentState.PAID, False, ""),
    "yen": (Cancellable.ALL, PaymentState.PAID, False, ""),
    "sold at the till": (Cancellable.ALL, PaymentState.PAID, True, "may be with the customer"),
    "came back at the till": (Cancellable.ALL, PaymentState.PARTLY_REFUNDED, False, ""),
    "complete without fulfilment": (Cancellable.ALL, PaymentState.PAID, True, "may be with the customer"),
    "picked up": (Cancellable.NONE, PaymentState.PAID, False, ""),
    "partly shipped": (Cancellable.PART, PaymentState.PAID, False, ""),
    "being packed": (Cancellable.ALL, PaymentState.PAID, False, ""),
    "cancelled": (Cancellable.NONE, PaymentState.PENDING, False, ""),
    "twenty refunds": (Cancellable.ALL, PaymentState.PARTLY_REFUNDED, False, "Unallocated refund: 0.20 USD"),
    "gift card sold": (Cancellable.ALL, PaymentState.PAID, False, "Block the card"),
    "tax included": (Cancellable.ALL, PaymentState.PAID, False, ""),
}


def test_each_seed_says_what_can_be_done_with_it(world):
    shop = place.on_world(world)
    for name, (cancellable, payment, ends, said) in SEEDS.items():
        order = seed(world, shop, name)
        assert (order.cancellable, order.payment, order.ends_by_refund) == (cancellable, payment, ends), name
        assert said in " ".join(remark.text for remark in order.remarks), name
        assert shop.look_again(order) == order, name
        assert all(line.why_not or line.cancellable for line in order.lines), name
        assert codec.loads(Order, codec.dumps(order)) == order, name


def test_what_left_is_told_with_its_parcel(world):
    order = seed(world, place.on_world(world), "partly shipped")
    assert [(line.ordered, line.shipped, line.cancellable) for line in order.lines] == [(4, 2, 2), (3, 0, 3)]
    (parcel,) = order.shipments
    assert (parcel.units, parcel.tracking) == (2, ("Parcel Post PP-100200300",))
    assert order.whole_cancel_blockers


def test_money_given_back_by_hand_is_unallocated_and_lowers_what_can_be_refunded(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    place.home(world).staff(order.external_id).refund("10.00")
    after = shop.look_again(order)

    assert any("Unallocated refund: 10.00 USD" in remark.text for remark in after.remarks)
    assert [line.current for line in after.lines] == [line.current for line in order.lines]
    assert sum(c.payments[0].amount.amount for c in place.everything(shop, after)) == Decimal("51.30")


def test_all_of_it_given_back_by_hand_cancels_nothing(world):
    """Square's own state says what ended; every unit is still on the order."""
    shop = place.on_world(world)
    order = place.made(world, shop)
    place.home(world).staff(order.external_id).refund("61.30")
    after = shop.look_again(order)

    assert (after.cancelled_at, after.cancel_reason, after.cancellable) == (None, "", Cancellable.ALL)
    assert [line.current for line in after.lines] == [3, 2]
    assert place.home(world).order(order.external_id)["state"] == "OPEN"
    assert after.payment is PaymentState.REFUNDED


def test_a_refund_to_a_gift_card_counts_for_its_payment_and_says_where_it_went(world):
    """Cash was paid, and nobody has to hand it over any more."""
    shop = place.on_world(world)
    order = place.made(world, shop, source="CASH")
    command = place.part(shop, order)
    place.home(world).staff(order.external_id).refund("14.50", gift_card="7890")
    after = shop.look_again(order)

    (went,) = after.refunds[0].transactions
    assert (went.label, went.is_manual, went.parent_id) == ("Square Gift Card •••• 7890", False, order.payments[0].id)
    assert str(after.payments[0].refundable and after.payments[0].refundable.amount) == "46.80"
    assert isinstance(shop.find(command, tag=TAG, before=order), FoundForeign)
    assert "gift card" in str(Square.capabilities.refund.why)


def test_a_sale_no_call_can_cancel_is_over_once_the_till_took_back_every_unit(world):
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[MUG], fulfilment="")
    staff = place.home(world).staff(order.external_id)
    staff.take_back(2)
    assert shop.look_again(order).cancelled_at is None
    staff.take_back(1)
    assert shop.look_again(order).cancel_reason == "Cancelled by refund"


def test_a_rejected_refund_takes_nothing_off(world):
    shop = place.on_world(world)
    order = place.made(world, shop, outcome="REJECTED")
    shop.carry_out(place.part(shop, order), key=KEY, tag=TAG)
    world.advance(5)
    after = shop.look_again(order)

    assert after.refunds[0].transactions[0].status is PaymentStatus.FAILED
    assert after.lines[0].current == 3
    assert not after.totals.refunded.shop
    assert any("did not pay it back" in remark.text for remark in after.remarks)


def test_a_failed_delivery_beside_a_cancelled_one_is_a_cancellation(world):
    shop = place.on_world(world)
    order = place.made(world, shop, fulfilment="SHIPMENT", entries=[1, 0])
    home = place.home(world)
    body = home.order(order.external_id)
    body["fulfillments"][0]["state"] = "FAILED"
    with world.store.write() as db:
        home.session(db, home.fresh("demo")).put("order", body["id"], body)
    failed = shop.read_order(order.external_id)
    assert [line.shipped for line in failed.lines] == [0, 0]
    shop.carry_out(place.cancel(failed), key=KEY, tag=TAG)
    assert shop.look_again(failed).cancelled_at


def test_a_captured_authorisation_is_money_in(world):
    shop = place.on_world(world)
    order = place.made(world, shop, pay="authorised")
    assert order.payments[0].expires_at
    place.home(world).staff(order.external_id).capture()
    after = shop.look_again(order)
    assert (after.payment, bool(after.payments[0].refundable)) == (PaymentState.PAID, True)


# --- how many calls -------------------------------------------------------------------------------
def test_how_many_calls_each_thing_takes(world):
    """A full read: order, locations, payment, disputes, stock. Looking again spares two, and each settled refund."""

    def calls(act: Any) -> int:
        before = sum(world.counters()["requests"].values()) if world.counters()["requests"] else 0
        act()
        return int(sum(world.counters()["requests"].values()) - before)

    made = place.home(world).make_order(lines=[place.MUG, place.TEA])
    shop = place.on_world(world)
    order = shop.read_order(made.id)
    assert calls(lambda: place.on_world(world).read_order(made.id)) == 5
    assert calls(lambda: shop.look_again(order)) == 3
    assert calls(lambda: place.everything(shop, order)) == 1
    (refund,) = place.everything(shop, order)
    assert calls(lambda: shop.carry_out(place.cancel(order), key="a", tag=TAG)) == 1  # its guard has read just now
    assert calls(lambda: shop.carry_out(refund, key="b", tag=TAG)) == 3
    world.advance(5)
    after = shop.look_again(order)
    assert calls(lambda: shop.look_again(order)) == 4
    assert calls(lambda: shop.look_again(after)) == 3
    unpaid = shop.read_order(place.home(world).make_order(pay="unpaid").id)
    assert calls(lambda: shop.look_again(unpaid)) == 1
    assert calls(lambda: shop.carry_out(place.cancel(unpaid), key="c", tag=TAG)) == 1


@pytest.mark.parametrize("between", ["time", "a look", "another order", "a send", "nothing but a full read"])
def test_only_what_a_guard_has_just_read_is_sent_by(world, monkeypatch, between):
    """Seconds old, of the same order, once, and nothing looked at or sent meanwhile; else the send reads for itself."""
    order = place.on_world(world).read_order(place.home(world).make_order(lines=[place.MUG]).id)
    other = place.on_world(world).read_order(place.home(world).make_order(lines=[place.MUG]).id)
    shop, command = place.on_world(world), place.cancel(order, refund=False)
    shop.look_again(order) if between != "nothing but a full read" else shop.read_order(order.external_id)
    match between:
        case "time":
            later = shop.connection.now() + timedelta(seconds=6)
            monkeypatch.setattr(shop, "connection", replace(shop.connection, now=lambda: later))
        case "a look":
            shop.find(command, tag=TAG, before=order)
        case "another order":
            shop.look_again(other)
        case "a send":
            shop.carry_out(place.part(shop, order), key="z", tag=TAG)
    read: list[str] = []
    plain = shop.api.order
    monkeypatch.setattr(shop.api, "order", lambda ident: read.append(ident) or plain(ident))

    shop.carry_out(command, key="y", tag=TAG)

    assert read == [order.external_id]


# --- access --------------------------------------------------------------------------------------
def test_access_tells_the_seller_its_rights_and_its_account(world):
    found = place.on_world(world).check_access()
    assert (found.shop_name, found.currency, found.time_zone) == ("Demo", "USD", "America/New_York")
    assert (found.account, found.missing, found.api_version) == ("MDEMOSANDBOX", (), "2025-08-20")


def test_a_missing_right_is_named(world):
    home = place.home(world)
    rights = [one for one in home.fresh("demo")["scopes"] if one not in ("INVENTORY_WRITE", "PAYMENTS_WRITE")]
    home.add_shop("demo", scopes=rights)
    missing = place.on_world(world).check_access().missing
    assert {scope.name for scope in missing} == {"INVENTORY_WRITE", "PAYMENTS_WRITE"}


def test_without_the_right_to_look_at_stock_orders_are_read_and_nothing_is_put_back(world):
    home = place.home(world)
    rights = [one for one in home.fresh("demo")["scopes"] if one != "INVENTORY_READ"]
    home.add_shop("demo", scopes=rights)
    order = place.made(world, place.on_world(world))
    assert [line.is_restockable for line in order.lines] == [False, False]


def test_a_seller_without_a_location_is_refused_in_words(world):
    place.home(world).add_shop("demo", locations=[])
    with pytest.raises(RemoteRefused) as caught:
        place.on_world(world).check_access()
    assert "no location" in caught.value.user_message
