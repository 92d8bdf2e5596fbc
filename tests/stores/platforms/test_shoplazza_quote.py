"""Our estimate of a refund, figure by figure."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.platforms.shoplazza.spec import Line
from stores.canonical.request import CancelRequest
from stores.connectors import refund_estimate
from stores.kernel.money import Money
from stores.platforms.shoplazza import cancellable, money
from stores.platforms.shoplazza.api import Rates
from tests.stores.platforms import rig
from tests.stores.platforms.rig import KEY, TAG
from tests.stores.platforms.shoplazza import place
from tests.stores.platforms.shoplazza.place import MUG, TEA

USD = Rates("USD", "USD")


def usd(amount):
    return Money(Decimal(amount), "USD")


@pytest.fixture
def shop(world):
    return place.on_world(world)


@pytest.mark.parametrize(
    ("words", "units", "total", "tax"),
    [
        ({}, 1, "14.50", "0"),
        ({}, 2, "29.00", "0"),
        ({"tax_rate": "0.10"}, 1, "15.95", "1.45"),
        ({"tax_rate": "0.19", "taxes_included": True}, 1, "14.50", "0"),
        ({"lines": [replace(MUG, discount="4.50"), TEA]}, 1, "13.00", "0"),
        ({"lines": [replace(MUG, duty="3.00"), TEA]}, 1, "15.50", "0"),
        ({"lines": [Line(price="10.00", quantity=3, discount="0.01"), TEA]}, 1, "10.00", "0"),
    ],
)
def test_some_units_of_a_line(world, shop, words, units, total, tax):
    order = place.made(world, shop, **words)
    quote = shop.quote(order, CancelRequest(lines=place.some(order, units)))

    assert (quote.total, quote.tax) == (usd(total), usd(tax))
    assert quote.is_estimate
    assert quote.subtotal + quote.tax + quote.shipping + quote.duties == quote.total
    assert sum((p.amount.amount for p in quote.payments), Decimal(0)) == quote.total.amount


def test_everything_is_all_that_was_paid(world, shop):
    order = place.made(world, shop, tip="6.00", fees={"Wrapping": "3.50"}, tax_rate="0.10", shipping_tax="0.50")
    quote = shop.quote(order, rig.everything(order))

    assert quote.total == order.totals.received.customer
    assert quote.shipping == usd("5.00")


def test_the_rest_of_a_partly_refunded_order_is_all_that_is_left(world, shop):
    order = place.made(world, shop, refunded=1)
    assert shop.quote(order, rig.everything(order)).total == order.totals.net.customer


def test_of_a_partly_shipped_order_only_its_units(world, shop):
    order = place.made(world, shop, lines=[replace(MUG, shipped=1), TEA])
    quote = shop.quote(order, rig.everything(order))
    assert quote.total == usd("46.80")
    assert not quote.shipping


def test_never_more_than_was_paid_and_is_not_on_its_way(world, shop):
    order = place.made(world, shop, tender=[("card", "20.00")])
    quote = shop.quote(order, CancelRequest(lines=place.some(order, 3)))
    assert quote.total == quote.maximum == usd("20.00")
    assert quote.subtotal == usd("20.00")

    pending = place.made(world, shop, channel="custom", refunded=1, pending=True)
    assert shop.quote(pending, CancelRequest(lines=place.some(pending))).maximum == usd("51.80")


def test_shipping_is_what_a_person_said_at_most_what_is_left(world, shop):
    order = place.made(world, shop)
    wanted = CancelRequest(lines=place.some(order), shipping=usd("2.00"))
    assert shop.quote(order, wanted).shipping == usd("2.00")
    assert shop.quote(order, replace(wanted, shipping=usd("99.00"))).shipping == usd("5.00")


def test_what_cannot_leave_is_not_estimated(world, shop):
    order = place.made(world, shop)
    for units in ("4", "-1", "NaN", "Infinity", "0"):
        assert not shop.quote(order, CancelRequest(lines={order.lines[0].id: Decimal(units)})).lines


@pytest.mark.parametrize(
    ("said", "off"),
    [
        ('[{"amount":"1.50"}]', "1.50"),
        ('[{"discount_amount":"1.00"},{"amount":"0.50"}]', "1.50"),
        ("[]", "0"),
        ("", "0"),
        ("no JSON", "0"),
        ('{"amount":"1"}', "0"),
        ('[{"amount":"a lot"}]', "0"),
        ('[{"amount":"-5"}]', "0"),
        ('[{"title":"SPRING"}]', "0"),
    ],
)
def test_discounts_named_on_a_line(said, off):
    line = {"total_price": "10.00", "quantity": 1, "discount_applications": said}
    assert cancellable.net(line, USD) == usd("10.00") - usd(off)


@settings(max_examples=100, deadline=None)
@given(
    price=st.integers(1, 10**6),
    quantity=st.integers(1, 50),
    discount=st.integers(0, 10**5),
    parts=st.lists(st.integers(1, 10), min_size=1, max_size=5),
)
def test_shares_of_a_line_never_lose_more_than_rounding(price, quantity, discount, parts):
    whole = Money.from_minor(price * quantity, "USD")
    line = {"total_price": f"{whole.amount:f}", "discount_applications": f'[{{"amount":"{discount / 100:.2f}"}}]'}
    net = cancellable.net(line, USD)
    assert net.amount >= 0
    taken = [part for part in parts if part <= quantity]
    shares = [refund_estimate.share(net, Decimal(part), Decimal(quantity)) for part in taken]
    for part, share in zip(taken, shares, strict=True):
        exact = net.amount * part / quantity
        assert abs(share.amount - exact) <= Decimal("0.005")


# --- what an earlier refund kept -------------------------------------------------------------------
CHAIRS = (Line(title="Chair A", price="20.00", sku="A"), Line(title="Chair B", price="50.00", sku="B"))


def gave_back(world, shop, amount, **words):
    """An order of two chairs, the first of which was given back for this."""
    order = place.made(world, shop, **({"lines": CHAIRS, "shipping": "0"} | words))
    world.shoplazza.staff(order.external_id).refund(amount, note="less a fee", units=1)
    world.advance(5)
    return shop.look_again(order)


@pytest.mark.parametrize(
    ("amount", "words", "total", "most"),
    [
        ("19.00", {}, "50.00", "51.00"),
        ("20.00", {}, "50.00", "50.00"),
        ("0.01", {}, "50.00", "69.99"),
        ("22.00", {}, "48.00", "48.00"),  # more than the chair, out of kindness
        ("19.00", {"tax_rate": "0.10"}, "55.00", "58.00"),
        ("19.00", {"tax_rate": "0.19", "taxes_included": True}, "50.00", "51.00"),
        ("19.00", {"shipping": "5.00"}, "55.00", "56.00"),
        ("19.00", {"tip": "6.00", "fees": {"Wrapping": "3.50"}}, "59.50", "60.50"),
        ("19.99", {"lines": (replace(CHAIRS[0], discount="0.01"), CHAIRS[1])}, "50.00", "50.00"),
        ("18.00", {"off": "7.00"}, "45.00", "45.00"),
        ("17.00", {"off": "7.00"}, "45.00", "46.00"),
    ],
)
def test_a_fee_that_was_kept_stays_kept(world, shop, amount, words, total, most):
    order = gave_back(world, shop, amount, **words)
    quote = shop.quote(order, rig.everything(order))

    assert (quote.total, quote.maximum) == (usd(total), usd(most))
    assert sum((p.amount.amount for p in quote.payments), Decimal(0)) == Decimal(total)


def test_a_refund_that_the_provider_refused_kept_nothing(world, shop):
    order = gave_back(world, shop, "19.00", channel="bogus_fail")
    assert shop.quote(order, rig.everything(order)).total == usd("70.00")


def test_a_kept_fee_goes_back_when_a_person_asks_for_it(world, shop):
    order = gave_back(world, shop, "19.00")
    command = place.everything(shop, order)
    asked = replace(command.payments[0], amount=usd("51.00"))
    shop.carry_out(replace(command, payments=(asked,)), key=KEY, tag=TAG)
    world.advance(3)

    assert shop.look_again(order).totals.refunded.customer == usd("70.00")


def test_a_fee_kept_from_a_refund_with_shipping_is_the_fee_alone(world, shop):
    order = place.made(world, shop, lines=CHAIRS, shipping="5.00")
    units = {order.lines[0].id: Decimal(1)}
    command = place.refund(order, shop.quote(order, CancelRequest(lines=units, shipping=usd("5.00"))), units)
    shop.carry_out(replace(command, payments=(replace(command.payments[0], amount=usd("24.00")),)), key=KEY, tag=TAG)
    world.advance(3)
    order = shop.look_again(order)

    assert shop.quote(order, rig.everything(order)).total == usd("50.00")


def test_nothing_is_left_when_more_was_kept_than_is_there(world, shop):
    order = gave_back(world, shop, "0.01")
    world.shoplazza.staff(order.external_id).refund("60.00", note="sorry")
    world.advance(5)
    quote = shop.quote(shop.look_again(order), rig.everything(order))
    assert (quote.total, quote.maximum, quote.payments) == (usd("0"), usd("9.99"), ())


def test_a_difference_of_rounding_is_nobodys_fee(world, shop):
    lines = [Line(price="9.99", quantity=3, discount="10.00", sku="A"), TEA]
    order = place.made(world, shop, lines=lines, shipping="0")
    world.shoplazza.staff(order.external_id).refund("6.65", units=1)  # 6.66 by our rounding
    world.advance(5)
    order = shop.look_again(order)

    assert shop.quote(order, rig.everything(order)).total == order.totals.net.customer


# --- tips, fees, shipping, and what was taken off the order ----------------------------------------
def test_the_last_units_bring_tips_and_fees_and_say_so(world, shop):
    order = place.made(world, shop, tip="6.00", fees={"Wrapping": "3.50"}, tax_rate="0.10", shipping_tax="0.50")
    quote = shop.quote(order, rig.everything(order))

    assert (quote.fees, quote.shipping, quote.tax, quote.duties) == (usd("9.50"), usd("5.00"), usd("6.63"), usd("0"))
    assert quote.subtotal == usd("61.30")
    assert quote.total == usd("82.43") == order.totals.received.customer


def test_some_units_bring_neither_tip_nor_fee(world, shop):
    order = place.made(world, shop, tip="6.00", fees={"Wrapping": "3.50"})
    quote = shop.quote(order, CancelRequest(lines=place.some(order)))
    assert (quote.total, quote.fees) == (usd("14.50"), None)


@pytest.mark.parametrize(("shipping", "total"), [("0", "76.93"), ("2.00", "79.13"), ("5.00", "82.43")])
def test_everything_without_all_its_shipping(world, shop, shipping, total):
    """Tip and fee go back, and so much of the shipping's tax as of the shipping."""
    order = place.made(world, shop, tip="6.00", fees={"Wrapping": "3.50"}, tax_rate="0.10", shipping_tax="0.50")
    assert shop.quote(order, replace(rig.everything(order), shipping=usd(shipping))).total == usd(total)


