"""What a quote says line by line and payment by payment, in every currency, and what then goes back to stock."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sandbox.platforms.bigcommerce.simulator import BigCommerceSimulator
from sandbox.platforms.bigcommerce.spec import Line
from sandbox.world import World
from stores.canonical.request import CancelRequest, RefundChoice
from stores.kernel.errors import RemoteRefused
from stores.kernel.money import Money, total
from tests.stores.platforms.bigcommerce import place
from tests.stores.platforms.contract import outcome_of

PLATFORM = "bigcommerce"
POT, LID = (
    Line(sku="POT", title="Pot", price="9.99", quantity=3),
    Line(sku="LID", title="Lid", price="1.37", quantity=7),
)


def quoted(world: World, units: tuple[int, int], **words: Any) -> tuple[Any, list[tuple[str, str]]]:
    """The quote, and (amount, tax) of each line."""
    shop = place.on_world(world)
    order = place.made(world, shop, **({"lines": [POT, LID], "shipping": "0"} | words))
    wanted = {line.id: Decimal(n) for line, n in zip(order.lines, units, strict=True) if n}
    quote = shop.quote(order, CancelRequest(lines=wanted))
    return quote, [(str(line.amount.amount), str(line.tax.amount)) for line in quote.lines]


@pytest.mark.parametrize(
    ("words", "units", "lines", "whole", "tax"),
    [
        pytest.param({}, (1, 0), [("9.99", "0.00")], "9.99", "0.00", id="plain"),
        pytest.param({}, (3, 7), [("29.97", "0.00"), ("9.59", "0.00")], "39.56", "0.00", id="everything"),
        pytest.param({"tax_rate": "0.0825"}, (3, 7), [("29.97", "2.47"), ("9.59", "0.79")], "42.82", "3.26", id="tax"),
        pytest.param({"tax_rate": "0.0825"}, (2, 1), [("19.98", "1.65"), ("1.37", "0.11")], "23.11", "1.76", id="part"),
        pytest.param({"tax_rate": "0.0825", "taxes_included": True}, (3, 0), [("29.97", "0.00")], "29.97", "0.00",
                     id="prices contain tax"),
        pytest.param({"discount": "3.33"}, (3, 7), [("27.45", "0.00"), ("8.78", "0.00")], "36.23", "0.00", id="coupon"),
        pytest.param({"tax_rate": "0.10", "shipping": "5.00"}, (3, 7), [("29.97", "3.00"), ("9.59", "0.96")], "49.02",
                     "4.46", id="taxed shipping"),
    ],
)  # fmt: skip
def test_each_line_is_quoted_with_its_amount_and_tax(world, words, units, lines, whole, tax):
    quote, told = quoted(world, units, **words)

    assert told == lines
    assert (quote.total, quote.tax) == (Money(Decimal(whole), "USD"), Money(Decimal(tax), "USD"))
    assert total((line.amount for line in quote.lines), "USD") == quote.subtotal
    assert quote.subtotal + quote.tax + quote.shipping + (quote.fees or Money.zero("USD")) == quote.total


def test_each_payment_is_quoted_with_what_it_gives_and_what_it_holds(world):
    quote, _ = quoted(world, (3, 7), tender=[("giftcertificate", "10.00"), ("stripe", "29.56")])

    assert [(p.payment_id, f"{p.amount.amount:.2f}", str(p.maximum.amount), p.is_manual) for p in quote.payments] == [
        ("stripe", "29.56", "29.56", False), ("giftcertificate", "10.00", "10.00", False),
        ("storecredit", "0.00", "39.56", False), ("custom", "0.00", "39.56", True),
    ]  # fmt: skip


# --- a quote that is refused ---------------------------------------------------------------------------
REFUSALS: dict[str, Any] = {
    "flat": {"status": 422, "title": "Order cannot be refunded", "errors": {}},
    "in data": {"data": [{"status": 422, "title": "Order cannot be refunded", "errors": {}}]},
    "of one order": {"data": [{"order_id": 1, "status": 422, "error": "Order cannot be refunded"}], "meta": {}},
    "of one order, in errors": {
        "data": [], "errors": [{"order_id": 1, "status": 422, "error": "Order cannot be refunded"}]
    },
}  # fmt: skip


@pytest.mark.parametrize("choice", [RefundChoice.FULL, RefundChoice.PART])
@pytest.mark.parametrize("body", REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refused_quote_says_why_in_words(world, body, choice):
    """For an own amount too: without BigCommerce's figure none of ours is promised."""
    shop = place.on_world(world)
    order = place.made(world, shop)
    world.watchers.clear()  # the description knows one of these shapes only
    world.fault("user_error", on="quote", status=422, body=body)
    part = {"testgateway": Money(Decimal("5.00"), "USD")} if choice is RefundChoice.PART else {}

    heard = outcome_of(lambda: shop.quote(order, CancelRequest(lines=place.some(order), refund=choice, part=part)))

    assert isinstance(heard, RemoteRefused)
    assert "Order cannot be refunded" in heard.user_message


