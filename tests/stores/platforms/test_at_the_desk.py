"""From preview to receipt, on every connector: what was promised is what its ledger shows, and it happens once.

Which stories a connector is told follows from its recipe and capabilities; what its ledger shows stands in its table
(`<connector>/desk.py`). A last test counts that no offered cell of its capability table is left without a case.
"""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest

from cancellations.services import decide
from stores.canonical.capabilities import Capabilities, Support
from stores.canonical.recipe import Adjust, CancelLines, Edit, Restock, Void
from stores.canonical.request import RefundChoice
from stores.kernel.errors import InputRejected, NotAllowed
from stores.kernel.money import Money
from stores.platforms import registry
from tests import make
from tests.rigs.desk import Desk
from tests.stores.platforms import desk_contract as told
from tests.stores.platforms.desk_contract import (
    CASES,
    MUG,
    MUGS,
    TABLES,
    TEAS,
    DeskTable,
    back,
    carried_through,
    comes_back,
    effects,
    everything,
    kept,
    kinds,
    moved,
    ordered,
    own,
    staff,
    stock,
    stopped,
    story,
    total,
    units,
)

ALL_BACK = (MUGS, TEAS)


@pytest.fixture
def table(desk: Desk) -> DeskTable:
    found = TABLES[desk.store.platform]
    found.watch(desk.world)
    return found


def money_moves(table: DeskTable) -> bool:
    return table.moves_money


def ended(desk: Desk, record: Any, story: str) -> bool:
    """The vendor's own word for how the order stands, where the table names one."""
    table = TABLES[desk.store.platform]
    if table.state is None or story not in table.ended:
        return True
    return bool(table.state(desk, record.external_id) == table.ended[story])


# --- everything ----------------------------------------------------------------------------------------
@story("cancel_order", "refund", "restock", "refund_quote")
def test_a_whole_paid_order_is_cancelled_refunded_and_back_in_stock(desk, table):
    record = ordered(desk)
    before = stock(desk, record)

    done = carried_through(desk, record, everything(record), cost="whole")

    assert kinds(done) == told.whole(table)
    assert total(desk, record) == table.paid
    assert effects(desk, record, "cancel") == (0 if table.ends_by_refund else 1)
    assert moved(desk, before, record) == comes_back(desk, *ALL_BACK)
    live = desk.live(record)
    assert (live.cancelled_at is not None, {line.current for line in live.lines}) == (True, {0})
    assert ended(desk, record, "whole")


@story(
    "cancel_order",
    over=lambda table: [name for name in ("unpaid", "unpaid_too") if getattr(table, name)],
)
def test_a_whole_unpaid_order_is_only_cancelled(desk, table, variant):
    record = ordered(desk, getattr(table, variant))
    before = stock(desk, record)

    done = carried_through(desk, record, everything(record), cost=variant)

    assert kinds(done) == ["cancel", "verify"]
    acts = [effect.kind for effect in desk.world.effects(record.external_id) if effect.kind != "stock"]
    assert acts == ["cancel"]
    assert moved(desk, before, record) == (ALL_BACK if variant in table.returns else (0, 0))
    assert desk.live(record).cancelled_at
    assert ended(desk, record, "unpaid")


@story("void_authorisation", when=lambda table: table.authorised)
def test_an_authorised_order_is_released_by_a_call_or_by_a_person(desk, table):
    record = ordered(desk, table.authorised)
    before = stock(desk, record)

    is_called = not table.can("void_authorisation").is_by_hand
    wish = everything(record)

    done = carried_through(desk, record, wish, cost="authorised") if is_called else stopped(desk, record, wish)

    assert kinds(done) == told.released(table)
    assert is_called or (done.state, desk.steps(done)["assisted"]) == ("needs_operator", "needs_person")
    assert [effects(desk, record, kind) for kind in ("void", "cancel", "refund")] == [int(is_called), 1, 0]
    if table.kind.recipe.void is Void.FIRST:
        acts = [effect.kind for effect in desk.world.effects(record.external_id) if effect.kind != "stock"]
        assert acts == ["void", "cancel"]
    assert moved(desk, before, record) == (ALL_BACK if "authorised" in table.returns else (0, 0))
    assert ended(desk, record, "authorised")


