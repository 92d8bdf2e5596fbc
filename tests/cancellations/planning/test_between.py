"""Between our own steps: what stops the next one, and what does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from cancellations.planning import step_guards
from stores.canonical.commands import EditOrder
from stores.canonical.order import EndsWhenRepaid, Remark
from stores.kernel.money import Money
from tests import make
from tests.cancellations.planning.cases import everything, plan, take
from tests.cancellations.planning.test_recipes import MONEY_FIRST

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def paid(*lines):
    return make.canonical_order(lines=list(lines) or [make.line(units=2)])


def refunded(order, amount):
    """The order after this much went back, by anybody."""
    back = Money(Decimal(amount), order.customer_currency)
    totals = replace(order.totals, refunded=make.pair(amount, order.customer_currency))
    payments = tuple(replace(p, refundable=p.refundable - back) if p.refundable else p for p in order.payments)
    return replace(order, totals=totals, payments=payments)


def line(order, at, **changes):
    lines = list(order.lines)
    lines[at] = replace(lines[at], **changes)
    return replace(order, lines=tuple(lines))


@pytest.fixture
def order():
    return paid()


@pytest.fixture
def whole(order):
    """Refund, then cancel: two steps."""
    made = plan(order, everything(order), recipe=MONEY_FIRST)
    assert [step.kind for step in made.steps] == ["refund", "cancel", "verify"]
    return made


@pytest.fixture
def part(order):
    made = plan(order, take(1, order=order), recipe=MONEY_FIRST)
    assert [step.kind for step in made.steps] == ["refund", "verify"]
    return made


def test_an_order_as_planned_lets_each_step_go(order, whole, part):
    ours = refunded(order, str(whole.sums.total.amount))

    assert step_guards.trouble(whole, order, order, position=1) == ""
    assert step_guards.trouble(whole, order, ours, position=2) == ""
    assert step_guards.trouble(part, order, order, position=1) == ""
    assert step_guards.trouble(whole, order, order, position=3) == ""  # looking again is never stopped


@pytest.mark.parametrize("amount", ["0.01", "1.00"])
def test_money_that_somebody_gave_back_stops_a_refund(order, part, amount):
    assert "refunded this order meanwhile" in step_guards.trouble(part, order, refunded(order, amount), position=1)


def test_more_than_ours_went_back_before_the_cancel(order, whole):
    more = whole.sums.total.amount + 1

    assert "refunded this order" in step_guards.trouble(whole, order, refunded(order, str(more)), position=2)


def test_a_record_that_lags_behind_stops_no_cancel(order, whole):
    """The refund was answered as done, and the total does not show it yet."""
    assert step_guards.trouble(whole, order, order, position=2) == ""


def test_less_can_go_back_than_was_planned(order, part):
    less = tuple(replace(p, refundable=Money.from_minor(1, "USD")) for p in order.payments)

    assert "Less can be refunded" in step_guards.trouble(part, order, replace(order, payments=less), position=1)


@pytest.mark.parametrize("position", [1])
def test_an_order_that_somebody_cancelled_stops_a_part(order, part, position):
    gone = replace(order, cancelled_at=NOW)

    assert "cancelled the whole order" in step_guards.trouble(part, order, gone, position=position)


def test_units_that_somebody_took_off(order, part):
    now = line(order, 0, current=order.lines[0].current - 1)

    assert "took units off" in step_guards.trouble(part, order, now, position=1)


def test_units_that_our_own_refund_took_off_are_expected(order, whole):
    now = refunded(order, str(whole.sums.total.amount))
    for at in range(len(order.lines)):
        now = line(now, at, current=Decimal(0))

    assert step_guards.trouble(whole, order, now, position=2) == ""


def test_units_that_were_shipped_meanwhile(order, part, whole):
    now = line(order, 0, shipped=order.lines[0].shipped + 1)

    assert "shipped meanwhile" in step_guards.trouble(part, order, now, position=1)
    ours = refunded(now, str(whole.sums.total.amount))
    assert "shipped meanwhile" in step_guards.trouble(whole, order, ours, position=2)


def test_units_shipped_of_a_line_that_is_not_touched_stop_nothing(order):
    two = paid(make.line(units=2), make.line(units=2))
    first = plan(two, take(1, order=two), recipe=MONEY_FIRST)

    assert step_guards.trouble(first, two, line(two, 1, shipped=Decimal(1)), position=1) == ""


def test_an_edit_counts_what_it_keeps(order):
    unpaid = make.changed(order, payments=())
    made = plan(unpaid, take(1, order=unpaid))
    assert isinstance(made.steps[0].command, EditOrder)

    assert step_guards.trouble(made, unpaid, unpaid, position=1) == ""
    assert step_guards.trouble(made, unpaid, line(unpaid, 0, shipped=Decimal(1)), position=1)


def test_an_order_that_somebody_cancelled_stops_the_step_that_would_end_it(order, whole):
    """Unless giving all the money back ends it by itself."""
    ours = replace(refunded(order, str(whole.sums.total.amount)), cancelled_at=NOW)

    assert "cancelled the whole order" in step_guards.trouble(whole, order, ours, position=2)
    ends = replace(order, ends_when_repaid=EndsWhenRepaid.ALWAYS)
    assert step_guards.trouble(whole, ends, ours, position=2) == ""


@pytest.mark.parametrize("kind", ["dispute", "return"])
def test_a_dispute_that_came_meanwhile_stops_money(order, part, whole, kind):
    """Anything else that is open is said before the click; a dispute can pay the customer twice."""
    remark = Remark(kind=kind, text="Chargeback: needs response", is_open=True, stops_refund=kind == "dispute")
    now = replace(order, remarks=(remark,))

    assert ("disputed" in step_guards.trouble(part, order, now, position=1)) == (kind == "dispute")
    assert step_guards.trouble(part, now, now, position=1) == ""  # the person saw it
    moved_on = replace(now, remarks=(replace(remark, text="Chargeback: under review"),))
    assert step_guards.trouble(part, now, moved_on, position=1) == ""  # the same one, further on
    paid = replace(now, remarks=(replace(remark, text="Chargeback: lost", is_open=False),))
    assert ("disputed" in step_guards.trouble(part, now, paid, position=1)) == (kind == "dispute")  # the bank has paid
    ours = refunded(now, str(whole.sums.total.amount))
    assert step_guards.trouble(whole, order, ours, position=2) == ""  # this cancel moves no money


@pytest.fixture
def two_refunds(part):
    """As where each invoice is paid back by a call of its own: 10.00 and 5.00."""
    first = part.steps[0]
    five = Money(Decimal(5), "USD")
    command = replace(first.command, lines=(), payments=(replace(first.command.payments[0], amount=five),))
    second = replace(first, position=2, command=command)
    return replace(part, steps=(first, second, replace(part.steps[-1], position=3)))


@pytest.mark.parametrize(
    ("shown", "is_behind", "settled"),
    [("0.00", True, False), ("9.99", True, False), ("10.00", False, False), ("10.01", False, False)],
)
def test_a_second_refund_waits_until_the_first_is_shown(order, two_refunds, shown, is_behind, settled):
    assert two_refunds.steps[0].command.payments[0].amount == Money(Decimal(10), "USD")
    now = refunded(order, shown)

    assert step_guards.is_behind(two_refunds, order, now, position=2) is is_behind
    assert step_guards.is_behind(two_refunds, order, now, position=2, hidden={1}) is settled
    assert step_guards.is_behind(two_refunds, order, now, position=3) is False
    assert ("Somebody refunded" in step_guards.trouble(two_refunds, order, now, position=2)) == (shown == "10.01")