# --- currencies: what goes back, and the units with it ----------------------------------------------------
def priced(pot: str, lid: str, **words: Any) -> dict[str, Any]:
    lines = [Line(sku="POT", title="Pot", price=pot, quantity=3), Line(sku="LID", title="Lid", price=lid, quantity=7)]
    return {"lines": lines, "shipping": "0"} | words


CURRENCIES = [
    pytest.param(priced("9.99", "1.37", display=("CAD", "1.47")), "9.99", "29.57", id="shown in another"),
    pytest.param(priced("9.99", "1.37", currency="EUR", rate="0.90"), "9.99", "29.57", id="paid in another"),
    pytest.param(priced("9.99", "1.37", currency="EUR", rate="0.90", display=("CAD", "1.47")), "9.99", "29.57",
                 id="paid in one, shown in a third"),
    pytest.param(priced("333", "46", currency="JPY", rate="150"), "333", "988", id="no digits"),
    pytest.param(priced("333", "46", currency="JPY", rate="150", display=("CAD", "0.009")), "333", "988",
                 id="no digits, shown with two"),
    pytest.param(priced("9.999", "1.371", currency="KWD", rate="0.307"), "9.999", "29.595", id="three digits"),
    pytest.param(priced("9.999", "1.371", currency="KWD", rate="0.307", display=("JPY", "490")), "9.999", "29.595",
                 id="three digits, shown with none"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "part", "rest"), CURRENCIES)
def test_units_go_back_to_stock_with_the_exact_money_of_their_currency(desk, words, part, rest):
    """One pot, then all that is left: to the smallest unit, and every unit once."""
    home = BigCommerceSimulator(desk.world)
    record = desk.order(**words)

    for wish in (desk.some(record, 1), None):
        cancellation = desk.work(desk.confirm(record, wish or desk.everything(record)))
        assert (cancellation.state, cancellation.differs) == ("done", False), cancellation.trouble

    refunds = desk.world.effects(kind="refund")
    assert [str(effect.amount) for effect in refunds] == [part, rest]
    assert {effect.currency for effect in refunds} == {words.get("currency", "USD")}
    assert (home.stock("POT"), home.stock("LID")) == (100, 100)


@pytest.mark.parametrize("display", [("CAD", "1.47"), ("JPY", "150"), ("KWD", "0.307")])
def test_money_told_in_the_currency_of_display_is_left_to_a_person(desk, display):
    """Nobody could verify which amounts are in which: then no unit and no money moves, and the page says why."""
    desk.world.switch("bigcommerce_currency_fields", "display")
    record = desk.order(**priced("9.99", "1.37", display=display))

    plan = desk.plan(record, desk.some(record, 1))

    assert not plan.can_run
    assert any("two currencies" in blocker.text for blocker in plan.blockers)
    assert (desk.world.effects(kind="refund"), BigCommerceSimulator(desk.world).stock("POT")) == ([], 97)
