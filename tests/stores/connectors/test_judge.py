"""Was it us, somebody else, nobody, or can nobody tell?"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from stores.canonical.commands import (
    Absent,
    CancelOrder,
    CorrectStock,
    Found,
    FoundForeign,
    PaymentBack,
    RefundOrder,
    Unclear,
    UnitsBack,
)
from stores.canonical.order import Refund
from stores.canonical.request import Reason
from stores.connectors import judge
from stores.connectors.records import IN_ALL, Reading, Record, Standing
from stores.kernel.money import Money
from tests import make

TAG, OTHER = "[op 7f3a9c21]", "[op 00000000]"
BEFORE = make.canonical_order()


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


REFUND = RefundOrder(
    order_id="1",
    currency="USD",
    lines=(UnitsBack(line_id="a", units=Decimal(1), restock=True),),
    payments=(
        PaymentBack(payment_id="p", gateway="card", amount=usd("7.00")),
        PaymentBack(payment_id="q", gateway="card", amount=usd("4.00")),
    ),
    shipping=None,
)
CANCEL = CancelOrder(order_id="1", reason=Reason.CUSTOMER, refund=True, restock=True, notify=False)
EACH = {"p": usd("7.00"), "q": usd("4.00")}
ONE = {"a": Decimal(1)}


def refund(**changes) -> Record:
    return Record(**{"id": "r", "ids": {"refund": "r"}, "money": EACH, "units": ONE} | changes)


def decide(*records, command=REFUND, **told):
    return judge.decide(command, Reading(records=records, absent="gone", **told), tag=TAG, before=BEFORE)


@pytest.mark.parametrize(
    ("record", "finding"),
    [
        pytest.param(refund(text=f"Changed their mind {TAG}"), Found, id="our mark, same money"),
        pytest.param(refund(text=TAG, units=None), Found, id="our mark, units untold"),
        pytest.param(refund(text=TAG, money={"p": usd("11.00")}), Unclear, id="our mark, another payment"),
        pytest.param(refund(text=TAG, money={IN_ALL: usd("11.00")}), Found, id="our mark, the same in all"),
        pytest.param(refund(text=TAG, money={IN_ALL: usd("10.99")}), Unclear, id="our mark, a cent less"),
        pytest.param(refund(), FoundForeign, id="a twin"),
        pytest.param(refund(units=None), FoundForeign, id="a twin that names no units"),
        pytest.param(refund(units={}), FoundForeign, id="a twin by amount alone"),
        pytest.param(refund(text="by hand", money={IN_ALL: usd("11.00")}), FoundForeign, id="a twin, told in all"),
        pytest.param(refund(units={"a": Decimal(2)}), Absent, id="other units: the guard counts its money"),
        pytest.param(refund(money={"p": usd("11.00")}), Absent, id="another payment: the guard counts its money"),
        pytest.param(refund(standing=Standing.FAILED), Absent, id="a twin that failed"),
        pytest.param(refund(text=OTHER), FoundForeign, id="the same units with another mark of ours"),
        pytest.param(refund(text=OTHER, units=None), Absent, id="another step of ours whose units are not told"),
    ],
)
def test_one_refund_record(record, finding):
    assert isinstance(decide(record), finding)


def test_a_refund_that_stood_there_before_the_plan_is_no_answer():
    old = Refund(id="r", created_at=BEFORE.placed_at, amount=make.pair("11.00"))
    known = make.changed(BEFORE, refunds=(old,))

    assert judge.decide(REFUND, Reading(records=(refund(),), absent="gone"), tag=TAG, before=known) == Absent(
        detail="gone"
    )


@pytest.mark.parametrize(
    ("seconds", "finding"), [(-1, Absent), (0, FoundForeign), (1, FoundForeign), (None, FoundForeign)]
)
def test_where_no_order_tells_what_stood_before_the_plan_its_time_does(seconds, finding):
    """Of a time that is not told nobody can say that it was before."""
    made_at = None if seconds is None else make.NOW + timedelta(seconds=seconds)
    reading = Reading(records=(refund(made_at=made_at),), absent="gone")

    assert isinstance(judge.decide(REFUND, reading, tag=TAG, before=BEFORE, since=make.NOW), finding)


def test_ours_is_ours_however_old_its_record_says_it_is():
    old = refund(text=TAG, made_at=make.NOW - timedelta(days=9))

    assert isinstance(judge.decide(REFUND, Reading(records=(old,)), tag=TAG, before=BEFORE, since=make.NOW), Found)


def test_what_failed_is_no_answer_beside_the_one_that_went_through():
    """Two generations with one mark: the second may have moved the money."""
    failed, done = refund(id="1", text=TAG, standing=Standing.FAILED), refund(id="2", text=TAG, ids={"refund": "2"})

    for records in ((failed, done), (done, failed)):
        assert decide(*records) == Found(ids={"refund": "2"}, detail="It is there, with our mark.")


def test_ours_wins_over_a_twin_beside_it():
    assert decide(refund(id="x"), refund(text=TAG)) == Found(ids={"refund": "r"}, detail="It is there, with our mark.")


@pytest.mark.parametrize(
    ("standing", "seen"),
    [
        (Standing.DONE, Found(ids={}, detail="words")),
        (Standing.PENDING, Found(ids={}, detail="words", is_pending=True)),
        (Standing.FAILED, Found(ids={}, detail="words", is_failed=True)),
        (Standing.PART, Unclear(detail="words")),
        (Standing.UNDONE, Unclear(detail="words")),
    ],
)
def test_how_far_ours_got(standing, seen):
    assert decide(Record(id="1", text=TAG, standing=standing, detail="words"), command=CANCEL) == seen


@pytest.mark.parametrize(
    ("standing", "seen"),
    [
        (Standing.DONE, Found(ids={}, detail="words", is_marked=False)),
        (Standing.FAILED, Found(ids={}, detail="words", is_failed=True, is_marked=False)),
        (Standing.PART, Unclear(detail="words")),
        (Standing.UNDONE, Absent(detail="words")),
    ],
)
def test_where_no_mark_can_stand_the_state_is_the_effect(standing, seen):
    assert decide(Record(id="1", text=None, standing=standing, detail="words"), command=CANCEL) == seen


def test_a_cancel_by_somebody_else_is_foreign():
    assert decide(Record(id="1", detail="by ada"), command=CANCEL) == FoundForeign(detail="by ada")


def test_a_mark_on_an_order_that_is_open_is_no_cancel_of_somebody_else():
    assert decide(Record(id="1", text="a note", standing=Standing.UNDONE), command=CANCEL) == Absent(detail="gone")


def test_a_part_done_by_somebody_else_is_unclear():
    assert isinstance(decide(Record(id="1", standing=Standing.PART), command=CANCEL), Unclear)


def test_what_reading_cannot_tell_is_unclear_and_not_absent():
    assert decide(unclear="a cut list") == Unclear(detail="a cut list")
    assert decide(refund(text=TAG), unclear="a cut list") != Unclear(detail="a cut list")
    assert isinstance(decide(refund(), unclear="a cut list"), FoundForeign)


def test_a_change_that_we_cannot_have_made_is_foreign():
    assert decide(foreign="captured meanwhile", command=CANCEL) == FoundForeign(detail="captured meanwhile")


def test_nothing_at_all_is_absent():
    assert decide() == Absent(detail="gone")


def test_another_step_of_ours_that_moved_the_same_stock_is_no_twin():
    stock = CorrectStock(order_id="1", changes=())
    other = Record(id="a1", text=f"1 {OTHER}", standing=Standing.PART)

    assert isinstance(judge.decide(stock, Reading(records=(other,)), tag=TAG, before=BEFORE), Absent)
    assert isinstance(judge.decide(CANCEL, Reading(records=(other,)), tag=TAG, before=BEFORE), Unclear)


@pytest.mark.parametrize(
    ("payments", "record", "finding"),
    [
        ((), refund(money=None), FoundForeign),
        ((), refund(money={}), FoundForeign),
        ((), refund(money={IN_ALL: usd("0.00")}), FoundForeign),
        ((), refund(money=None, text=TAG), Found),
        (REFUND.payments, refund(money=None), Absent),
        (REFUND.payments, refund(money=None, text=TAG), Unclear),
        (REFUND.payments[:1], refund(money={"p": usd("7.00"), "q": usd("0.00")}), FoundForeign),
        (REFUND.payments[:1], refund(money=EACH), Absent),
        ((REFUND.payments[0], REFUND.payments[0]), refund(money={"p": usd("14.00")}), FoundForeign),
        ((REFUND.payments[0], REFUND.payments[0]), refund(money={"p": usd("7.00")}), Absent),
    ],
    ids=[
        "of nothing, untold", "of nothing", "of nothing, in all", "of nothing, ours", "money untold",
        "money untold, ours", "nothing through the second", "more than ours", "twice through one", "once of twice",
    ],
)  # fmt: skip
def test_money_is_compared_payment_by_payment(payments, record, finding):
    command = RefundOrder(order_id="1", currency="USD", lines=REFUND.lines, payments=payments, shipping=None)

    assert isinstance(decide(record, command=command), finding)


@pytest.mark.parametrize(
    ("units", "finding"),
    [({"a": 3}, FoundForeign), ({"a": 3, "b": 0}, FoundForeign), ({"a": 2}, Absent), ({"a": 3, "b": 1}, Absent)],
    ids=["both places", "and none of another", "one place", "and one of another"],
)
def test_units_of_a_line_are_counted_over_its_places(units, finding):
    two_places = (
        UnitsBack(line_id="a", units=Decimal(1), restock=True, location_id="x"),
        UnitsBack(line_id="a", units=Decimal(2), restock=True, location_id="y"),
    )
    command = RefundOrder(order_id="1", currency="USD", lines=two_places, payments=REFUND.payments, shipping=None)
    seen = {line: Decimal(n) for line, n in units.items()}

    assert isinstance(decide(refund(units=seen), command=command), finding)


def test_another_step_of_ours_without_units_is_a_twin_of_one_without_units():
    command = RefundOrder(order_id="1", currency="USD", lines=(), payments=REFUND.payments, shipping=None)

    assert isinstance(decide(refund(text=OTHER, units=None), command=command), FoundForeign)


def test_the_state_that_is_the_effect_may_be_under_way():
    seen = Found(ids={}, detail="words", is_pending=True, is_marked=False)
    record = Record(id="1", text=None, standing=Standing.PENDING, detail="words")

    assert decide(record, command=CANCEL) == seen


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (Record(id="1", text=TAG), "It is there, with our mark."),
        (Record(id="1", text=TAG, standing=Standing.PENDING), "It is there, with our mark."),
        (Record(id="1", text=TAG, standing=Standing.FAILED), "did not pay it back"),
        (Record(id="1", text=TAG, standing=Standing.PART), "the rest is not"),
        (Record(id="1", text=TAG, standing=Standing.UNDONE), "what it stands for is not"),
        (Record(id="1", text=None), "no mark of who did it"),
        (Record(id="1"), "without our mark"),
        (Record(id="1", standing=Standing.PART), "did a part of it"),
    ],
)
def test_where_the_platform_has_no_words_there_are_ours(record, words):
    assert words in decide(record, command=CANCEL).detail
