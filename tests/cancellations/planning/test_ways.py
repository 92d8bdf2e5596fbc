"""The same wishes on platforms that want to be asked in other ways: whose stock, which payment, what ends an order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cancellations.planning import comparison, planner
from cancellations.planning.plan import Plan, ShopSettings
from stores.canonical.commands import CancelOrder, CorrectStock, RefundOrder, VoidPayment
from stores.canonical.order import Order, PaymentState
from stores.canonical.recipe import Adjust, Cancel, Per, Recipe, Refund, Refunds, RefundStock, Restock, Void
from stores.canonical.request import Quote, QuotedLine, RefundChoice
from stores.kernel.money import Money
from tests import make
from tests.cancellations.planning import cases
from tests.cancellations.planning.cases import codes, commands, everything, kinds, plan, take

FIRST = Cancel(refunds=Refunds.FIRST, restocks=Restock.ALWAYS)
ONE_SWITCH = Recipe(cancel=FIRST, units=Refund(per=Per.ORDER, stock=RefundStock.ONE_SWITCH, closes=True))
BY_INVOICE = Recipe(
    cancel=FIRST,
    units=Refund(per=Per.PAYMENT, stock=RefundStock.PER_LINE, closes=True),
    void=Void.WITH_CANCEL,
)
BY_HAND = Recipe(
    cancel=FIRST,
    units=Refund(per=Per.ORDER, stock=RefundStock.NONE, closes=True),
    void=Void.FIRST,
    adjusts=frozenset({Adjust.KEEP, Adjust.ADD}),
)
LEDGER = Recipe(
    cancel=Cancel(refunds=Refunds.AFTER, restocks=Restock.NEVER),
    units=Refund(per=Per.PAYMENT, stock=RefundStock.NONE, closes=False),
    void=Void.FIRST,
    adjusts=frozenset({Adjust.ADD}),
)


def order(*lines: int, **fields: Any) -> Order:
    return make.canonical_order(lines=[make.line(id=f"L{n}", units=n, stock_item_id=f"S{n}") for n in lines], **fields)


def quoted(facts: Order, wish: object, shares: dict[str, tuple[int, str, str]]) -> Quote:
    """With lines: id → (units, worth, payment)."""
    figures = cases.quote(facts, wish)  # type: ignore[arg-type]
    zero = Money.zero(facts.customer_currency)
    rows = (
        QuotedLine(line_id=i, units=Decimal(n), amount=make.money(worth), tax=zero, payment_id=payment)
        for i, (n, worth, payment) in shares.items()
    )
    return replace(figures, lines=tuple(rows))


def moved(made: Plan) -> list[tuple[list[str], str]]:
    """Each refund: whose units it takes, what it gives back."""
    return [
        ([u.line_id for u in c.lines], str(sum((p.amount.amount for p in c.payments), Decimal(0))))
        for c in commands(made)
        if isinstance(c, RefundOrder)
    ]


# --- one switch for all of a refund ------------------------------------------------------------------
def test_with_one_switch_kept_units_leave_with_a_refund_of_their_own():
    facts = order(2, 3, 1)
    wish = take(2, 1, order=facts, keep_stock=frozenset({"L3"}))

    made = plan(facts, wish, recipe=ONE_SWITCH, quoted=quoted(facts, wish, {"L2": (2, "20", ""), "L3": (1, "10", "")}))

    assert moved(made) == [(["L2"], "20.00"), (["L3"], "10.00")]
    assert [[u.restock for u in c.lines] for c in commands(made) if isinstance(c, RefundOrder)] == [[True], [False]]
    assert made.sums.total == make.money("30.00")
    assert made.can_run


def test_an_amount_of_ones_own_is_shared_by_what_the_lines_are_worth():
    facts = order(2, 3)
    part = {facts.payments[0].id: make.money("5.00")}
    wish = everything(facts, keep_stock=frozenset({"L3"}), refund=RefundChoice.PART, part=part)

    made = plan(facts, wish, recipe=ONE_SWITCH, quoted=quoted(facts, wish, {"L2": (2, "20", ""), "L3": (3, "30", "")}))

    assert moved(made) == [(["L2"], "2.00"), (["L3"], "3.00")]
    assert "free_and_kept" not in codes(made)


def test_a_cancel_that_always_restocks_is_left_out_when_units_are_kept_and_the_refund_ends_the_order():
    facts = order(2)
    kept = everything(facts, keep_stock=frozenset({"L2"}))

    assert kinds(plan(facts, everything(facts), recipe=ONE_SWITCH)) == ["RefundOrder", "CancelOrder"]
    made = plan(facts, kept, recipe=ONE_SWITCH)

    assert kinds(made) == ["RefundOrder"]
    assert made.expected.is_cancelled
    assert made.expected.payment_states == (PaymentState.REFUNDED,)
    assert [e.title for e in made.effects if e.key == "close"] == ["The order is cancelled"]


@pytest.mark.parametrize("facts", [
    order(2, payments=()), order(2, shipping_refundable=make.money("0")),
], ids=["unpaid", "paid, no refund wanted"])  # fmt: skip
def test_what_the_cancel_puts_back_cannot_be_kept(facts):
    wish = everything(facts, keep_stock=frozenset({"L2"}), refund=RefundChoice.NONE)

    made = plan(facts, wish, recipe=ONE_SWITCH)

    assert codes(made) == ["kept_goes_back"]


def test_free_lines_cannot_be_kept_beside_others():
    facts = order(2, 3)
    wish = everything(facts, keep_stock=frozenset({"L3"}))

    made = plan(facts, wish, recipe=ONE_SWITCH, quoted=quoted(facts, wish, {"L2": (2, "50", ""), "L3": (3, "0", "")}))

    assert "free_and_kept" in codes(made)


# --- one refund per payment --------------------------------------------------------------------------
def two_invoices() -> Order:
    parts = (make.payment("20.00", id="P1", label="Invoice 1"), make.payment("30.00", id="P2", label="Invoice 2"))
    return order(2, 3, payments=parts)


SHARES = {"L2": (2, "20", "P1"), "L3": (3, "30", "P2")}


def test_each_payment_is_a_refund_with_its_own_units():
    facts = two_invoices()
    wish = everything(facts)

    made = plan(facts, wish, recipe=BY_INVOICE, quoted=quoted(facts, wish, SHARES))

    assert moved(made) == [(["L2"], "20.00"), (["L3"], "30.00")]
    assert kinds(made)[-1] == "CancelOrder"
    assert made.can_run


def test_where_no_share_names_a_payment_the_first_refund_takes_the_units():
    facts = two_invoices()

    made = plan(facts, everything(facts), recipe=LEDGER)

    assert kinds(made) == ["CancelOrder", "RefundOrder", "RefundOrder", "CorrectStock"]
    assert moved(made) == [(["L2", "L3"], "20.00"), ([], "30.00")]


def test_an_amount_of_ones_own_cannot_leave_out_a_payment_that_holds_units():
    facts = two_invoices()
    wish = everything(facts, refund=RefundChoice.PART, part={"P1": make.money("5.00")})

    made = plan(facts, wish, recipe=BY_INVOICE, quoted=quoted(facts, wish, SHARES))

    assert "payment_left_out" in codes(made)


def test_an_order_that_only_a_refund_can_end_needs_all_of_the_money():
    facts = replace(order(2), ends_by_refund=True, whole_cancel_blockers=("Everything is invoiced.",))

    whole = plan(facts, everything(facts), recipe=BY_INVOICE)
    part = plan(
        facts,
        everything(facts, refund=RefundChoice.PART, part={facts.payments[0].id: make.money("5.00")}),
        recipe=BY_INVOICE,
    )
    nothing = plan(facts, everything(facts, refund=RefundChoice.NONE), recipe=BY_INVOICE)

    assert (kinds(whole), whole.expected.is_cancelled, whole.can_run) == (["RefundOrder"], True, True)
    assert (kinds(part), part.expected.is_cancelled, part.can_run) == (["RefundOrder"], False, True)
    assert "part_without_refund" in codes(nothing)


# --- stock by adjustment -----------------------------------------------------------------------------
@pytest.mark.parametrize(("setting", "kept", "expected"), [
    (True, (), ["RefundOrder", "CancelOrder"]),
    (False, (), ["RefundOrder", "CancelOrder", "CorrectStock"]),
    (True, ("L2", "L3"), ["RefundOrder"]),
    (False, ("L2", "L3"), ["RefundOrder", "CancelOrder"]),
    (True, ("L2",), ["RefundOrder", "CancelOrder", "CorrectStock"]),
], ids=["the shop restocks", "it does not", "all kept", "all kept, it does not", "one kept"])  # fmt: skip
def test_the_shops_own_setting_decides_what_is_left_to_correct(setting, kept, expected):
    facts = replace(order(2, 3), cancel_restocks=setting)

    made = plan(facts, everything(facts, keep_stock=frozenset(kept)), recipe=BY_HAND)

    assert kinds(made) == expected
    assert made.can_run
    changes = [(x.stock_item_id, x.delta) for c in commands(made) if isinstance(c, CorrectStock) for x in c.changes]
    wanted = {(True, ("L2",)): [("S2", -2)], (False, ()): [("S2", 2), ("S3", 3)]}
    assert changes == wanted.get((setting, kept), [])


def test_units_of_a_part_go_back_by_an_adjustment_and_kept_ones_by_none():
    facts = order(2, 3)

    back = plan(facts, take(1, order=facts), recipe=BY_HAND)
    kept = plan(facts, take(1, order=facts, keep_stock=frozenset({"L2"})), recipe=BY_HAND)

    assert [type(c) for c in commands(back)] == [RefundOrder, CorrectStock]
    assert [step.title for step in back.steps][1] == "Put the units back in stock"
    assert [type(c) for c in commands(kept)] == [RefundOrder]
    assert not any(u.restock for c in commands(back) if isinstance(c, RefundOrder) for u in c.lines)


def test_a_cancel_that_restocks_without_a_record_is_told_as_not_seen():
    facts = replace(order(2), cancel_restocks=True)
    made = plan(facts, everything(facts), recipe=BY_HAND)

    sheet = comparison.compare(made, facts, make.changed(facts, cancelled_at=make.NOW), {})

    (row,) = [row for row in sheet.lines if row.kind == "stock"]
    assert (row.verdict, row.promised) == ("unseen", "2 units")


@pytest.mark.parametrize(
    ("counts", "verdict", "words"),
    [
        ("V@:97:99:2", "unseen", "does not tell whether"),
        ("V@:97:97:2", "differs", "the count says 97 → 97"),
        ("V@:97:99:2;W@:5:5:3", "differs", "the count says 97 → 99, 5 → 5"),
        ("V@:97:97:0", "unseen", "does not tell whether"),
    ],
)
def test_units_that_were_counted_and_did_not_move_differ(counts, verdict, words):
    facts = replace(order(2), cancel_restocks=True)
    made = plan(facts, everything(facts), recipe=BY_HAND)
    told = make.answer(stock=make.counts(counts))
    position = next(step.position for step in made.steps if isinstance(step.command, CancelOrder))

    sheet = comparison.compare(made, facts, make.changed(facts, cancelled_at=make.NOW), {position: told})

    (row,) = [row for row in sheet.lines if row.kind == "stock"]
    assert (row.verdict, words in row.note) == (verdict, True), row.note


# --- voids, fees -------------------------------------------------------------------------------------
@pytest.mark.parametrize(("recipe", "expected"), [
    (LEDGER, [VoidPayment, CancelOrder]), (BY_INVOICE, [CancelOrder]),
], ids=["a call of its own", "by the cancel"])  # fmt: skip
def test_an_authorisation_is_released_first_or_by_the_cancel(recipe: Recipe, expected: list[type]):
    held = make.payment("20.00", refundable=None, capturable=make.money("20.00"))
    facts = order(2, payments=(held,), payment=PaymentState.AUTHORISED)

    made = plan(facts, everything(facts, keep_stock=frozenset()), recipe=replace(recipe, adjusts=frozenset()))

    assert [type(c) for c in commands(made)] == expected
    assert made.expected.voided == (held.id,)
    assert [e.payment_id for e in made.effects if e.key.startswith("void:")] == [held.id]


def test_fees_are_told_apart_and_go_back_with_the_refund():
    facts = order(2)
    wish = everything(facts)
    figures = replace(cases.quote(facts, wish), fees=make.money("3.00"))

    made = plan(facts, wish, recipe=BY_HAND, quoted=figures)

    assert (made.sums.items, made.sums.fees, made.sums.total) == tuple(map(make.money, ("17.00", "3.00", "20.00")))
    assert [c.fees for c in commands(made) if isinstance(c, RefundOrder)] == [make.money("3.00")]


# --- what a refund leaves to the cancel --------------------------------------------------------------
def partly_invoiced() -> tuple[Order, Quote]:
    """Two units paid, three never invoiced: their shares stand on no payment."""
    facts = order(2, 3, payments=(make.payment("20.00", id="P1", label="Invoice 1"),))
    wish = everything(facts)
    return facts, quoted(facts, wish, {"L2": (2, "20", "P1"), "L3": (3, "0", "cancel")})


def test_units_that_were_never_paid_are_left_to_the_cancel_even_when_paid_ones_are_kept():
    facts, figures = partly_invoiced()

    kept_paid = plan(facts, everything(facts, keep_stock=frozenset({"L2"})), recipe=BY_INVOICE, quoted=figures)
    kept_unpaid = plan(facts, everything(facts, keep_stock=frozenset({"L3"})), recipe=BY_INVOICE, quoted=figures)

    assert (kinds(kept_paid), kept_paid.can_run) == (["RefundOrder", "CancelOrder"], True)
    assert moved(kept_paid) == [(["L2"], "20.00")]
    assert codes(kept_unpaid) == ["kept_goes_back"]


def test_stock_that_only_the_cancel_puts_back_is_told_as_not_seen():
    facts, figures = partly_invoiced()
    made = plan(facts, everything(facts), recipe=BY_INVOICE, quoted=figures)

    assert [(end.line_id, end.is_recorded) for end in made.expected.stock] == [("L2", True), ("L3", False)]


def test_the_customer_is_told_by_the_refund_where_no_cancel_follows():
    facts = replace(order(2), ends_by_refund=True)

    open_order = order(2)

    alone = plan(facts, everything(facts, notify=True), recipe=BY_INVOICE)
    followed = plan(open_order, everything(open_order, notify=True), recipe=BY_INVOICE)

    assert [getattr(c, "notify", None) for c in commands(alone)] == [True]
    assert [getattr(c, "notify", None) for c in commands(followed)] == [False, True]


def test_a_refused_quote_is_told_in_the_platforms_words():
    facts = order(2)

    made = planner.build(
        facts, everything(facts), quote=None, capabilities=cases.ABLE, recipe=BY_INVOICE, reasons=cases.REASONS,
        settings=ShopSettings(hold_seconds=0), adapter_version="1", why_no_quote="Two invoices hold these units.",
    )  # fmt: skip

    assert [b.text for b in made.blockers if b.code == "no_quote"] == ["Two invoices hold these units."]


def test_an_amount_of_ones_own_goes_back_as_the_quote_says_it_can():
    """The platform's word about this very refund, newer than what the payment alone tells."""
    facts = order(2)
    wish = everything(facts, refund=RefundChoice.PART, part={facts.payments[0].id: make.money("5.00")})
    figures = cases.quote(facts, wish)
    by_hand = replace(figures, payments=tuple(replace(p, is_manual=True) for p in figures.payments))

    made = plan(facts, wish, recipe=BY_HAND, quoted=by_hand)

    assert [p.is_manual for c in commands(made) if isinstance(c, RefundOrder) for p in c.payments] == [True]
    assert [e.is_manual for e in made.effects if e.kind == "refund"] == [True]
