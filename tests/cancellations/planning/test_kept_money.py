"""What was kept stays kept: money that moves is the money of the preview, also after earlier steps; and what ends."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cancellations.planning import comparison, planner
from cancellations.planning.plan import EffectKind, Plan, ShopSettings
from stores.canonical.commands import CancelOrder, RefundOrder
from stores.canonical.order import Cancellable, EndsWhenRepaid, Order, Refund
from stores.canonical.request import CancelRequest, QuotedLine, RefundChoice
from stores.kernel.money import total
from tests import make
from tests.cancellations.planning import cases
from tests.cancellations.planning.cases import RECIPE, cautions, codes, commands, everything, kinds, plan, take
from tests.cancellations.planning.test_recipes import MONEY_FIRST
from tests.cancellations.planning.test_ways import BY_HAND, BY_INVOICE, LEDGER, ONE_SWITCH


def touched(left: str = "51.00", **fields: Any) -> Order:
    """A line of 20.00 was cancelled for 19.00; a line of 50.00 is left."""
    lines = [make.line(id="A", price="20.00", cancelled=1), make.line(id="B", price="50.00")]
    refund = Refund(id="R1", created_at=make.NOW, amount=make.pair("19.00"))
    paid = (make.payment("70.00", refundable=make.money(left)),)
    return make.canonical_order(lines=lines, payments=paid, refunds=(refund,), **fields)


def moved(made: Plan, order: Order) -> Decimal:
    """What the steps give back, as the platform would: a cancel with a refund gives all that is left."""
    if any(isinstance(c, CancelOrder) and c.refund for c in commands(made)):
        left = total((p.refundable for p in order.payments if p.refundable), order.customer_currency).amount
        return Decimal(left)
    sent = (p.amount.amount for c in commands(made) if isinstance(c, RefundOrder) for p in c.payments)
    return sum(sent, Decimal(0))


# --- the whole order after money was kept ------------------------------------------------------------
def test_a_fee_kept_earlier_is_not_given_back_by_the_cancel_of_the_rest():
    order = touched()

    made = plan(order, everything(order))

    refund, cancel = commands(made)
    assert isinstance(refund, RefundOrder)
    assert isinstance(cancel, CancelOrder)
    assert (refund.lines, [p.amount for p in refund.payments]) == ((), [make.money("50.00")])
    assert (cancel.refund, cancel.restock) == (False, True)
    assert made.limit_amount == made.sums.total == make.money("50.00")
    assert made.expected.refunded_after - made.expected.refunded_before == make.money("50.00")
    assert [w.text for w in made.warnings if w.code == "kept_earlier"] == [
        "US$1.00 was kept earlier and stays with the shop."
    ]


def test_with_nothing_kept_the_cancel_gives_it_all_back_in_one_call():
    order = touched("50.00")

    made = plan(order, everything(order))

    assert [c.refund for c in commands(made) if isinstance(c, CancelOrder)] == [True]
    assert kinds(made) == ["CancelOrder"]
    assert "kept_earlier" not in cautions(made)


def test_all_payments_count_for_what_is_left():
    """The card gives all it has; the gift card keeps 7.00 that the quote does not name."""
    order = touched("50.00")
    more = replace(order, payments=(*order.payments, make.payment("7.00", gateway="gift_card")))
    figures = cases.quote(order, everything(order))

    made = plan(more, everything(more), quoted=figures)

    assert kinds(made) == ["RefundOrder", "CancelOrder"]
    assert moved(made, more) == made.sums.total.amount == Decimal("50.00")


@pytest.mark.parametrize("recipe", [RECIPE, ONE_SWITCH, BY_INVOICE, BY_HAND, LEDGER],
                         ids=["one call", "one switch", "per invoice", "by hand", "ledger"])  # fmt: skip
@pytest.mark.parametrize("choice", RefundChoice)
def test_what_moves_is_what_was_shown_whoever_is_asked(recipe, choice):
    order = touched()
    part = {order.payments[0].id: make.money("12.34")} if choice is RefundChoice.PART else {}

    made = plan(order, everything(order, refund=choice, part=part), recipe=recipe)

    shown = {RefundChoice.FULL: "50.00", RefundChoice.PART: "12.34", RefundChoice.NONE: "0"}[choice]
    assert moved(made, order) == made.sums.total.amount == made.limit_amount.amount == Decimal(shown)


def test_shipping_left_out_on_purpose_was_not_kept_earlier():
    order = touched("55.00", shipping_refundable=make.money("4.00"))

    made = plan(order, everything(order, shipping=make.money("0.00")))

    assert [w.text for w in made.warnings if w.code == "kept_earlier"] == [
        "US$1.00 was kept earlier and stays with the shop."
    ]


def test_a_figure_that_holds_what_was_kept_is_told():
    """An adapter or a platform that proposes all that is left for the last units."""
    order = touched()
    line = QuotedLine(line_id="B", units=Decimal(1), amount=make.money("50.00"), tax=make.money())
    worth = cases.quote(order, everything(order))
    payment = replace(worth.payments[0], amount=make.money("51.00"))
    figures = replace(worth, lines=(line,), payments=(payment,), total=make.money("51.00"))

    made = plan(order, everything(order), quoted=figures)

    assert made.limit_amount == make.money("51.00")
    assert [w.text for w in made.warnings if w.code == "kept_goes_back"] == [
        "US$1.00 that was kept earlier goes back as well: the platform's figure holds it."
    ]


# --- a part that uses up the money -------------------------------------------------------------------
def two_lines(ends: EndsWhenRepaid) -> Order:
    """20.00 is left on the payment; B (2 × 20.00) was paid back earlier without its units."""
    lines = [
        make.line(id="A", title="Amber lamp", price="20.00"),
        make.line(id="B", title="Bulb", units=2, price="20.00"),
    ]
    paid = (make.payment("60.00", refundable=make.money("20.00")),)
    return make.canonical_order(lines=lines, payments=paid, ends_when_repaid=ends)


def test_a_part_that_uses_up_the_money_says_that_it_ends_the_order_and_what_stays():
    order = two_lines(EndsWhenRepaid.ALWAYS)

    made = plan(order, take(1, order=order), recipe=ONE_SWITCH)

    assert kinds(made) == ["RefundOrder"]
    assert made.expected.is_cancelled
    assert made.expected.cancellable is Cancellable.NONE
    assert [e.title for e in made.effects if e.kind is EffectKind.CLOSE] == ["The order ends"]
    (text,) = [w.text for w in made.warnings if w.code == "ends_order"]
    assert "2 × Bulb" in text
    assert "Its stock does not change" in text


@pytest.mark.parametrize("ends", [EndsWhenRepaid.NEVER, EndsWhenRepaid.WHEN_EMPTY])
@pytest.mark.parametrize("recipe", [ONE_SWITCH, LEDGER], ids=["a refund closes", "only its own state"])
def test_an_order_that_units_hold_open_stays_open(ends, recipe):
    order = two_lines(ends)

    made = plan(order, take(1, order=order), recipe=recipe)

    assert not made.expected.is_cancelled
    assert made.expected.cancellable is Cancellable.ALL
    assert "ends_order" not in cautions(made)
    assert not [e for e in made.effects if e.kind is EffectKind.CLOSE]


def test_money_left_keeps_the_order_open():
    order = two_lines(EndsWhenRepaid.ALWAYS)
    part = {order.payments[0].id: make.money("19.99")}

    made = plan(order, take(1, order=order, refund=RefundChoice.PART, part=part), recipe=ONE_SWITCH)

    assert not made.expected.is_cancelled


def test_the_last_units_end_an_order_that_only_a_unit_held_open():
    order = two_lines(EndsWhenRepaid.WHEN_EMPTY)

    made = plan(
        order,
        take(1, 2, order=order),
        recipe=replace(ONE_SWITCH, units=replace(ONE_SWITCH.units, closes=False), cancel=None),
    )

    assert kinds(made) == ["RefundOrder"]
    assert made.expected.is_cancelled


def test_units_that_stay_on_an_ended_order_are_no_difference():
    order = two_lines(EndsWhenRepaid.ALWAYS)
    part = {order.payments[0].id: make.money("20.00")}
    wish = CancelRequest(lines={"B": Decimal(1)}, refund=RefundChoice.PART, part=part)
    made = plan(order, wish, recipe=ONE_SWITCH)
    lamp, bulb = order.lines
    left = replace(bulb, current=Decimal(1), cancellable=Decimal(0))

    after = make.changed(order, lines=(lamp, left), cancelled_at=make.NOW)
    rows = [(r.what, r.seen, r.verdict) for r in comparison.compare(made, order, after, {}).lines if r.kind == "units"]

    assert rows == [("Bulb", "2 → 1", "same")]


# --- always a step or a reason -----------------------------------------------------------------------
def test_a_free_gift_that_only_a_refund_could_take_off_has_a_reason():
    """The paid line went back with its stock kept, so a cancel would put that stock back; no money is left."""
    lines = [make.line(id="paid", price="20.00", cancelled=1), make.line(id="gift", price="0.00")]
    paid = (make.payment("20.00", refundable=make.money("0.00")),)
    order = make.canonical_order(lines=lines, payments=paid, ends_by_refund=True)

    made = plan(order, everything(order), recipe=ONE_SWITCH)

    assert (made.steps, made.can_run) == ((), False)
    assert codes(made) == ["no_way"]
    assert made.blockers[0].text == "Only a refund could take these units off, and no money is left to give back."
    assert made.blockers[0].advice


@pytest.mark.parametrize("choice", [RefundChoice.FULL, RefundChoice.PART])
def test_an_amount_of_ones_own_is_stopped_where_the_quote_was_refused(choice):
    order = make.canonical_order(lines=[make.line(id="A", price="20.00"), make.line(id="B", price="0.00")])
    wish = CancelRequest(lines={"B": Decimal(1)}, refund=choice, part={order.payments[0].id: make.money("5.00")})

    made = planner.build(
        order, wish, quote=None, capabilities=cases.ABLE, recipe=BY_HAND, reasons=cases.REASONS,
        settings=ShopSettings(hold_seconds=0), adapter_version="1", why_no_quote="A free line cannot be refunded.",
    )  # fmt: skip

    assert [(b.code, b.field, b.text) for b in made.blockers if b.code == "no_quote"] == [
        ("no_quote", "refund", "A free line cannot be refunded.")
    ]
    assert not made.can_run


# --- stock that no call puts back --------------------------------------------------------------------
@pytest.mark.parametrize(("wish", "left"), [
    ({"refund": RefundChoice.NONE}, 2), ({}, 0), ({"refund": RefundChoice.NONE, "keep_stock": frozenset({"A"})}, 0),
], ids=["cancel alone", "refund first", "kept anyway"])  # fmt: skip
def test_units_that_no_call_puts_back_are_not_promised(wish, left):
    """A cancel that moves no stock, on a platform where only refunds do."""
    order = make.canonical_order(lines=[make.line(id="A", units=2)])

    made = plan(order, everything(order, **wish), recipe=MONEY_FIRST)

    promised = sum(e.units for e in made.effects if e.kind is EffectKind.STOCK)
    assert promised == sum(end.units for end in made.expected.stock)
    assert [e.units for e in made.effects if e.key == "keep_stock:left"] == ([left] if left else [])
    assert ("not_restocked" in cautions(made)) == bool(left)
