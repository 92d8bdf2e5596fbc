"""How the platform is asked, by situation."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from stores.canonical.commands import CancelOrder, CorrectStock, EditOrder, RefundOrder
from stores.canonical.order import Location, Placement, Readiness
from stores.canonical.recipe import Void
from stores.canonical.request import CancelRequest, RefundChoice
from tests import make
from tests.cancellations.planning.cases import RECIPE, cautions, codes, commands, everything, kinds, plan, quote, take

EAST, WEST = Location(id="east", name="East"), Location(id="west", name="West")


def paid(*lines, **fields):
    return make.canonical_order(lines=list(lines) or [make.line(units=2), make.line(units=1)], **fields)


def unpaid(*lines, **fields):
    return paid(*lines, payments=(), **fields)


def authorised(*lines, **fields):
    held = make.payment("30.00", refundable=None, capturable=make.money("30.00"))
    return paid(*lines, payments=(held,), **fields)


def keeping(order, *positions):
    return frozenset(order.lines[i].id for i in positions)


def named_part(order, amount="5.00"):
    return {order.payments[0].id: make.money(amount)}


SITUATIONS = {
    "everything, paid, nothing shipped": (paid, lambda o: everything(o), ["CancelOrder"]),
    "everything, unpaid": (unpaid, lambda o: everything(o), ["CancelOrder"]),
    "everything, authorised": (authorised, lambda o: everything(o), ["CancelOrder"]),
    "everything, no refund": (paid, lambda o: everything(o, refund=RefundChoice.NONE), ["CancelOrder"]),
    "everything, own amount": (
        paid,
        lambda o: everything(o, refund=RefundChoice.PART, part=named_part(o)),
        ["RefundOrder", "CancelOrder"],
    ),
    "everything, no stock back": (
        paid,
        lambda o: everything(o, keep_stock=keeping(o, 0, 1)),
        ["CancelOrder"],
    ),
    "everything, stock of one line kept": (
        paid,
        lambda o: everything(o, keep_stock=keeping(o, 0)),
        ["CancelOrder", "CorrectStock"],
    ),
    "some units, paid": (paid, lambda o: take(1, order=o), ["RefundOrder"]),
    "some units, paid, no refund": (paid, lambda o: take(1, order=o, refund=RefundChoice.NONE), ["RefundOrder"]),
    "some units, unpaid, editable": (unpaid, lambda o: take(1, order=o), ["EditOrder"]),
    "some units, unpaid, not editable": (
        lambda: unpaid(is_editable=False, edit_blockers=("Made by another app.",)),
        lambda o: take(1, order=o),
        ["RefundOrder"],
    ),
    "some units, authorised": (authorised, lambda o: take(1, order=o), ["EditOrder"]),
    "some units kept, paid, editable": (
        paid,
        lambda o: take(1, order=o, keep_stock=keeping(o, 0)),
        ["EditOrder", "RefundOrder"],
    ),
    "some units kept, paid, not editable": (
        lambda: paid(is_editable=False),
        lambda o: take(1, order=o, keep_stock=keeping(o, 0)),
        ["RefundOrder", "CorrectStock"],
    ),
    "some units kept, no refund": (
        paid,
        lambda o: take(1, order=o, keep_stock=keeping(o, 0), refund=RefundChoice.NONE),
        ["EditOrder"],
    ),
    "the rest of a partly shipped order": (
        lambda: paid(make.line(units=3, shipped=1), make.line(units=1)),
        lambda o: everything(o),
        ["RefundOrder"],
    ),
    "the rest, nothing captured": (
        lambda: unpaid(make.line(units=3, shipped=1)),
        lambda o: everything(o),
        ["EditOrder"],
    ),
    "nothing": (paid, lambda o: CancelRequest(), []),
}


@pytest.mark.parametrize(("order", "wish", "expected"), SITUATIONS.values(), ids=SITUATIONS.keys())
def test_the_method_follows_the_situation(order, wish, expected):
    facts = order()

    made = plan(facts, wish(facts))

    assert kinds(made) == expected
    assert [step.kind for step in made.steps][-1:] == (["verify"] if expected else [])
    assert made.can_run == bool(expected)


def test_steps_require_the_one_before():
    order = paid()

    made = plan(order, everything(order, refund=RefundChoice.PART, part=named_part(order)))

    assert [(s.position, s.kind, s.requires) for s in made.steps] == [
        (1, "refund", ()),
        (2, "cancel", (1,)),
        (3, "verify", (2,)),
    ]


def test_a_whole_cancel_refunds_and_restocks_by_itself():
    order = paid()

    command = commands(plan(order, everything(order, notify=True)))[0]

    assert isinstance(command, CancelOrder)
    assert (command.refund, command.restock, command.notify) == (True, True, True)


def test_an_own_amount_is_refunded_before_a_whole_cancel_that_moves_none():
    order = paid()

    refund, cancel = commands(plan(order, everything(order, refund=RefundChoice.PART, part=named_part(order))))

    assert isinstance(cancel, CancelOrder)
    assert not cancel.refund
    assert isinstance(refund, RefundOrder)
    assert refund.lines == ()
    assert [p.amount for p in refund.payments] == [make.money("5.00")]


def test_units_go_back_to_each_location_where_they_wait():
    places = tuple(
        Placement(id=p.id, group_id=p.id, units=Decimal(n), readiness=Readiness.OPEN, location=p)
        for p, n in ((EAST, 2), (WEST, 3))
    )
    order = paid(make.line(units=6, shipped=1, placements=places))

    command = commands(plan(order, take(4, order=order)))[0]

    assert isinstance(command, RefundOrder)
    assert [(u.location_id, u.units, u.restock) for u in command.lines] == [("east", 2, True), ("west", 2, True)]


def test_what_is_being_packed_is_taken_last():
    places = tuple(
        Placement(id=p.id, group_id=p.id, units=Decimal(1), readiness=readiness, location=p)
        for p, readiness in ((EAST, Readiness.BEING_PACKED), (WEST, Readiness.OPEN))
    )
    order = paid(make.line(units=3, shipped=1, placements=places))

    one, both = plan(order, take(1, order=order)), plan(order, take(2, order=order))

    assert "being_packed" not in cautions(one)
    assert "being_packed" in cautions(both)


def test_a_chosen_location_takes_all_units():
    order = paid(make.line(units=3, location=EAST), make.line(units=1, location=WEST))

    command = commands(plan(order, take(2, order=order, restock_at={order.lines[0].id: "west"})))[0]

    assert isinstance(command, RefundOrder)
    assert [(u.location_id, u.units) for u in command.lines] == [("west", 2)]


@pytest.mark.parametrize("order", [paid, unpaid], ids=["whole cancel", "edit"])
def test_a_location_that_cannot_be_named_is_refused_at_its_field(order):
    facts = order(make.line(units=2, location=EAST), make.line(units=2, location=WEST))
    wish = everything if order is paid else (lambda o, **f: take(1, order=o, **f))

    made = plan(facts, wish(facts, restock_at={facts.lines[0].id: "west"}))

    assert [(b.code, b.field) for b in made.blockers] == [("location", f"location.{facts.lines[0].id}")]


def test_an_edit_keeps_what_stays_and_says_what_goes_back():
    order = unpaid(make.line(units=5, shipped=1), make.line(units=2))

    command = commands(plan(order, take(3, 1, order=order, keep_stock=keeping(order, 0))))[0]

    assert isinstance(command, EditOrder)
    assert [(e.keep, e.restock) for e in command.lines] == [(2, False), (1, True)]


def test_kept_units_leave_by_an_edit_and_the_rest_by_the_refund():
    order = paid(make.line(units=2), make.line(units=2), make.line(units=2))

    edit, refund = commands(plan(order, take(1, 1, order=order, keep_stock=keeping(order, 0))))

    assert isinstance(edit, EditOrder)
    assert isinstance(refund, RefundOrder)
    assert [e.line_id for e in edit.lines] == [order.lines[0].id]
    assert [u.line_id for u in refund.lines] == [order.lines[1].id]
    assert refund.payments[0].amount == make.money("20.00")


def test_without_an_edit_kept_units_are_put_back_and_taken_out_again():
    order = paid(is_editable=False)

    refund, correct = commands(plan(order, take(2, order=order, keep_stock=keeping(order, 0))))

    assert isinstance(refund, RefundOrder)
    assert refund.lines[0].restock
    assert isinstance(correct, CorrectStock)
    assert [(c.location_id, c.delta) for c in correct.changes] == [(make.WAREHOUSE.id, Decimal(-2))]


def test_kept_units_that_cannot_be_counted_block():
    order = paid(make.line(units=2, stock_item_id=""), make.line(), is_editable=False)

    made = plan(order, take(2, order=order, keep_stock=keeping(order, 0)))

    assert codes(made) == ["stock_unknown"]


def test_part_of_an_authorised_order_never_voids():
    order = authorised()

    made = plan(order, take(1, order=order))

    assert kinds(made) == ["EditOrder"]
    assert made.expected.voided == ()
    assert "authorised" in cautions(made)


def test_a_whole_cancel_of_an_authorised_order_promises_the_release():
    order = authorised()

    made = plan(order, everything(order))

    assert made.expected.voided == (order.payments[0].id,)
    assert [e.kind for e in made.effects].count("void") == 1


def test_a_platform_without_one_call_goes_piece_by_piece():
    order = authorised()

    made = plan(order, everything(order), recipe=replace(RECIPE, cancel=None, void=Void.ALONE))

    assert kinds(made) == ["RefundOrder", "VoidPayment"]


def test_a_missing_right_to_edit_uses_the_refund_path():
    order = unpaid()

    made = plan(order, take(1, order=order), missing_for={"EditOrder": "edit orders"})

    assert kinds(made) == ["RefundOrder"]
    assert made.can_run
    assert "not_editable" in cautions(made)


def test_lines_the_shop_does_not_count_promise_no_stock():
    order = paid(make.line(units=2, is_tracked=False), make.line())

    made = plan(order, take(1, order=order))

    assert made.expected.stock == ()
    assert any("does not change" in e.title for e in made.effects)


def test_a_tip_follows_the_order():
    tip = make.line(units=1, is_tip=True, cancellable=Decimal(0), placements=())
    order = paid(make.line(units=2), tip)

    made = plan(order, take(2, order=order), quoted=quote(order, take(2, 1, order=order)))

    assert kinds(made) == ["CancelOrder"]
