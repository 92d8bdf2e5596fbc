"""Button, effects and receipt say the same of the money: refunded, only recorded, released, or none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cancellations.pages import plan as plan_page
from cancellations.planning import comparison
from stores.canonical.capabilities import impossible
from stores.canonical.order import EndsWhenRepaid, MoneyPair, Order, PaymentState
from stores.canonical.request import CancelRequest, RefundChoice
from stores.kernel.money import Money
from tests import make
from tests.cancellations.planning.cases import ABLE, everything, plan, take
from tests.cancellations.planning.test_ways import ONE_SWITCH


def order(*payments: Any, **fields: Any) -> Order:
    return make.canonical_order(lines=[make.line(units=2)], payments=payments, **fields)


def card(amount: str = "20.00", **fields: Any) -> Any:
    return make.payment(amount, **fields)


def by_hand(amount: str) -> Any:
    return make.payment(amount, label="Bank transfer", is_manual=True)


HELD = make.payment("20.00", refundable=None, capturable=make.money("20.00"))
BUTTONS = {
    "all of it by card": (order(card()), RefundChoice.FULL, "Cancel the order · refund US$20.00"),
    "recorded only": (
        order(by_hand("20.00")), RefundChoice.FULL, "Cancel the order · you pay US$20.00 by hand",
    ),
    "some of each": (
        order(card("12.00"), by_hand("8.00")), RefundChoice.FULL,
        "Cancel the order · refund US$12.00 · you pay US$8.00 by hand",
    ),
    "no refund wanted": (order(card()), RefundChoice.NONE, "Cancel the order · refund US$0.00"),
    "nothing paid": (order(), RefundChoice.FULL, "Cancel the order · no money moves"),
    "authorised only": (
        order(HELD, payment=PaymentState.AUTHORISED), RefundChoice.FULL, "Cancel the order · release US$20.00",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "choice", "words"), BUTTONS.values(), ids=BUTTONS)
def test_the_button_names_what_happens_to_the_money(facts: Order, choice: RefundChoice, words: str) -> None:
    made = plan(facts, everything(facts, refund=choice))

    assert plan_page.deed(made) == words
    titles = [row["title"] for row in plan_page.effect_rows(made)]
    assert ("by hand" in words) == any("recorded for" in title for title in titles)
    assert ("· refund" in words.replace("refund US$0.00", "")) == any(title.startswith("Refund to") for title in titles)


def test_the_receipt_calls_a_recorded_refund_what_the_preview_called_it() -> None:
    facts = order(by_hand("20.00"))
    made = plan(facts, everything(facts))

    rows = comparison.compare(made, facts, facts, {}).lines

    assert "Refund recorded for Bank transfer" in [row.what for row in rows]
    assert "Refund recorded for Bank transfer" in [effect.title for effect in made.effects]


def test_a_part_that_ends_the_order_does_not_claim_to_cancel_all_of_it() -> None:
    lines = [make.line(), make.line(units=2)]
    facts = make.canonical_order(lines=lines, payments=(card("10.00"),), ends_when_repaid=EndsWhenRepaid.ALWAYS)

    made = plan(facts, take(1, order=facts), recipe=ONE_SWITCH)

    assert made.expected.is_cancelled
    assert plan_page.deed(made) == "Cancel 1 unit · refund US$10.00"


def test_a_wish_without_steps_claims_nothing_about_money() -> None:
    facts = order(card())

    assert plan_page.deed(plan(facts, take(0, order=facts))) == "Cancel 0 units"


def foreign() -> Order:
    """Paid 90 yen a unit; the shop counts 0.60 US$ for it."""
    line = make.line(units=2, unit_price=MoneyPair(shop=make.money("0.60"), customer=Money.from_minor(90, "JPY")))
    paid = replace(
        make.payment("180", "JPY"), amount=MoneyPair(shop=make.money("1.20"), customer=Money.from_minor(180, "JPY"))
    )
    pair = MoneyPair(shop=make.money("1.20"), customer=Money.from_minor(180, "JPY"))
    totals = make.totals("180", "JPY", original=pair)
    return make.canonical_order(
        lines=[line], payments=(paid,), customer_currency="JPY", currency="USD", totals=totals, shipping_refundable=None
    )


def test_both_currencies_stand_on_the_button_and_at_the_payment() -> None:
    facts = foreign()

    made = plan(facts, everything(facts))

    assert made.limit_amount == make.money("1.20")
    assert plan_page.deed(made) == "Cancel the order · refund JP¥180 (US$1.20)"
    assert [row["text"] for row in plan_page.effect_rows(made) if row["title"].startswith("Refund to")] == [
        "US$1.20 in the shop's currency."
    ]


def test_the_way_it_is_done_does_not_speak_of_a_refund_that_is_none() -> None:
    facts = order(card())
    part = plan(facts, take(1, order=facts, refund=RefundChoice.NONE))

    assert part.method_words == "No money moves: Rescind takes these units off the order by a refund of nothing."
    assert plan(facts, take(1, order=facts)).method_words == "cancel_lines in words."


def test_what_cannot_be_undone_speaks_of_money_only_where_some_moves() -> None:
    free, paid = order(), order(card())

    assert [w.text for w in plan(free, everything(free)).warnings] == ["Rescind cannot undo this."]
    assert [w.text for w in plan(paid, everything(paid)).warnings] == ["undo in words."]


def test_a_choice_about_stock_is_claimed_only_where_there_was_one() -> None:
    facts = order(card())
    kept = everything(facts, keep_stock=frozenset(line.id for line in facts.lines))
    details = {
        able.restock.is_offered: next(e for e in plan(facts, kept, capabilities=able).effects if e.kind == "keep_stock")
        for able in (ABLE, replace(ABLE, restock=impossible("No.")))
    }

    assert (details[True].title, details[True].detail) == ("2 units kept out of stock", "As you chose.")
    assert (details[False].title, details[False].detail) == ("2 units: stock does not change", "keep_stock in words.")


def test_advice_that_a_blocker_gives_is_not_repeated_as_a_warning() -> None:
    gone = make.line(units=2, shipped=2)
    facts = make.canonical_order(lines=[gone], payments=(card(),))

    made = plan(facts, CancelRequest(lines={}))

    assert [b.advice for b in made.blockers] == ["What has left cannot be cancelled: start a return instead."]
    assert [w.text for w in made.warnings] == []


def test_a_plan_that_cannot_run_claims_nothing_about_money() -> None:
    facts = order(card(), can_notify=False)
    stopped = plan(facts, everything(facts, notify=True))

    assert not stopped.can_run
    assert plan_page.deed(stopped) == "Cancel the order"


def test_a_refused_quote_is_said_once() -> None:
    """With the platform's words, without advice of ours beside theirs, and not as "only together with a refund"."""
    facts = order(card())
    wish = take(1, order=facts, refund=RefundChoice.PART, part={facts.payments[0].id: make.money("99.00")})

    made = plan(facts, wish, recipe=ONE_SWITCH)

    assert [b.code for b in made.blockers] == ["amount"]