@pytest.mark.parametrize(
    ("told", "lamp"),
    [
        ({"total_price": "9.00", "total_discount": "1.00"}, "5.40"),
        ({"total_price": "9.00", "total_discount": "0.00"}, "6.00"),  # paid less, and nobody says by a discount
        ({"total_price": "10.00", "total_discount": "1.00"}, "6.00"),  # a discount that the prices contain already
        ({"total_price": "14.00", "total_discount": "1.00", "total_shipping": "5.00"}, "5.40"),
        ({"total_price": "9.90", "total_discount": "1.00", "total_tax": "0.90"}, "5.40"),
        ({"total_price": "9.00", "total_discount": "99.00"}, "5.40"),
        ({}, "6.00"),
    ],
)
def test_what_was_taken_off_the_order_counts_where_both_its_figures_say_so(told, lamp):
    lines = [{"id": n, "quantity": 1, "total_price": price} for n, price in (("1", "6.00"), ("2", "4.00"))]
    raw = {"line_items": lines, "total_price": "10.00", "total_discount": "0"} | told
    assert cancellable.nets(raw, USD)["1"] == usd(lamp)


def test_the_parts_that_are_left_sum_to_what_is_left():
    raw = {"total_paid": "3.00", "total_shipping": "5.00", "total_tip_received": "2.00"}
    assert money.parts_left(raw, (), USD) == (usd("0"), usd("3.00"), usd("0"), usd("0"))


