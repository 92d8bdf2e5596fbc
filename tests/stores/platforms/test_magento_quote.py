"""Our arithmetic against the simulator's: what is promised is what a credit memo comes to, to the cent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from sandbox.platforms.magento.simulator import MagentoSimulator
from sandbox.platforms.magento.spec import Line
from stores.canonical.request import CancelRequest
from stores.kernel.errors import RemoteRefused
from stores.kernel.money import Money, total
from stores.platforms.magento import capabilities as magento_words
from stores.platforms.magento import reading, writing
from stores.platforms.magento.money import Facts
from stores.platforms.magento.refund_math import TAX, Share, Worth
from tests.stores.platforms import rig
from tests.stores.platforms.magento import place
from tests.stores.platforms.magento.place import MUG, TEA, world
from tests.stores.platforms.rig import KEY, TAG

__all__ = ["world"]


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def some_order(dice: Random) -> dict[str, Any]:
    """Prices, discounts and rates that do not divide."""
    lines = [
        Line(
            sku=f"S{place_}",
            price=f"{dice.randrange(100, 9999) / 100:.2f}",
            quantity=dice.randrange(1, 8),
            discount=f"{dice.randrange(0, 300) / 100:.2f}" if dice.random() < 0.5 else "0",
            kind=dice.choice(("simple", "simple", "configurable", "virtual")),
        )
        for place_ in range(dice.randrange(1, 5))
    ]
    invoices: list[list[int]] = []
    if dice.random() < 0.4:
        first = [dice.randrange(0, line.quantity + 1) for line in lines]
        invoices = [first, [line.quantity - n for line, n in zip(lines, first, strict=True)]] if any(first) else []
    rate = dice.choice(("0", "0.19", "0.077", "0.2"))
    return {"lines": lines, "tax_rate": rate, "invoices": [row for row in invoices if any(row)]}


def test_what_is_promised_is_what_moves(world):
    """Orders of every kind, each cancelled in one or two bites; the rest after that, to the last cent."""
    dice = Random(4)
    for _ in range(16):
        shop = place.on_world(world, shipping_prices=dice.choice(("", "excluding")))
        order = place.made(world, shop, **some_order(dice))
        for bite in range(dice.randrange(1, 3)):
            wanted = {line.id: Decimal(dice.randrange(0, int(line.cancellable) + 1)) for line in order.lines}
            lines = {line_id: count for line_id, count in wanted.items() if count}
            if not lines or (bite and order.cancelled_at):
                continue
            order = through(shop, order, CancelRequest(lines=lines))
        order = order if order.cancelled_at else through(shop, order, rig.everything(order))
        assert order.cancelled_at
        assert order.totals.refunded == order.totals.received, order.external_id
        assert MagentoSimulator(world).order(order.external_id)["state"] == "closed"


def through(shop: Any, order: Any, request: CancelRequest) -> Any:
    quote = shop.quote(order, request)
    assert quote.total == total((p.amount for p in quote.payments), "USD")
    assert quote.total == quote.subtotal + quote.tax + quote.shipping
    for command in place.refunds(order, quote):
        before = shop.look_again(order).totals.refunded.shop
        shop.carry_out(command, key=KEY, tag=TAG)
        assert shop.look_again(order).totals.refunded.shop - before == command.payments[0].amount
    return shop.look_again(order)


def test_units_go_back_through_the_invoice_that_billed_them(world):
    shop = place.on_world(world)
    order = place.made(world, shop, invoices=[(2, 0), (1, 2)])
    quote = shop.quote(order, CancelRequest(lines=place.some(order, 3)))
    first, second = (payment.id for payment in order.payments)

    assert [(line.units, line.payment_id) for line in quote.lines] == [(2, first), (1, second)]
    assert [(p.payment_id, p.amount) for p in quote.payments] == [(first, usd("29.00")), (second, usd("14.50"))]
    assert quote.is_estimate


def test_shipping_goes_back_through_the_invoice_that_carries_it(world):
    shop = place.on_world(world)
    order = place.made(world, shop, invoices=[(2, 0), (1, 2)])
    whole = shop.quote(order, rig.everything(order))
    asked = shop.quote(order, CancelRequest(lines={order.lines[1].id: Decimal(1)}, shipping=usd("2.00")))

    assert [p.shipping for p in whole.payments] == [usd("5.00"), usd("0.00")]
    assert whole.total == order.totals.received.shop
    assert [(p.amount, p.shipping) for p in asked.payments] == [(usd("2.00"), usd("2.00")), (usd("8.90"), usd("0.00"))]


def test_units_nobody_paid_stand_on_no_payment(world):
    shop = place.on_world(world)
    order = place.made(world, shop, invoices=[(1, 0)])
    quote = shop.quote(order, rig.everything(order))

    assert quote.total == usd("19.50")
    assert {(q.line_id, q.units, q.payment_id) for q in quote.lines} == {
        (order.lines[0].id, 1, order.payments[0].id),
        (order.lines[0].id, 2, "cancel"),
        (order.lines[1].id, 2, "cancel"),
    }
    with pytest.raises(RemoteRefused) as caught:
        shop.quote(order, CancelRequest(lines=place.some(order, 2)))
    assert "never invoiced" in caught.value.user_message
    assert shop.quote(order, CancelRequest(lines=place.some(order, 1))).total == usd("14.50")
    with pytest.raises(RemoteRefused) as caught:
        shop.quote(order, replace(rig.everything(order), keep_stock=frozenset({order.lines[0].id})))
    assert "cannot be told to keep them out" in caught.value.user_message


def test_never_more_than_is_left(world):
    """Staff gave some money back before: the rest is all there is."""
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[MUG])
    MagentoSimulator(world).staff(order.external_id).refund(amount="40.00")
    order = shop.look_again(order)
    quote = shop.quote(order, rig.everything(order))
    assert quote.total == quote.maximum == usd("8.50")

    order = through(shop, order, rig.everything(order))

    assert order.totals.refunded == order.totals.received
    assert order.cancelled_at


def test_a_customer_who_saw_another_currency_is_paid_in_the_base_currency(world):
    """Refund arguments are in base currency and payment methods are told base amounts: that is what moves."""
    shop = place.on_world(world)
    order = place.made(world, shop, currency="EUR", rate="0.9137", tax_rate="0.20")
    assert (order.currency, order.customer_currency) == ("USD", "USD")
    assert any("EUR" in remark.text and "base currency, USD" in remark.text for remark in order.remarks)
    quote = shop.quote(order, CancelRequest(lines=place.some(order)))
    assert quote.currency == "USD"

    after = through(shop, order, CancelRequest(lines=place.some(order)))

    (effect,) = world.effects(order.external_id, kind="refund")
    assert (str(effect.amount), effect.currency) == ("17.40", "USD")
    assert after.totals.refunded.customer == usd("17.40")


def test_store_credit_is_left_to_magentos_own_arithmetic(world):
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[TEA], extras={"customer_balance_amount": "4.00"})
    assert any("estimates" in remark.text for remark in order.remarks)
    quote = shop.quote(order, rig.everything(order))

    assert quote.total == order.totals.received.shop == usd("18.80")

    after = through(shop, order, rig.everything(order))

    assert after.totals.refunded.customer == usd("18.80")
    assert after.cancelled_at is not None


# --- the estimate by itself ---------------------------------------------------------------------------
def facts_of(world: Any, **words: Any) -> Facts:
    shop = place.on_world(world)
    order = place.made(world, shop, **words)
    return reading.facts_of(shop.api, order.external_id)


def asked(facts: Facts, *units: int, **words: Any) -> CancelRequest:
    lines = {item.id: Decimal(n) for item, n in zip(facts.lines, units, strict=True) if n}
    return CancelRequest(lines=lines, **words)


@pytest.mark.parametrize("units", [(1, 0), (2, 1), (3, 2)])
def test_an_invoice_that_does_not_tell_its_tax_is_quoted_by_its_lines(world, units):
    facts = facts_of(world, tax_rate="0.10", shipping="0")
    untold = replace(facts, invoices=tuple({k: v for k, v in i.items() if k != TAX} for i in facts.invoices))

    told = writing.quote(facts, asked(facts, *units))

    assert writing.quote(untold, asked(facts, *units)) == told
    assert told.tax == usd(f"{Decimal('1.45') * units[0] + Decimal('0.89') * units[1]}")


@pytest.mark.parametrize(
    ("given", "tax", "shipping"),
    [("9.00", "0.00", "0.00"), ("9.64", "0.00", "0.00"), ("9.65", "3.65", "6.00"), ("50.00", "3.65", "6.00")],
    ids=["less than tax and shipping", "a cent less", "just as much", "more"],
)
def test_where_less_is_left_than_tax_and_shipping_no_parts_are_named(world, given, tax, shipping):
    facts = facts_of(world, tax_rate="0.10", shipping="6.00")
    (invoice,) = facts.paid_invoices
    share = Share(facts.lines[0].id, Decimal(1), Decimal("36.50"), Decimal("3.65"))
    worth = Worth(invoice, (share,), Decimal("6.00"), Decimal("6.00"), Decimal(given), Decimal(given), Decimal("99"))

    quote = writing.summed(facts, [worth], {})

    assert (quote.total, quote.tax, quote.shipping) == (usd(given), usd(tax), usd(shipping))
    assert quote.subtotal == usd(given) - usd(tax) - usd(shipping)


@pytest.mark.parametrize(
    ("words", "is_said"),
    [({"pay": "offline"}, True), ({}, False), ({"pay": "authorised"}, False),
     ({"lines": [replace(MUG, price="0.00")], "shipping": "0", "pay": "free"}, False)],
    ids=["recorded by hand", "by card", "not taken yet", "cost nothing"],
)  # fmt: skip
def test_a_payment_that_is_only_recorded_says_that_a_person_pays(world, words, is_said):
    order = place.made(world, place.on_world(world), **words)

    assert any(str(magento_words.BY_HAND) in remark.text for remark in order.remarks) is is_said
