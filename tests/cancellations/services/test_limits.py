"""Limits per cancellation and per rolling 24 hours, asked at confirm and once more before money moves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cancellations.lifecycle import refund_limits
from cancellations.models import Cancellation, Step
from cancellations.services import decide
from stores.kernel import clock
from stores.kernel.errors import NotAllowed
from stores.models import Membership, Role
from tests import make

NOW = make.NOW


@pytest.fixture
def staff(cast):
    """Staff of shop_a who may give back 100.00 at once and 150.00 in a day."""
    Membership.objects.filter(person=cast.staff_a).update(limit_per_cancellation=10_000, limit_per_day=15_000)
    return cast.staff_a


@pytest.fixture
def gave_back(cast, staff):
    def made(minor, *, hours=1.0, by=None, **fields):
        record = make.order_record(store=cast.shop_a)
        at = NOW - timedelta(hours=hours)
        return make.cancellation(record=record, requester=by or staff, limit_minor=minor, created_at=at,
                                 **({"state": "done"} | fields))  # fmt: skip

    return made


def above(person, shop, amount):
    return refund_limits.above(person, shop, make.money(amount), now=NOW)


@pytest.mark.parametrize(("amount", "is_above"), [("100.00", False), ("100.01", True), ("0.00", False)])
def test_per_cancellation(cast, staff, amount, is_above):
    assert bool(above(staff, cast.shop_a, amount)) == is_above


@pytest.mark.parametrize(("amount", "is_above"), [("60.00", False), ("60.01", True)])
def test_per_day_counts_what_was_given_back_before(cast, staff, gave_back, amount, is_above):
    gave_back(9_000)

    assert bool(above(staff, cast.shop_a, amount)) == is_above


def test_after_24_hours_it_no_longer_counts(cast, staff, gave_back):
    gave_back(9_000, hours=24.01)

    assert not above(staff, cast.shop_a, "100.00")


@pytest.mark.parametrize("state", ["withdrawn", "expired", "refused", "awaiting_approval"])
def test_what_moved_nothing_does_not_count(cast, staff, gave_back, state):
    gave_back(15_000, state=state)

    assert not above(staff, cast.shop_a, "100.00")


@pytest.mark.parametrize("state", ["held", "running", "verifying", "needs_operator", "done"])
def test_what_may_have_moved_counts(cast, staff, gave_back, state):
    gave_back(15_000, state=state)

    assert above(staff, cast.shop_a, "0.01")


def test_an_approved_one_counts_for_who_approved_it(cast, staff, gave_back):
    gave_back(15_000, by=cast.admin_a, approver=staff)
    gave_back(15_000, approver=cast.admin_a)

    assert refund_limits.spent(staff, cast.shop_a, now=NOW) == make.money("150.00")


def test_another_shop_has_its_own_day(cast, staff, gave_back):
    make.membership(staff, cast.shop_b, Role.STAFF, limit_per_day=15_000)
    gave_back(15_000)

    assert not above(staff, cast.shop_b, "100.00")


@pytest.mark.parametrize("who", ["admin_a", "owner"])
def test_admins_and_owners_have_none(cast, who):
    assert not above(getattr(cast, who), cast.shop_a, "1000000.00")


def test_an_amount_that_cannot_be_compared_needs_somebody_without_limits(cast):
    yen, shop = make.money("3000", "JPY"), cast.shop_a
    assert shop.currency == "USD"

    assert "in JPY, your limits are in USD" in refund_limits.above(cast.staff_a, shop, yen, now=NOW)
    assert not refund_limits.above(cast.admin_a, shop, yen, now=NOW)
    assert not refund_limits.above(cast.staff_a, shop, make.money("0", "JPY"), now=NOW)


def test_what_moves_no_money_needs_nobody(cast, staff, gave_back):
    gave_back(15_000)

    assert not above(staff, cast.shop_a, "0.00")


def test_an_approvers_day_counts_from_the_approval(cast, staff, gave_back):
    gave_back(15_000, hours=30, by=cast.admin_a, approver=staff, counts_from=NOW - timedelta(hours=7))

    assert above(staff, cast.shop_a, "0.01")
    assert not refund_limits.above(staff, cast.shop_a, make.money("100.00"), now=NOW + timedelta(hours=17.01))


@pytest.mark.parametrize(("differs", "counts"), [(False, False), (True, True)])
def test_refused_and_done_all_the_same_counts(cast, staff, gave_back, differs, counts):
    gave_back(15_000, state="refused", differs=differs)

    assert bool(above(staff, cast.shop_a, "0.01")) is counts


class TestAdmittedStaysAdmitted:
    """Before money moves only what was admitted earlier counts against it."""

    @pytest.fixture
    def held(self, gave_back):
        """A full day: 50 three times."""
        return [gave_back(5_000, hours=hours, state="held") for hours in (3, 2, 1)]

    def test_a_full_day_stops_none_of_its_own(self, held):
        assert [refund_limits.trouble(row) for row in held] == [""] * 3

    def test_what_was_admitted_later_stops_nothing_that_was_before(self, held, gave_back):
        gave_back(15_000, hours=0)

        assert [refund_limits.trouble(row) for row in held] == [""] * 3

    def test_a_limit_that_was_lowered_stops_only_what_is_beyond_it(self, cast, held):
        Membership.objects.filter(person=cast.staff_a).update(limit_per_day=10_000)

        assert [bool(refund_limits.trouble(row)) for row in held] == [False, False, True]

    def test_of_the_same_instant_the_first_row_was_first(self, cast, held):
        Membership.objects.filter(person=cast.staff_a).update(limit_per_day=5_000)
        Cancellation.objects.update(counts_from=NOW)

        rows = Cancellation.objects.order_by("pk")
        assert [bool(refund_limits.trouble(row)) for row in rows] == [False, True, True]

    def test_a_day_before_its_own_word_no_longer_counts(self, held, gave_back):
        gave_back(15_000, hours=27.01)

        assert refund_limits.trouble(held[0]) == ""


def test_an_amount_in_another_currency_does_not_count_as_the_shops(cast, staff):
    make.cancellation(record=make.order_record(store=cast.shop_a), requester=staff, limit_minor=3000,
                      limit_currency="JPY", created_at=NOW, state="done")  # fmt: skip

    assert refund_limits.spent(staff, cast.shop_a, now=NOW) == make.money("0")


@pytest.mark.parametrize("who", ["auditor_a", "staff_b", "stranger"])
def test_whoever_may_not_cancel_has_a_limit_of_nothing(cast, who):
    assert above(getattr(cast, who), cast.shop_a, "0.01")


def test_amounts_of_a_shop_without_minor_units(cast):
    shop = make.store(currency="JPY")
    person = make.person()
    make.membership(person, shop, Role.STAFF, limit_per_cancellation=5_000)

    assert not refund_limits.above(person, shop, make.money("5000", "JPY"), now=NOW)
    assert refund_limits.above(person, shop, make.money("5001", "JPY"), now=NOW)


class TestBeforeMoneyMoves:
    """Transaction A asks again: what was allowed at confirm may be no longer."""

    @pytest.fixture
    def held(self, desk):
        desk.store.hold_seconds = 600
        desk.store.save()
        record = desk.order()
        return desk.confirm(record, desk.some(record, 1))

    def stopped(self, desk, held):
        done = desk.work(held)
        assert done.state == "needs_operator"
        assert desk.world.effects() == []
        return done

    def test_a_limit_that_was_lowered_stops_it(self, desk, held):
        Membership.objects.update(limit_per_cancellation=1)

        assert "above your limit" in self.stopped(desk, held).trouble

    def test_a_daily_limit_that_was_lowered_stops_it(self, desk, held):
        Membership.objects.update(limit_per_day=1)

        assert "24 hours" in self.stopped(desk, held).trouble

    def test_a_role_that_was_taken_stops_it(self, desk, held):
        Membership.objects.update(role=Role.AUDITOR)

        assert "may no longer cancel" in self.stopped(desk, held).trouble

    def test_a_person_who_left_stops_it(self, desk, held):
        desk.staff.is_active = False
        desk.staff.save()

        assert "may no longer cancel" in self.stopped(desk, held).trouble

    def test_what_was_stopped_goes_on_when_somebody_who_may_tries_again(self, desk, held):
        Membership.objects.update(limit_per_cancellation=1)
        stopped = self.stopped(desk, held)
        Membership.objects.update(limit_per_cancellation=None)

        decide.retry(actor=desk.staff, step=stopped.steps.get(position=1), reason="The limit was raised again.")

        assert desk.work(stopped).state == "done"
        assert desk.count("refund") == 1
        assert clock.now() > held.created_at

    def test_whoever_lets_it_go_on_answers_for_it_and_it_leaves_the_others_day(self, desk, held):
        """Their limit is lowered, then their role is taken: neither stops it once an admin has said yes."""
        admin = make.person("admin@example.com")
        make.membership(admin, desk.store, Role.ADMIN)
        Membership.objects.filter(person=desk.staff).update(limit_per_day=1)
        stopped = self.stopped(desk, held)

        decide.retry(actor=admin, step=stopped.steps.get(position=1), reason="It is wanted.")
        Membership.objects.filter(person=desk.staff).delete()

        assert desk.work(stopped).state == "done"
        assert desk.count("refund") == 1
        assert not refund_limits.spent(desk.staff, desk.store, now=clock.now())
        assert refund_limits.spent(admin, desk.store, now=clock.now()) == make.money("11.00")

    def test_whoever_tries_again_needs_room_in_their_own_day(self, desk, held):
        other = make.person("second@example.com")
        make.membership(other, desk.store, Role.STAFF, limit_per_day=1_099)
        Membership.objects.filter(person=desk.staff).update(limit_per_day=1)
        step = self.stopped(desk, held).steps.get(position=1)

        for act in (
            lambda: decide.retry(actor=other, step=step, reason="Again."),
            lambda: decide.settle(actor=other, step=step, evidence="1", note="By hand."),
        ):
            with pytest.raises(NotAllowed, match="24 hours"):
                act()
        held.refresh_from_db()
        assert (held.state, held.counts_for) == ("needs_operator", desk.staff)

    def test_after_the_money_only_the_right_is_asked_of_who_goes_on(self, desk, held):
        """Nothing is left but to look: somebody whose limits are too small may have it tried again."""
        other = make.person("second@example.com")
        make.membership(other, desk.store, Role.STAFF, limit_per_day=1)
        held.steps.exclude(kind="verify").update(state="applied")
        Cancellation.objects.update(state="needs_operator")
        held.steps.filter(kind="verify").update(state="needs_person")

        decide.retry(actor=other, step=Step.objects.get(kind="verify"), reason="Look again.")

        held.refresh_from_db()
        assert (held.vouched_by, held.counts_for) == (other, desk.staff)
