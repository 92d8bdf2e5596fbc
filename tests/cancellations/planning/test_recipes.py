"""Platforms that want to be asked in other ways: money first, by item, by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from cancellations.planning import comparison
from stores.canonical.capabilities import assisted
from stores.canonical.commands import CancelOrder, CancelRest, RefundOrder
from stores.canonical.recipe import Cancel, CancelLines, Per, Recipe, Refund, Refunds, RefundStock, Restock
from stores.canonical.request import RefundChoice
from tests import make
from tests.cancellations.planning.cases import able, codes, commands, everything, kinds, plan, take

MONEY_FIRST = Recipe(
    cancel=Cancel(refunds=Refunds.FIRST, restocks=Restock.NEVER),
    units=Refund(per=Per.ORDER, stock=RefundStock.PER_LINE, closes=False),
)
BY_ITEM = Recipe(cancel=Cancel(refunds=Refunds.NEVER, restocks=Restock.NEVER), units=CancelLines(rest_in_one_call=True))


def paid(*lines):
    return make.canonical_order(lines=list(lines) or [make.line(units=2)])


def wholesale(*lines):
    return make.canonical_order(lines=list(lines), payments=())


def test_money_goes_back_before_the_order_is_cancelled():
    order = paid()

    made = plan(order, everything(order), recipe=MONEY_FIRST)

    refund, cancel = commands(made)
    assert isinstance(refund, RefundOrder)
    assert [(u.units, u.restock) for u in refund.lines] == [(2, True)]
    assert cancel == replace(cancel, refund=False, restock=False)
    assert made.steps[1].requires == (1,)
    assert made.can_run


def test_without_a_refund_only_the_order_is_cancelled():
    order = paid()

    assert kinds(plan(order, everything(order, refund=RefundChoice.NONE), recipe=MONEY_FIRST)) == ["CancelOrder"]


def test_a_line_kept_out_of_stock_needs_no_correction_where_each_line_says_so():
    order = paid(make.line(id="K", units=2), make.line(units=1))

    made = plan(order, take(1, order=order, keep_stock=frozenset({"K"})), recipe=MONEY_FIRST)

    (refund,) = commands(made)
    assert [(u.line_id, u.restock) for u in refund.lines] == [("K", False)]


@pytest.mark.parametrize(("facts", "wish", "code"), [
    (make.canonical_order(lines=[make.line(units=2)], payments=()), {}, "unpaid_part"),
    (make.canonical_order(lines=[make.line(units=2)]), {"refund": RefundChoice.NONE}, "part_without_refund"),
], ids=["nothing was captured", "no refund wanted"])  # fmt: skip
def test_units_leave_only_together_with_money_where_the_platform_wants_it(facts, wish, code):
    assert code in codes(plan(facts, take(1, order=facts, **wish), recipe=MONEY_FIRST))


def test_each_line_is_a_call_of_its_own_that_says_what_stays():
    order = wholesale(make.line(units=5, sku="RED"), make.line(units=2, sku="BLUE"), make.line(units=1))

    made = plan(order, take(2, 2, order=order), recipe=BY_ITEM)

    assert [(c.stock_key, c.keep) for c in commands(made)] == [("RED", 3), ("BLUE", 0)]
    assert [step.kind for step in made.steps] == ["cancel", "cancel", "verify"]
    assert made.expected.by_sku
    assert made.can_run


def test_everything_untouched_is_one_call_and_the_rest_is_another():
    fresh = wholesale(make.line(units=2))
    shipped = wholesale(make.line(units=5, shipped=2), make.line(units=1))

    assert [type(c) for c in commands(plan(fresh, everything(fresh), recipe=BY_ITEM))] == [CancelOrder]
    assert [type(c) for c in commands(plan(shipped, everything(shipped), recipe=BY_ITEM))] == [CancelRest]


def test_what_stays_is_found_again_under_its_new_id():
    order = wholesale(make.line(id="old", units=5, sku="RED"))
    made = plan(order, take(2, order=order), recipe=BY_ITEM)
    gone = replace(order.lines[0], current=Decimal(0), cancellable=Decimal(0))
    after = make.changed(order, lines=(gone, make.line(id="new", units=3, sku="RED")))

    sheet = comparison.compare(made, order, after, {})

    assert not sheet.differs
    assert comparison.compare(made, order, order, {}).differs


def test_what_a_person_must_do_is_a_step_with_values_to_copy():
    order = wholesale(make.line(units=2, sku="RED"))

    made = plan(order, everything(order), recipe=BY_ITEM, capabilities=able(restock=assisted("Correct it there.")))

    step = made.steps[1]
    assert (step.kind, step.command) == ("assisted", None)
    assert step.assist is not None
    assert step.assist.text == "Correct it there."
    assert ("RED", "+2") in step.assist.values
    assert made.can_run
