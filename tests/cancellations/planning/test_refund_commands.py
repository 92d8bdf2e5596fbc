"""The refunds of a plan as they will be sent: every id, unit, place, switch, shipping and fee, compared whole."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from cancellations.planning.plan import Plan
from stores.canonical.commands import CorrectStock, PaymentBack, RefundOrder, StockChange, UnitsBack
from stores.canonical.order import Location, Order, Placement, Readiness
from stores.canonical.recipe import Void
from stores.canonical.request import Quote, QuotedLine, Reason, RefundChoice
from stores.kernel.money import Money
from tests import make
from tests.cancellations.planning import cases
from tests.cancellations.planning.cases import codes, commands, everything, plan, take
from tests.cancellations.planning.test_ways import BY_HAND, BY_INVOICE, LEDGER, ONE_SWITCH

WAREHOUSE, CELLAR = make.WAREHOUSE, Location(id="C1", name="Cellar")
NOTE = "Customer changed their mind"


def two_payments(*, maxima: tuple[str, str] = ("20.00", "40.00"), **fields) -> Order:
    paid = (
        make.payment(maxima[0], id="P1", gateway="visa", label="Visa"),
        make.payment(maxima[1], id="P2", gateway="bank", label="Bank", is_manual=True),
    )
    lines = [make.line(id=f"L{n}", units=n, stock_item_id=f"S{n}") for n in (2, 3)]
    return make.canonical_order(lines=lines, external_id="O1", payments=paid, **fields)


def figures(facts: Order, *rows: tuple[str, int, str, str], **fields) -> Quote:
    """rows: (line, units, worth, payment)."""
    zero = Money.zero("USD")
    lines = tuple(
        QuotedLine(line_id=i, units=Decimal(n), amount=make.money(worth), tax=zero, payment_id=payment)
        for i, n, worth, payment in rows
    )
    return replace(cases.quote(facts, everything(facts)), lines=lines, **fields)


def with_parts(quote: Quote, *parts: tuple[str, str | None, str | None]) -> Quote:
    """parts: for each payment its amount, its part of the shipping and of the fees."""
    named = tuple(
        replace(
            payment,
            amount=make.money(amount),
            shipping=None if shipping is None else make.money(shipping),
            fees=None if fees is None else make.money(fees),
        )
        for payment, (amount, shipping, fees) in zip(quote.payments, parts, strict=True)
    )
    whole = make.money(str(sum(Decimal(amount) for amount, _s, _f in parts)))
    return replace(quote, payments=named, total=whole)


def refunds(made: Plan) -> list[RefundOrder]:
    return [command for command in commands(made) if isinstance(command, RefundOrder)]


def back(payment: str, amount: str) -> PaymentBack:
    gateway, by_hand = {"P1": ("visa", False), "P2": ("bank", True)}[payment]
    return PaymentBack(payment_id=payment, gateway=gateway, amount=make.money(amount), is_manual=by_hand)


def units(line: str, n: int, *, restock: bool = True, at: str = WAREHOUSE.id) -> UnitsBack:
    return UnitsBack(line_id=line, units=Decimal(n), restock=restock, location_id=at)


def refund(lines, payments, shipping=None, fees=None, **fields) -> RefundOrder:
    return RefundOrder(
        order_id="O1",
        currency="USD",
        lines=tuple(lines),
        payments=tuple(payments),
        shipping=shipping and make.money(shipping),
        fees=fees and make.money(fees),
        **({"note": NOTE} | fields),
    )


# --- one refund for each payment ---------------------------------------------------------------------
def test_each_payment_takes_the_units_shipping_and_fees_that_were_quoted_on_it():
    facts = two_payments(maxima=("27.00", "34.00"), shipping_refundable=make.money("6.00"))
    quoted = figures(facts, ("L2", 2, "20", "P1"), ("L3", 3, "30", "P2"), shipping=make.money("6.00"))
    quoted = with_parts(quoted, ("27.00", "5.00", "2.00"), ("34.00", "1.00", "3.00"))

    made = plan(facts, everything(facts), recipe=BY_INVOICE, quoted=quoted)

    assert refunds(made) == [
        refund([units("L2", 2)], [back("P1", "27.00")], "5.00", "2.00"),
        refund([units("L3", 3)], [back("P2", "34.00")], "1.00", "3.00"),
    ]


def test_a_line_that_two_payments_share_leaves_in_parts():
    facts = two_payments()
    quoted = figures(facts, ("L2", 2, "20", "P1"), ("L3", 1, "10", "P1"), ("L3", 2, "20", "P2"))
    quoted = with_parts(quoted, ("20.00", None, None), ("30.00", None, None))

    first, second = refunds(plan(facts, everything(facts), recipe=BY_INVOICE, quoted=quoted))

    assert first == refund([units("L2", 2), units("L3", 1)], [back("P1", "20.00")])
    assert second == refund([units("L3", 2)], [back("P2", "30.00")])


def test_kept_units_leave_with_their_payment_and_do_not_go_back():
    facts = two_payments()
    wish = everything(facts, keep_stock=frozenset({"L3"}))
    quoted = figures(facts, ("L2", 2, "20", "P1"), ("L3", 3, "30", "P2"))
    quoted = with_parts(quoted, ("20.00", None, None), ("30.00", None, None))

    made = plan(facts, wish, recipe=BY_INVOICE, quoted=quoted)

    assert refunds(made) == [
        refund([units("L2", 2)], [back("P1", "20.00")]),
        refund([units("L3", 3, restock=False)], [back("P2", "30.00")]),
    ]


def test_where_no_share_names_a_payment_units_and_shipping_go_with_the_first():
    facts = two_payments(shipping_refundable=make.money("6.00"))
    quoted = with_parts(figures(facts, shipping=make.money("6.00")), ("20.00", None, None), ("36.00", None, None))

    made = plan(facts, take(2, 3, order=facts), recipe=replace(LEDGER, cancel=None, void=Void.ALONE), quoted=quoted)

    assert refunds(made) == [
        refund([units("L2", 2, restock=False), units("L3", 3, restock=False)], [back("P1", "20.00")], "6.00"),
        refund([], [back("P2", "36.00")]),
    ]


def test_shipping_that_a_later_payment_carries_is_not_given_to_the_first_as_well():
    facts = two_payments(shipping_refundable=make.money("6.00"))
    quoted = figures(facts, ("L2", 2, "20", "P1"), ("L3", 3, "30", "P2"), shipping=make.money("6.00"))
    quoted = with_parts(quoted, ("20.00", None, None), ("36.00", "6.00", None))

    made = plan(facts, everything(facts), recipe=BY_INVOICE, quoted=quoted)

    assert [command.shipping for command in refunds(made)] == [None, make.money("6.00")]


def test_a_payment_that_carries_no_shipping_and_no_fee_names_none():
    facts = two_payments()
    quoted = figures(facts, ("L2", 2, "20", "P1"), ("L3", 3, "30", "P2"))
    quoted = with_parts(quoted, ("20.00", "0.00", "0.00"), ("30.00", "0.00", "0.00"))

    made = plan(facts, everything(facts), recipe=BY_INVOICE, quoted=quoted)

    assert [(command.shipping, command.fees) for command in refunds(made)] == [(None, None), (None, None)]


def test_a_payment_from_which_nothing_goes_back_gets_no_refund():
    facts = two_payments()
    quoted = with_parts(figures(facts), ("0.00", None, None), ("10.00", None, None))

    made = plan(facts, take(1, order=facts), recipe=LEDGER, quoted=quoted)

    assert refunds(made) == [refund([units("L2", 1, restock=False)], [back("P2", "10.00")])]


# --- one refund for all of it ------------------------------------------------------------------------
def test_one_call_names_every_payment_with_shipping_and_fees():
    facts = two_payments(shipping_refundable=make.money("6.00"))
    quoted = with_parts(
        figures(facts, shipping=make.money("6.00"), fees=make.money("3.00")),
        ("20.00", None, None),
        ("39.00", None, None),
    )

    made = plan(facts, take(1, 2, order=facts, notify=True, reason=Reason.FRAUD), recipe=BY_HAND, quoted=quoted)

    assert refunds(made) == [
        refund(
            [units("L2", 1, restock=False), units("L3", 2, restock=False)],
            [back("P1", "20.00"), back("P2", "39.00")],
            "6.00",
            "3.00",
            notify=True,
            note="Suspected fraud",
        )
    ]


def test_units_that_wait_in_two_places_go_back_to_both():
    waits = tuple(
        Placement(id=f"F{n}", group_id="G", units=Decimal(n), readiness=Readiness.OPEN, location=place)
        for n, place in ((1, WAREHOUSE), (3, CELLAR))
    )
    facts = make.canonical_order(lines=[make.line(id="L4", units=4, placements=waits)], external_id="O1")

    (three,) = refunds(plan(facts, take(3, order=facts)))
    (named,) = refunds(plan(facts, take(3, order=facts, restock_at={"L4": "C9"})))

    assert three.lines == (units("L4", 1), units("L4", 2, at="C1"))
    assert named.lines == (units("L4", 3, at="C9"),)


def test_kept_units_are_put_back_and_taken_out_again_where_the_platform_takes_shipped_ones_first():
    line = make.line(id="L4", units=4, shipped=1, stock_item_id="S4", is_editable=False)
    facts = make.canonical_order(lines=[line], external_id="O1")

    made = plan(facts, take(2, order=facts, keep_stock=frozenset({"L4"})))

    assert [command.lines for command in refunds(made)] == [(units("L4", 2),)]
    assert [command for command in commands(made) if isinstance(command, CorrectStock)] == [
        CorrectStock(
            order_id="O1",
            changes=(StockChange(stock_item_id="S4", location_id=WAREHOUSE.id, delta=Decimal(-2)),),
        )
    ]


# --- one switch for all of a refund -------------------------------------------------------------------
def test_two_refunds_share_the_payments_and_the_first_carries_the_rest():
    facts = two_payments(shipping_refundable=make.money("6.00"))
    wish = take(2, 1, order=facts, keep_stock=frozenset({"L2"}))
    quoted = figures(facts, ("L2", 2, "25", ""), ("L3", 1, "10", ""), shipping=make.money("6.00"))
    quoted = with_parts(quoted, ("20.00", None, None), ("21.00", None, None))

    made = plan(facts, wish, recipe=ONE_SWITCH, quoted=quoted)

    assert refunds(made) == [
        refund([units("L3", 1)], [back("P2", "16.00")], "6.00"),
        refund([units("L2", 2, restock=False)], [back("P1", "20.00"), back("P2", "5.00")]),
    ]


@pytest.mark.parametrize(("included", "kept"), [(True, "10.00"), (False, "11.60")])
def test_the_kept_units_take_their_tax_with_them_once(included, kept):
    facts = replace(two_payments(maxima=("50.00", "40.00")), taxes_included=included)
    wish = take(2, 1, order=facts, keep_stock=frozenset({"L3"}))
    tax = make.money("1.60")
    quoted = figures(facts, ("L2", 2, "20", ""), ("L3", 1, "10", ""))
    quoted = replace(quoted, lines=(quoted.lines[0], replace(quoted.lines[1], tax=tax)))
    quoted = with_parts(quoted, ("31.60", None, None), ("0.00", None, None))

    _rest, second = refunds(plan(facts, wish, recipe=ONE_SWITCH, quoted=quoted))

    assert second == refund([units("L3", 1, restock=False)], [back("P1", kept)])


# --- which payments an amount of one's own can go back through -----------------------------------------
@pytest.mark.parametrize(
    ("refundable", "expected"),
    [
        (make.money("0.01"), ""),
        (make.money("0"), "foreign_payment"),
        (None, "foreign_payment"),
        (make.money("9.00", "EUR"), "foreign_payment"),
    ],
    ids=["a cent", "nothing left", "not told", "a foreign currency"],
)
def test_an_amount_goes_back_only_through_a_payment_that_can_give_it(refundable, expected):
    facts = two_payments()
    facts = replace(facts, payments=(facts.payments[0], replace(facts.payments[1], refundable=refundable)))
    wish = take(1, order=facts, refund=RefundChoice.PART, part={"P2": make.money("0.01")})
    figures_without_payments = replace(cases.quote(two_payments(), take(1, order=facts)), payments=())

    made = plan(facts, wish, quoted=figures_without_payments)

    assert codes(made)[:1] == ([expected] if expected else [])
    moved = [command.payments for command in refunds(made) if command.payments]
    assert moved == ([] if expected else [(back("P2", "0.01"),)])