@story("cancel_rest")
def test_what_is_left_of_a_partly_shipped_order(desk, table):
    record = ordered(desk, table.partly_shipped, first=table.shipped_one)
    before = stock(desk, record)

    done = carried_through(desk, record, everything(record))

    is_one_call = isinstance(table.kind.recipe.units, CancelLines)
    assert kinds(done) == told.some(table, lines=1 if is_one_call else 2)
    assert total(desk, record) == ("28.00" if table.moves_money else "0.00")
    assert moved(desk, before, record) == comes_back(desk, MUGS - 1, TEAS)
    live = desk.live(record)
    assert [line.current for line in live.lines if line.current] == [1]
    assert live.cancelled_at is None


@story("refund", when=lambda table: table.two_payments, quick=("magento", "square"))
def test_two_payments_are_refunded_apart(desk, table):
    record = ordered(desk, table.two_payments)

    done = carried_through(desk, record, everything(record))

    assert kinds(done) == told.whole(table, payments=2)
    assert tuple(sorted(back(desk, record))) == table.amounts
    assert desk.live(record).cancelled_at


@story("refund", when=lambda table: table.by_hand, quick=("bigcommerce", "woocommerce", "magento"))
def test_what_no_call_can_pay_back_is_recorded_and_the_preview_says_so(desk, table):
    record = ordered(desk, table.by_hand)
    plan = desk.plan(record, everything(record))
    assert any("by hand" in effect.detail for effect in plan.effects)

    carried_through(desk, record, everything(record))

    found = [effect.detail for effect in desk.world.effects(record.external_id, kind="refund")]
    assert [{name: str(detail[name]) for name in table.recorded} for detail in found if table.recorded] == (
        [{name: str(value) for name, value in table.recorded.items()}] if table.recorded else []
    )


@story("refund", over=lambda table: table.awkward, quick=("woocommerce",))
def test_what_is_awkward_in_an_order_changes_nothing_of_the_promise(desk, table, variant):
    """Prices with tax, discounts as fees, variations of one product, earlier refunds."""
    record = desk.order(**told.connections.of(desk.world, table.key).seeds[variant])
    before = effects(desk, record, "refund")

    carried_through(desk, record, everything(record))

    assert effects(desk, record, "refund") == before + 1
    assert desk.live(record).totals.net.shop.amount == 0


# --- some units ----------------------------------------------------------------------------------------
@story("cancel_lines", "refund", "restock")
def test_some_units_leave_with_their_money_and_the_order_stays_open(desk, table):
    record = ordered(desk, table.taxed)
    before = stock(desk, record)

    done = carried_through(desk, record, units(record, 2, 1), cost="some")

    assert kinds(done) == told.some(table)
    assert total(desk, record) == table.some
    assert moved(desk, before, record) == comes_back(desk, 2, 1)
    live = desk.live(record)
    assert sorted(line.current for line in live.lines if line.current) == [1, 1]
    assert live.cancelled_at is None
    assert effects(desk, record, "cancel") == (0 if table.moves_money else 2)  # a call for each line
    assert ended(desk, record, "some")


@story("cancel_lines", "cancel_order", "restock", when=money_moves, quick=("bigcommerce", "square"))
def test_bit_by_bit_to_the_end_each_unit_goes_back_once(desk, table):
    record = ordered(desk)
    before = stock(desk, record)
    for mugs, teas in ((1, 1), (MUGS - 1, TEAS - 1)):
        carried_through(desk, record, units(record, mugs, teas))

    rest = Decimal(table.paid) - Decimal("14.00")
    assert back(desk, record) == ["14.00", f"{rest:.2f}"]
    assert moved(desk, before, record) == ALL_BACK
    live = desk.live(record)
    assert (live.cancelled_at is not None, live.totals.current.shop.amount) == (True, 0)


@story("cancel_lines", when=money_moves, over=lambda table: ["unpaid", "authorised"])
def test_some_units_of_an_unpaid_order_leave_by_an_edit_or_not_at_all(desk, table, variant):
    record = ordered(desk, getattr(table, variant))
    wish = units(record, 1, 2)
    if not (table.kind.recipe.edit is Edit.KEPT or (variant, table.kind.recipe.edit) == ("unpaid", Edit.UNPAID)):
        (blocker,) = desk.plan(record, wish).blockers
        assert (blocker.code, "captured" in blocker.text) == ("unpaid_part", True)
        return

    done = carried_through(desk, record, wish)

    assert kinds(done) == ["edit", "verify"]
    assert [line.current for line in desk.live(record).lines if line.current] == [2]
    assert back(desk, record) == []


