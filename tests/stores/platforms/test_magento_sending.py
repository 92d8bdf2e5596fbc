"""The bytes that leave: nothing is left to a default, since every default of Magento's means more than was asked."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sandbox.platforms.magento.simulator import MagentoSimulator
from sandbox.platforms.magento.spec import Line
from sandbox.world import World
from stores.canonical.commands import Command, RefundOrder
from stores.canonical.order import Order, PaymentState
from stores.canonical.request import CancelRequest
from stores.kernel.errors import InputRejected, RemoteRefused, Unsupported
from stores.kernel.money import Money
from stores.platforms.magento import writing
from tests.stores.platforms import rig
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.magento import place
from tests.stores.platforms.magento.place import MUG, TEA, world
from tests.stores.platforms.rig import KEY, TAG, Sent

__all__ = ["world"]


def sent(world: World, order: Order, command: Command, **settings: str) -> tuple[str, Any]:
    """(end of the address, body) of the one effect."""
    journal = Sent()
    place.on_world(world, journal=journal, **settings).carry_out(command, key=KEY, tag=TAG)
    (request,) = journal.requests
    return request.path.partition("/V1/")[2], json.loads(request.body) if request.body else None


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def paid(command: RefundOrder, amount: str) -> RefundOrder:
    return replace(command, payments=(replace(command.payments[0], amount=usd(amount)),))


def test_a_refund_says_everything(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    mug = int(order.lines[0].id)

    path, body = sent(world, order, place.part(shop, order, 2))

    assert path == f"invoice/{order.payments[0].id}/refund"
    assert body == {
        "items": [{"order_item_id": mug, "qty": 2}],
        "isOnline": True,
        "notify": False,
        "appendComment": True,
        "comment": {"comment": f"bye {TAG}", "is_visible_on_front": 0},
        "arguments": {
            "shipping_amount": 0,
            "adjustment_positive": 0,
            "adjustment_negative": 0,
            "extension_attributes": {"return_to_stock_items": [mug]},
        },
    }
    assert [(str(e.amount), e.detail["online"]) for e in world.effects(order.external_id, kind="refund")] == [
        ("29.00", True)
    ]


def test_a_cancel_is_its_address_alone(world):
    shop = place.on_world(world)
    order = place.made(world, shop, pay="unpaid")
    assert sent(world, order, place.cancel(order)) == (f"orders/{order.external_id}/cancel", None)


def test_money_alone_names_every_line_with_nothing(world):
    """An empty list would refund the whole order."""
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = replace(paid(place.part(shop, order), "3.00"), lines=())

    _, body = sent(world, order, command)

    assert body["items"] == [{"order_item_id": int(line.id), "qty": 0} for line in order.lines]
    assert body["arguments"]["adjustment_positive"] == 3
    assert body["arguments"]["extension_attributes"]["return_to_stock_items"] == []
    assert [str(e.amount) for e in world.effects(order.external_id, kind="refund")] == ["3.00"]
    assert [line.current for line in shop.look_again(order).lines] == [3, 2]


@pytest.mark.parametrize(("amount", "positive", "negative"), [("10.00", 0, 4.5), ("14.50", 0, 0), ("20.25", 5.75, 0)])
def test_an_amount_of_ones_own_is_reached_by_the_adjustments(world, amount, positive, negative):
    shop = place.on_world(world)
    order = place.made(world, shop)

    _, body = sent(world, order, paid(place.part(shop, order), amount))

    found = body["arguments"]
    assert (found["adjustment_positive"], found["adjustment_negative"]) == (positive, negative)
    assert [str(e.amount) for e in world.effects(order.external_id, kind="refund")] == [amount]


def test_units_that_stay_out_are_not_in_the_list(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.part(shop, order)
    kept = replace(command, lines=tuple(replace(line, restock=False) for line in command.lines))

    _, body = sent(world, order, kept)

    assert body["arguments"]["extension_attributes"] == {"return_to_stock_items": []}
    assert MagentoSimulator(world).stock("MUG-BLU")["salable"] == 997


def test_a_payment_that_was_only_recorded_is_recorded_back(world):
    shop = place.on_world(world)
    order = place.made(world, shop, pay="offline")
    command = place.part(shop, order)
    assert command.payments[0].is_manual
    assert order.payments[0].is_manual

    _, body = sent(world, order, command)

    assert body["isOnline"] is False


def test_a_wish_for_a_message_and_no_note(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    _, body = sent(world, order, replace(place.part(shop, order), notify=True, note=""))
    assert (body["notify"], body["comment"]["comment"]) == (True, TAG)


@pytest.mark.parametrize(("kind", "named"), [("configurable", [0]), ("fixed_bundle", [0]), ("bundle", [1, 2])], ids=str)
def test_composite_products_name_the_items_that_carry_the_money(world, kind, named):
    shop = place.on_world(world)
    parts = (("CUP", "6.00"), ("POT", "14.00")) if kind == "bundle" else (("CUP", "0"), ("POT", "0"))
    line = Line(title="Set", sku="SET", kind=kind, price="20.00", quantity=2, parts=parts)
    order = place.made(world, shop, lines=[line, TEA])
    raw = MagentoSimulator(world).order(order.external_id)["items"]
    ids = [str(raw[place_]["id"]) for place_ in named]
    assert [line.id for line in order.lines][:-1] == ids

    wanted = dict.fromkeys(ids, Decimal(1))
    (command,) = place.refunds(order, shop.quote(order, CancelRequest(lines=wanted)))
    _, body = sent(world, order, command)

    assert [item["order_item_id"] for item in body["items"]] == list(map(int, ids))
    assert body["arguments"]["extension_attributes"]["return_to_stock_items"] == list(map(int, ids))
    assert [str(e.amount) for e in world.effects(order.external_id, kind="refund")] == ["20.00"]


# --- what shipping_amount means ------------------------------------------------------------------------
@pytest.mark.parametrize("config", ["excluding", "including"])
@pytest.mark.parametrize("told", ["", "same"])
def test_taxed_shipping_comes_to_the_same_however_the_shop_reads_it(world, config, told):
    world.switch("magento_shipping_config", config)
    settings = {"shipping_prices": config} if told else {}
    shop = place.on_world(world, **settings)
    order = place.made(world, shop, tax_rate="0.19")
    assert order.shipping_refundable == usd("5.95")
    (command,) = place.everything(shop, order)

    _, body = sent(world, order, command, **settings)

    argument = {"excluding": 5, "including": 5.95}[config] if told else 0
    assert body["arguments"]["shipping_amount"] == argument
    assert body["arguments"]["adjustment_positive"] == (0 if told else 5.95)
    after = shop.look_again(order)
    assert after.totals.refunded.shop == order.totals.received.shop
    assert after.cancelled_at


@pytest.mark.parametrize("told", ["", "excluding"])
@pytest.mark.parametrize(("first", "then"), [("6.00", "0"), ("2.00", "4.00")])
def test_shipping_that_went_back_as_an_adjustment_goes_back_once(world, told, first, then):
    """Magento's books call it an adjustment and show the shipping as never refunded."""
    shop = place.on_world(world, shipping_prices=told)
    order = place.made(world, shop, tax_rate="0.20")
    (command,) = place.refunds(order, shop.quote(order, CancelRequest(lines=place.some(order), shipping=usd(first))))
    shop.carry_out(command, key=KEY, tag=TAG)
    again = shop.read_order(order.external_id)

    assert shop.look_again(order).shipping_refundable == again.shipping_refundable == usd(then)
    quote = shop.quote(again, CancelRequest(lines=place.some(again), shipping=usd("6.00")))
    assert (quote.shipping, quote.total) == (usd(then), usd(then) + usd("17.40"))
    (last,) = place.everything(shop, again)
    shop.carry_out(last, key=KEY, tag=rig.OTHER_TAG)
    moved = [e.amount for e in world.effects(order.external_id, kind="refund")]
    assert moved == [usd(first).amount + Decimal("17.40"), last.payments[0].amount.amount]
    assert sum(moved) == order.totals.received.shop.amount


