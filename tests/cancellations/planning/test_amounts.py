"""What goes back: full as quoted, part as named, none; and every wrong wish at its field."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from cancellations.planning import amounts, planner
from stores.canonical.order import MoneyPair
from stores.canonical.request import CancelRequest, RefundChoice
from stores.kernel.money import Money
from tests import make
from tests.cancellations.planning.cases import cautions, codes, commands, everything, plan, quote, take


def order(currency: str = "USD", **fields):
    return make.canonical_order(
        lines=[make.line(units=4, price="1000" if currency == "JPY" else "10.00", currency=currency)],
        currency=currency,
        **fields,
    )


def part(facts, amount: str, currency: str = "", **fields) -> CancelRequest:
    money = Money(Decimal(amount), currency or facts.customer_currency)
    return take(1, order=facts, refund=RefundChoice.PART, part={facts.payments[0].id: money}, **fields)


def test_full_is_what_the_platform_says():
    facts = order()

    made = plan(facts, take(2, order=facts))

    assert made.sums.total == make.money("20.00")
    assert [p.amount for p in commands(made)[0].payments] == [make.money("20.00")]


def test_the_lines_of_a_quote_give_each_line_its_part():
    facts = order()
    figures = quote(facts, take(1, order=facts))
    shares = tuple(make_share(facts.lines[0].id, amount, tax) for amount, tax in (("4.00", "0.40"), ("5.00", "0.60")))

    made = plan(facts, take(1, order=facts), quoted=replace(figures, lines=shares))

    assert made.expected.lines[0].refund == make.money("10.00")


def make_share(line_id, amount, tax):
    from stores.canonical.request import QuotedLine

    return QuotedLine(line_id=line_id, units=Decimal(1), amount=make.money(amount), tax=make.money(tax))


def test_tax_that_is_inside_the_price_is_not_counted_twice():
    facts = replace(order(), taxes_included=True)
    figures = replace(quote(facts, take(1, order=facts)), lines=(make_share(facts.lines[0].id, "10.00", "1.60"),))

    assert plan(facts, take(1, order=facts), quoted=figures).expected.lines[0].refund == make.money("10.00")


@pytest.mark.parametrize(
    ("currency", "amount", "said"),
    [
        ("USD", "40.01", "At most"),
        ("USD", "-1", "negative"),
        ("USD", "1.005", "2 decimals"),
        ("JPY", "10.5", "no decimals"),
        ("KWD", "1.0005", "3 decimals"),
    ],
)
def test_a_wrong_amount_blocks_at_its_field(currency, amount, said):
    facts = order(currency)

    made = plan(facts, part(facts, amount))

    assert [(b.code, b.field) for b in made.blockers] == [("amount", f"part.{facts.payments[0].id}")]
    assert said in made.blockers[0].text


def test_another_currency_blocks_at_its_field():
    facts = order()

    made = plan(facts, part(facts, "5", "EUR"))

    assert codes(made) == ["amount"]
    assert "USD" in made.blockers[0].text


def test_a_payment_of_another_order_blocks():
    facts = order()

    made = plan(facts, take(1, order=facts, refund=RefundChoice.PART, part={"elsewhere": make.money("1")}))

    assert codes(made)[0] == "foreign_payment"


def test_part_of_nothing_asks_how_much():
    facts = order()

    assert codes(plan(facts, take(1, order=facts, refund=RefundChoice.PART))) == ["no_amount"]


def test_an_amount_on_an_unpaid_order_blocks():
    facts = order(payments=())

    made = plan(facts, take(1, order=facts, refund=RefundChoice.PART, part={"x": make.money("1")}))

    assert codes(made) == ["nothing_paid"]


def test_no_refund_moves_no_money_and_says_so():
    facts = order()

    made = plan(facts, take(1, order=facts, refund=RefundChoice.NONE))

    assert commands(made)[0].payments == ()
    assert "no_refund" in cautions(made)


@pytest.mark.parametrize(
    ("limit", "asked", "code"),
    [("5.00", "5.00", ""), ("5.00", "5.01", "shipping"), ("5.00", "0.001", "shipping"), ("0", "1.00", "shipping")],
    ids=["all of it", "more", "too fine", "nothing left"],
)
def test_shipping_keeps_within_what_is_left(limit, asked, code):
    facts = order(shipping_refundable=make.money(limit))

    made = plan(facts, take(1, order=facts, shipping=make.money(asked)))

    assert [b.code for b in made.blockers] == ([code] if code else [])


def test_shipping_of_ones_own_on_a_whole_order_is_refunded_apart():
    facts = order(shipping_refundable=make.money("5.00"))
    more = replace(facts, payments=(make.payment("60.00"),))

    refund, cancel = commands(plan(more, everything(more, shipping=make.money("2.00"))))

    assert not cancel.refund
    assert refund.shipping == make.money("2.00")
    assert refund.payments[0].amount == make.money("42.00")


def test_without_figures_nothing_is_promised():
    facts = order()
    figureless = planner_without_quote(facts, take(1, order=facts))

    assert codes(figureless) == ["no_quote"]
    assert not figureless.can_run


def planner_without_quote(facts, wish):
    from cancellations.planning.plan import ShopSettings
    from tests.cancellations.planning.cases import ABLE, REASONS, RECIPE

    return planner.build(
        facts,
        wish,
        quote=None,
        capabilities=ABLE,
        recipe=RECIPE,
        reasons=REASONS,
        settings=ShopSettings(hold_seconds=0),
        adapter_version="1",
    )


def test_figures_above_their_own_maximum_are_refused():
    facts = order()
    figures = quote(facts, take(1, order=facts))
    broken = replace(figures, payments=(replace(figures.payments[0], maximum=make.money("1.00")),))

    assert codes(plan(facts, take(1, order=facts), quoted=broken)) == ["quote_too_high"]


def test_figures_in_another_currency_are_refused():
    facts = order()
    figures = replace(quote(facts, take(1, order=facts)), total=Money(Decimal(1), "EUR"))

    assert codes(plan(facts, take(1, order=facts), quoted=figures)) == ["quote_currency"]


def test_limits_compare_in_the_shops_currency():
    facts = replace(order("EUR"), currency="JPY")
    facts = replace(
        facts,
        totals=replace(
            facts.totals, original=MoneyPair(shop=Money(Decimal(6400), "JPY"), customer=make.money("40", "EUR"))
        ),
    )

    made = plan(facts, take(1, order=facts))

    assert made.sums.total == make.money("10.00", "EUR")
    assert made.limit_amount == Money(Decimal(1600), "JPY")


@pytest.mark.parametrize(("shop", "customer"), [("0", "0"), ("0", "4000")], ids=["free at first", "shop's not told"])
def test_an_order_that_tells_no_rate_is_not_compared_at_one_to_one_or_nothing(shop, customer):
    told = MoneyPair(shop=make.money(shop, "JPY"), customer=make.money(customer))
    facts = order(customer_currency="USD", totals=replace(make.totals("40.00"), original=told))
    foreign = replace(facts, currency="JPY")

    assert amounts.in_shop_currency(foreign, make.money("10.00")) == make.money("10.00")
    assert amounts.in_shop_currency(foreign, make.money("0")) == make.money("0", "JPY")


def test_a_manual_payment_must_be_paid_by_hand():
    facts = order(payments=(make.payment("40.00", is_manual=True, label="Bank deposit"),))

    made = plan(facts, take(1, order=facts))

    assert cautions(made) == ["final"]  # the effect says it, and nothing says it again
    assert "by hand" in next(e for e in made.effects if e.kind == "refund").detail


@pytest.mark.parametrize(
    ("refund", "units", "expected"),
    [(RefundChoice.FULL, {"a": 1}, True), (RefundChoice.PART, {"a": 1}, True), (RefundChoice.NONE, {"a": 1}, False),
     (RefundChoice.FULL, {}, False)],
)  # fmt: skip
def test_a_quote_is_needed_where_money_may_move(refund, units, expected):
    wish = CancelRequest(lines={k: Decimal(n) for k, n in units.items()}, refund=refund)

    assert planner.needs_quote(order(), wish) is expected
    assert planner.needs_quote(order(payments=()), wish) is False
