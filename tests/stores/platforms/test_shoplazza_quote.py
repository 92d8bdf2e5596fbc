"""Our estimate of a refund, figure by figure (the fact sheet's section 3)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stores.canonical.request import CancelRequest
from stores.kernel.money import Money
from stores.platforms.shoplazza import quoting
from stores.platforms.shoplazza.rates import Rates
from stores.sandbox.shoplazza.spec import Line
from tests.stores.platforms import rig
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
    assert quoting.net(line, USD) == usd("10.00") - usd(off)


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
    net = quoting.net(line, USD)
    assert net.amount >= 0
    taken = [part for part in parts if part <= quantity]
    shares = [quoting._share(net, Decimal(part), Decimal(quantity)) for part in taken]
    for part, share in zip(taken, shares, strict=True):
        exact = net.amount * part / quantity
        assert abs(share.amount - exact) <= Decimal("0.005")
