"""Reading an order whole: what can still be stopped, in numbers and in words, and nothing left out."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sandbox.platforms.shopify.spec import Line
from stores.canonical.order import READY, Cancellable, Fulfilment, PaymentState, Readiness
from stores.canonical.request import CancelRequest
from stores.kernel.errors import InputRejected, RemoteRefused
from stores.platforms.shopify import Shopify
from stores.platforms.shopify import cancellable as cancellable_rules
from tests import make
from tests.stores.platforms import rig

R = Readiness
STATUSES = ("OPEN", "SCHEDULED", "ON_HOLD", "IN_PROGRESS", "CLOSED", "CANCELLED", "INCOMPLETE")
REQUESTS = ("UNSUBMITTED", "SUBMITTED", "ACCEPTED", "REJECTED", "CANCELLATION_REQUESTED", "CANCELLATION_ACCEPTED",
            "CANCELLATION_REJECTED", "CLOSED")  # fmt: skip
TABLE = {
    **{(s, r): R.OPEN for s in ("OPEN", "SCHEDULED") for r in sorted(cancellable_rules.BACK_WITH_US)},
    **{("ON_HOLD", r): R.ON_HOLD for r in REQUESTS},
    ("OPEN", "SUBMITTED"): R.WITH_SERVICE,
    ("IN_PROGRESS", "ACCEPTED"): R.WITH_SERVICE,
    ("IN_PROGRESS", "UNSUBMITTED"): R.BEING_PACKED,
    **{(s, "CANCELLATION_REQUESTED"): R.WAITING for s in STATUSES},
    **{(s, "CANCELLATION_REJECTED"): R.REFUSED for s in STATUSES},
    **{(s, r): R.GONE for s in ("CLOSED", "CANCELLED", "INCOMPLETE") for r in REQUESTS},
}  # fmt: skip


@pytest.mark.parametrize(("row", "verdict"), TABLE.items(), ids=[" ".join(row) for row in TABLE])
def test_each_row_of_the_sheets_table(row, verdict):
    assert cancellable_rules.readiness(*row) is verdict


UNNAMED = [
    (status, request)
    for status in (*STATUSES, "BRAND_NEW", "")
    for request in (*REQUESTS, "BRAND_NEW", "")
    if (status, request) not in TABLE and status != "ON_HOLD"
]


@pytest.mark.parametrize("row", UNNAMED, ids=" ".join)
def test_what_no_row_names_is_not_ours_to_stop(row):
    assert cancellable_rules.readiness(*row) not in READY


@pytest.mark.parametrize("request_status", ["BRAND_NEW", ""])
def test_what_is_on_hold_is_ours_to_stop_whatever_was_requested(request_status):
    assert cancellable_rules.readiness("ON_HOLD", request_status) is R.ON_HOLD


@pytest.fixture
def shop(world):
    return rig.on_world(Shopify, world)


SEEDS = {
    "unpaid": (Cancellable.ALL, PaymentState.PENDING, ""),
    "authorised": (Cancellable.ALL, PaymentState.AUTHORISED, ""),
    "paid card + gift card": (Cancellable.ALL, PaymentState.PAID, ""),
    "partly captured": (Cancellable.ALL, PaymentState.PARTLY_PAID, ""),
    "partly shipped (two locations)": (Cancellable.PART, PaymentState.PAID, "parcel has left"),
    "with a service (accepted)": (Cancellable.PART, PaymentState.PAID, "Swift Logistics has units"),
    "with a service (submitted)": (Cancellable.NONE, PaymentState.PAID, "Swift Logistics has units"),
    "service refused to give it back": (Cancellable.NONE, PaymentState.PAID, "ship its units all the same"),
    "being packed": (Cancellable.ALL, PaymentState.PAID, ""),
    "on hold": (Cancellable.ALL, PaymentState.PAID, ""),
    "scheduled": (Cancellable.ALL, PaymentState.PAID, ""),
    "shipped": (Cancellable.NONE, PaymentState.PAID, "parcel has left"),
    "active return": (Cancellable.PART, PaymentState.PAID, "return is open"),
    "cancelled": (Cancellable.NONE, PaymentState.REFUNDED, "already cancelled"),
    "bundle": (Cancellable.ALL, PaymentState.PAID, ""),
    "tip and duties": (Cancellable.ALL, PaymentState.PAID, ""),
    "made by another app": (Cancellable.ALL, PaymentState.PENDING, ""),
    "pending payment": (Cancellable.PART, PaymentState.PENDING, "payment is still pending"),
    "authorisation expired": (Cancellable.ALL, PaymentState.EXPIRED, ""),
    "free order": (Cancellable.ALL, PaymentState.PAID, ""),
}


@pytest.mark.parametrize("name", SEEDS)
def test_a_seed_order_reads_as_it_is(name, world, shop):
    cancellable, payment, blocker = SEEDS[name]
    order = shop.read_order(world.seed(name)[name].id)

    assert (order.cancellable, order.payment) == (cancellable, payment)
    assert blocker in " ".join(order.whole_cancel_blockers)
    assert bool(order.whole_cancel_blockers) == bool(blocker)
    assert shop.look_again(order) == order


def test_every_seed_order_can_be_read_and_read_again(world):
    for made in world.seed().values():
        shop = rig.on_world(Shopify, world, shop=made.shop)
        order = shop.read_order(made.id)
        assert shop.look_again(order) == order
        for line in order.lines:
            assert 0 <= line.cancellable <= line.current <= line.ordered
            assert bool(line.why_not) == (line.cancellable == 0)


def test_units_are_counted_per_line_and_place(world, shop):
    order = shop.read_order(world.seed("partly shipped (two locations)")["partly shipped (two locations)"].id)

    first = order.lines[0]

    assert (first.ordered, first.shipped, first.cancellable) == (4, 2, 2)
    assert [(p.location.name, p.units) for p in first.placements if p.location] == [("North Warehouse", 2)]
    assert order.fulfilment is Fulfilment.PARTIAL
    assert order.shipments[0].lines


def test_shipped_units_are_told_apart_from_cancelled_ones(world, shop):
    made = world.make_order(lines=[Line(quantity=5, fulfilled=2)], age_days=3)
    order = shop.read_order(made.id)
    units = {order.lines[0].id: Decimal(1)}
    shop.carry_out(rig.refund(order, shop.quote(order, CancelRequest(lines=units)), units), key=rig.KEY, tag=rig.TAG)

    line = shop.read_order(made.id).lines[0]

    assert (line.ordered, line.current, line.shipped, line.cancelled, line.cancellable) == (5, 4, 2, 1, 2)


def test_a_shipped_line_says_what_to_do_instead(world, shop):
    order = shop.read_order(world.seed("shipped")["shipped"].id)

    assert "start a return instead" in order.lines[0].why_not


def test_a_tip_follows_the_order(world, shop):
    order = shop.read_order(world.seed("tip and duties")["tip and duties"].id)

    tip = order.lines[-1]

    assert tip.is_tip
    assert "tip" in tip.why_not
    assert [len(line.duties) for line in order.lines] == [1, 1, 0]
    whole = shop.quote(order, rig.everything(order))
    assert whole.total == order.totals.received.customer


def test_digital_goods_without_a_place_use_what_is_unfulfilled():
    found = cancellable_rules.cancellable_units(make.line(units=2, unfulfilled=Decimal(1), needs_shipping=False), ())

    assert found == 1


def test_goods_whose_place_is_hidden_are_not_ours_to_stop():
    found = cancellable_rules.cancellable_units(make.line(units=2), ())

    assert found == 0


@pytest.mark.parametrize(("count", "places"), [(120, 1), (45, 3), (9, 7), (250, 1)])
def test_a_long_order_is_read_to_its_end(count, places, world, shop):
    at = ["Main Street", "North Warehouse", "Old Mill (closed)"]
    lines = [Line(title=f"Part {n}", sku=f"P-{n}", quantity=1 + n % 3, at=at[n % min(places, 3)]) for n in range(count)]

    order = shop.read_order(world.make_order(lines=lines).id)

    assert [line.sku for line in order.lines] == [f"P-{n}" for n in range(count)]
    assert all(line.cancellable == line.current for line in order.lines)
    assert shop.look_again(order) == order


def test_many_refunds_are_all_read(world, shop):
    made = world.make_order(lines=[Line(quantity=12, price="3.00")])
    for number in range(12):
        order = shop.read_order(made.id)
        units = {order.lines[0].id: Decimal(1)}
        command = rig.refund(order, shop.quote(order, CancelRequest(lines=units)), units)
        shop.carry_out(command, key=f"{rig.KEY[:-2]}{number:02d}", tag=rig.TAG)

    after = shop.read_order(made.id)

    assert len(after.refunds) == 12
    assert sum(refund.amount.shop.amount for refund in after.refunds) == after.totals.refunded.shop.amount
    assert after.lines[0].current == 0
    assert shop.look_again(after) == after


def test_an_order_in_two_currencies_names_the_one_that_moves(world):
    made = world.seed("yen shop, paid in euro")["yen shop, paid in euro"]
    shop = rig.on_world(Shopify, world, shop=made.shop)

    order = shop.read_order(made.id)

    assert (order.currency, order.customer_currency) == ("JPY", "EUR")
    assert order.totals.current.shop.currency == "JPY"
    assert order.payments[0].refundable
    assert order.payments[0].refundable.currency == "EUR"


def test_customer_fields_may_be_hidden(world, shop):
    world.switch("customer", "hidden")

    order = shop.read_order(world.make_order().id)

    assert order.customer.name == order.customer.email == ""


SCOPES = ["read_customers", "read_products,read_inventory", "read_returns", "read_locations", "write_inventory"]


@pytest.mark.parametrize("lacking", SCOPES)
def test_a_missing_comfort_leaves_the_rest_readable(lacking, world, shop):
    granted = [name for name in world.shop("demo")["scopes"] if name not in lacking.split(",")]
    made = world.seed("active return")["active return"]
    world.add_shop("demo", scopes=granted)

    order = shop.read_order(made.id)

    assert order.lines
    assert "A return is open." in order.whole_cancel_blockers


def test_without_the_right_to_see_places_no_order_is_opened_and_the_right_is_named(world, shop):
    made = world.make_order()
    world.add_shop("demo", scopes=["read_orders", "write_orders"])

    with pytest.raises(RemoteRefused) as caught:
        shop.read_order(made.id)

    assert "read_merchant_managed_fulfillment_orders" in caught.value.user_message


def test_access_names_what_is_missing_and_what_it_disables(world, shop):
    world.add_shop("demo", scopes=["write_orders", "write_merchant_managed_fulfillment_orders", "read_locations"])

    access = shop.check_access()

    missing = {scope.name: scope for scope in access.missing}
    assert not [scope for scope in access.missing if scope.is_vital]
    assert {"read_all_orders", "write_order_edits", "write_inventory"} <= set(missing)
    assert "60 days" in missing["read_all_orders"].disables
    assert (access.shop_name, access.currency) == ("Demo", "USD")


@pytest.mark.parametrize("shop", ["demo", "demo.myshopify.com", " Demo.myshopify.com "])
def test_a_shop_name_becomes_its_host(shop, world):
    assert rig.on_world(Shopify, world, shop=shop).base_url() == "https://demo.myshopify.com"


STRANGE = ["", "demo.evil.example", "demo.myshopify.com.evil.example", "evil.example/x.myshopify.com", "-demo",
           "demo@evil.myshopify.com", "de mo", "demo\r\nHost: evil", "x" * 70]  # fmt: skip


@pytest.mark.parametrize("shop", STRANGE)
def test_a_strange_shop_name_is_refused_before_anything_is_sent(shop, world):
    with pytest.raises(InputRejected):
        rig.on_world(Shopify, world, shop=shop)


def test_an_order_opens_in_shopifys_own_desk(shop):
    assert shop.order_url("gid://shopify/Order/42", "42") == "https://admin.shopify.com/store/demo/orders/42"