# --- stock that is kept --------------------------------------------------------------------------------
@story("keep_stock")
def test_when_all_units_are_kept_none_goes_back(desk, table):
    record = ordered(desk)
    before = stock(desk, record)

    done = carried_through(desk, record, everything(record, keep_stock=kept(record)))

    assert kinds(done) == told.all_kept(table)
    assert (total(desk, record), moved(desk, before, record)) == (table.paid, comes_back(desk, 0, 0))
    assert desk.live(record).cancelled_at
    if "cancel" not in kinds(done):
        assert desk.live(record).cancel_reason == "Cancelled by refund"
    assert ended(desk, record, "all kept")


@story("keep_stock", "restock", when=money_moves, quick=("woocommerce", "bigcommerce", "square"))
def test_one_line_is_kept_and_the_other_goes_back(desk, table):
    record = ordered(desk, table.taxed)
    before = stock(desk, record)
    paid = desk.live(record).totals.received.shop.amount

    done = carried_through(desk, record, everything(record, keep_stock=kept(record, MUG)))

    assert kinds(done) == told.one_kept(table)
    assert (Decimal(total(desk, record)), moved(desk, before, record)) == (paid, (0, TEAS))
    assert desk.live(record).cancelled_at


@story("keep_stock", "cancel_lines", quick=("shopify", "modern_dropship"))
def test_some_units_are_kept_and_some_go_back(desk, table):
    record = ordered(desk)
    before = stock(desk, record)

    done = carried_through(desk, record, units(record, 1, 1, keep_stock=kept(record, MUG)))

    assert kinds(done) == (told.some_kept(table) if table.moves_money else told.some(table))
    assert total(desk, record) == ("14.00" if table.moves_money else "0.00")
    assert moved(desk, before, record) == comes_back(desk, 0, 1)
    assert desk.live(record).cancelled_at is None


def must_restock(table: DeskTable) -> bool:
    """Its cancel puts all units back, and nothing takes them out again."""
    recipe = table.kind.recipe
    always = recipe.cancel is not None and recipe.cancel.restocks is Restock.ALWAYS
    return table.unpaid is not None and always and Adjust.KEEP not in recipe.adjusts


@story("keep_stock", when=must_restock)
def test_stock_of_an_unpaid_order_cannot_be_kept_where_its_cancel_puts_all_back(desk, table):
    record = ordered(desk, table.unpaid_too or table.unpaid)

    plan = desk.plan(record, everything(record, keep_stock=kept(record)))

    assert [blocker.code for blocker in plan.blockers] == ["kept_goes_back"]


# --- money ---------------------------------------------------------------------------------------------
@story("cancel_without_refund")
def test_the_money_can_stay_where_the_platform_lets_it(desk, table):
    record = ordered(desk)
    wish = everything(record, refund=RefundChoice.NONE)
    if not table.can("cancel_without_refund").is_offered:
        said = {blocker.code: blocker.text for blocker in desk.plan(record, wish).blockers}
        assert str(table.can("cancel_without_refund").why) in said["cannot.cancel_without_refund"]
        return

    done = carried_through(desk, record, wish)

    assert kinds(done) == told.without_money(table)
    assert (effects(desk, record, "cancel"), back(desk, record)) == (1, [])
    assert desk.live(record).cancelled_at


@story("refund_part", when=money_moves)
def test_a_sum_of_ones_own_wins_over_the_lines(desk, table):
    record = ordered(desk, table.taxed)

    done = carried_through(desk, record, units(record, 2, **own(record, "7.77")))

    assert kinds(done) == told.some(table)
    assert back(desk, record) == ["7.77"]
    assert [line.current for line in desk.live(record).lines] == [MUGS - 2, TEAS]


