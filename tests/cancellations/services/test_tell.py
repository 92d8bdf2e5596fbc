"""Who is told of what by mail: whoever can act, once, without a customer in it, and never in a flood."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from cancellations.lifecycle import notices, transitions
from cancellations.scheduler import sweep
from cancellations.services import decide, preview, submit
from cancellations.states import CancellationState
from notifications import outbox, sender
from notifications.models import Delivery, DeliveryAttempt
from stores.kernel import clock
from stores.kernel.failpoints import Crash, armed
from stores.models import Membership, Role
from tests import make


@pytest.fixture(autouse=True)
def moved():
    with time_machine.travel(make.NOW, tick=False) as traveller:
        yield lambda seconds: traveller.shift(timedelta(seconds=seconds))


@pytest.fixture
def shop(cast):
    """staff_a may give back 100.00 at once."""
    Membership.objects.filter(person=cast.staff_a).update(limit_per_cancellation=10_000)
    return cast.shop_a


def confirmed(cast, shop, **says):
    """What the request of staff_a stores: 250.00, so it waits for somebody else."""
    seen = make.preview(record=make.order_record(store=shop), actor=cast.staff_a)
    plan, amount = preview.plan_of(seen), make.money("250.00")
    sums = replace(plan.sums, total=amount)
    return submit._store(cast.staff_a, seen, replace(plan, limit_amount=amount, sums=sums, **says))


@pytest.fixture
def waiting(cast, shop):
    row = confirmed(cast, shop)
    assert (row.state, row.limit_minor) == ("awaiting_approval", 25_000)
    return row


def told(kind):
    return {row.person.email for row in Delivery.objects.filter(kind=kind).select_related("person")}


def tick():
    for uuid in sender.due(clock.now(), 100):
        sender.deliver(uuid, worker="w")


class TestApproval:
    def test_everybody_who_may_approve_is_told_and_nobody_else(self, cast, shop):
        for name, role, fields in [
            ("able", Role.STAFF, {"limit_per_cancellation": 25_000}),
            ("small", Role.STAFF, {"limit_per_cancellation": 24_999}),
            ("full", Role.STAFF, {"limit_per_day": 30_000}),
            ("gone", Role.ADMIN, {}),
        ]:
            make.membership(make.person(f"{name}@example.com", is_active=name != "gone"), shop, role, **fields)
        full = Membership.objects.get(person__email="full@example.com").person
        make.cancellation(record=make.order_record(store=shop), requester=full, limit_minor=5_001)

        confirmed(cast, shop)

        assert told("cancellation.approval") == {"admin_a@example.com", "able@example.com", "owner@example.com"}

    def test_the_mail_leaves_later_and_says_who_asks_where_how_much_and_until_when(self, waiting, moved, settings):
        settings.PUBLIC_URL = "https://desk.example.com"
        tick()
        assert mail.outbox == []

        moved(60)
        tick()

        message = next(each for each in mail.outbox if each.to == ["admin_a@example.com"])
        assert message.subject == f"{waiting.reference} waits for your approval"
        assert "Staff_A asks for approval in Acrylic Studio: US$250.00 to give back, above their limit." in message.body
        assert "2026-11-22 09:30 UTC" in message.body
        assert f"https://desk.example.com/cancellations/{waiting.uuid}" in message.body
        for personal in (waiting.order.number, waiting.order.customer_name, waiting.order.customer_email):
            assert personal not in message.subject + message.body

    def test_what_turns_the_direction_of_reading_is_shown(self, cast, shop, moved):
        shop.name = "Acrylic \u202eoidutS"
        shop.save()
        confirmed(cast, shop)

        moved(60)
        tick()

        assert "asks for approval in Acrylic [U+202E]oidutS" in mail.outbox[0].body

    @pytest.mark.parametrize("deed", ["approve", "take_back"])
    def test_once_it_is_decided_nobody_is_called_for_it(self, cast, waiting, moved, deed):
        if deed == "approve":
            decide.approve(actor=cast.admin_a, cancellation=waiting, fingerprint=waiting.fingerprint)
        else:
            decide.take_back(actor=cast.staff_a, cancellation=waiting)

        moved(60)
        tick()

        assert mail.outbox == []
        assert set(Delivery.objects.values_list("state", flat=True)) == {"moot"}

    def test_of_a_dispute_the_mail_says_so_and_nothing_of_a_limit(self, cast, shop, moved):
        confirmed(cast, shop, second_person="The payment is disputed.")
        moved(60)
        tick()

        assert "US$250.00 to give back, although the payment is disputed." in mail.outbox[0].body

    def test_an_approval_that_lapses_is_told_to_who_asked(self, cast, waiting, moved):
        moved(24 * 3600 + 1)
        sweep._expire(clock.now())

        tick()

        assert [(message.to, message.subject) for message in mail.outbox] == [
            (["staff_a@example.com"], f"{waiting.reference} was not approved in time")
        ]

    def test_an_approver_who_left_before_the_mail_did_is_not_told(self, cast, waiting, moved):
        Membership.objects.filter(person=cast.admin_a).delete()

        moved(60)
        tick()

        assert [message.to for message in mail.outbox] == [["owner@example.com"]]
        assert Delivery.objects.get(person=cast.admin_a).state == "moot"

    def test_all_that_wait_since_the_same_minute_are_one_mail(self, cast, shop, moved, settings):
        """Four hundred of a job as well: each is written down, one message leaves."""
        settings.PUBLIC_URL = "https://desk.example.com"
        for _second in range(25):
            confirmed(cast, shop)
            moved(2)
            tick()
        assert mail.outbox == []

        moved(10)
        tick()

        message = next(each for each in mail.outbox if each.to == ["admin_a@example.com"])
        assert len(mail.outbox) == 2  # an admin and the owner
        assert message.subject == "25 cancellations of Acrylic Studio wait for your approval"
        assert message.body.startswith("US$6,250.00 to give back in all.")
        assert "and 5 more" in message.body
        assert "https://desk.example.com/cancellations?show=awaiting_approval" in message.body
        assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}

    def test_why_it_needs_somebody_else_is_kept(self, cast, shop):
        assert confirmed(cast, shop).asked_why == "per_cancellation"
        Membership.objects.filter(person=cast.staff_a).update(limit_per_cancellation=None, limit_per_day=1)
        assert confirmed(cast, shop).asked_why == "per_day"
        assert confirmed(cast, shop, second_person="The payment is disputed.").asked_why == "disputed"


class TestWhoActs:
    @pytest.fixture
    def row(self, cast, shop):
        return make.cancellation(record=make.order_record(store=shop), requester=cast.staff_a, state="running")

    @pytest.mark.parametrize("happening", [notices.stopped, notices.refused, notices.differs])
    def test_who_asked_is_told(self, row, happening):
        happening(row)

        assert {delivery.person.email for delivery in Delivery.objects.all()} == {"staff_a@example.com"}

    @pytest.mark.parametrize("happening", [notices.stopped, notices.refused, notices.differs, notices.expired])
    def test_when_they_may_no_longer_the_desk_of_the_shop_is(self, cast, row, happening):
        Membership.objects.filter(person=cast.staff_a).delete()

        happening(row)

        told_now = {delivery.person.email for delivery in Delivery.objects.all()}
        assert told_now == {"admin_a@example.com", "owner@example.com"}

    def test_a_refusal_is_told_in_its_own_transaction(self, row):
        transitions.refuse(row.steps.get(position=1), "No.")

        assert told("cancellation.refused") == {"staff_a@example.com"}

    def test_what_goes_on_by_itself_calls_nobody(self, row):
        transitions.stop(row.steps.get(position=1), "Late.", state="pending")
        row.refresh_from_db()
        transitions.move(row, CancellationState.RUNNING)

        tick()

        assert mail.outbox == []


class Away:
    """A mail server that cannot be reached."""

    def open(self):
        raise OSError


class TestNoFlood:
    MANY = 40

    def happen(self, shop, person, numbers):
        for number in numbers:
            outbox.mail([person], key=f"k{number}", kind="cancellation.stopped", subject=f"x:{number}", store=shop,
                        payload={"reference": f"C-{3000 + number}"})  # fmt: skip

    def test_many_at_once_are_one_mail_now_and_the_rest_in_one_more(self, cast, shop, moved):
        self.happen(shop, cast.staff_a, range(1))
        tick()
        self.happen(shop, cast.staff_a, range(1, self.MANY))
        tick()
        assert [message.subject for message in mail.outbox] == ["C-3000 needs a look"]

        moved(601)
        tick()

        _first, rest = mail.outbox
        assert rest.subject == "39 messages about Acrylic Studio"
        assert "C-3001: stopped, a person must decide" in rest.body
        assert rest.body.count("C-30") == 20
        assert "and 19 more" in rest.body
        assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}

    def test_another_person_and_another_shop_have_their_own(self, cast, shop):
        make.membership(cast.staff_a, cast.shop_b)
        self.happen(shop, cast.staff_a, [1])
        tick()
        self.happen(shop, cast.admin_a, [2])
        self.happen(cast.shop_b, cast.staff_a, [3])
        tick()

        assert len(mail.outbox) == 3

    def test_a_quiet_time_that_has_passed_delays_nothing(self, cast, shop, moved):
        self.happen(shop, cast.staff_a, [1])
        tick()
        moved(600)
        self.happen(shop, cast.staff_a, [2])
        tick()

        assert len(mail.outbox) == 2

    def test_what_failed_together_is_tried_and_given_up_together(self, cast, shop, moved, monkeypatch):
        self.happen(shop, cast.staff_a, range(3))
        monkeypatch.setattr("notifications.channels.mail.get_connection", Away)

        for wait in (0, 31, 301):
            moved(wait)
            tick()

        rows = Delivery.objects.values_list("state", "tries", "detail").distinct()
        assert list(rows) == [("given_up", 3, "It could not be handed over.")]

    def test_a_death_before_several_leave_leaves_them_together(self, cast, shop, moved):
        self.happen(shop, cast.staff_a, range(3))
        tick_once = sender.due(clock.now(), 1)
        with armed("delivery.intended"), suppress(Crash):
            sender.deliver(tick_once[0], worker="w")
        moved(121)
        sender.deliver(str(Delivery.objects.latest("pk").uuid), worker="w")

        assert [message.subject for message in mail.outbox] == ["3 messages about Acrylic Studio"]
        assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}

    def test_those_that_left_together_are_known_by_one_key(self, cast, shop):
        self.happen(shop, cast.staff_a, range(3))
        tick()

        attempts = DeliveryAttempt.objects.order_by("pk")
        assert [attempt.outcome for attempt in attempts] == ["applied"] * 3
        assert len({attempt.key for attempt in attempts}) == 1
        assert [bool(attempt.body) for attempt in attempts] == [True, False, False]
