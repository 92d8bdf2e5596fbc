"""What would go back: the platform's own figures, whatever way the cancellation will take."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sandbox.platforms.shopify.spec import Line
from stores.canonical.request import CancelRequest
from stores.kernel.money import Money, total
from stores.platforms.shopify import Shopify
from tests.stores.platforms import rig


@pytest.fixture
def shop(world):
    return rig.on_world(Shopify, world)


PAID = [
    "paid by card",
    "paid card + gift card",
    "partly shipped (two locations)",
    "on hold",
    "bundle",
    "tip and duties",
    "order discount, three payments",
    "taxes included",
    "yen shop, paid in yen",
    "yen shop, paid in euro",
    "partly captured",
    "with a service (accepted)",
    "gift card sold",
]


@pytest.mark.parametrize("name", PAID)
def test_parts_sum_to_the_total_and_stay_below_their_maximum(name, world):
    made = world.seed(name)[name]
    shop = rig.on_world(Shopify, world, shop=made.shop)
    order = shop.read_order(made.id)

    quote = shop.quote(order, rig.everything(order))

    assert quote.currency == order.customer_currency
    assert total((payment.amount for payment in quote.payments), quote.currency) == quote.total
    assert all(payment.amount <= payment.maximum for payment in quote.payments)
    assert quote.total <= quote.maximum
    assert {payment.payment_id for payment in quote.payments} <= {payment.id for payment in order.payments}
    assert not quote.is_estimate


def test_everything_means_the_platforms_full_refund_with_shipping(world, shop):
    order = shop.read_order(world.make_order(lines=[Line(price="10.00", quantity=2)], shipping="5.00").id)

    quote = shop.quote(order, rig.everything(order))

    assert quote.total == order.totals.received.customer
    assert quote.shipping == Money(Decimal("5.00"), "USD")


def test_a_part_gives_no_shipping_back_unless_it_is_asked_for(world, shop):
    order = shop.read_order(world.make_order(lines=[Line(price="10.00", quantity=2)], shipping="5.00").id)
    units = {order.lines[0].id: Decimal(1)}

    without = shop.quote(order, CancelRequest(lines=units))
    some = shop.quote(order, CancelRequest(lines=units, shipping=Money(Decimal("2.00"), "USD")))

    assert without.shipping.amount == 0
    assert some.shipping.amount == 2
    assert some.total - without.total >= Money(Decimal("2.00"), "USD")


def test_everything_with_some_shipping_still_counts_the_tip(world, shop):
    order = shop.read_order(world.seed("tip and duties")["tip and duties"].id)
    wanted = rig.everything(order)

    whole = shop.quote(order, wanted)
    less = shop.quote(order, CancelRequest(lines=wanted.lines, shipping=Money.zero("USD")))

    assert less.shipping.amount == 0
    assert (whole.total - less.total).amount == Decimal("5.50")  # shipping and its tax, the tip not


def test_an_unpaid_order_gives_nothing_back(world, shop):
    order = shop.read_order(world.make_order(pay="pending").id)

    quote = shop.quote(order, rig.everything(order))

    assert quote.total.amount == 0
    assert quote.payments == ()


def test_units_kept_out_of_stock_are_valued_by_an_edit_that_is_never_committed(world, shop):
    order = shop.read_order(world.make_order(lines=[Line(price="10.00", quantity=4, fulfilled=1)], age_days=2).id)
    line = order.lines[0]
    operations: list[str] = []
    world.on_exchange(lambda seen: operations.append(seen.operation))

    kept = shop.quote(order, CancelRequest(lines={line.id: Decimal(2)}, keep_stock=frozenset({line.id})))
    plain = shop.quote(order, CancelRequest(lines={line.id: Decimal(2)}))

    assert kept.total == plain.total
    assert "orderEditSetQuantity" in operations
    assert "orderEditCommit" not in operations
    assert world.effects(order.external_id) == []


def test_an_order_that_cannot_be_edited_keeps_the_refunds_figures(world, shop):
    made = world.seed("made by another app, paid")["made by another app, paid"]
    order = shop.read_order(made.id)
    line = order.lines[0]

    quote = shop.quote(order, CancelRequest(lines={line.id: Decimal(1)}, keep_stock=frozenset({line.id})))

    assert quote.total.amount > 0


def test_without_the_right_to_edit_the_refunds_figures_hold(world, shop):
    order = shop.read_order(world.make_order(lines=[Line(quantity=2)]).id)
    line = order.lines[0]
    world.add_shop("demo", scopes=[name for name in world.shop("demo")["scopes"] if name != "write_order_edits"])

    quote = shop.quote(order, CancelRequest(lines={line.id: Decimal(1)}, keep_stock=frozenset({line.id})))

    assert quote.total.amount > 0


ODD = [Decimal("NaN"), Decimal("0.5"), Decimal(-1), Decimal(0), Decimal(10**9), Decimal("Infinity")]


@pytest.mark.parametrize("units", ODD, ids=str)
def test_what_cannot_be_asked_is_left_to_the_planner(units, world, shop):
    order = shop.read_order(world.make_order(lines=[Line(quantity=2)]).id)

    quote = shop.quote(order, CancelRequest(lines={order.lines[0].id: units, "gid://shopify/LineItem/1": Decimal(1)}))

    assert quote.total.amount == 0