@story("refund_part", when=money_moves, quick=("magento", "shopify"))
def test_all_units_with_some_of_the_money_kept(desk, table):
    """What only a refund of everything ends stays open then: neither promised nor told as cancelled."""
    record = ordered(desk)
    before = stock(desk, record)

    done = carried_through(desk, record, everything(record, **own(record, "7.77")))

    assert kinds(done) == told.whole(table, takes_all=False)
    assert (back(desk, record), moved(desk, before, record)) == (["7.77"], ALL_BACK)
    live = desk.live(record)
    assert (live.cancelled_at is None, {line.current for line in live.lines}) == (table.ends_by_refund, {0})
    assert ended(desk, record, "own")


@story("refund_part", when=money_moves, quick=("shopify", "woocommerce", "square", "bigcommerce"))
def test_money_kept_earlier_stays_with_the_shop_when_the_rest_is_cancelled(desk, table):
    """1.00 of 10.00 went back for a mug: the rest brings its own worth, not what that one lacked."""
    record, rest = ordered(desk), Decimal(table.paid) - Decimal("10.00")
    carried_through(desk, record, units(record, 1, **own(record, "1.00")))
    plan = desk.plan(record, everything(record))
    assert f"{plan.limit_amount.amount:.2f}" == f"{plan.sums.total.amount:.2f}" == f"{rest:.2f}"
    assert "kept_earlier" in [warning.code for warning in plan.warnings]

    done = carried_through(desk, record, everything(record))

    assert back(desk, record) == ["1.00", f"{rest:.2f}"]
    assert not [step for step in told.steps_of(done) if getattr(step.command, "refund", False)]
    live = desk.live(record)
    assert live.totals.net.shop == Money(Decimal("9.00"), "USD")
    assert (live.cancelled_at is not None, {line.current for line in live.lines}) == ("cancel" in kinds(done), {0})


@story("refund_shipping")
def test_shipping_goes_back_with_some_units_where_the_platform_lets_it(desk, table):
    record = ordered(desk)
    wish = units(record, 1, 0, shipping=Money(Decimal("2.00"), "USD"))
    if not table.can("refund_shipping").is_offered:
        plan = desk.plan(record, wish)
        assert not (plan.can_run and plan.sums.shipping)
        return

    carried_through(desk, record, wish)

    assert total(desk, record) == "12.00"


@story("refund", when=lambda table: table.foreign, quick=("woocommerce", "magento", "square"))
def test_a_currency_the_desk_has_no_limit_in_waits_for_somebody_without_limits(desk, table):
    words, amount, currency = table.foreign
    record = ordered(desk, words)

    waiting = desk.confirm(record, everything(record))

    if desk.live(record).totals.received.shop.currency != "USD":
        assert (waiting.state, back(desk, record)) == ("awaiting_approval", [])
        owner, seen = make.person(is_owner=True), waiting.fingerprint
        desk.patiently(lambda: decide.approve(actor=owner, cancellation=waiting, fingerprint=seen))
    done = desk.work(waiting, hours=3)
    assert (done.state, done.differs) == ("done", False), (done.trouble, told.differing(done))
    assert total(desk, record) == amount
    assert {effect.currency for effect in desk.world.effects(record.external_id, kind="refund")} == {currency}


@story("refund", when=lambda table: not table.moves_money)
def test_no_money_is_planned_where_none_moves(desk, table):
    record = ordered(desk)

    plan = desk.plan(record, everything(record, refund=RefundChoice.FULL))

    assert (str(plan.sums.total.amount), plan.can_run) == ("0", True), plan.blockers


@story("notify_customer")
def test_the_customer_is_told_where_the_platform_writes_to_them(desk, table):
    record = ordered(desk)
    plan = desk.plan(record, units(record, 1, notify=True))
    if not (table.can("notify_customer").is_offered and desk.live(record).can_notify):
        assert {blocker.field for blocker in plan.blockers} == {"notify"}
        return

    carried_through(desk, record, units(record, 1, notify=True))

    (step,) = [step for step in plan.steps if step.kind == "refund"]
    assert step.command.notify


