"""Delivering: one worker at a time, crashes at every boundary, an end to trying, and no personal data in a mail."""

from __future__ import annotations

import smtplib
from contextlib import suppress
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db.models import F

from notifications import outbox, sender
from notifications.channels import mail as mail_channel
from notifications.channels.mail import Mail
from notifications.journal import key_of
from notifications.models import Delivery
from stores.kernel import clock
from stores.kernel.failpoints import DELIVERY_POINTS, Crash, armed
from stores.kernel.security import vault
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


class Breaking:
    """A mail server that fails at `open`, or once it has the message, with these errors, one a connection."""

    def __init__(self, monkeypatch, *errors, at="send_messages", arrives=False):
        self.left, self.at, self.arrives = list(errors), at, arrives
        monkeypatch.setattr("notifications.channels.mail.get_connection", lambda: self)

    def open(self):
        if self.at == "open":
            self.fail()

    def send_messages(self, letters):
        if self.left and not self.arrives:
            self.fail()
        mail.get_connection().send_messages(letters)
        self.fail()

    def close(self):
        pass

    def fail(self):
        if self.left:
            raise self.left.pop(0)


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
    assert message.extra_headers["Message-ID"] == f"<{key_of(told)}@rescind>"
    for personal in ("Ana", "Duarte", "ana@", "$", "USD"):
        assert personal not in message.subject + message.body


def test_without_a_public_address_it_says_where_to_look(told, settings):
    settings.PUBLIC_URL = ""
    tick()

    assert "look for C-2041" in mail.outbox[0].body
    assert "http" not in mail.outbox[0].body


@pytest.mark.parametrize("point", DELIVERY_POINTS)
def test_a_death_at_a_boundary_loses_nothing_and_repeats_nothing(told, moved, point):
    """Once `sent_at` stands nobody knows whether it left: a person looks, and no second mail goes out."""
    with armed(point), pytest.raises(Crash):
        tick()
    tick()  # its lease still stands
    before = len(mail.outbox)
    for seconds in (121, 901):
        moved(seconds)
        tick()

    is_lost = point in ("delivery.sent", "delivery.answered")
    assert state(told) == ("given_up" if is_lost else "sent")
    assert before == (1 if point in ("delivery.answered", "delivery.committed") else 0)
    assert len(mail.outbox) == (0 if point == "delivery.sent" else 1)


def test_a_second_worker_finds_nothing_to_do(told, monkeypatch):
    real = Mail.send_message

    def send(self, command, **how):
        sender.deliver(str(told.uuid), worker="other")
        return real(self, command, **how)

    monkeypatch.setattr(Mail, "send_message", send)
    tick()

    told.refresh_from_db()
    assert (told.attempts.count(), told.fence) == (1, 1)


def test_the_word_of_a_worker_whose_lease_ran_out_does_not_count(told, moved, monkeypatch):
    """It hangs past its lease; another one takes over and fails; then the first comes back with success."""
    real = mail_channel.hand_over

    def hang(letter):
        moved(121)
        Delivery.objects.update(fence=F("fence") + 1, detail="the other one's")
        real(letter)

    monkeypatch.setattr(mail_channel, "hand_over", hang)
    tick()

    told.refresh_from_db()
    assert (told.state, told.detail) == ("intended", "the other one's")


def test_a_word_that_comes_late_settles_what_was_unknown(told, moved, monkeypatch):
    """Its lease ran out while the server thought; what it said at last stands on the attempt."""
    real = mail_channel.hand_over

    def hang(letter):
        moved(121)
        tick()
        real(letter)

    monkeypatch.setattr(mail_channel, "hand_over", hang)
    tick()
    assert state(told) == "unknown"

    moved(901)
    tick()

    assert (state(told), len(mail.outbox)) == ("sent", 1)