def test_a_part_of_taxed_shipping_goes_back_to_the_cent(world):
    shop = place.on_world(world, shipping_prices="excluding")
    order = place.made(world, shop, tax_rate="0.19")
    wanted = CancelRequest(lines=place.some(order), shipping=usd("2.01"))
    (command,) = place.refunds(order, shop.quote(order, wanted))
    assert command.payments[0].amount == usd("19.27")

    sent(world, order, command, shipping_prices="excluding")

    assert shop.look_again(order).totals.refunded.shop == usd("19.27")


@pytest.mark.parametrize("shipping", ["4.15", "4.95"])
def test_parts_of_a_yen_that_nobody_can_pay_do_not_stay_open(world, shipping):
    """Magento rounds to two digits in every currency; half a yen up would be more than was paid, half down a rest."""
    MagentoSimulator(world).add_shop("demo", currency="JPY")
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[Line(price="33.33", quantity=3)], shipping=shipping)
    (command,) = place.everything(shop, order)
    shop.carry_out(command, key=KEY, tag=TAG)

    after = shop.look_again(order)
    assert [str(e.amount) for e in world.effects(order.external_id, kind="refund")] == ["104.00"]
    assert (after.payment, after.cancelled_at is not None, after.is_refundable) == (PaymentState.REFUNDED, True, False)


