"""What units are worth: one pure function for the quote and for what is sent, figure by figure and as properties."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.platforms.woocommerce.simulator import WooCommerceSimulator
from stores.canonical.request import CancelRequest, RefundChoice
from stores.kernel.errors import RemoteRefused
from stores.kernel.money import Money
from stores.platforms.woocommerce import money
from stores.platforms.woocommerce.money import Books, Item, Kind
from stores.platforms.woocommerce.writing import figures
from tests.sandbox import woocommerce_spec
from tests.stores.platforms import rig
from tests.stores.platforms.woocommerce import place, recorded
from tests.stores.platforms.woocommerce.place import TEA

CENT = Decimal("0.01")


@pytest.fixture
def world(world):
    world.switch("woocommerce_limit", "none")
    world.watchers.append(woocommerce_spec.checker())
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
    shop, home = place.on_world(world), WooCommerceSimulator(world)
    for name in ("paid, 3 lines with tax and coupon", "negative fee", "partly refunded, money only", "partly refunded",
                 "prices including tax", "zero-decimal currency"):  # fmt: skip
        order = shop.read_order(home.make_order(**home.seeds[name]).id)
        quote = shop.quote(order, rig.everything(order))
        assert quote.total == order.totals.net.customer == quote.maximum, name
        if home.seeds[name].get("tax_rate") and not home.seeds[name].get("prices_include_tax"):
            assert quote.shipping == order.shipping_refundable


def test_fees_go_back_with_everything_and_stay_with_a_part(world):
    shop, home = place.on_world(world), WooCommerceSimulator(world)
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


NINE = place.Line(title="Nine", price="9.99", sku="NINE")
INCLUDED = {"tax_rate": "0.20", "prices_include_tax": True, "shipping": "0"}


@pytest.mark.parametrize("store", ["11.1", "older"])
@pytest.mark.parametrize(
    ("words", "wish", "total"),
    [
        ({"lines": [NINE] * 2}, [1], "9.99"),
        ({"lines": [NINE] * 10}, [1] * 9, "89.91"),
        ({"lines": [NINE] * 10}, [1] * 10, "99.90"),
        ({"lines": [place.Line(price="23.90", quantity=10)], "coupon": "59.75"}, [2], "35.85"),
        ({"lines": [place.Line(price="23.90", quantity=10)], "coupon": "59.75"}, [3], "53.78"),
        ({"lines": [place.Line(price="23.90", quantity=10)], "coupon": "59.75"}, [10], "179.25"),
        ({"lines": [place.Line(price="9899", quantity=3)], "coupon": "19798", "currency": "JPY", "tax_rate": "0.10"},
         [1], "3300"),
        ({"lines": [place.Line(price="9899", quantity=3)], "coupon": "19798", "currency": "JPY", "tax_rate": "0.10"},
         [2], "6599"),
    ],
)  # fmt: skip
def test_a_share_is_rounded_once_with_its_tax(world, store, words, wish, total):
    """Net and tax rounded apart would give 10.00 for 9.99; the store's own preview does, and is not taken for it."""
    world.switch("woocommerce_store", store)
    shop = place.on_world(world)
    order = place.made(world, shop, **(INCLUDED | words))
    lines = {line.id: Decimal(units) for line, units in zip(order.lines, wish, strict=False)}

    quote = shop.quote(order, CancelRequest(lines=lines))

    assert quote.total.amount == Decimal(total)
    assert sum(line.amount.amount for line in quote.lines) == Decimal(total)
    shop.carry_out(place.refund(order, quote, lines), key="k", tag=rig.TAG)
    (effect,) = world.effects(order.external_id, kind="refund")
    assert effect.amount == Decimal(total)


