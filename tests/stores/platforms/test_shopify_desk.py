"""Shopify at the desk: what was previewed moves, and exactly once, whoever else acts meanwhile."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cancellations.services import preview
from sandbox.platforms.shopify.spec import Line
from stores.canonical.request import RefundChoice
from stores.kernel.money import Money
from stores.kernel.numbers import money
from tests.rigs.desk import Desk, desk, lines_of

__all__ = ["desk"]


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def back(desk: Desk) -> list[Decimal]:
    """Amounts that really went back."""
    desk.travel(120)
    return [effect.amount for effect in desk.world.effects(kind="refund")]


def verdicts(done: Any) -> dict[str, tuple[str, str, str]]:
    return {row["what"]: (row["promised"], row["seen"], row["verdict"]) for row in lines_of(done.receipt)}


@pytest.mark.parametrize("by_colleague", ["units", "money"])
def test_a_colleague_who_makes_the_lost_refund_by_hand_is_asked_about_and_nothing_is_sent_again(desk, by_colleague):
    """Our key is alive for a day: it protects us from ourselves, and not from the admin."""
    record = desk.order(lines=[Line(price="10.00", quantity=3), Line(price="8.00", quantity=2)])
    cancellation = desk.confirm(record, desk.some(record, 1))
    desk.world.fault("drop_before", on="refundCreate")
    desk.work(cancellation, hours=0.001)
    assert desk.world.effects() == []
    staff = desk.world.staff(record.external_id)
    staff.give_back({desk.live(record).lines[0].id: 1}) if by_colleague == "units" else staff.refund("11.00")

    stopped = desk.work(cancellation, hours=20)

    refund = stopped.steps.get(kind="refund")
    assert (back(desk), refund.attempts.count()) == ([Decimal("11.00")], 1)
    assert stopped.state == "needs_operator"
    assert "Somebody else did this meanwhile" in stopped.trouble


def test_the_lost_refund_itself_is_found_by_its_mark(desk):
    record = desk.order(lines=[Line(price="10.00", quantity=3), Line(price="8.00", quantity=2)])
    desk.world.fault("drop_after", on="refundCreate")

    done = desk.work(desk.confirm(record, desk.some(record, 1)), hours=20)

    assert (done.state, done.differs, back(desk)) == ("done", False, [Decimal("11.00")]), verdicts(done)


CHAIRS = [Line(title="Chair A", price="20.00"), Line(title="Chair B", price="50.00")]


def test_money_kept_earlier_stays_with_the_shop_when_the_rest_is_cancelled(desk):
    """1.00 of 20.00 was kept; Shopify's own cancel with a refund would give it back: 51.00 for a preview of 50.00."""
    record = desk.order(lines=CHAIRS, shipping=None, tax="0")
    mine = {desk.live(record).payments[0].id: money("19.00", "USD", field="x")}
    desk.work(desk.confirm(record, desk.some(record, 1, refund=RefundChoice.PART, part=mine)))
    assert back(desk) == [Decimal("19.00")]

    seen = desk.preview(record, desk.everything(record))
    plan = preview.plan_of(seen)
    done = desk.work(desk.confirm(record, desk.everything(record)), hours=3)

    assert (plan.sums.total, plan.limit_amount) == (usd("50.00"), usd("50.00"))
    assert [getattr(step.command, "refund", None) for step in plan.steps if step.kind == "cancel"] == [False]
    assert back(desk) == [Decimal("19.00"), Decimal("50.00")]
    assert (done.state, done.differs) == ("done", False), verdicts(done)
    live = desk.live(record)
    assert (live.cancelled_at is not None, live.totals.refunded.customer) == (True, usd("69.00"))
    assert [line.current for line in live.lines] == [0, 0]


def test_a_whole_cancel_that_gives_back_everything_is_one_call(desk):
    record = desk.order(lines=CHAIRS, shipping=None, tax="0")

    done = desk.work(desk.confirm(record, desk.everything(record)), hours=3)

    assert (done.state, done.differs) == ("done", False), verdicts(done)
    assert (back(desk), [step.kind for step in done.steps.all()]) == ([Decimal("70.00")], ["cancel", "verify"])
