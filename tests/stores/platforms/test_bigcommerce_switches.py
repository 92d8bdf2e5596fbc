"""What BigCommerce's doubts and faults come to where its own words decide, beside the stories of every platform."""

from __future__ import annotations

from decimal import Decimal

from sandbox.world import World
from stores.canonical.commands import Command, Found
from stores.canonical.receipts import Outcome, Receipt
from stores.kernel.errors import RemoteUnavailable
from stores.platforms.bigcommerce import BigCommerce
from tests import make
from tests.stores.platforms import rig
from tests.stores.platforms.bigcommerce import place
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.rig import KEY, TAG

RUNNING = {"status": 422, "title": "Another refund of this order is running.", "type": "", "errors": {}}


def through(world: World, shop: BigCommerce, command: Command) -> Receipt:
    receipt = shop.carry_out(command, key=KEY, tag=TAG)
    world.advance(100)
    return shop.poll(command, receipt)


def test_stock_that_a_status_did_not_give_back_is_told_by_its_counts(world):
    world.switch("bigcommerce_status_after_refund", "nothing")
    shop = place.on_world(world)
    order = place.made(world, shop, addresses=2)
    through(world, shop, place.everything(shop, order))

    heard = through(world, shop, place.cancel(order))

    mug, tea = (line.stock_item_id for line in order.lines)
    assert heard.reported.stock == make.counts(f"{mug}@:97:97:3;{tea}@:98:98:2")
    assert isinstance(shop.find(place.cancel(order), tag=TAG, before=order), Found)


def test_units_that_were_put_back_before_are_not_put_back_again(world):
    """An order of which units went back is never cancelled by its status: a refund of the rest ends it."""
    for value in ("whole", "open"):
        world.switch("bigcommerce_restock_counts", value)
        shop = place.on_world(world)
        order = place.made(world, shop, refunded=1)
        assert (order.cancel_restocks, order.ends_by_refund) == (False, True)


def test_an_order_in_a_currency_the_shop_does_not_use(world):
    """The customer's currency moves; the shop's own is by the order's rate."""
    shop = place.on_world(world)
    order = place.made(world, shop, currency="EUR", rate="0.90")
    assert (order.currency, order.customer_currency) == ("USD", "EUR")
    assert order.totals.original.customer.amount == Decimal("66.30")
    assert order.totals.original.shop.amount == Decimal("73.67")
    assert place.part(shop, order).payments[0].amount.currency == "EUR"


def test_a_refund_is_not_sent_again_while_its_mark_is_there(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.part(shop, order)
    world.fault("drop_after", on="refund")
    outcome_of(lambda: shop.carry_out(command, key=KEY, tag=TAG))
    world.advance(5)

    heard = outcome_of(lambda: shop.carry_out(command, key=KEY, tag=TAG))

    assert getattr(heard, "code", "") == "already"
    assert len(world.effects(order.external_id, kind="refund")) == 1


def test_a_running_refund_of_somebody_else_is_waited_for(world):
    """Before ours is sent; and where it began just after our look, the refusal says so."""
    world.switch("bigcommerce_refund_seconds", "60")
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.part(shop, order)
    shop.carry_out(command, key=KEY, tag="[op 11111111]")

    heard = outcome_of(lambda: shop.carry_out(command, key=KEY, tag=TAG))

    assert (type(heard), getattr(heard, "code", "")) == (RemoteUnavailable, "refund_running")
    world.fault("user_error", on="refund", status=422, body={"data": [RUNNING]})
    other = place.made(world, shop)
    heard = outcome_of(lambda: shop.carry_out(place.part(shop, other), key=KEY, tag=TAG))
    assert (type(heard), getattr(heard, "retry_after", 0)) == (RemoteUnavailable, 10.0)


def test_a_void_that_was_doubled_goes_on(world):
    shop = place.on_world(world)
    command = rig.void(place.made(world, shop, pay="authorised", gateway="stripe"))
    world.fault("doubled", on="void")

    receipt = shop.carry_out(command, key=KEY, tag=TAG)

    assert receipt.outcome is Outcome.ACCEPTED
    world.advance(3)
    assert shop.poll(command, receipt).outcome is Outcome.APPLIED