def test_units_that_have_not_left_go_although_others_left_meanwhile(world):
    """One of three was shipped between the plan and the send: two can still be stopped, the third cannot."""
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[MUG])
    two, three = place.part(shop, order, 2), place.part(shop, order, 3)
    MagentoSimulator(world).staff(order.external_id).ship(1)

    assert refusal(world, three).code == "units"
    sent(world, order, two)

    (line,) = shop.look_again(order).lines
    assert (line.current, line.shipped, line.cancellable) == (1, 1, 0)


# --- what never leaves --------------------------------------------------------------------------------
def refusal(world: World, command: Command, **settings: str) -> Any:
    """What is raised; nothing was sent."""
    journal = Sent()
    heard = outcome_of(lambda: place.on_world(world, journal=journal, **settings).carry_out(command, key=KEY, tag=TAG))
    assert not journal.requests
    return heard


def test_what_cancel_could_not_tell_is_not_sent(world):
    shop = place.on_world(world)
    order = place.made(world, shop, pay="unpaid")
    assert isinstance(refusal(world, place.cancel(order, restock=False)), Unsupported)


@pytest.mark.parametrize("tax_rate", ["0", "0.20"])
def test_shipping_that_somebody_gave_back_meanwhile_does_not_go_back_twice(world, tax_rate):
    """Taxed, it would travel as an adjustment, of which Magento knows no maximum."""
    shop = place.on_world(world)
    order = place.made(world, shop, tax_rate=tax_rate)
    wanted = CancelRequest(lines=place.some(order), shipping=order.shipping_refundable)
    (command,) = place.refunds(order, shop.quote(order, wanted))
    alone = replace(command, lines=(), payments=(replace(command.payments[0], amount=command.shipping),))
    shop.carry_out(alone, key=KEY, tag=rig.OTHER_TAG)

    heard = refusal(world, command)

    assert isinstance(heard, RemoteRefused)
    assert heard.code == "less_refundable"


def test_refunds_that_no_credit_memo_can_be(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.part(shop, order)
    (payment,) = command.payments
    for wrong in ((), (payment, payment), (replace(payment, amount=usd("0.00")),)):
        assert isinstance(refusal(world, replace(command, payments=wrong)), Unsupported)
    gone = refusal(world, replace(command, payments=(replace(payment, payment_id="1"),)))
    assert gone.code == "invoice"
    euros = refusal(world, replace(command, payments=(replace(payment, amount=Money(Decimal(1), "EUR")),)))
    assert euros.code == "currency_changed"


def test_an_online_promise_is_not_kept_by_a_record_alone(world):
    shop = place.on_world(world)
    order = place.made(world, shop, pay="offline")
    command = place.part(shop, order)
    promised = replace(command, payments=(replace(command.payments[0], is_manual=False),))
    assert refusal(world, promised).code == "by_hand"


@pytest.mark.parametrize("value", ["0", "5", "12.34", "0.1", "123456789.99", "0.0001", "29.9999"])
def test_a_number_keeps_its_digits(value):
    assert json.dumps(writing.json_number(Decimal(value))) == value


def test_a_shop_that_is_misconfigured_is_told_at_the_field():
    with pytest.raises(InputRejected):
        place.on_network(store_code="Default Store")


def test_only_two_calls_ever_write(world):
    """Setting a status by POST /orders skips all logic there; `order/{id}/refund` would always be offline."""
    asked: list[Any] = []
    world.watchers.append(lambda request, status, payload: asked.append(request))
    shop = place.on_world(world)
    order, unpaid = place.made(world, shop), place.made(world, shop, pay="authorised")
    shop.carry_out(place.part(shop, order), key=KEY, tag=TAG)
    for command in place.everything(shop, shop.look_again(order)):
        shop.carry_out(command, key=KEY, tag=TAG)
    shop.carry_out(place.cancel(unpaid), key=KEY, tag=TAG)

    invoice = order.payments[0].id
    ends = [request.path.partition("/V1/")[2] for request in asked if request.method != "GET"]
    assert ends == [f"invoice/{invoice}/refund"] * 2 + [f"orders/{unpaid.external_id}/cancel"]