# --- disputes ------------------------------------------------------------------------------------------
@story("disputes", when=lambda table: table.disputed)
def test_a_disputed_payment_is_not_refunded_unless_a_second_person_agrees(desk, table):
    record = ordered(desk, table.disputed)
    wish = units(record, 1)
    assert [blocker.code for blocker in desk.plan(record, wish).blockers] == ["dispute"]
    with pytest.raises(InputRejected):
        desk.confirm(record, wish)

    wish = replace(wish, despite_dispute=True)
    with pytest.raises(InputRejected, match="Say why"):
        desk.confirm(record, wish)
    waits = desk.confirm(record, replace(wish, note="agreed with the bank"))

    assert waits.state == "awaiting_approval"
    with pytest.raises(NotAllowed):
        decide.approve(actor=waits.requester, cancellation=waits, fingerprint=waits.fingerprint)
    second = make.person("second@example.com", is_owner=True)
    desk.patiently(lambda: decide.approve(actor=second, cancellation=waits, fingerprint=waits.fingerprint))
    assert desk.work(waits).state == "done"
    assert back(desk, record) == ["10.00"]


@story("disputes", when=lambda table: table.disputed, quick=("square",))
def test_a_dispute_that_comes_while_the_cancellation_is_held_stops_it(desk, table):
    record = ordered(desk)
    held = desk.confirm(record, units(record, 1))
    table.dispute(staff(desk, record))

    ended_ = desk.work(held)

    assert (ended_.state, back(desk, record)) == ("needs_operator", [])


# --- a no ----------------------------------------------------------------------------------------------
@story("refund", when=lambda table: table.refused, quick=("bigcommerce", "magento", "square"))
def test_a_refusal_changes_nothing_and_says_why(desk, table):
    record = ordered(desk)
    desk.world.fault("user_error", on=table.operations["refund"], **table.refused)

    ended_ = stopped(desk, record, units(record, 1))

    assert ended_.state == "refused", ended_.trouble
    assert table.refused_words in ended_.trouble
    assert ended_.steps.get(kind="refund").detail
    assert desk.world.effects(record.external_id) == []


@story("refund", when=lambda table: table.declined, quick=("bigcommerce", "woocommerce", "square"))
def test_a_refund_that_the_provider_declines_is_for_a_person_and_ends_nothing(desk, table):
    record = ordered(desk, table.declined(desk))

    ended_ = stopped(desk, record, units(record, 1))

    assert ended_.state in ("needs_operator", "refused")
    assert table.declined_words in ended_.trouble
    assert {amount for amount in back(desk, record) if Decimal(amount)} == set()
    assert effects(desk, record, "cancel") == 0


# --- lost answers --------------------------------------------------------------------------------------
def lost(desk: Desk, *effects_: str, fault: str = "drop_after") -> None:
    table = TABLES[desk.store.platform]
    for effect in effects_:
        desk.world.fault(fault, on=table.operations[effect], **({"seconds": 120} if fault == "late" else {}))


@story(
    "find_again",
    over=lambda table: ["drop_after", "error_after"],
    quick=(*(f"{key} drop_after" for key in TABLES), "bigcommerce error_after", "woocommerce error_after"),
)
def test_each_step_of_a_whole_cancellation_may_lose_its_answer(desk, table, variant):
    record = ordered(desk)
    before = stock(desk, record)
    wanted = {"restock": "stock"}
    steps = {wanted.get(kind, kind) for kind in told.whole(table)} & set(table.operations)
    lost(desk, *steps, fault=variant)

    carried_through(desk, record, everything(record))

    assert {kind: effects(desk, record, kind) for kind in steps - {"stock"}} == dict.fromkeys(steps - {"stock"}, 1)
    assert (total(desk, record), moved(desk, before, record)) == (table.paid, comes_back(desk, *ALL_BACK))


@story("find_again", "void_authorisation", when=lambda table: table.authorised and table.kind.recipe.void is Void.FIRST)
def test_a_lost_void_releases_once(desk, table):
    record = ordered(desk, table.authorised)
    lost(desk, "void")

    carried_through(desk, record, everything(record))

    assert (effects(desk, record, "void"), effects(desk, record, "cancel")) == (1, 1)


@story(
    "find_again", "cancel_order", "idempotency",
    over=lambda table: ["drop_before", "drop_after"] if table.ends_by_refund else ["drop_before"],
    quick=("magento", "modern_dropship"),
)  # fmt: skip
def test_a_lost_cancel_is_sent_again_only_when_it_did_not_happen(desk, table, variant):
    record = ordered(desk, table.unpaid)
    lost(desk, "cancel", fault=variant)

    carried_through(desk, record, everything(record))

    assert effects(desk, record, "cancel") == 1


