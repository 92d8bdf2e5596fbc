"""Decisions of people: who may, when it is too late, what is kept, and that one of two always wins."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cancellations.actions import SendNow
from cancellations.execution import executor
from cancellations.models import Cancellation, PrivateNote, Step
from cancellations.services import decide, notes
from notifications.models import Delivery
from stores.kernel import clock
from stores.kernel.errors import InputRejected, NotAllowed
from stores.kernel.failpoints import Crash, armed
from stores.models import AuditEvent, Membership, Role
from tests import make


@pytest.fixture
def admin(desk):
    person = make.person("admin@example.com", name="Rui Costa")
    make.membership(person, desk.store, Role.ADMIN)
    return person


@pytest.fixture
def waiting(desk):
    """Asked for by staff above their limit; the shop holds for ten minutes."""
    desk.store.hold_seconds = 600
    desk.store.save()
    Membership.objects.filter(person=desk.staff).update(limit_per_cancellation=1)
    record = desk.order()
    return desk.confirm(record, desk.some(record, 1))


@pytest.fixture
def stopped(desk):
    record = desk.order(gateway="bogus_fail")
    return desk.work(desk.confirm(record, desk.some(record, 1)), hours=3)


def approve(person, row, **changes):
    decide.approve(actor=person, cancellation=row, **({"fingerprint": row.fingerprint} | changes))


class TestMakerAndChecker:
    def test_nothing_is_sent_before_somebody_else_approved(self, desk, waiting):
        desk.work(waiting, hours=23)

        assert waiting.state == "awaiting_approval"
        assert desk.world.effects() == []

    def test_the_hold_begins_with_the_approval(self, desk, waiting, admin):
        desk.travel(3600)
        approve(admin, waiting)

        assert waiting.held_until == clock.now() + timedelta(seconds=600)
        assert desk.work(waiting).state == "done"
        assert desk.count("refund") == 1

    def test_never_the_one_who_asked_not_even_as_admin_or_owner(self, desk, waiting):
        Membership.objects.filter(person=desk.staff).update(role=Role.ADMIN, limit_per_cancellation=None)
        desk.staff.is_owner = True
        desk.staff.save()

        with pytest.raises(NotAllowed):
            approve(desk.staff, waiting)

    def test_not_with_a_limit_below_the_amount(self, desk, waiting):
        other = make.person("second@example.com")
        make.membership(other, desk.store, Role.STAFF, limit_per_cancellation=1)

        with pytest.raises(NotAllowed, match="above your limit"):
            approve(other, waiting)

    @pytest.mark.parametrize("role", [Role.AUDITOR, None])
    def test_not_without_the_right(self, desk, waiting, role):
        other = make.person("other@example.com")
        if role:
            make.membership(other, desk.store, role)

        with pytest.raises(NotAllowed):
            approve(other, waiting)

    def test_another_plan_voids_it(self, waiting, admin):
        with pytest.raises(InputRejected, match="Look again"):
            approve(admin, waiting, fingerprint="f" * 64)

    def test_an_order_that_moved_since_is_not_carried_out(self, desk, waiting, admin):
        approve(admin, waiting)
        desk.world.staff(waiting.order.external_id).refund("2.00")

        assert desk.work(waiting).state == "needs_operator"
        assert "changed" in waiting.trouble
        assert desk.count("refund") == 1  # theirs

    def test_after_24_hours_it_is_too_late(self, desk, waiting, admin):
        desk.travel(24 * 3600 + 1)

        with pytest.raises(InputRejected, match="no longer waits"):
            approve(admin, waiting)

    def test_an_approver_who_lost_the_limit_meanwhile_stops_it(self, desk, waiting, admin):
        approve(admin, waiting)
        Membership.objects.filter(person=admin).update(role=Role.STAFF, limit_per_cancellation=1)

        assert desk.work(waiting).state == "needs_operator"
        assert desk.world.effects() == []

    @pytest.mark.parametrize(("kept", "seconds"), [(3_600, 3_600), (0, 0), (None, 600)])
    def test_it_is_held_as_the_preview_said(self, desk, waiting, admin, kept, seconds):
        """Whatever the shop's settings became meanwhile; of an older version, as the shop says now."""
        Cancellation.objects.update(hold_seconds=kept)
        desk.store.hold_seconds = 600
        desk.store.save()

        waiting = Cancellation.objects.get()
        approve(admin, waiting)

        waiting.refresh_from_db()
        assert waiting.held_until == clock.now() + timedelta(seconds=seconds)

    def test_two_approvers_are_one_approval(self, waiting, admin):
        same = Cancellation.objects.select_related("store").get(pk=waiting.pk)
        approve(admin, waiting)

        with pytest.raises(InputRejected, match="faster"):
            approve(admin, same)
        assert AuditEvent.objects.filter(kind="cancellation.approved").count() == 1


