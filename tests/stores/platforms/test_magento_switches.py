"""What Magento's plug-ins and lies come to, beside the stories of every platform."""

from __future__ import annotations

from sandbox.platforms.magento.simulator import MagentoSimulator
from stores.canonical.commands import Command, Found
from stores.canonical.receipts import Receipt
from stores.kernel.errors import OutcomeUnknown
from stores.platforms.magento import Magento
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.magento import place
from tests.stores.platforms.magento.place import MUG, world
from tests.stores.platforms.rig import KEY, TAG

__all__ = ["world"]


def through(shop: Magento, command: Command) -> Receipt:
    return shop.poll(command, shop.carry_out(command, key=KEY, tag=TAG))


def test_under_either_stock_units_that_go_back_can_be_sold_again(world):
    for mood in ("msi", "legacy"):
        world.switch("magento_stock", mood)
        shop = place.on_world(world)
        before = MagentoSimulator(world).stock("MUG-BLU")["salable"]
        order = place.made(world, shop, lines=[MUG])
        through(shop, place.part(shop, order))
        assert MagentoSimulator(world).stock("MUG-BLU")["salable"] == before - 2
        unpaid_ = place.made(world, shop, lines=[MUG], pay="unpaid")
        through(shop, place.cancel(unpaid_))
        assert MagentoSimulator(world).stock("MUG-BLU")["salable"] == before - 2


def test_a_cancel_that_lies_is_caught_by_reading(world):
    world.switch("magento_cancel_answer", "lies")
    world.switch("magento_cancel_forbidden", "yes")
    shop = place.on_world(world)
    order = place.made(world, shop, pay="unpaid")

    heard = outcome_of(lambda: through(shop, place.cancel(order)))

    assert getattr(heard, "code", "") == "not_cancelled"
    assert "did not cancel" in getattr(heard, "user_message", "")
    assert world.effects(order.external_id, kind="cancel") == []


def test_a_mail_that_fails_after_the_refund_hides_nothing(world):
    world.switch("magento_mail", "fails")
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.part(shop, order, notify=True)

    heard = outcome_of(lambda: through(shop, command))

    assert isinstance(heard, OutcomeUnknown)
    assert heard.request_id.startswith("webapi-")
    assert isinstance(shop.find(command, tag=TAG, before=order), Found)


def test_a_plugin_that_leaves_a_refunded_order_complete_does_not_hide_its_end(world):
    world.switch("magento_after_refund", "complete")
    shop = place.on_world(world)
    order = place.made(world, shop)
    for command in place.everything(shop, order):
        through(shop, command)
    after = shop.look_again(order)
    assert after.cancelled_at
    assert after.cancel_reason == "Cancelled by refund"
    assert after.closed_at is None