@story(
    "find_again",
    "idempotency",
    when=money_moves,
    over=lambda table: ["drop_before", "late", "doubled"],
    quick=("square", "shopify drop_before", "magento drop_before", "woocommerce drop_before", "bigcommerce doubled"),
)
def test_a_lost_refund_is_never_paid_twice_by_us(desk, table, variant):
    """Without a key what never arrived waits for a person, and what was doubled on the way is told as a difference."""
    record = ordered(desk)
    is_keyed = table.can("idempotency").is_offered
    cancellation = desk.confirm(record, units(record, 1))
    lost(desk, "refund", fault=variant)

    ended_ = told.settled(desk, desk.work(cancellation, hours=20))

    step, paid = ended_.steps.get(kind="refund"), back(desk, record)
    if variant == "drop_before" and not is_keyed:
        assert (ended_.state, paid, step.attempts.count()) == ("needs_operator", [], 1)
    else:
        assert ended_.state == "done", ended_.trouble
        assert paid == ["10.00"] or (variant == "doubled" and not is_keyed and ended_.differs)


@story("find_again", over=lambda table: table.colleague, quick=("shopify", "square"))
def test_a_colleague_who_makes_the_lost_refund_by_hand_is_asked_about(desk, table, variant):
    """With its units or as money alone; a key of ours protects us only from ourselves: nothing is sent again."""
    record = ordered(desk)
    cancellation = desk.confirm(record, units(record, 1))
    lost(desk, "refund", fault="drop_before")
    desk.work(cancellation, hours=0.001)
    assert desk.world.effects(record.external_id) == []
    table.colleague[variant](staff(desk, record))

    ended_ = desk.work(cancellation, hours=20)

    assert (back(desk, record), ended_.steps.get(kind="refund").attempts.count()) == (["10.00"], 1)
    assert ended_.state == "needs_operator"
    assert "Somebody else did this meanwhile" in ended_.trouble


@story("cancel_order", over=lambda table: table.ends_it, quick=("woocommerce", "square"))
def test_an_order_that_a_colleague_ended_while_it_was_held_gets_nothing_from_us(desk, table, variant):
    record = ordered(desk)
    cancellation = desk.confirm(record, everything(record))
    table.ends_it[variant](staff(desk, record))
    there = [effect.kind for effect in desk.world.effects(record.external_id)]

    ended_ = desk.work(cancellation, hours=3)

    assert ended_.state == "needs_operator"
    assert "changed since the preview" in ended_.trouble
    desk.world.tick()
    assert [effect.kind for effect in desk.world.effects(record.external_id)] == there


# --- none is forgotten ---------------------------------------------------------------------------------
ELSEWHERE = {  # contract.py has their proofs; places and packing are shown by their planner tests
    "import_orders", "search_orders", "list_units", "list_money", "receive_events", "read_order", "staff_note", "undo",
    "labels", "cancel_while_packing", "restock_at_location",
}  # fmt: skip


def test_every_platform_brings_its_table():
    assert set(TABLES) == {kind.key for kind in registry.all_platforms()}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_a_table_has_the_orders_that_its_declarations_ask_for(table):
    """So that a story is told of nobody only where the declarations say so."""
    money = ("unpaid", "authorised", "by_hand", "foreign", "refused", "colleague")
    assert {name for name in money if getattr(table, name)} == (set(money) if table.moves_money else set())
    assert bool(table.disputed) is table.can("disputes").is_offered
    assert bool(table.stock) is table.can("restock").is_offered
    assert bool(table.shipped_one or table.partly_shipped) is table.can("cancel_rest").is_offered
    assert bool(table.amounts) is bool(table.two_payments)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_each_cell_that_is_offered_or_done_by_hand_keeps_a_case(table):
    told_of = {case.cell for case in CASES if case.connector == table.key}
    offered = {f.name for f in fields(Capabilities) if table.can(f.name).support is not Support.IMPOSSIBLE}

    assert offered - told_of - ELSEWHERE == set()


def test_what_is_refused_in_words_has_its_case_too():
    refusals = ("cancel_without_refund", "refund_shipping", "notify_customer")
    missing = {
        (cell, table.key)
        for cell in refusals
        for table in TABLES.values()
        if not [case for case in CASES if (case.cell, case.connector) == (cell, table.key)]
    }
    assert missing == set()