@pytest.mark.parametrize(("error", "at"), [
    (ConnectionRefusedError("smtp.example.com said ana@example.com is odd"), "open"),
    (smtplib.SMTPDataError(451, b"greylisted, ana@example.com"), "send_messages"),
    (smtplib.SMTPRecipientsRefused({"ana@example.com": (450, b"busy")}), "send_messages"),
], ids=["not reached", "not now", "mailbox busy"])  # fmt: skip
def test_it_is_tried_again_later_and_given_up_after_three(told, moved, monkeypatch, error, at):
    Breaking(monkeypatch, *[error] * 9, at=at)

    tick()
    told.refresh_from_db()
    assert (told.state, told.next_attempt_at) == ("retry_wait", clock.now() + timedelta(seconds=30))
    tick()
    assert state(told) == "retry_wait"
    moved(31)
    tick()
    moved(301)
    tick()

    told.refresh_from_db()
    assert (told.state, told.tries, told.next_attempt_at) == ("given_up", 3, None)
    assert [attempt.outcome for attempt in told.attempts.all()] == ["retryable"] * 3
    assert "ana@" not in told.detail


def test_it_arrives_when_the_server_is_back(told, moved, monkeypatch):
    Breaking(monkeypatch, OSError(), at="open")
    tick()
    moved(31)
    tick()

    assert state(told) == "sent"


@pytest.mark.parametrize("error", [TimeoutError(), smtplib.SMTPServerDisconnected()], ids=["no answer", "cut off"])
def test_what_may_have_arrived_is_not_sent_again_and_a_person_looks(told, moved, monkeypatch, error):
    Breaking(monkeypatch, error, arrives=True)

    tick()
    told.refresh_from_db()
    assert (told.state, told.next_attempt_at) == ("unknown", clock.now() + timedelta(minutes=15))
    for _ in range(5):
        moved(901)
        tick()

    told.refresh_from_db()
    assert (told.state, told.detail, len(mail.outbox)) == ("given_up", "Whether it arrived stayed unknown.", 1)


def test_the_exact_bytes_stand_sealed_before_anything_leaves(told, monkeypatch):
    seen = []

    def watch(letter):
        attempt = told.attempts.get()
        seen.append((attempt.sent_at, vault.unseal(attempt.body, bound_to=attempt.bound_to)))
        assert b"ana@" not in bytes(attempt.body)
        assert letter.message().as_bytes() == seen[0][1]

    monkeypatch.setattr(mail_channel, "hand_over", watch)
    tick()

    ((sent_at, body),) = seen
    assert sent_at == clock.now()
    assert b"To: ana@example.com" in body


def test_workers_that_die_again_and_again_do_not_send_for_ever(told, moved):
    for _ in range(6):
        with armed("delivery.answered"), suppress(Crash):
            tick()
        moved(901)

    assert state(told) == "given_up"
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("error", [
    smtplib.SMTPRecipientsRefused({"ana@example.com": (550, b"no such user ana@example.com")}),
    smtplib.SMTPSenderRefused(550, b"no", "x"), smtplib.SMTPDataError(554, b"spam"), smtplib.SMTPNotSupportedError(),
], ids=["recipient", "sender", "content", "encoding"])  # fmt: skip
def test_a_final_no_is_given_up_at_once(told, monkeypatch, error):
    Breaking(monkeypatch, error)
    tick()

    told.refresh_from_db()
    assert (told.state, told.attempts.get().outcome) == ("given_up", "final")
    assert "ana@" not in told.detail


def test_a_person_who_left_is_not_written_to(told, ana):
    ana.is_active = False
    ana.save()
    tick()

    assert state(told) == "given_up"
    assert mail.outbox == []
    assert not told.attempts.exists()


def test_what_is_longest_due_comes_first_and_no_more_than_asked(told, moved):
    for number in range(3):
        moved(1)
        outbox.put(key=str(number), channel="mail", kind="k", subject="s", payload={})

    assert sender.due(clock.now(), 2)[0] == str(told.uuid)
    assert len(sender.due(clock.now(), 2)) == 2


def test_what_a_late_word_says_has_arrived_is_not_sent_once_more(told, moved):
    """Its worker stood still for half an hour, and told what it knew after the message had been given up."""
    with suppress(Crash), armed("delivery.answered"):
        tick()
    for _ in range(3):
        moved(16 * 60)
        tick()
    assert (state(told), len(mail.outbox)) == ("given_up", 1)
    told.attempts.update(outcome="applied", finished_at=clock.now())

    assert outbox.send_again(told)
    tick()

    assert (state(told), len(mail.outbox)) == ("sent", 1)
