"""Our estimate to the cent, and our record of units in a refund's reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.platforms.square.spec import Line
from sandbox.world import World
from stores.canonical.request import CancelRequest
from stores.kernel.errors import RemoteRefused
from stores.kernel.money import Money
from stores.platforms.square import Square
from stores.platforms.square import money as figures
from tests.stores.platforms import rig
from tests.stores.platforms.rig import KEY, TAG
from tests.stores.platforms.square import place
from tests.stores.platforms.square.place import MUG, TEA, world

__all__ = ["world"]
ODD = Line(title="Odd", price="10.00", quantity=3, discount="0.01", sku="ODD")  # 29.99 over three


def usd(text: str) -> Money:
    return Money(Decimal(text), "USD")


def one_by_one(world: World, shop: Square, **words: Any) -> list[str]:
    """What each unit brought, refunded one after another."""
    order = place.made(world, shop, lines=[ODD], **words)
    found = []
    for number in range(3):
        command = place.part(shop, order)
        shop.carry_out(command, key=f"{KEY}{order.external_id}{number}"[-40:], tag=f"[op 0000000{number}]")
        world.advance(5)
        order = shop.look_again(order)
        found.append(str(command.payments[0].amount.amount))
    assert not order.totals.current.shop
    return found


def test_the_last_unit_takes_what_rounding_left(world):
    shop = place.on_world(world)
    assert one_by_one(world, shop) == ["9.99", "10.00", "10.00"]
    assert one_by_one(world, shop, tax_rate="8.5") == ["10.84", "10.85", "10.85"]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 500), st.data())
def test_shares_of_a_line_sum_to_its_total_however_it_is_split(total, quantity, data):
    whole, left, sums = Money.from_minor(total, "USD"), Decimal(quantity), Money.zero("USD")
    taken = Decimal(0)
    while left:
        part = Decimal(data.draw(st.integers(1, int(left))))
        share = figures.upto(whole, taken + part, Decimal(quantity)) - figures.upto(whole, taken, Decimal(quantity))
        assert share.amount >= 0
        sums, taken, left = sums + share, taken + part, left - part
    assert sums == whole


def test_everything_brings_tips_and_charges_as_fees(world):
    shop = place.on_world(world)
    order = place.made(world, shop, charge="5.00", tip="4.20", tax_rate="10")
    quote = shop.quote(order, rig.everything(order))

    assert quote.total == order.totals.received.shop == quote.maximum
    assert (quote.subtotal, quote.tax, quote.fees) == (usd("61.30"), usd("6.13"), usd("9.20"))
    assert quote.shipping == usd("0")
    part = shop.quote(order, CancelRequest(lines=place.some(order)))
    assert (part.total, part.fees) == (usd("15.95"), usd("0"))


def test_an_included_tax_is_not_added(world):
    shop = place.on_world(world)
    order = place.made(world, shop, tax_rate="20", taxes_included=True)
    quote = shop.quote(order, CancelRequest(lines=place.some(order)))
    assert (quote.total, quote.subtotal, quote.tax) == (usd("14.50"), usd("14.50"), usd("0"))
    assert quote.lines[0].tax == usd("2.41")


def test_payments_give_the_largest_first_each_what_it_holds(world):
    shop = place.on_world(world)
    order = place.made(world, shop, tender=[("CASH", "11.30"), ("CARD", "50.00")])
    rows = {1: [("CARD", "14.50")], 3: [("CARD", "43.50")]}
    for units, expected in rows.items():
        quote = shop.quote(order, CancelRequest(lines=place.some(order, units)))
        assert [(p.gateway, str(p.amount.amount)) for p in quote.payments] == expected
        assert {line.payment_id for line in quote.lines} == {quote.payments[0].payment_id}
    quote = shop.quote(order, rig.everything(order))
    assert [(p.gateway, str(p.amount.amount), p.is_manual) for p in quote.payments] == [
        ("CARD", "50.00", False), ("CASH", "11.30", True),
    ]  # fmt: skip
    card, cash = place.everything(shop, order)
    assert (len(card.lines), len(cash.lines)) == (2, 0)


def test_less_left_than_the_units_are_worth_is_all_that_goes_back(world):
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[MUG])
    place.home(world).staff(order.external_id).refund("40.00")
    after = shop.look_again(order)
    quote = shop.quote(after, CancelRequest(lines=place.some(after, 2)))
    assert (quote.total, quote.subtotal) == (usd("3.50"), usd("3.50"))


# --- the record ----------------------------------------------------------------------------------
def test_forty_lines_fit_only_as_all_of_them_and_else_are_refused_before_sending(world):
    shop = place.on_world(world)
    lines = [Line(title=f"Thing {n}", sku=f"S{n}", price="1.00", quantity=2) for n in range(40)]
    order = place.made(world, shop, lines=lines)
    with pytest.raises(RemoteRefused) as caught:
        shop.carry_out(place.part(shop, order, *[1] * 40), key=KEY, tag=TAG)
    assert caught.value.code == "record_too_long"
    assert "Cancel fewer lines" in caught.value.user_message
    assert not world.effects(order.external_id)

    (command,) = place.everything(shop, order)
    shop.carry_out(command, key=KEY, tag=TAG)
    world.advance(5)
    after = shop.look_again(order)
    assert after.refunds[0].note == f"Items cancelled {{all 80}} {TAG}"
    assert all(not line.current for line in after.lines)


def test_notes_are_shortened_and_the_record_and_the_mark_stand_whole(world):
    shop = place.on_world(world)
    for words in ("x" * 400, "客户改变了主意" * 60, "a {b7c2*9} [op 12345678]", ""):
        order = place.made(world, shop)
        (command,) = place.refunds(order, shop.quote(order, CancelRequest(lines=place.some(order))), note=words)
        shop.carry_out(command, key=order.external_id, tag=TAG)
        note = shop.look_again(order).refunds[0].note
        assert len(note) <= 192
        assert note.endswith(TAG)
        assert shop.look_again(order).lines[0].current == 2, words


def test_a_return_at_the_till_and_our_own_refunds_add_up(world):
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[MUG, TEA], earlier=1)
    shop.carry_out(place.part(shop, order), key=KEY, tag=TAG)
    world.advance(5)
    place.home(world).staff(order.external_id).take_back(1, line=1)
    after = shop.read_order(order.external_id)

    assert [line.current for line in after.lines] == [1, 1]
    assert not any("Unallocated" in remark.text for remark in after.remarks)
    assert after == shop.look_again(order)
