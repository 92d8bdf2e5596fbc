"""Square at the desk: from preview to receipt as promised, and exactly one effect whatever is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cancellations.services import decide
from sandbox.platforms.square.simulator import SquareSimulator
from sandbox.platforms.square.spec import Line
from stores.canonical.request import CancelRequest, RefundChoice
from stores.kernel.errors import InputRejected, NotAllowed
from stores.kernel.numbers import money
from stores.models import Membership, Role, User
from tests.rigs.desk import Desk, desk_on, lines_of

MUG = Line(title="Enamel mug", price="14.50", sku="MUG", quantity=3)
TEA = Line(title="Mountain tea", price="8.90", sku="TEA", quantity=2)


@pytest.fixture
def desk(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with desk_on("square", tmp_path, monkeypatch) as made:
        yield made


def verdicts(done: Any) -> dict[str, tuple[str, str, str]]:
    return {row["what"]: (row["promised"], row["seen"], row["verdict"]) for row in lines_of(done.receipt)}


def kinds(done: Any) -> list[str]:
    return [step.kind for step in done.steps.all()]


def carried_through(desk: Desk, record: Any, request: Any, **words: Any) -> Any:
    done = desk.work(desk.confirm(record, request), **words)
    assert done.state == "done", (done.trouble, [(s.kind, s.state, s.detail) for s in done.steps.all()])
    assert done.differs is False, verdicts(done)
    return done


def stock(desk: Desk, sku: str = "MUG") -> Any:
    return SquareSimulator(desk.world).stock(sku)


def back(desk: Desk) -> list[str]:
    """Amounts that were really paid back, once the payment provider has answered."""
    desk.travel(10)
    return [str(effect.amount) for effect in desk.world.effects(kind="refund")]


def test_a_whole_paid_order_is_called_off_refunded_and_put_back(desk):
    record = desk.order(lines=[MUG, TEA], tip="2.00", charge="5.00", tax_rate="8.5")
    was = stock(desk)

    done = carried_through(desk, record, desk.everything(record))

    assert kinds(done) == ["cancel", "refund", "restock", "verify"]
    assert back(desk) == [str(desk.live(record).totals.received.shop.amount)]
    assert (desk.count("cancel"), stock(desk)) == (1, was + 3)
    assert desk.live(record).cancelled_at


def test_a_whole_unpaid_order_is_cancelled_and_nothing_else(desk):
    record = desk.order(lines=[MUG], pay="unpaid")

    done = carried_through(desk, record, desk.everything(record))

    assert kinds(done) == ["cancel", "verify"]
    assert [effect.kind for effect in desk.world.effects()] == ["cancel"]
    assert SquareSimulator(desk.world).order(record.external_id)["state"] == "CANCELED"


def test_an_authorised_order_is_released_and_then_cancelled(desk):
    record = desk.order(lines=[MUG], pay="authorised")

    done = carried_through(desk, record, desk.everything(record))

    assert kinds(done)[:2] == ["void", "cancel"]
    assert (desk.count("void"), desk.count("cancel"), desk.count("refund")) == (1, 1, 0)
    assert SquareSimulator(desk.world).order(record.external_id)["state"] == "CANCELED"


def test_some_units_of_a_paid_order_are_refunded_and_put_back(desk):
    record = desk.order(lines=[MUG, TEA])
    was = stock(desk)

    carried_through(desk, record, desk.some(record, 1, 1))

    assert (back(desk), stock(desk)) == (["23.40"], was + 1)
    assert [line.current for line in desk.live(record).lines] == [2, 1]


def test_some_units_of_an_unpaid_order_leave_without_money(desk):
    record = desk.order(lines=[MUG, TEA], pay="unpaid")

    done = carried_through(desk, record, desk.some(record, 1, 2))

    assert kinds(done) == ["edit", "verify"]
    assert [line.current for line in desk.live(record).lines] == [2]


def test_kept_units_stay_out_of_stock(desk):
    record = desk.order(lines=[MUG])
    was = stock(desk)
    kept = frozenset(line.id for line in desk.live(record).lines)

    carried_through(desk, record, desk.everything(record, keep_stock=kept))

    assert (stock(desk), desk.count("stock")) == (was, 0)


def test_an_amount_of_ones_own_may_come_from_the_smaller_payment_alone(desk):
    """Units belong to no payment at Square: they are recorded with the one that gives something back."""
    record = desk.order(lines=[MUG, TEA], tender=[("CARD", "50.00"), ("CASH", "11.30")])
    cash = next(paid.id for paid in desk.live(record).payments if paid.is_manual)

    carried_through(
        desk, record, desk.some(record, 1, refund=RefundChoice.PART, part={cash: money("5.00", "USD", field="x")})
    )

    assert back(desk) == ["5.00"]
    assert [line.current for line in desk.live(record).lines] == [2, 2]


@pytest.mark.parametrize(
    ("words", "rest"), [({"tip": "2.00", "charge": "5.00"}, "36.00"), ({"fulfilment": ""}, "29.00")]
)
def test_what_was_kept_back_of_an_earlier_unit_stays_with_the_shop(desk, words, rest):
    """A unit went back for 1.00 of its 14.50: the rest of the order brings its own worth, not what that one lacked."""
    record = desk.order(lines=[MUG], **words)
    mine = {desk.live(record).payments[0].id: money("1.00", "USD", field="x")}
    carried_through(desk, record, desk.some(record, 1, refund=RefundChoice.PART, part=mine))
    desk.travel(10)

    carried_through(desk, record, desk.everything(record))

    assert back(desk) == ["1.00", rest]


def test_card_and_cash_are_refunded_apart(desk):
    record = desk.order(lines=[MUG, TEA], tender=[("CARD", "50.00"), ("CASH", "11.30")])

    carried_through(desk, record, desk.everything(record))

    assert back(desk) == ["11.30", "50.00"] or back(desk) == ["50.00", "11.30"]
    assert not desk.live(record).totals.current.shop


def test_a_sale_that_is_complete_ends_by_its_refund(desk):
    record = desk.order(lines=[MUG], fulfilment="")

    done = carried_through(desk, record, desk.everything(record))

    assert "cancel" not in kinds(done)
    assert (back(desk), desk.count("cancel")) == (["43.50"], 0)
    assert desk.live(record).cancel_reason == "Cancelled by refund"


def test_the_money_can_stay(desk):
    record = desk.order(lines=[MUG])

    done = carried_through(desk, record, desk.everything(record, refund=RefundChoice.NONE))

    assert (desk.count("cancel"), desk.count("refund")) == (1, 0), kinds(done)


def test_a_sum_of_ones_own_wins(desk):
    record = desk.order(lines=[MUG])
    live = desk.live(record)
    mine = {live.payments[0].id: money("1.00", "USD", field="x")}

    carried_through(desk, record, desk.some(record, 1, refund=RefundChoice.PART, part=mine))

    assert back(desk) == ["1.00"]
    assert desk.live(record).lines[0].current == 2


def test_a_refund_the_bank_rejects_is_for_a_person(desk):
    record = desk.order(lines=[MUG], outcome="REJECTED")

    stopped = desk.work(desk.confirm(record, desk.some(record, 1)), hours=3)

    assert stopped.state == "needs_operator"
    assert back(desk) == []


def test_yen_have_no_cents_and_need_somebody_without_limits_in_a_shop_of_dollars(desk):
    Membership.objects.update(role=Role.ADMIN)
    record = desk.order(lines=[Line(title="Bowl", price="1201", quantity=3, sku="B")], currency="JPY", tax_rate="10")

    carried_through(desk, record, desk.some(record, 1))

    assert back(desk) == ["1321"]


def test_what_is_sold_by_weight_goes_back_by_weight(desk):
    record = desk.order(lines=[Line(title="Beans", price="22.40", quantity="0.75", unit="IMPERIAL_POUND", sku="BEANS")])
    was = stock(desk, "BEANS")

    carried_through(desk, record, desk.everything(record))

    assert (back(desk), str(stock(desk, "BEANS") - was)) == (["16.80"], "0.75")


LOST = ("drop_before", "drop_after", "error_after", "late", "doubled")


@pytest.mark.parametrize("fault", LOST)
def test_a_lost_refund_is_paid_exactly_once(desk, fault):
    record = desk.order(lines=[MUG])
    desk.world.fault(fault, on="refund", **({"seconds": 120} if fault == "late" else {}))

    carried_through(desk, record, desk.some(record, 1), hours=3)

    assert back(desk) == ["14.50"]


@pytest.mark.parametrize("units", [0, 1])
def test_a_colleague_who_makes_the_lost_refund_by_hand_is_asked_about_and_nothing_is_sent_again(desk, units):
    """In the dashboard, or as a return at the till; our key is alive, and protects us only from ourselves."""
    record = desk.order(lines=[MUG, TEA])
    cancellation = desk.confirm(record, desk.some(record, 1))
    desk.world.fault("drop_before", on="refund")
    desk.work(cancellation, hours=0.001)
    assert desk.world.effects() == []
    staff = SquareSimulator(desk.world).staff(record.external_id)
    staff.take_back(units) if units else staff.refund("14.50")

    stopped = desk.work(cancellation, hours=20)

    assert (back(desk), stopped.steps.get(kind="refund").attempts.count()) == (["14.50"], 1)
    assert stopped.state == "needs_operator"
    assert "Somebody else did this meanwhile" in stopped.trouble


def test_each_step_of_a_whole_cancellation_may_lose_its_answer(desk):
    record = desk.order(lines=[MUG])
    was = stock(desk)
    for operation in ("update", "refund", "stock"):
        desk.world.fault("drop_after", on=operation)

    carried_through(desk, record, desk.everything(record), hours=3)

    assert [desk.count(kind) for kind in ("cancel", "refund", "stock")] == [1, 1, 1]
    assert stock(desk) == was + 3


def test_a_lost_void_releases_once(desk):
    record = desk.order(lines=[MUG], pay="authorised")
    desk.world.fault("drop_after", on="void")

    carried_through(desk, record, desk.everything(record), hours=3)

    assert (desk.count("void"), desk.count("cancel")) == (1, 1)


def test_a_refund_that_square_refuses_ends_in_words_and_nothing_happened(desk):
    record = desk.order(lines=[MUG])
    desk.world.fault("user_error", on="refund", code="REFUND_DECLINED", message="No.")

    ended = desk.work(desk.confirm(record, desk.some(record, 1)))

    assert ended.state == "refused"
    assert ended.steps.get(kind="refund").detail
    assert desk.world.effects() == []


def test_a_disputed_payment_is_not_refunded_unless_a_second_person_agrees(desk):
    """Square itself then says no as long as the dispute is open; a lost one it does not mind."""
    record = desk.order(lines=[MUG], disputed="LOST")
    wish = desk.some(record, 1)
    assert [b.code for b in desk.plan(record, wish).blockers] == ["dispute"]
    with pytest.raises(InputRejected):
        desk.confirm(record, wish)

    wish = replace(wish, despite_dispute=True)
    with pytest.raises(InputRejected, match="Say why"):
        desk.confirm(record, wish)
    waits = desk.confirm(record, replace(wish, note="agreed with the bank"))

    assert waits.state == "awaiting_approval"
    with pytest.raises(NotAllowed):
        decide.approve(actor=waits.requester, cancellation=waits, fingerprint=waits.fingerprint)
    second = User.objects.create_user("second@example.com", "not-used-here", is_owner=True)
    decide.approve(actor=second, cancellation=waits, fingerprint=waits.fingerprint)
    assert desk.work(waits).state == "done"
    assert back(desk) == ["14.50"]


def test_a_dispute_that_comes_while_the_cancellation_is_held_stops_it(desk):
    record = desk.order(lines=[MUG])
    held = desk.confirm(record, desk.some(record, 1))
    SquareSimulator(desk.world).staff(record.external_id).dispute()

    ended = desk.work(held)

    assert ended.state == "needs_operator"
    assert desk.count("refund") == 0


def test_part_of_an_authorised_order_is_blocked_before_the_click(desk):
    record = desk.order(lines=[MUG], pay="authorised")
    plan = desk.plan(record, desk.some(record, 1))

    assert plan.blockers
    assert "approved" in " ".join(blocker.text for blocker in plan.blockers)


def test_an_unpaid_order_of_the_till_is_blocked_before_the_click(desk):
    record = desk.order(lines=[MUG], pay="unpaid", is_versioned=False)
    (line,) = desk.live(record).lines
    plan = desk.plan(record, CancelRequest(lines={line.id: line.current}))

    assert "at the till" in " ".join(blocker.text for blocker in plan.blockers)


def test_a_change_behind_our_back_between_two_steps_is_told_and_not_paid_over(desk):
    record = desk.order(lines=[MUG])
    cancellation = desk.confirm(record, desk.everything(record))
    desk.world.fault("error_before", on="refund", status=429, times=1, headers={"Retry-After": "30"})
    SquareSimulator(desk.world).staff(record.external_id).refund("10.00")

    stopped = desk.work(cancellation, hours=3)

    assert stopped.state in ("needs_operator", "held", "refused"), stopped.state
    assert back(desk) == ["10.00"]


def test_two_cancellations_after_one_another_leave_what_they_should(desk):
    record = desk.order(lines=[MUG, TEA])
    carried_through(desk, record, desk.some(record, 1, 0))
    desk.travel(10)
    carried_through(desk, record, desk.some(record, 1, 1))
    desk.travel(10)
    carried_through(desk, record, desk.everything(record))

    live = desk.live(record)
    assert back(desk) == ["14.50", "23.40", "23.40"]
    assert (live.cancelled_at is not None, live.totals.current.shop.amount) == (True, 0)
    assert stock(desk) == 20


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
def test_a_lost_restock_is_made_once(desk, fault):
    record = desk.order(lines=[MUG])
    was = stock(desk)
    desk.world.fault(fault, on="stock")

    carried_through(desk, record, desk.some(record, 2), hours=3)

    assert (stock(desk), desk.count("stock")) == (was + 2, 1)


def test_a_bank_transfer_that_takes_days_is_told_as_on_its_way(desk):
    record = desk.order(lines=[MUG], source="BANK_ACCOUNT")

    done = desk.work(desk.confirm(record, desk.everything(record)), hours=3)

    assert (done.state, done.differs) == ("done", False), (done.trouble, verdicts(done))
    assert back(desk) == []
    assert any("On its way" in row["note"] for row in lines_of(done.receipt))
    desk.travel(4 * 86_400)
    assert back(desk) == ["43.50"]
