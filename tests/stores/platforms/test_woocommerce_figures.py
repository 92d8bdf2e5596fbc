"""What units are worth: one pure function for the quote and for what is sent, figure by figure and as properties."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stores.canonical.request import CancelRequest
from stores.kernel.money import Money
from stores.platforms.woocommerce.books import Books, Item, Kind
from stores.platforms.woocommerce.figures import figures
from stores.sandbox.woocommerce import WooCommerceHome
from tests.stores.platforms import rig
from tests.stores.platforms.woocommerce import place
from tests.stores.platforms.woocommerce.place import TEA
from tests.stores.sandbox import woocommerce_spec

CENT = Decimal("0.01")


@pytest.fixture
def world(world):
    world.switch("woocommerce_limit", "none")
    world.rest_watchers.append(woocommerce_spec.checker())
    return world


def usd(amount):
    return Money(Decimal(amount), "USD")


@pytest.mark.parametrize("store", ["11.1", "older"])
@pytest.mark.parametrize(
    ("words", "units", "total", "tax"),
    [
        ({}, 1, "14.50", "0"),
        ({"tax_rate": "0.10"}, 2, "31.90", "2.90"),
        ({"tax_rate": "0.19", "prices_include_tax": True}, 1, "14.50", "2.32"),
        ({"coupon": "10.00"}, 1, "12.13", "0"),
        ({"lines": [place.Line(price="10.00", quantity=3, sku="A"), TEA], "coupon": "0.01"}, 1, "10.00", "0"),
        ({"amount_refunded": "64.00"}, 3, "2.30", "0"),
    ],
)
def test_some_units_of_a_line(world, store, words, units, total, tax):
    """The same with the store's own preview and without."""
    world.switch("woocommerce_store", store)
    shop = place.on_world(world)
    order = place.made(world, shop, **words)
    quote = shop.quote(order, CancelRequest(lines=place.some(order, units)))

    assert quote.total == usd(total)
    if "amount_refunded" not in words:
        assert quote.tax == usd(tax)
        assert quote.is_estimate is (store == "older")
    assert quote.subtotal + quote.tax + quote.shipping + (quote.fees or usd(0)) == quote.total
    assert [payment.amount for payment in quote.payments] == [quote.total]


def test_everything_is_all_that_is_left_to_the_last_cent(world):
    shop, home = place.on_world(world), WooCommerceHome(world)
    for name in ("paid, 3 lines with tax and coupon", "negative fee", "partly refunded, money only", "partly refunded",
                 "prices including tax", "zero-decimal currency"):  # fmt: skip
        order = shop.read_order(home.make_order(**home.seeds[name]).id)
        quote = shop.quote(order, rig.everything(order))
        assert quote.total == order.totals.net.customer == quote.maximum, name
        if home.seeds[name].get("tax_rate") and not home.seeds[name].get("prices_include_tax"):
            assert quote.shipping == order.shipping_refundable


def test_fees_go_back_with_everything_and_stay_with_a_part(world):
    shop, home = place.on_world(world), WooCommerceHome(world)
    order = shop.read_order(home.make_order(**home.seeds["negative fee"]).id)
    assert shop.quote(order, rig.everything(order)).fees == usd("4.17")  # the wrapping; the discount is in the items
    assert shop.quote(order, CancelRequest(lines=place.some(order))).fees is None


def test_shipping_is_what_a_person_said_at_most_what_is_left(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    for said, given_back in (("2.00", "2.00"), ("99.00", "5.00"), ("0", "0")):
        wish = CancelRequest(lines=place.some(order), shipping=usd(said))
        assert shop.quote(order, wish).shipping == usd(given_back)


def test_what_cannot_leave_is_worth_nothing(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    for units in ("4", "-1", "NaN", "Infinity", "0"):
        assert not shop.quote(order, CancelRequest(lines={order.lines[0].id: Decimal(units)})).lines


def test_an_order_in_a_currency_the_shop_does_not_use(world):
    """A plugin sells in several: the order's own currency moves, with the store's digits."""
    shop = place.on_world(world)
    order = place.made(world, shop, currency="GBP", tax_rate="0.20")
    assert (order.currency, order.customer_currency) == ("GBP", "GBP")
    shop.carry_out(place.everything(shop, order), key="k", tag=rig.TAG)
    (effect,) = world.effects(order.external_id, kind="refund")
    assert (effect.currency, effect.amount) == ("GBP", order.totals.received.shop.amount)


def book(price, quantity, rate, *, back=0, off=0):
    net = (Decimal(price) * quantity - off) * CENT
    item = Item(
        id="1", kind=Kind.PRODUCT, title="x", units=Decimal(quantity), units_back=Decimal(back), net=net,
        net_back=(net * back / quantity).quantize(CENT), taxes={"7": net * rate / 100}, taxes_back={},
    )  # fmt: skip
    return Books("USD", CENT, (item,), (net * (100 + rate) / 100).quantize(CENT), item.net_back)


@settings(max_examples=200, deadline=None)
@given(
    price=st.integers(1, 10**6), quantity=st.integers(1, 40), rate=st.integers(0, 30), off=st.integers(0, 100),
    units=st.integers(1, 40), amount=st.one_of(st.none(), st.integers(1, 10**6)),
)  # fmt: skip
def test_shares_sum_to_the_amount_and_never_exceed_the_rest(price, quantity, rate, off, units, amount):
    kept = book(price, quantity, rate, off=min(off, price * quantity))
    taken = {"1": Decimal(min(units, quantity))}
    wanted = None if amount is None else min(amount * CENT, kept.most)
    found = figures(kept, taken, amount=wanted)

    assert found.amount <= kept.most
    due = sum(share.gross for share in found.shares)
    assert due <= found.amount
    if wanted is None or wanted <= kept.product("1").gross_left * taken["1"] / quantity:
        assert due == found.amount
    for share in found.shares:
        assert all(part == part.quantize(CENT) for part in (share.net, *share.taxes.values()))


@settings(max_examples=100, deadline=None)
@given(price=st.integers(1, 10**5), quantity=st.integers(2, 30), rate=st.integers(0, 30), first=st.integers(1, 29))
def test_units_one_after_another_come_to_the_whole_line(price, quantity, rate, first):
    """The last unit takes what rounding left over."""
    kept = book(price, quantity, rate)
    first = min(first, quantity - 1)
    one = figures(kept, {"1": Decimal(first)}).shares[0]
    item = kept.items[0]
    then = Item(**(vars(item) | {"units_back": Decimal(first), "net_back": one.net, "taxes_back": one.taxes}))
    rest = Books("USD", CENT, (then,), kept.total, one.gross)
    two = figures(rest, {"1": Decimal(quantity - first)})

    assert one.gross + two.amount == kept.total
