"""Somebody acts between our look and our call: nothing is sent then, or the counts say what moved in all."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from sandbox.platforms.bigcommerce.spec import Line
from sandbox.world import World
from stores.canonical.commands import Command, CorrectStock, StockChange
from stores.canonical.order import Order
from stores.canonical.receipts import Outcome, Receipt
from stores.kernel.errors import (
    CredentialsRejected,
    JobFailed,
    OutcomeUnknown,
    RemoteConflict,
    RemoteThrottled,
    RemoteUnavailable,
)
from stores.platforms.bigcommerce import BigCommerce
from tests import make
from tests.stores.platforms import rig
from tests.stores.platforms.bigcommerce import place
from tests.stores.platforms.bigcommerce.place import MUG, TEA
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.rig import KEY, TAG, Sent


@pytest.fixture
def journal() -> Sent:
    return Sent()


@pytest.fixture
def shop(world: World, journal: Sent) -> BigCommerce:
    return place.on_world(world, journal=journal)


def code_of(heard: object) -> str:
    return getattr(heard, "code", "")


def through(world: World, shop: BigCommerce, command, seconds: float = 61) -> Receipt:
    receipt = shop.carry_out(command, key=KEY, tag=TAG)
    while receipt.outcome is not Outcome.APPLIED:
        world.advance(seconds)
        receipt = shop.poll(command, receipt)
    return receipt


def one_of_each(order: Order) -> CorrectStock:
    """One unit of every line back in stock."""
    changes = (StockChange(stock_item_id=line.stock_item_id, location_id="1", delta=Decimal(1)) for line in order.lines)
    return CorrectStock(order_id=order.external_id, changes=tuple(changes))


# --- stock: the order is looked at just before --------------------------------------------------------
@pytest.mark.parametrize(("status", "code"), [(4, "cancelled"), (5, "cancelled"), (2, ""), (11, ""), (14, "")])
def test_which_states_stop_a_restock(world, shop, status, code):
    order = place.made(world, shop)
    through(world, shop, place.part(shop, order))
    place.home(world).staff(order.external_id).become(status)

    assert code_of(outcome_of(lambda: shop.carry_out(place.stock(order), key=KEY, tag=TAG))) == code


def test_status_4_by_the_refund_itself_gives_nothing_back_and_stops_nothing(world, shop):
    """All the money went back and a free line is left: BigCommerce says Refunded, and no unit moved."""
    order = place.made(world, shop, lines=[MUG, replace(TEA, price="0.00")], shipping="0")
    through(world, shop, place.part(shop, order, 3))
    assert place.home(world).order(order.external_id)["status_id"] == 4

    receipt = through(world, shop, place.stock(order, delta=3))

    assert (make.moved(receipt), place.home(world).stock("MUG-BLU")) == (3, 100)


def test_a_unit_that_was_shipped_after_its_refund_stays_out(world, shop, journal):
    order = place.made(world, shop, lines=[Line(sku="A", quantity=1), TEA])
    through(world, shop, place.part(shop, order))
    place.home(world).staff(order.external_id).ship(1, refunded=True)

    heard = outcome_of(lambda: shop.carry_out(place.stock(order), key=KEY, tag=TAG))

    assert (code_of(heard), len(journal.requests)) == ("shipped", 1)
    assert place.home(world).stock("A") == 99


def test_kept_units_come_out_only_of_an_order_that_is_still_cancelled(world, shop):
    order = place.made(world, shop)
    assert code_of(outcome_of(lambda: shop.carry_out(place.stock(order, delta=-1), key=KEY, tag=TAG))) == "open_again"
    through(world, shop, place.cancel(order))
    assert make.moved(through(world, shop, place.stock(order, delta=-1))) == -1
    place.home(world).staff(order.external_id).become(11)
    assert code_of(outcome_of(lambda: shop.carry_out(place.stock(order, delta=-1), key=KEY, tag=TAG))) == "open_again"


# --- refunds -------------------------------------------------------------------------------------------
# --- what the counts say ---------------------------------------------------------------------------------
def test_an_adjustment_tells_both_counts_and_when(world, shop):
    order = place.made(world, shop)
    mug, tea = order.lines
    command = one_of_each(order)
    begun = world.now()

    receipt = through(world, shop, command, seconds=2)

    assert receipt.reported.stock == make.counts(f"{mug.stock_item_id}@1:97:98:1;{tea.stock_item_id}@1:98:99:1")
    assert (make.moved(receipt), make.asked(receipt)) == (2, 2)
    first, last = receipt.reported.counted_from, receipt.reported.counted_to
    assert begun <= first < last <= world.now()


@pytest.mark.parametrize(
    ("meanwhile", "counts", "moved"),
    [
        pytest.param("nothing", "97:98:1", 1, id="as asked"),
        pytest.param("doubled", "97:99:1", 2, id="sent twice on the way"),
        pytest.param("colleague", "97:100:1", 3, id="a colleague puts the same goods back"),
        pytest.param("sale", "97:96:1", -1, id="sold at the same moment"),
    ],
)
def test_a_count_that_moved_by_more_or_less_is_told_with_its_figures(world, shop, meanwhile, counts, moved):
    order = place.made(world, shop)
    if meanwhile == "doubled":
        world.fault("doubled", on="adjust")
    receipt = shop.carry_out(place.stock(order), key=KEY, tag=TAG)
    if meanwhile == "colleague":
        other = place.on_world(world)
        other.carry_out(place.stock(order, delta=2), key="x", tag="[op 00000001]")
    if meanwhile == "sale":
        place.home(world).make_order(lines=[replace(MUG, quantity=2)])
    world.advance(61)

    told = shop.poll(place.stock(order), receipt)

    assert told.outcome is Outcome.APPLIED
    assert told.reported.stock == make.counts(f"{order.lines[0].stock_item_id}@1:{counts}")
    assert (make.moved(told), make.asked(told)) == (moved, 1)


def test_a_batch_of_which_a_part_did_not_move_is_told_item_by_item(world, shop):
    """A minute after the call, with nothing sent again: the person sees which item is short."""
    order = place.made(world, shop)
    mug, tea = order.lines
    world.switch("bigcommerce_stock_seconds", "never")
    changes = tuple(
        StockChange(stock_item_id=line.stock_item_id, location_id="1", delta=Decimal(1)) for line in (mug, tea)
    )
    command = CorrectStock(order_id=order.external_id, changes=changes)
    receipt = shop.carry_out(command, key=KEY, tag=TAG)
    world.switch("bigcommerce_stock_seconds", "0")
    place.on_world(world).carry_out(place.stock(order), key="x", tag="[op 00000001]")  # the mug alone moves

    assert shop.poll(command, receipt).outcome is Outcome.ACCEPTED
    world.advance(61)
    told = shop.poll(command, receipt)

    assert told.reported.stock == make.counts(f"{mug.stock_item_id}@1:97:98:1;{tea.stock_item_id}@1:98:98:1")


@pytest.mark.parametrize(
    ("given", "restock", "counts"),
    [
        pytest.param(True, True, ("97:100:3", "98:100:2"), id="the status gives all back"),
        pytest.param(False, False, ("97:97:0", "98:98:0"), id="the setting says no and none was asked"),
        pytest.param(True, False, ("97:100:0", "98:100:0"), id="the setting changed since the plan"),
        pytest.param(False, True, ("97:97:3", "98:98:2"), id="the setting was switched off since the plan"),
    ],
)
def test_a_cancellation_tells_what_its_status_moved(world, shop, given, restock, counts):
    order = place.made(world, shop)
    place.home(world).settings(refund_order_stock_adjustment=given)

    receipt = through(world, shop, place.cancel(order, restock=restock))

    mug, tea = (line.stock_item_id for line in order.lines)
    assert receipt.reported.stock == make.counts(f"{mug}@:{counts[0]};{tea}@:{counts[1]}")


def test_a_count_that_is_missing_is_asked_again(world, shop):
    """Half an answer is no count of nothing."""
    order = place.made(world, shop)
    receipt = shop.carry_out(place.stock(order), key=KEY, tag=TAG)
    world.advance(61)
    item = {"identity": {"variant_id": int(order.lines[0].stock_item_id)}}
    for told in ([], [item | {"locations": []}], [item | {"locations": [{"location_id": 1}]}]):
        world.fault("user_error", on="items", status=200, body={"data": told})
        assert isinstance(outcome_of(lambda: shop.poll(place.stock(order), receipt)), RemoteUnavailable)
    assert make.moved(shop.poll(place.stock(order), receipt)) == 1


# --- asked after: only what will not happen fails the job ------------------------------------------------
def story(world: World, shop: BigCommerce, kind: str) -> tuple[Order, Command]:
    order = place.made(world, shop, **({"pay": "authorised", "gateway": "stripe"} if kind == "void" else {}))
    match kind:
        case "refund":
            return order, place.part(shop, order)
        case "void":
            return order, rig.void(order)
        case "cancel":
            return order, place.cancel(order)
    return order, place.stock(order)


def test_what_will_not_happen_is_said_by_a_failed_job(world, shop):
    order = place.made(world, shop, declines="later")
    command = place.part(shop, order)
    receipt = shop.carry_out(command, key=KEY, tag=TAG)
    world.advance(5)
    heard = outcome_of(lambda: shop.poll(command, receipt))
    assert (type(heard), code_of(heard)) == (JobFailed, "refund_declined")


@pytest.mark.parametrize("word", ["authorized", "captured", "declined"])
def test_a_hold_that_was_not_released_is_a_failed_job(world, shop, word):
    world.switch("bigcommerce_void_seconds", "never")
    order = place.made(world, shop, pay="authorised", gateway="stripe")
    receipt = shop.carry_out(rig.void(order), key=KEY, tag=TAG)
    place.home(world).staff(order.external_id).write(payment_status=word)
    world.advance(61)

    heard = outcome_of(lambda: shop.poll(rig.void(order), receipt))

    assert (type(heard), code_of(heard)) == (JobFailed, "void_failed")


# --- nothing is sent twice by the adapter itself ---------------------------------------------------------
SAID = {
    401: CredentialsRejected,
    409: RemoteConflict,
    423: RemoteUnavailable,
    429: RemoteThrottled,
    500: OutcomeUnknown,
}


@pytest.mark.parametrize("status", SAID)
@pytest.mark.parametrize("kind", ["refund", "void", "stock", "cancel"])
def test_whatever_stands_in_front_of_the_shop_says_is_not_sent_again(world, shop, journal, kind, status):
    """A gateway answers for the shop after it happened: one request, one effect, and whoever looks sees it."""
    order, command = story(world, shop, kind)
    on = {"stock": "adjust", "cancel": "status"}.get(kind, kind)
    world.fault("error_after", on=on, status=status)

    heard = outcome_of(lambda: shop.carry_out(command, key=KEY, tag=TAG))

    assert type(heard) is SAID[status]
    world.advance(61)
    assert len(journal.requests) == 1
    causes = [effect.cause for effect in world.effects(order.external_id) if effect.kind == kind and effect.cause == on]
    assert len(causes) == 1
