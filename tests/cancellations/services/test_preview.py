"""Previews: a live read, the platform's figures, a plan, kept as it was shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from cancellations.models import Preview, PrivateNote
from cancellations.services import notes, preview
from stores.canonical import codec
from stores.canonical.request import CancelRequest, RefundChoice
from stores.kernel import clock
from stores.kernel.errors import RemoteError
from stores.models import Store
from stores.platforms import registry
from tests.rigs.desk import Desk


def test_a_preview_keeps_request_plan_and_facts(desk: Desk) -> None:
    record = desk.order()
    request = desk.some(record, 2, note="Ticket 5512")

    made = desk.preview(record, request)

    plan = preview.plan_of(made)
    assert plan.units == 2
    assert plan.fingerprint == made.fingerprint
    assert preview.facts_of(made).external_id == record.external_id
    assert preview.request_of(made) == request


def test_the_note_is_sealed_and_nowhere_else(desk: Desk) -> None:
    record = desk.order()

    made = desk.preview(record, desk.some(record, 1, note="Asked by Priya Raman on the phone"))

    assert "Priya Raman on" not in made.request + made.plan + made.facts
    assert made.note is not None
    assert b"Priya" not in bytes(made.note.sealed)
    assert notes.read(made.note) == "Asked by Priya Raman on the phone"


def test_a_preview_without_a_note_keeps_none(desk: Desk) -> None:
    record = desk.order()

    assert desk.preview(record, desk.some(record, 1)).note is None


def test_the_figures_are_the_platforms_own(desk: Desk) -> None:
    record = desk.order()
    request = desk.some(record, 1)

    plan = preview.plan_of(desk.preview(record, request))

    assert plan.sums.total.amount > Decimal(10)  # tax included by the platform, not by us
    assert plan.expected.lines[0].refund == plan.sums.total


def test_a_wish_without_money_asks_for_no_figures(desk: Desk) -> None:
    record = desk.order()
    asked: list[str] = []
    desk.world.on_exchange(lambda exchange: asked.append(exchange.query))

    made = desk.preview(record, desk.some(record, 1, refund=RefundChoice.NONE))

    assert not any("SuggestRefund" in query for query in asked)
    assert preview.plan_of(made).sums.total.amount == 0


def test_replanning_sees_what_moved(desk: Desk) -> None:
    record = desk.order()
    made = desk.preview(record, desk.some(record, 1))
    first = desk.confirm(record, desk.some(record, 2))
    desk.work(first)

    fresh = preview.replan(made)

    assert fresh.fingerprint != made.fingerprint


def test_replanning_an_untouched_order_gives_the_same_plan(desk: Desk) -> None:
    record = desk.order()
    made = desk.preview(record, desk.some(record, 1))

    assert codec.dumps(preview.replan(made)) == made.plan


def test_a_shop_that_does_not_answer_keeps_nothing(desk: Desk) -> None:
    record = desk.order()
    request = desk.some(record, 1)
    desk.world.fault("refused", times=20)

    with pytest.raises(RemoteError):
        preview.make(actor=desk.staff, record=record, request=request)

    assert not Preview.objects.exists()
    assert not PrivateNote.objects.exists()


def test_at_most_three_pages_wait_at_once() -> None:
    with preview.seat(), preview.seat(), preview.seat(), pytest.raises(preview.NoSeat), preview.seat():
        pass

    with preview.seat():
        pass  # a seat is given back


def test_a_full_copy_of_the_last_minute_counts_as_read(desk: Desk) -> None:
    record = desk.order()

    assert preview.recent(record, clock.now()) is not None
    assert preview.recent(record, clock.now() + timedelta(seconds=61)) is None
    record.is_summary = True
    assert preview.recent(record, clock.now()) is None


def test_other_words_make_another_preview_of_the_same_plan(desk: Desk) -> None:
    record = desk.order()
    made = desk.preview(record, desk.some(record, 1))

    again = preview.with_note(made, "Ticket 9")

    assert again.uuid != made.uuid
    assert (again.plan, again.created_at) == (made.plan, made.created_at)
    assert preview.with_note(again, "Ticket 9") == again


def test_previews_nobody_confirmed_are_forgotten_with_their_notes(desk: Desk) -> None:
    record = desk.order()
    used = desk.confirm(record, desk.some(record, 1, note="Kept"))
    desk.preview(record, desk.some(record, 1, note="Forgotten"))

    gone = preview.forget_old(clock.now() + timedelta(days=3))

    assert gone == 1
    assert list(Preview.objects.all()) == [used.preview]
    assert [notes.read(note) for note in PrivateNote.objects.all()] == ["Kept"]


def test_rights_the_shop_did_not_grant_are_told_in_words(desk: Desk) -> None:
    shop = replace_scopes(desk, without=("write_orders", "write_order_edits"))

    found = preview.shop_settings(shop, registry.get("shopify"))

    assert any("write_orders" in words for words in found.missing_scopes)
    assert "write_order_edits" in found.missing_for["EditOrder"]


def test_a_right_to_write_includes_the_right_to_read(desk: Desk) -> None:
    shop = replace_scopes(desk, without=("read_orders",))

    assert not any(
        "read_orders" in words for words in preview.shop_settings(shop, registry.get("shopify")).missing_scopes
    )


def replace_scopes(desk: Desk, *, without: tuple[str, ...]) -> Store:
    account = desk.store.connection
    account.granted_scopes = [scope for scope in account.granted_scopes if scope not in without]
    return desk.store


def test_a_missing_vital_right_blocks_the_plan(desk: Desk) -> None:
    record = desk.order()
    request = desk.some(record, 1)
    replace_scopes(desk, without=("write_orders",)).connection.save()
    record.refresh_from_db()

    plan = preview.plan_of(desk.preview(record, request))

    assert [blocker.code for blocker in plan.blockers] == ["scope"]
    assert not plan.can_run


def test_facts_at_hand_are_not_read_again(desk: Desk) -> None:
    record = desk.order()
    order = replace(desk.live(record), note="as it was read")
    asked: list[str] = []
    desk.world.on_exchange(lambda exchange: asked.append(exchange.query))

    made = preview.make(
        actor=desk.staff, record=record, request=CancelRequest(lines={order.lines[0].id: Decimal(1)}), order=order
    )

    assert len(asked) == 1
    assert "SuggestRefund" in asked[0]
    assert preview.facts_of(made).note == "as it was read"
