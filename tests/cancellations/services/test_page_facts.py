"""What pages are built from: lines and their choices, the live look, a cancellation's page and its summary."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict

from cancellations.forms.preview import AT, BACK, NO_STOCK, PreviewForm
from cancellations.models import Step
from cancellations.pages import cancellation, live_comparison, order_lines
from cancellations.pages import order as order_page
from cancellations.pages.order_lines import Choice
from cancellations.planning.plan import EffectKind, ReceiptLine, ReceiptSheet, Verdict
from stores.canonical import codec
from stores.canonical.capabilities import impossible
from stores.canonical.order import Location, Placement, Readiness
from stores.kernel import clock
from stores.models import HoldTier, StoreState
from tests import make
from tests.cancellations.planning.cases import ABLE, able

WAREHOUSE, CELLAR = make.WAREHOUSE, Location(id="C", name="Cellar")


def two_places(**words: Any) -> Any:
    places = tuple(
        Placement(id=f"F{n}", group_id="G", units=Decimal(n), readiness=Readiness.OPEN, location=place)
        for n, place in ((2, WAREHOUSE), (1, CELLAR))
    )
    made: dict[str, Any] = {"id": "A", "title": "Mug", "units": 3, "placements": places} | words
    return make.line(**made)


def form(order: Any, **typed: str) -> PreviewForm:
    data = QueryDict(mutable=True)
    data.update({name.replace("__", "."): value for name, value in typed.items()})
    return PreviewForm(order, data if typed else None, can_restock=True)


def page(order: Any, *, can: Any = ABLE, number: int = 1, wrong: Any = None, **typed: str) -> Any:
    return order_lines.page_of(
        form(order, **typed), can, number=number, shares={"A": make.money("7.50")}, wrong=wrong or {}
    )


# --- lines --------------------------------------------------------------------------------------------
def test_a_line_shows_its_places_its_share_and_its_choices():
    order = make.canonical_order(lines=[two_places(), make.line(id="B")])

    first, second = page(order, units__A="2", stock__A=f"{AT}C").rows

    assert (first.number, first.units, first.share, first.why) == (0, "2", make.money("7.50"), "")
    assert first.places == ["2 · Warehouse", "1 · Cellar"]
    assert first.stock == [
        Choice("", "Like the others", False),
        Choice(BACK, "Back in stock", False),
        Choice(NO_STOCK, "Keep out of stock", False),
        Choice(f"{AT}{WAREHOUSE.id}", "Back at Warehouse", False),
        Choice(f"{AT}C", "Back at Cellar", True),
    ]
    assert (second.number, second.share, second.places) == (1, None, [])
    assert [choice.value for choice in second.stock] == ["", BACK, NO_STOCK, f"{AT}C"], "where it waits is no choice"


@pytest.mark.parametrize(("typed", "chosen"), [("", ""), (BACK, BACK), (NO_STOCK, NO_STOCK), (f"{AT}C", f"{AT}C")])
def test_exactly_what_was_typed_is_chosen(typed, chosen):
    (row,) = page(make.canonical_order(lines=[two_places()]), units__A="1", stock__A=typed).rows

    assert [choice.value for choice in row.stock if choice.is_chosen] == [chosen]


def test_what_a_platform_cannot_is_shown_with_its_reason():
    can = able(restock=impossible("No stock here."), keep_stock=impossible("Always goes back."))
    (row,) = page(make.canonical_order(lines=[two_places()]), can=can).rows

    assert [choice.why_not for choice in row.stock] == [
        "", "No stock here.", "Always goes back.", "No stock here.", "No stock here.",
    ]  # fmt: skip


@pytest.mark.parametrize(("words", "on_order", "said"), [
    ({"is_tracked": False}, {}, "Not counted"), ({"is_restockable": False}, {}, "Cannot be put back"),
    ({}, {"is_restockable": False}, "Cannot be put back"), ({}, {}, ""),
])  # fmt: skip
def test_without_a_choice_of_stock_it_says_why(words, on_order, said):
    (row,) = page(replace(make.canonical_order(lines=[two_places(**words)]), **on_order)).rows

    assert (row.stock_words, bool(row.stock)) == (said, not said)


@pytest.mark.parametrize(("words", "why"), [
    ({}, ""), ({"cancellable": Decimal(1), "shipped": Decimal(2)}, ""),
    ({"cancellable": Decimal(0), "shipped": Decimal(3), "placements": ()},
     "What has left cannot be cancelled: start a return instead."),
    ({"cancellable": Decimal(0), "why_not": "Closed."}, "Closed."),
])  # fmt: skip
def test_what_cannot_go_says_why(words, why):
    (row,) = page(make.canonical_order(lines=[two_places(**words)])).rows

    assert row.why == why
    assert row.is_off is (words.get("cancellable") == 0)


@pytest.mark.parametrize(
    ("field", "where"), [("location.A", "stock_wrong"), ("restock.A", "stock_wrong"), ("units.A", "wrong")]
)
def test_a_wrong_field_is_told_at_its_line(field, where):
    row, other = page(make.canonical_order(lines=[two_places(), make.line(id="B")]), wrong={field: "Not so."}).rows

    assert (getattr(row, where), getattr(other, where)) == ("Not so.", "")


@pytest.mark.parametrize(("count", "asked", "number", "pages", "rows", "following"), [
    (100, 1, 1, 1, 100, 0), (101, 1, 1, 2, 100, 2), (101, 2, 2, 2, 1, 0), (101, 9, 2, 2, 1, 0), (101, 0, 1, 2, 100, 2),
    (0, 1, 1, 1, 0, 0),
])  # fmt: skip
def test_a_hundred_lines_a_page(count, asked, number, pages, rows, following):
    order = make.canonical_order(lines=[make.line(id=f"L{n}") for n in range(count)])

    made = page(order, number=asked)

    assert (made.number, made.count, len(made.rows), made.next) == (number, pages, rows, following)
    assert (made.is_alone, made.previous) == (pages == 1, number - 1)
    assert [row.number for row in made.rows[:1]] == ([(number - 1) * 100] if rows else [])


def test_what_was_chosen_on_other_pages_is_carried_along():
    order = make.canonical_order(lines=[make.line(id=f"L{n}") for n in range(101)])

    made = page(order, number=1, units__L0="1", units__L100="1", stock__L100=NO_STOCK, units__L99="0")

    assert made.hidden == [("units.L100", "1"), ("stock.L100", NO_STOCK)]


# --- the live look ------------------------------------------------------------------------------------
def test_a_live_look_is_the_order_as_it_was_read_now(desk):
    record = desk.order()
    desk.travel(61)

    standing = order_page.live(record)

    assert (standing.is_live, standing.read_at, standing.trouble, standing.is_waiting) == (True, clock.now(), "", False)
    assert standing.order.external_id == record.external_id
    assert order_page.recent_or_live(record) == standing


def test_a_paused_shop_is_not_asked(desk):
    record = desk.order()
    record.store.state = StoreState.PAUSED
    asked: list[Any] = []
    desk.world.on_exchange(asked.append)

    standing = order_page.live(record)

    assert (standing.is_live, standing.read_at, asked) == (False, record.read_at, [])
    assert "paused or disconnected" in standing.trouble
    assert order_page.recent_or_live(record) == standing


@pytest.mark.parametrize("hold", [0, 600])
def test_what_will_happen_names_the_end_of_the_hold(desk, hold):
    record = desk.order()
    record.store.hold_seconds = hold
    record.store.save()
    standing = order_page.live(record)

    wish = order_page.blank(record, standing)
    told = order_page.effects(desk.staff, record, wish)

    assert told["held_until"] == (clock.now() + timedelta(seconds=hold) if hold else None)
    assert (told["store"], told["may_confirm"]) == (record.store, True)
    wish.plan = None
    assert order_page.effects(desk.staff, record, wish) == {"plan": None, "store": record.store}


def test_what_will_happen_names_the_longer_hold_of_a_larger_amount(desk):
    record = desk.order()
    HoldTier.objects.create(store=record.store, from_minor=1, seconds=3_600)
    wish = order_page.blank(record, order_page.live(record))
    wish.plan = replace(wish.plan, limit_amount=make.money("1.00"))

    told = order_page.effects(desk.staff, record, wish)

    assert (told["hold_seconds"], told["held_until"]) == (3_600, clock.now() + timedelta(hours=1))


def test_the_comparison_with_the_order_as_it_is_now(desk):
    record = desk.order()
    done = desk.work(desk.confirm(record, desk.some(record, 1)))
    desk.travel(61)

    found = live_comparison.live(done)

    assert (found.read_at, found.trouble, found.is_waiting) == (clock.now(), "", False)
    assert found.compared is not None
    assert not found.compared.differs


def test_a_shop_that_is_paused_gives_no_comparison(desk):
    record = desk.order()
    done = desk.work(desk.confirm(record, desk.some(record, 1)))
    done.order.store.state = StoreState.PAUSED

    found = live_comparison.live(done)

    assert (found.compared, found.read_at) == (None, None)
    assert "paused" in found.trouble


# --- a cancellation's page -------------------------------------------------------------------------------
def receipt() -> str:
    line = ReceiptLine(
        kind=EffectKind.UNITS,
        what="Mug",
        promised="3 → 2",
        reported="—",
        seen="3 → 1",
        verdict=Verdict.DIFFERS,
        note="",
    )
    made = ReceiptSheet(seen_at="2026-11-21T09:31:02.5+00:00", lines=(line,), differs=True, is_pending=False)
    return codec.dumps(made)


def test_the_summary_to_copy_tells_what_was_done_and_seen(db):
    order = make.canonical_order(number="#7", lines=[make.line(id="A", title="Mug", units=3)])
    record = make.order_record(store=make.store("Acrylic Studio"), order=order)
    row = make.cancellation(record=record, state="done", differs=True, receipt=receipt(), trouble="Look at it.")

    lines = cancellation.of(row).summary.splitlines()

    assert lines[0] == f"{row.reference} · #7 · Acrylic Studio · Done, with a difference"
    assert lines[-3:] == ["Seen on 2026-11-21 09:31 UTC:", "- Mug: 3 → 1 (Differs)", "Look at it."]
    assert any(line.startswith("- ") for line in lines[1:-3])


@pytest.mark.parametrize(("state", "moving", "begun"), [
    ("held", True, False), ("awaiting_approval", True, False), ("running", True, True), ("verifying", True, True),
    ("needs_operator", False, True), ("done", False, True), ("withdrawn", False, True), ("refused", False, True),
])  # fmt: skip
def test_what_moves_and_what_has_begun(db, state, moving, begun):
    made = cancellation.of(make.cancellation(state=state))

    assert (made.is_moving, made.is_begun) == (moving, begun)


@pytest.mark.parametrize(("state", "differs", "told"), [
    ("done", True, "differs"), ("refused", True, "differs"), ("done", False, "done"), ("running", True, "running"),
])  # fmt: skip
def test_a_difference_is_a_state_of_its_own(db, state, differs, told):
    assert cancellation.of(make.cancellation(state=state, differs=differs)).state == told


@pytest.mark.parametrize(("fields", "over", "told", "next_try"), [
    ({"state": "pending"}, False, "pending", False), ({"state": "pending"}, True, "skipped", False),
    ({"state": "pending", "next_attempt_at": make.NOW}, False, "pending", False),
    ({"state": "pending", "next_attempt_at": make.NOW, "lease_owner": "w"}, False, "intended", False),
    ({"state": "pending", "next_attempt_at": make.NOW, "tries": 1}, False, "pending", True),
    ({"state": "pending", "next_attempt_at": make.NOW, "looks": 1}, False, "pending", True),
    ({"state": "retry_wait", "next_attempt_at": make.NOW}, False, "retry_wait", True),
    ({"state": "unknown", "next_attempt_at": make.NOW}, False, "unknown", True),
    ({"state": "accepted", "next_attempt_at": make.NOW}, False, "accepted", False),
])  # fmt: skip
def test_a_step_in_the_words_of_the_page(db, fields, over, told, next_try):
    row = make.cancellation(state="done" if over else "running")
    row.steps.filter(position=1).update(**fields)

    first = cancellation.of(row).steps[0]

    assert (first.state, first.next_try) == (told, make.NOW if next_try else None)
    assert first.can_retry is (fields["state"] == "unknown")
    assert bool(first.tag)


def test_the_step_that_asks_and_the_one_under_way(db):
    row = make.cancellation(state="needs_operator")
    row.steps.filter(position=1).update(state="needs_person", result={"ids": {"refund_id": "r1"}})

    made = cancellation.of(row)

    assert made.asking is made.steps[0]
    assert made.current is made.steps[0]
    assert made.steps[0].waits_for_person
    assert made.steps[0].ids == [("Refund id", "r1")]
    assert (made.finished, made.settled, made.differing) == (0, [], [])
    Step.objects.filter(cancellation=row).update(state="applied")
    assert cancellation.of(row).current is None
    assert cancellation.of(row).finished == len(made.steps)
