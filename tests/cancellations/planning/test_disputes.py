"""A disputed payment gives no money back, unless somebody says why and a second person agrees."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from stores.canonical.order import Remark
from stores.canonical.request import RefundChoice
from tests import make
from tests.cancellations.planning.cases import cautions, codes, everything, plan, take

CARD = make.payment("30.00", id="card")
GIFT = make.payment("10.00", id="gift", gateway="gift_card", label="Gift card")
CASH = make.payment("30.00", id="cash", is_manual=True)


def order(*payments, **remark):
    stands = {"kind": "dispute", "text": "Chargeback: needs response", "is_open": True, "stops_refund": True} | remark
    lines = [make.line(units=2, price="10.00"), make.line(units=2, price="5.00")]
    return make.canonical_order(lines=lines, payments=payments or (CARD,), remarks=(Remark(**stands),))


@pytest.mark.parametrize("wish", [lambda o: take(1, order=o), everything], ids=["part", "whole"])
def test_a_refund_on_top_of_a_dispute_is_blocked_with_what_to_do(wish):
    facts = order()

    made = plan(facts, wish(facts))

    assert codes(made) == ["dispute"]
    assert made.blockers[0].field == "despite_dispute"
    assert "Chargeback" in made.blockers[0].text
    assert "dispute" not in cautions(made)  # said once
    assert not made.can_run


def test_somebody_may_say_all_the_same_and_then_a_second_person_must_approve():
    facts = order()

    made = plan(facts, take(1, order=facts, despite_dispute=True))

    assert made.can_run
    assert "second person" in made.second_person
    assert "dispute" in cautions(made)


@pytest.mark.parametrize(
    ("facts", "wish", "blocked"),
    [
        (order(CARD, is_open=False), {}, True),
        (order(CARD, stops_refund=False), {}, False),
        (order(CARD), {"refund": RefundChoice.NONE}, False),
        (order(CASH), {}, False),
        (order(CARD, payment_id="card"), {}, True),
        (order(CARD, payment_id="another"), {}, False),
        (order(CARD, GIFT), {"refund": RefundChoice.PART, "part": {"gift": make.money("5")}}, False),
        (order(CARD, GIFT), {"refund": RefundChoice.PART, "part": {"card": make.money("5")}}, True),
    ],
    ids=["lost", "won", "no refund", "cash", "this payment", "another payment", "gift card", "card beside a gift card"],
)
def test_only_money_that_the_bank_may_give_back_too_is_stopped(facts, wish, blocked):
    made = plan(facts, take(1, order=facts, **wish))

    assert ("dispute" in codes(made)) == blocked
    assert made.second_person == ""


@pytest.mark.parametrize(
    ("facts", "wish"),
    [
        (order(CARD), {"refund": RefundChoice.NONE}),
        (order(CARD, payment_id="another"), {"despite_dispute": True}),
        (order(CASH), {"despite_dispute": True}),
    ],
    ids=["no refund", "another payment", "cash"],
)
def test_a_plan_that_gives_no_disputed_money_back_does_not_warn_of_it(facts, wish):
    made = plan(facts, take(1, order=facts, **wish))

    assert "dispute" not in cautions(made)


def test_the_override_asks_nobody_where_nothing_is_disputed():
    facts = order(kind="return", stops_refund=False)

    assert plan(facts, take(1, order=facts, despite_dispute=True)).second_person == ""


def test_a_bought_label_stays_paid_and_changes_nothing_else():
    bare = make.canonical_order(lines=[make.line(units=2), make.line()])
    labelled = replace(bare, remarks=(Remark(kind="label", text="A label for R1"),))

    with_label, without = plan(labelled, take(1, order=labelled)), plan(bare, take(1, order=bare))

    assert ["stays paid" in w.text for w in with_label.warnings if w.code == "label"] == [True]
    assert with_label.fingerprint == without.fingerprint
    assert (with_label.steps, with_label.units) == (without.steps, Decimal(1))