class TestHold:
    def test_taking_back_and_starting_race_and_one_wins(self, desk):
        desk.store.hold_seconds = 600
        desk.store.save()
        record = desk.order()
        held = desk.confirm(record, desk.some(record, 1))
        seen_before = Cancellation.objects.select_related("store").get(pk=held.pk)
        desk.travel(601)
        executor.advance(held.uuid)

        with pytest.raises(InputRejected, match="Too late"):
            decide.take_back(actor=desk.staff, cancellation=seen_before)
        assert not AuditEvent.objects.filter(kind="cancellation.withdrawn").exists()

    def test_a_hold_that_moved_meanwhile_is_not_said_to_be_ended(self, desk):
        desk.store.hold_seconds = 600
        desk.store.save()
        record = desk.order()
        held = desk.confirm(record, desk.some(record, 1))
        Cancellation.objects.update(state="withdrawn")

        with pytest.raises(InputRejected, match="moved meanwhile"):
            decide.release_hold(actor=desk.staff, cancellation=held, reason=SendNow.OTHER)
        assert not AuditEvent.objects.filter(kind="cancellation.released").exists()
        assert not PrivateNote.objects.exists()


class TestRetryAndSettle:
    def test_whoever_was_asked_is_told_by_mail_once(self, stopped):
        told = Delivery.objects.get(kind="cancellation.stopped")

        assert (told.person, told.store, told.about) == (stopped.requester, stopped.store, stopped.uuid)
        assert told.payload == {"reference": stopped.reference}

    def test_a_refused_whole_cannot_be_revived(self, desk):
        record = desk.order()
        made = desk.confirm(record, desk.some(record, 1))
        desk.world.add_shop("demo", scopes=[s for s in desk.world.shop("demo")["scopes"] if s != "write_orders"])
        refused = desk.work(made)
        assert refused.state == "refused"

        for act in (
            lambda step: decide.retry(actor=desk.staff, step=step, reason="Again."),
            lambda step: decide.settle(actor=desk.staff, step=step, evidence="1", note="By hand."),
        ):
            with pytest.raises(InputRejected, match="not waiting"):
                act(refused.steps.get(position=1))

    def test_a_retry_takes_the_say_from_a_worker_that_still_looks(self, stopped, desk):
        step = stopped.steps.get(position=1)
        before = step.fence

        decide.retry(actor=desk.staff, step=step, reason="The bank says it works again.")

        assert Step.objects.get(pk=step.pk).fence == before + 1

    def test_a_step_that_moved_meanwhile_is_not_settled(self, stopped, desk):
        step = stopped.steps.get(position=1)
        Step.objects.filter(pk=step.pk).update(state="applied")

        with pytest.raises(InputRejected, match="moved meanwhile"):
            decide.settle(actor=desk.staff, step=step, evidence="1", note="By hand.")

    def test_words_stand_in_sealed_rows_and_never_in_the_chain(self, stopped, desk):
        decide.settle(actor=desk.staff, step=stopped.steps.get(position=1), evidence="paid to Priya Raman",
                      note="Priya Raman has the money.")  # fmt: skip

        event = AuditEvent.objects.get(kind="step.settled")
        kept = PrivateNote.objects.get()
        assert "Priya" not in event.body
        assert str(kept.uuid) in event.body
        assert kept.digest in event.body
        assert b"Priya" not in bytes(kept.sealed)
        assert notes.read(kept) == "Priya Raman has the money."

    def test_an_id_stands_in_the_chain_as_it_is(self, stopped, desk):
        decide.settle(actor=desk.staff, step=stopped.steps.get(position=1), evidence="gid://shopify/Refund/9", note="x")

        assert "gid://shopify/Refund/9" in AuditEvent.objects.get(kind="step.settled").body

    @pytest.mark.parametrize(("evidence", "note", "field"), [(" ", "x", "evidence"), ("1", " ", "note")])
    def test_both_are_needed(self, stopped, desk, evidence, note, field):
        with pytest.raises(InputRejected) as refused:
            decide.settle(actor=desk.staff, step=stopped.steps.get(position=1), evidence=evidence, note=note)

        assert refused.value.field == field

    @pytest.mark.parametrize("who", ["auditor", "stranger"])
    def test_not_without_the_right(self, stopped, desk, who):
        person = make.person("x@example.com")
        if who == "auditor":
            make.membership(person, desk.store, Role.AUDITOR)
        step = stopped.steps.get(position=1)

        with pytest.raises(NotAllowed):
            decide.retry(actor=person, step=step, reason="x")
        with pytest.raises(NotAllowed):
            decide.settle(actor=person, step=step, evidence="1", note="x")


def test_looking_again_goes_on_after_a_person_was_asked(desk):
    """The shop stays silent when the order is to be read back: a person is told, and the receipt comes all the same."""
    record = desk.order()
    made = desk.confirm(record, desk.some(record, 1))
    with armed("refund.committed"), pytest.raises(Crash):
        executor.advance(made.uuid)
    desk.world.fault("drop_before", on="*", times=200)
    stopped = desk.work(made, hours=3)
    assert stopped.state == "needs_operator"
    desk.world.clear_faults()

    done = desk.work(stopped, hours=2)

    assert (done.state, done.differs) == ("done", False)
    assert desk.count("refund") == 1
