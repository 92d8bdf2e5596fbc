"""After a lost answer: what reading can tell, and what it cannot."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from stores.canonical.commands import Absent, Found, FoundForeign, Outcome, Unclear
from stores.kernel.errors import RemoteRefused
from stores.kernel.money import Money
from stores.sandbox.magento.house import MagentoHome
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.magento import place
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


def test_the_same_refund_without_our_mark_is_for_a_person(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.part(shop, order)
    MagentoHome(world).staff(order.external_id).refund(1, note="sorry")

    assert isinstance(shop.find(command, tag=TAG, before=order), Unclear)


def test_another_refund_is_not_ours(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.part(shop, order)
    MagentoHome(world).staff(order.external_id).refund(2, note=f"ours of another step {OTHER_TAG}")

    assert isinstance(shop.find(command, tag=TAG, before=order), Absent)


def test_money_that_no_credit_memo_explains_is_for_a_person(world, network):
    """Not Absent: something went back."""
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.part(shop, order)
    shop.carry_out(command, key=KEY, tag=TAG)
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
    MagentoHome(world).staff(order.external_id).cancel()

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
    assert then.facts["state"] == "cancelled"


def test_a_cancel_that_took_only_a_part_is_for_a_person(world):
    """An invoice between our look and the cancel: units went, so neither "nothing was changed" nor "not cancelled"."""
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[MUG], pay="unpaid")
    command = place.cancel(order)
    MagentoHome(world).staff(order.external_id).invoice(1)
    with pytest.raises(RemoteRefused):  # the usual case: seen in time
        shop.carry_out(command, key=KEY, tag=TAG)
    answer = shop.api.effect(f"orders/{order.external_id}/cancel")

    heard = outcome_of(lambda: shop.poll(command, shop.read_answer(command, answer)))
    found = shop.find(command, tag=TAG, before=order)

    assert (type(heard), heard.code) == (RemoteRefused, "partly_cancelled")
    assert "only part" in heard.user_message
    assert isinstance(found, Found)
    assert found.is_failed
    assert len(world.effects(order.external_id, kind="cancel")) == 1
