"""Delivering: one worker at a time, crashes at every boundary, an end to trying, and no personal data in a mail."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from notifications import outbox, sender
from notifications.channels.mail import Mail
from notifications.contract import Undeliverable
from notifications.models import Delivery
from stores.kernel import clock
from stores.kernel.failpoints import DELIVERY_POINTS, Crash, armed
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moved():
    with time_machine.travel(make.NOW, tick=False) as traveller:
        yield lambda seconds: traveller.shift(timedelta(seconds=seconds))


@pytest.fixture
def ana(db):
    return make.person("ana@example.com", name="Ana Duarte")


@pytest.fixture
def told(ana):
    outbox.put(key="cancellation.differs:x", channel="mail", kind="cancellation.differs",
               subject="cancellation:5b0b6e0e", payload={"to": str(ana.uuid), "reference": "C-2041"})  # fmt: skip
    return Delivery.objects.get()


def tick():
    """One sweep and its workers."""
    for uuid in sender.due(clock.now(), 100):
        sender.deliver(uuid, worker="w")


def state(row):
    row.refresh_from_db()
    return row.state


def breaking(monkeypatch, *errors):
    """A channel that raises these, one a send, and then works."""
    left, real = list(errors), Mail.send

    def send(self, delivery):
        if left:
            raise left.pop(0)
        real(self, delivery)

    monkeypatch.setattr(Mail, "send", send)


def test_it_is_sent_once_to_the_colleague(told):
    tick()
    tick()

    assert state(told) == "sent"
    assert [message.to for message in mail.outbox] == [["ana@example.com"]]


def test_the_mail_names_the_cancellation_and_nobody(told, settings):
    settings.PUBLIC_URL = "https://desk.example.com"
    tick()

    (message,) = mail.outbox
    assert message.subject == "C-2041 needs a look"
    assert "https://desk.example.com/cancellations/5b0b6e0e" in message.body
    assert message.extra_headers["Message-ID"] == f"<{told.uuid}@rescind>"
    for personal in ("Ana", "Duarte", "ana@", "$", "USD"):
        assert personal not in message.subject + message.body


def test_without_a_public_address_it_says_where_to_look(told, settings):
    settings.PUBLIC_URL = ""
    tick()

    assert "look for C-2041" in mail.outbox[0].body
    assert "http" not in mail.outbox[0].body


@pytest.mark.parametrize("point", DELIVERY_POINTS)
def test_a_death_at_a_boundary_loses_nothing_and_repeats_at_most_once(told, moved, point):
    with armed(point), pytest.raises(Crash):
        tick()
    tick()  # its lease still stands
    before = len(mail.outbox)
    moved(121)
    tick()

    assert state(told) == "sent"
    assert before == (0 if point == "delivery.claimed" else 1)
    assert len(mail.outbox) == (2 if point == "delivery.sent" else 1)
    assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == 1


def test_a_second_worker_finds_nothing_to_do(told, monkeypatch):
    def meanwhile(self, delivery):
        sender.deliver(str(delivery.uuid), worker="other")

    monkeypatch.setattr(Mail, "send", meanwhile)
    tick()

    told.refresh_from_db()
    assert told.tries == 1


def test_the_word_of_a_worker_whose_lease_ran_out_does_not_count(told, moved, monkeypatch):
    """It hangs past its lease; another one takes over and fails; then the first comes back with success."""

    def hang(self, delivery):
        moved(121)
        Delivery.objects.filter(pk=delivery.pk).update(fence=delivery.fence + 1, detail="the other one's")

    monkeypatch.setattr(Mail, "send", hang)
    tick()

    told.refresh_from_db()
    assert (told.state, told.detail) == ("pending", "the other one's")


def test_it_is_tried_again_later_and_given_up_after_three(told, moved, monkeypatch):
    breaking(monkeypatch, *[OSError("smtp.example.com said ana@example.com is odd")] * 9)

    tick()
    told.refresh_from_db()
    assert (told.state, told.next_attempt_at) == ("pending", clock.now() + timedelta(seconds=30))
    tick()
    assert state(told) == "pending"
    moved(31)
    tick()
    moved(301)
    tick()

    told.refresh_from_db()
    assert (told.state, told.tries, told.next_attempt_at) == ("given_up", 3, None)
    assert "ana@" not in told.detail


def test_it_arrives_when_the_server_is_back(told, moved, monkeypatch):
    breaking(monkeypatch, OSError())
    tick()
    moved(31)
    tick()

    assert state(told) == "sent"


def test_workers_that_die_again_and_again_do_not_send_for_ever(told, moved):
    for _ in range(6):
        with armed("delivery.sent"), suppress(Crash):
            tick()
        moved(121)

    assert state(told) == "given_up"
    assert len(mail.outbox) == 3


def test_a_final_no_is_given_up_at_once(told, monkeypatch):
    breaking(monkeypatch, Undeliverable("no such address"))
    tick()

    told.refresh_from_db()
    assert (told.state, told.detail) == ("given_up", "no such address")


def test_a_person_who_left_is_not_written_to(told, ana):
    ana.is_active = False
    ana.save()
    tick()

    assert state(told) == "given_up"
    assert mail.outbox == []


def test_what_is_longest_due_comes_first_and_no_more_than_asked(told, moved):
    for number in range(3):
        moved(1)
        outbox.put(key=str(number), channel="mail", kind="k", subject="s", payload={})

    assert sender.due(clock.now(), 2)[0] == str(told.uuid)
    assert len(sender.due(clock.now(), 2)) == 2
