"""After a lost answer: what reading can tell, and what it cannot."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from sandbox.platforms.magento.simulator import MagentoSimulator
from stores.canonical.commands import Absent, Found, FoundForeign, PaymentBack, RefundOrder, Unclear
from stores.canonical.order import Order
from stores.canonical.receipts import Outcome
from stores.connectors.records import IN_ALL, Standing
from stores.kernel.errors import JobFailed, OutcomeUnknown, RemoteRefused
from stores.kernel.money import Money
from stores.platforms.magento import mapping
from stores.platforms.magento.money import Facts
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.magento import place, recorded
from tests.stores.platforms.magento.place import MUG, world
from tests.stores.platforms.rig import KEY, OTHER_TAG, TAG

__all__ = ["world"]


def test_our_mark_is_looked_for_with_kind_invoice_and_amount(world):
    shop = place.on_world(world)
    order = place.made(world, shop, invoices=[(2, 2), (1, 0)])
    command = place.part(shop, order)
    shop.carry_out(command, key=KEY, tag=TAG)

    assert isinstance(shop.find(command, tag=TAG, before=order), Found)
    other = replace(command, payments=(replace(command.payments[0], payment_id=order.payments[1].id),))
    assert isinstance(shop.find(other, tag=TAG, before=order), Unclear)
    less = replace(command, payments=(replace(command.payments[0], amount=Money(Decimal(1), "USD")),))
    assert isinstance(shop.find(less, tag=TAG, before=order), Unclear)


def test_a_refund_of_other_units_for_the_same_money_is_not_a_twin(world):
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[MUG, replace(MUG, sku="MUG-RED")])
    command = place.part(shop, order)
    MagentoSimulator(world).staff(order.external_id).refund(0, 1)

    assert isinstance(shop.find(command, tag=TAG, before=order), Absent)


def test_every_credit_memo_is_a_record_with_its_invoice_its_money_and_its_units(world):
    shop = place.on_world(world)
    order = place.made(world, shop, invoices=[(2, 2), (1, 0)])
    command = place.part(shop, order)
    shop.carry_out(command, key=KEY, tag=TAG)
    with_memo = shop.read_order(order.external_id)
    MagentoSimulator(world).staff(order.external_id).refund_offline(0, 1, note="by hand")

    ours, theirs = shop.records(command, before=with_memo).records

    assert (ours.id, ours.ids) == (with_memo.refunds[0].id, {"refund": with_memo.refunds[0].id})
    assert (ours.text, ours.money) == (f"bye {TAG}", {order.payments[0].id: Money(Decimal("14.50"), "USD")})
    assert (ours.units, ours.standing) == ({order.lines[0].id: Decimal(1)}, Standing.DONE)
    assert (theirs.text, theirs.money) == ("by hand", {IN_ALL: Money(Decimal("8.90"), "USD")})
    assert theirs.units == {order.lines[1].id: Decimal(1)}


@pytest.mark.parametrize(("state", "standing"), [(1, Standing.PENDING), (2, Standing.DONE), (3, Standing.FAILED)])
def test_how_far_a_credit_memo_got(network, state, standing):
    memo = recorded.memo(state=state)
    network.get(f"{place.BASE}/orders/17", json=recorded.order())
    network.get(f"{place.BASE}/creditmemos", json=recorded.found(memo))
    (record,) = place.on_network().records(refund_of("16.07"), before=before()).records

    assert record.standing is standing


CUT = {
    "an empty order": ({}, recorded.found()),
    "an order without its items": (recorded.order(items=None), recorded.found()),
    "an order without a currency": (recorded.order(base_currency_code=None), recorded.found()),
    "no list": (recorded.order(), {}),
    "a list without its length": (recorded.order(), {"items": []}),
    "a length without its list": (recorded.order(), {"items": None, "total_count": 1}),
    "a memo without its amount": (recorded.order(), recorded.found(recorded.memo(base_grand_total=None))),
    "a memo without its comments": (recorded.order(), recorded.found(recorded.memo(comments=None))),
    "a memo without its number": (recorded.order(), recorded.found(recorded.memo(entity_id=None))),
}


@pytest.mark.parametrize("cut", CUT)
def test_half_an_answer_is_unreadable_and_never_absent(network, cut):
    network.assert_all_requests_are_fired = False
    order, memos = CUT[cut]
    network.get(f"{place.BASE}/orders/17", json=order)
    network.get(f"{place.BASE}/creditmemos", json=memos)

    heard = outcome_of(lambda: place.on_network().find(refund_of("16.07"), tag=TAG, before=before()))

    assert (type(heard), heard.code) == (OutcomeUnknown, "bad_shape")


@pytest.mark.parametrize(
    "order", [{}, recorded.unpaid(state=None), recorded.unpaid() | {"items": None}], ids=["empty", "state", "items"]
)
def test_half_an_order_does_not_say_that_it_was_not_cancelled(network, order):
    network.get(f"{place.BASE}/orders/17", json=order)
    command = replace(place.cancel(before()), order_id="17")

    heard = outcome_of(lambda: place.on_network().find(command, tag=TAG, before=before()))

    assert (type(heard), heard.code) == (OutcomeUnknown, "bad_shape")


def test_a_cancelled_order_and_a_credit_memo_of_the_same_number_are_two_things(network):
    """Ids of orders and of credit memos are counted apart, so they meet."""
    facts = recorded.parsed(recorded.unpaid(state="canceled", entity_id=900011))
    network.get(f"{place.BASE}/orders/900011", json=recorded.unpaid(state="canceled", entity_id=900011))
    refunded = mapping.to_order(Facts(recorded.parsed(recorded.order()), (), (recorded.parsed(recorded.memo()),)))
    was = replace(mapping.to_order(Facts(facts)), cancelled_at=None, refunds=refunded.refunds)

    found = place.on_network().find(place.cancel(was), tag=TAG, before=was)

    assert (type(found), found.ids) == (Found, {"order": "900011"})


def before() -> Order:
    return mapping.to_order(Facts(recorded.parsed(recorded.order())))


def refund_of(amount: str) -> RefundOrder:
    back = PaymentBack(payment_id="900009", gateway="sandbox_card", amount=Money(Decimal(amount), "USD"))
    return RefundOrder(order_id="17", currency="USD", lines=(), payments=(back,), shipping=None)


def test_another_refund_is_not_ours(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.part(shop, order)
    MagentoSimulator(world).staff(order.external_id).refund(2, note=f"ours of another step {OTHER_TAG}")

    assert isinstance(shop.find(command, tag=TAG, before=order), Absent)


@pytest.mark.parametrize("amount", ["14.50", "3.00"])
def test_money_that_no_credit_memo_explains_is_for_a_person(world, amount):
    """Not Absent: something went back, whatever it comes to."""
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.part(shop, order)
    less = replace(command, payments=(replace(command.payments[0], amount=Money(Decimal(amount), "USD")),))
    shop.carry_out(less, key=KEY, tag=TAG)
    with world.store.write() as db:
        db.execute("DELETE FROM records WHERE kind = 'creditmemo'")

    assert isinstance(shop.find(command, tag=TAG, before=order), Unclear)


def test_both_truths_of_the_one_text_are_unknown_and_warn_of_the_provider(world):
    for flavour, happened in (("refused", 0), ("paid", 1)):
        shop = place.on_world(world)
        order = place.made(world, shop)
        command = place.part(shop, order)
        world.fault("user_error", on="refund", flavour=flavour)
        heard = outcome_of(lambda shop=shop, command=command: shop.carry_out(command, key=KEY, tag=TAG))
        assert (type(heard).__name__, heard.code) == ("OutcomeUnknown", "not_saved")
        assert "payment provider" in heard.user_message
        found = shop.find(command, tag=TAG, before=order)
        assert isinstance(found, Absent)
        assert "payment provider" in found.detail
        assert len(world.effects(order.external_id, kind="refund")) == happened


def test_a_cancel_leaves_no_mark_and_the_words_say_so(world):
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[MUG], pay="unpaid")
    command = place.cancel(order)
    assert isinstance(shop.find(command, tag=TAG, before=order), Absent)
    MagentoSimulator(world).staff(order.external_id).cancel()

    found = shop.find(command, tag=TAG, before=order)

    assert isinstance(found, Found)
    assert "no mark" in found.detail
    was = shop.look_again(order)
    assert isinstance(shop.find(command, tag=TAG, before=was), FoundForeign)


def test_a_cancel_is_only_applied_once_it_was_read(world):
    shop = place.on_world(world)
    order = place.made(world, shop, pay="unpaid")
    command = place.cancel(order)

    first = shop.carry_out(command, key=KEY, tag=TAG)
    then = shop.poll(command, first)

    assert (first.outcome, then.outcome) == (Outcome.ACCEPTED, Outcome.APPLIED)
    assert (then.reported.state, then.reported.cancelled_at) == ("cancelled", world.now())


def test_a_cancel_that_took_only_a_part_is_for_a_person(world):
    """An invoice between our look and the cancel: units went, so neither "nothing was changed" nor "not cancelled"."""
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[MUG], pay="unpaid")
    command = place.cancel(order)
    MagentoSimulator(world).staff(order.external_id).invoice(1)
    with pytest.raises(RemoteRefused):  # the usual case: seen in time
        shop.carry_out(command, key=KEY, tag=TAG)
    answer = shop.api.effect("POST", f"orders/{order.external_id}/cancel")

    heard = outcome_of(lambda: shop.poll(command, shop.read_answer(command, answer)))
    found = shop.find(command, tag=TAG, before=order)

    assert (type(heard), heard.code) == (JobFailed, "partly_cancelled")
    assert "only part" in heard.user_message
    assert isinstance(found, Found)
    assert found.is_failed
    assert len(world.effects(order.external_id, kind="cancel")) == 1