@pytest.mark.parametrize("sku", ["A", "B", "AB"])
def test_a_discount_on_the_whole_order_is_shared(world, shop, sku):
    """10 % off 6.00 and 4.00: 5.40, 3.60, 9.00."""
    lines = [Line(price="6.00", sku="A"), Line(price="4.00", sku="B")]
    order = place.made(world, shop, lines=lines, shipping="0", off="1.00", code="TEN")
    wanted = {line.id: Decimal(1) for line in order.lines if line.sku in sku}
    assert shop.quote(order, CancelRequest(lines=wanted)).total == usd({"A": "5.40", "B": "3.60", "AB": "9.00"}[sku])


def test_units_one_after_another_give_back_all_that_was_paid(world, shop):
    lines = [Line(price="9.99", quantity=3, sku="A"), Line(price="0.05", quantity=2, sku="B")]
    order = place.made(world, shop, lines=lines, tax_rate="0.07", tip="1.11", fees={"Wrapping": "0.33"}, off="3.33")
    for line in (0, 0, 1, 0, 1):
        units = {order.lines[line].id: Decimal(1)}
        quote = shop.quote(order, CancelRequest(lines=units))
        shop.carry_out(place.refund(order, quote, units), key=KEY, tag=TAG)
        world.advance(3)
        order = shop.look_again(order)

    assert order.totals.refunded == order.totals.received
    assert order.totals.refunded_shipping.customer == usd("5.00")
    (last,) = world.shoplazza.order(order.external_id)["refunds"][-1:]
    assert (last["shipping"], last["tip"], last["additional"]) == (500, 111, 33)