@pytest.mark.parametrize("rate", [f"0.{percent:02d}" for percent in (5, 7, 19, 20, 21, 23, 25)])
@pytest.mark.parametrize("price", ["9.99", "0.07", "14.95", "23.90", "0.01"])
def test_lines_that_leave_one_after_another_come_to_what_was_paid(world, rate, price):
    """Unit by unit, by the ledger of the store; nothing is left on the order and nothing is missing."""
    shop = place.on_world(world)
    words = INCLUDED | {"tax_rate": rate}
    order = place.made(world, shop, lines=[place.Line(price=price, quantity=3, sku="A"), NINE], **words)
    for number in range(4):
        line = order.lines[number // 3]
        wanted = {line.id: Decimal(1)}
        quote = shop.quote(order, CancelRequest(lines=wanted))
        if quote.total:
            shop.carry_out(place.refund(order, quote, wanted), key="k", tag=rig.TAG)
        order = shop.look_again(order)
    moved = sum(effect.amount for effect in world.effects(order.external_id, kind="refund"))
    assert moved == order.totals.received.shop.amount
    assert order.cancel_reason == "Cancelled by refund"


@pytest.mark.parametrize("seed", range(25))
def test_any_order_taken_apart_in_any_way_gives_back_what_was_paid(world, seed):
    """Units at random, to the end; the store's own ledger and state."""
    dice = Random(seed)
    world.switch("woocommerce_store", dice.choice(["11.1", "older"]))
    shop, order = place.on_world(world), None
    lines = [
        place.Line(price=f"{dice.randrange(1, 9999) / 100:.2f}", quantity=dice.randrange(1, 5), sku=str(number))
        for number in range(dice.randrange(1, 5))
    ]
    order = place.made(
        world, shop, lines=lines, tax_rate=dice.choice(["0", "0.07", "0.19", "0.20", "0.0975"]), coupon=dice.choice(
            ["0", "0.01", "0.33"]), prices_include_tax=dice.choice([True, False]), shipping=dice.choice(["0", "4.95"]),
        fees=dice.choice([{}, {"Wrapping": "3.33"}]),
    )  # fmt: skip
    while any(line.cancellable for line in order.lines):
        wanted = {line.id: Decimal(dice.randint(0, int(line.cancellable))) for line in order.lines if line.cancellable}
        wanted = {line: units for line, units in wanted.items() if units}
        quote = shop.quote(order, CancelRequest(lines=wanted))
        if quote.total:
            shop.carry_out(place.refund(order, quote, wanted), key="k", tag=rig.TAG)
            order = shop.look_again(order)
    moved = sum(effect.amount for effect in world.effects(order.external_id, kind="refund"))
    assert moved == order.totals.received.shop.amount
    assert WooCommerceSimulator(world).order(order.external_id)["status"] == "refunded"


def test_a_shop_that_rounds_its_lines_all_the_same_is_read_by_its_total():
    """`dp` not heeded: 8.33 and 1.67 of 9.99, twice; the order says 19.98."""
    coarse = [recorded.order()["line_items"][0] | {"id": number, "quantity": 1, "total": "8.33",
              "taxes": [{"id": 75, "total": "1.67", "subtotal": ""}]} for number in (1, 2)]  # fmt: skip
    order = recorded.order(line_items=coarse, shipping_lines=[], total="19.98", prices_include_tax=True)
    kept = money.to_books(order, [])
    assert [item.gross for item in kept.items] == [Decimal("9.99")] * 2
    assert figures(kept, {"1": Decimal(1)}).amount == Decimal("9.99")


def test_a_fee_that_was_kept_stays_kept_with_the_rest_of_the_order(world):
    shop = place.on_world(world)
    chairs = [place.Line(title="Chair A", price="20.00"), place.Line(title="Chair B", price="50.00")]
    order = place.made(world, shop, lines=chairs, shipping="0")
    first = place.part(shop, order)
    nineteen = (replace(first.payments[0], amount=usd("19.00")),)
    shop.carry_out(replace(first, payments=nineteen), key="k", tag=rig.TAG)
    order = shop.look_again(order)

    quote = shop.quote(order, rig.everything(order))

    assert (quote.total, quote.maximum) == (usd("50.00"), usd("51.00"))


@pytest.mark.parametrize(("earlier", "left"), [("9.00", "55.30"), ("64.00", "0.30")])
def test_money_given_back_without_units_is_no_fee_kept(world, earlier, left):
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[place.MUG, TEA], shipping="3.00", amount_refunded=earlier)
    assert shop.quote(order, rig.everything(order)).total == usd(left)


@pytest.mark.parametrize(
    "wish",
    [{"refund": RefundChoice.PART, "part": "33.50"}, {"shipping": "0.50"}],
)
def test_an_amount_finer_than_the_shop_counts_is_refused_before_the_click(world, wish):
    WooCommerceSimulator(world).add_shop("demo", currency="CZK", digits=0)
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[place.Line(price="80", quantity=3)], shipping="10")
    money = {name: Money(Decimal(said), "CZK") for name, said in wish.items() if name != "refund"}
    if "part" in wish:
        money = {"refund": wish["refund"], "part": {order.payments[0].id: money["part"]}}

    with pytest.raises(RemoteRefused) as caught:
        shop.quote(order, CancelRequest(lines=place.some(order), **money))

    assert caught.value.code == "too_fine"
    assert "steps of 1" in caught.value.user_message
    whole = shop.quote(order, CancelRequest(lines=place.some(order)))
    assert whole.total == Money(Decimal(80), "CZK")


def test_a_free_line_does_not_make_the_stores_preview_refuse_the_rest(world):
    """The preview takes a line of 0.00 for refunded already."""
    shop = place.on_world(world)
    gift = place.Line(title="Gift", price="0.00", sku="GIFT")
    order = place.made(world, shop, lines=[place.MUG, gift], shipping="0")
    quote = shop.quote(order, CancelRequest(lines={line.id: Decimal(1) for line in order.lines}))
    assert (quote.total, quote.is_estimate) == (usd("14.50"), False)


def test_a_last_unit_that_the_stores_preview_finds_too_dear_is_worth_the_rest(world):
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[place.Line(price="5.005", quantity=2), TEA], shipping="0")
    shop.carry_out(place.part(shop, order), key="k", tag=rig.TAG)
    order = shop.look_again(order)
    assert shop.quote(order, CancelRequest(lines=place.some(order))).total == usd("5.00")


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


@pytest.mark.parametrize("store", ["11.1", "older"])
def test_dinars_go_back_with_their_paras(world, store):
    """150.52 are not 151: github.com/medusajs/medusa/pull/14698, github.com/bojanz/currency/issues/37"""
    world.switch("woocommerce_store", store)
    shop = place.on_world(world)
    order = place.made(world, shop, currency="RSD", shipping="0", lines=[place.Line(price="150.52", sku="A")])

    quote = shop.quote(order, rig.everything(order))

    assert [order.totals.net.customer, quote.total, quote.maximum] == [Money(Decimal("150.52"), "RSD")] * 3
    shop.carry_out(place.everything(shop, order), key=rig.KEY, tag=rig.TAG)
    assert not shop.read_order(order.external_id).totals.net.customer
