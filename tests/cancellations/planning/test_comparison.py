"""Promised beside seen: every difference is found, and nothing that is as promised is called one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from cancellations.planning.comparison import compare
from cancellations.planning.plan import EffectKind, Verdict
from stores.canonical.order import PaymentKind, PaymentState, PaymentStatus, Refund, RefundedLine
from stores.canonical.request import RefundChoice
from tests import make
from tests.cancellations.planning.cases import everything, plan, take

ORDER = make.canonical_order(lines=[make.line(id="A", units=3), make.line(id="B", units=2)])
PAID = ORDER.payments[0]
PLAN = plan(ORDER, take(1, order=ORDER))


def moved(amount: str = "10.00", status: PaymentStatus = PaymentStatus.SUCCESS):
    return make.payment(amount, kind=PaymentKind.REFUND, status=status, parent_id=PAID.id, refundable=None)


def refunded(
    *,
    amount: str = "10.00",
    status: PaymentStatus = PaymentStatus.SUCCESS,
    units: int = 1,
    location: str = make.WAREHOUSE.id,
    restocked: bool = True,
    total: str = "",
    payment: PaymentState = PaymentState.PARTLY_REFUNDED,
    order=ORDER,
):
    """The order a moment later: one refund of `units` of line A."""
    refund = Refund(
        id="r1",
        created_at=make.NOW,
        amount=make.pair(amount),
        lines=(
            RefundedLine(
                line_id="A",
                units=Decimal(units),
                restock="cancel" if restocked else "none",
                was_restocked=restocked,
                location_id=location,
            ),
        ),
        transactions=(moved(amount, status),),
    )
    seen = total or ("0" if status is PaymentStatus.PENDING else amount)
    first = replace(order.lines[0], current=order.lines[0].current - units)
    return make.changed(
        order,
        lines=(first, *order.lines[1:]),
        refunds=(refund,),
        payment=payment,
        totals=replace(order.totals, refunded=make.pair(seen)),
        payments=(replace(PAID, refundable=PAID.refundable - make.money(amount)),),  # type: ignore[operator]
    )


def verdicts(sheet, kind: EffectKind) -> list[Verdict]:
    return [row.verdict for row in sheet.lines if row.kind is kind]


def test_what_came_as_promised_is_the_same():
    sheet = compare(PLAN, ORDER, refunded(), {})

    assert {row.verdict for row in sheet.lines} == {Verdict.SAME}
    assert not sheet.differs
    assert not sheet.is_pending


def test_nothing_happened_differs_in_every_row():
    sheet = compare(PLAN, ORDER, make.changed(ORDER), {})

    assert sheet.differs
    assert verdicts(sheet, EffectKind.UNITS) == [Verdict.DIFFERS]
    assert Verdict.DIFFERS in verdicts(sheet, EffectKind.REFUND)


def test_other_units_than_promised_differ():
    sheet = compare(PLAN, ORDER, refunded(units=2), {})

    row = next(row for row in sheet.lines if row.kind is EffectKind.UNITS)
    assert (row.promised, row.seen, row.verdict) == ("3 → 2", "3 → 1", Verdict.DIFFERS)


def test_another_amount_differs():
    assert compare(PLAN, ORDER, refunded(amount="9.99"), {}).differs


def test_more_refunded_in_all_than_promised_differs():
    sheet = compare(PLAN, ORDER, refunded(total="25.00"), {})

    assert sheet.differs
    assert any(row.seen == "US$25.00" for row in sheet.lines)


def test_a_refund_on_its_way_is_pending_and_no_difference():
    sheet = compare(PLAN, ORDER, refunded(status=PaymentStatus.PENDING, payment=PaymentState.PAID), {})

    assert sheet.is_pending
    assert not sheet.differs


def test_a_refund_that_failed_differs_and_says_so():
    sheet = compare(PLAN, ORDER, refunded(status=PaymentStatus.FAILED, total="0"), {})

    assert sheet.differs
    assert any("failed" in row.note for row in sheet.lines)


def test_stock_at_another_place_differs():
    sheet = compare(PLAN, ORDER, refunded(location="elsewhere"), {})

    assert verdicts(sheet, EffectKind.STOCK) == [Verdict.DIFFERS]
    assert any("another location" in row.note for row in sheet.lines)


def test_units_recorded_without_going_back_differ():
    assert verdicts(compare(PLAN, ORDER, refunded(restocked=False), {}), EffectKind.STOCK) == [Verdict.DIFFERS]


def test_units_that_should_have_stayed_out_and_went_back_differ():
    kept = plan(ORDER, everything(ORDER, keep_stock=frozenset({"A", "B"})))
    after = replace(refunded(), cancelled_at=make.NOW)

    assert Verdict.DIFFERS in verdicts(compare(kept, ORDER, after, {}), EffectKind.KEEP_STOCK)


def test_a_line_nobody_promised_to_touch_differs():
    after = refunded()
    after = replace(after, lines=(after.lines[0], replace(after.lines[1], current=Decimal(1))))

    sheet = compare(PLAN, ORDER, after, {})

    assert verdicts(sheet, EffectKind.UNITS) == [Verdict.SAME, Verdict.DIFFERS]


def test_a_line_that_is_gone_counts_as_none_left():
    after = replace(refunded(), lines=ORDER.lines[1:])

    assert any("gone" in row.note for row in compare(PLAN, ORDER, after, {}).lines)


def test_a_whole_order_that_stayed_open_differs():
    whole = plan(ORDER, everything(ORDER))

    assert verdicts(compare(whole, ORDER, make.changed(ORDER), {}), EffectKind.CLOSE) == [Verdict.DIFFERS]


def test_an_order_somebody_cancelled_meanwhile_differs():
    sheet = compare(PLAN, ORDER, replace(refunded(), cancelled_at=make.NOW), {})

    assert verdicts(sheet, EffectKind.CLOSE) == [Verdict.DIFFERS]


def test_a_whole_cancel_empties_every_line_however_the_platform_counts():
    whole = plan(ORDER, everything(ORDER, refund=RefundChoice.NONE))
    after = make.changed(ORDER, cancelled_at=make.NOW)

    assert verdicts(compare(whole, ORDER, after, {}), EffectKind.UNITS) == [Verdict.SAME, Verdict.SAME]


class TestAuthorisations:
    held = make.payment("50.00", refundable=None, capturable=make.money("50.00"))
    order = make.canonical_order(lines=ORDER.lines, payments=(held,), payment=PaymentState.AUTHORISED)

    def test_released_is_the_same(self):
        whole = plan(self.order, everything(self.order))
        free = replace(self.held, capturable=make.money("0"))
        after = make.changed(self.order, cancelled_at=make.NOW, payment=PaymentState.VOIDED, payments=(free,))

        assert not compare(whole, self.order, after, {}).differs

    def test_still_held_differs(self):
        whole = plan(self.order, everything(self.order))
        after = make.changed(self.order, cancelled_at=make.NOW)

        assert verdicts(compare(whole, self.order, after, {}), EffectKind.VOID) == [Verdict.DIFFERS]


def test_what_no_order_shows_is_not_called_same():
    fixed = replace(ORDER, is_editable=False)
    kept = plan(fixed, take(1, order=fixed, keep_stock=frozenset({"A"}), notify=True))

    sheet = compare(kept, fixed, refunded(order=fixed), {})

    assert verdicts(sheet, EffectKind.KEEP_STOCK) == [Verdict.UNSEEN]
    assert verdicts(sheet, EffectKind.MESSAGE) == [Verdict.UNSEEN]


def test_what_the_calls_said_stands_beside():
    sheet = compare(PLAN, ORDER, refunded(), {1: make.answer(refunded=make.money("10.00"))})

    assert any(row.reported == "US$10.00" for row in sheet.lines)


def test_the_instant_of_the_look_is_kept():
    assert compare(PLAN, ORDER, refunded(), {}, seen_at=make.NOW).seen_at == "2026-11-21T09:30:00Z"


def test_a_cancelled_unit_that_left_meanwhile_differs():
    seen = refunded()
    left = make.changed(seen, lines=(replace(seen.lines[0], shipped=Decimal(3)), *seen.lines[1:]))

    sheet = compare(PLAN, ORDER, left, {})

    (row,) = [line for line in sheet.lines if "that left" in line.what]
    assert (row.promised, row.seen, row.verdict) == ("at most 2", "3", Verdict.DIFFERS)
    assert sheet.differs


def test_units_that_stay_and_are_shipped_are_no_difference():
    seen = refunded()
    left = make.changed(seen, lines=(replace(seen.lines[0], shipped=Decimal(2)), *seen.lines[1:]))

    assert not compare(PLAN, ORDER, left, {}).differs
