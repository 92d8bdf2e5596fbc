"""Confirm: the plan that was seen, once, by who saw it, within limits, and only one at a time for an order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cancellations.models import Cancellation, Preview, Step
from cancellations.services import preview, submit
from sandbox import connections
from sandbox.platforms.shopify import values
from stores.canonical.request import CancelRequest
from stores.kernel import clock
from stores.kernel.errors import InputRejected, NotAllowed, OrderBusy, RemoteError, StalePlan
from stores.models import AuditEvent, HoldTier, Membership, Role, StoreState
from tests import make


@pytest.fixture
def seen(desk):
    record = desk.order()
    return desk.preview(record, desk.some(record, 1, note="She rang."))


def confirm(desk, seen, by=None):
    return submit.confirm(actor=by or desk.staff, seen=Preview.objects.get(pk=seen.pk))


def test_what_was_seen_is_what_is_stored(desk, seen):
    row = confirm(desk, seen)

    assert row.preview == seen
    assert row.fingerprint == seen.fingerprint
    assert row.limit_minor == row.money_minor
    assert [step.position for step in row.steps.all()] == [1, 2]
    assert all(step.next_attempt_at is None for step in row.steps.all())


def test_the_audit_entry_holds_figures_and_no_words(desk, seen):
    confirm(desk, seen)

    body = AuditEvent.objects.get(kind="cancellation.confirmed").body
    assert seen.fingerprint in body
    assert seen.note.digest in body
    for personal in ("She rang", "Ada", "Novak", "example.com"):
        assert personal not in body


def test_it_is_held_for_as_long_as_the_shop_says(desk, seen):
    desk.store.hold_seconds = 900
    desk.store.save()

    assert confirm(desk, seen).held_until == clock.now() + timedelta(seconds=900)


def test_a_larger_amount_is_held_longer(desk, seen):
    HoldTier.objects.create(store=desk.store, from_minor=1, seconds=3_600)

    row = confirm(desk, seen)

    assert row.limit_minor >= 1
    assert (row.hold_seconds, row.held_until) == (3_600, clock.now() + timedelta(hours=1))


def test_parts_of_a_krona_that_are_no_longer_counted_are_confirmed(desk, monkeypatch):
    """A payment of before April 2023: support.stripe.com/questions/deprecation-of-fractional-isk-charges-and-refunds"""
    monkeypatch.setattr(values, "exponent", lambda _currency: 2)
    lines = [connections.line("shopify", quantity=1, price="40.10", sku="A")]
    record = desk.order(lines=lines, presentment=("ISK", "1"), shipping=None, tax="0")

    row = desk.confirm(record, desk.some(record, 1))

    assert (row.currency, row.money_minor) == ("ISK", 41)


def test_above_the_limit_it_waits_for_somebody_else_for_24_hours(desk, seen):
    Membership.objects.update(limit_per_cancellation=1)

    row = confirm(desk, seen)

    assert (row.state, row.held_until) == ("awaiting_approval", None)
    assert row.expires_at == clock.now() + timedelta(hours=24)
    assert AuditEvent.objects.filter(kind="cancellation.sent_for_approval").exists()


def test_pressed_again_it_is_the_same_even_when_the_shop_is_silent(desk, seen):
    first = confirm(desk, seen)
    desk.world.fault("drop_before", on="*", times=9)

    assert confirm(desk, seen) == first
    assert Step.objects.count() == 2


def test_another_persons_preview_is_not_confirmed(desk, seen):
    other = make.person("other@example.com")
    make.membership(other, desk.store, Role.ADMIN)

    with pytest.raises(NotAllowed, match="belongs to somebody else"):
        confirm(desk, seen, by=other)


@pytest.mark.parametrize("role", [Role.AUDITOR, None])
def test_who_lost_the_right_after_the_preview_may_not(desk, seen, role):
    Membership.objects.all().delete() if role is None else Membership.objects.update(role=role)

    with pytest.raises(NotAllowed):
        confirm(desk, seen)


def test_after_half_an_hour_the_preview_is_void(desk, seen):
    desk.travel(30 * 60 + 1)

    with pytest.raises(StalePlan, match="30 minutes"):
        confirm(desk, seen)


@pytest.mark.parametrize("state", [StoreState.PAUSED, StoreState.DISCONNECTED])
def test_a_shop_that_does_not_work_is_sent_nothing(desk, seen, state):
    desk.store.state = state
    desk.store.save()

    with pytest.raises(InputRejected, match="paused or disconnected"):
        confirm(desk, seen)


def test_an_order_somebody_else_touched_gives_the_new_plan(desk, seen):
    desk.world.staff(seen.order.external_id).refund("1.00")

    with pytest.raises(StalePlan) as stale:
        confirm(desk, seen)

    assert stale.value.plan.fingerprint != seen.fingerprint
    assert not Cancellation.objects.exists()


def test_a_note_or_tag_of_somebody_else_changes_nothing(desk, seen):
    desk.world.staff(seen.order.external_id).write(note="Fragile", tags=["vip"])

    assert confirm(desk, seen).state == "held"


def test_a_shop_that_does_not_answer_confirms_nothing(desk, seen):
    desk.world.fault("drop_before", on="*", times=9)

    with pytest.raises(RemoteError):
        confirm(desk, seen)
    assert not Cancellation.objects.exists()


def test_nothing_chosen_is_nothing_to_do(desk):
    record = desk.order()
    seen = desk.preview(record, CancelRequest(lines={}))

    with pytest.raises(InputRejected):
        confirm(desk, seen)


def test_one_open_cancellation_an_order_and_the_second_person_reads_which(desk):
    desk.store.hold_seconds = 600
    desk.store.save()
    record = desk.order()
    one, other = (desk.preview(record, desk.some(record, 1)) for _ in range(2))
    first = confirm(desk, one)

    with pytest.raises(OrderBusy, match=first.reference):
        confirm(desk, other)


def test_a_stopped_one_counts_as_open(desk):
    record = desk.order(gateway="bogus_fail")
    stopped = desk.work(desk.confirm(record, desk.some(record, 1)), hours=3)
    assert stopped.state == "needs_operator"
    again = desk.preview(record, desk.some(record, 1))

    with pytest.raises(OrderBusy):
        confirm(desk, again)


@pytest.mark.parametrize("state", ["done", "withdrawn", "expired", "refused"])
def test_a_finished_one_does_not(desk, state):
    record = desk.order()
    confirm(desk, desk.preview(record, desk.some(record, 1)))
    Cancellation.objects.update(state=state)

    assert confirm(desk, desk.preview(record, desk.some(record, 1))).state == "held"


# --- meanwhile, while the shop is read -------------------------------------------------------------------
def while_it_reads(monkeypatch, act):
    """`act` happens between our checks and our write."""
    really = preview.replan

    def replan(seen):
        monkeypatch.setattr(preview, "replan", really)
        act()
        return really(seen)

    monkeypatch.setattr(preview, "replan", replan)


def test_pressed_twice_at_once_both_get_the_same(desk, seen, monkeypatch):
    first: list[Cancellation] = []
    while_it_reads(monkeypatch, lambda: first.append(confirm(desk, seen)))

    second = confirm(desk, seen)

    assert [second] == first
    assert Cancellation.objects.count() == 1
    assert AuditEvent.objects.filter(kind="cancellation.confirmed").count() == 1


def test_another_preview_confirmed_meanwhile_is_named(desk, seen, monkeypatch):
    other = desk.preview(seen.order, desk.some(seen.order, 2))
    first: list[Cancellation] = []
    while_it_reads(monkeypatch, lambda: first.append(confirm(desk, other)))

    with pytest.raises(OrderBusy) as caught:
        confirm(desk, seen)

    assert first[0].reference in caught.value.user_message
    assert Cancellation.objects.count() == 1


@pytest.mark.parametrize(("seconds", "is_void"), [(1799, False), (1800, False), (1801, True)])
def test_a_preview_is_void_after_half_an_hour_exactly(desk, seen, seconds, is_void):
    desk.travel(seconds)

    if is_void:
        with pytest.raises(StalePlan):
            confirm(desk, seen)
    else:
        confirm(desk, seen)
    assert Cancellation.objects.count() == int(not is_void)
