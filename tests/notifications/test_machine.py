"""A delivery through the whole machine, by a channel whose entries can be found again: books, desks, boards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

import pytest
import time_machine

from notifications import outbox, sender
from notifications.models import Delivery, Destination
from stores.canonical.commands import Absent, Finding, Found, FoundForeign, Resend, SendMessage, Unclear
from stores.canonical.receipts import Outcome, Receipt
from stores.connectors import registry
from stores.connectors.records import Reading
from stores.connectors.roles import Messenger
from stores.kernel import clock
from stores.kernel.errors import (
    JobFailed,
    OutcomeUnknown,
    RemoteConflict,
    RemoteError,
    RemoteRefused,
    RemoteThrottled,
    RemoteUnavailable,
)
from stores.kernel.http.contracts import Prepared
from tests import make
from tests.stores.connectors.thin.base import Thin
from tests.stores.connectors.thin.mailgun import Mailgun

pytestmark = pytest.mark.django_db


class Books(Thin, Messenger):
    """Takes an entry under its key; `falls` says what becomes of the next sends: (error, does it land all the same)."""

    key = "books"
    label = "Books"
    host = "https://books.example.com"
    capabilities = Mailgun.capabilities
    late_landing_seconds = 60
    poll_seconds = (5, 30, 120)
    poll_deadline_seconds = 100
    entries: ClassVar[list[str]] = []
    falls: ClassVar[list[tuple[Exception, bool]]] = []
    polls: ClassVar[list[Any]] = []
    seen: ClassVar[list[Finding]] = []
    resend: ClassVar[Resend] = Resend.PERSON

    def send_message(self, command: SendMessage, *, key: str, tag: str) -> Receipt:
        native = key if self.resend is Resend.SAME_KEY else ""
        journal: Any = self.connection.transport.journal  # type: ignore[attr-defined]
        journal.before(Prepared("POST", f"{self.host}/entries", b"entry", {}, key=native))
        error, lands = self.falls.pop(0) if self.falls else (None, True)
        if lands and key not in self.entries:
            self.entries.append(key)
        if isinstance(error, RemoteError):
            journal.after(error)
        if error:
            raise error
        return Receipt(outcome=Outcome.ACCEPTED if self.polls else Outcome.APPLIED, ids={"entry": key})

    def read_answer(self, command: SendMessage, answer: Any) -> Receipt:
        raise NotImplementedError

    def poll(self, command: SendMessage, receipt: Receipt) -> Receipt:
        said = self.polls.pop(0) if len(self.polls) > 1 else self.polls[0]
        if isinstance(said, Exception):
            raise said
        return Receipt(outcome=said, ids=receipt.ids)

    def records(self, command: SendMessage, *, before: Any) -> Reading:
        raise NotImplementedError

    def find(self, command: Any, *, tag: str, before: Any, since: Any = None) -> Finding:
        if self.seen:
            return self.seen.pop(0)
        return Found(ids={"entry": self.entries[0]}) if self.entries else Absent()

    def may_resend(self, command: SendMessage, *, age: float) -> Resend:
        return self.resend


@pytest.fixture(autouse=True)
def books(monkeypatch):
    class Own(Books):
        entries, falls, polls, seen = [], [], [], []

    monkeypatch.setitem(registry._known, "books", Own)
    return Own


@pytest.fixture
def there(db):
    connection = make.connection("Books", connector="books", settings={})
    return Destination.objects.create(connection=connection, channel="books", address="entries")


@pytest.fixture(autouse=True)
def moved():
    with time_machine.travel(make.NOW, tick=False) as traveller:
        yield lambda seconds: traveller.shift(timedelta(seconds=seconds))


@pytest.fixture
def told(there):
    outbox.put(key="entry:1", destination=there, kind="entry", subject="x:1", payload={})
    return Delivery.objects.get()


@pytest.fixture
def work(moved):
    """Sweep and deliver until nothing is due for a while; the clock jumps to what is due next."""

    def until(hours=1.0):
        ends = clock.now() + timedelta(hours=hours)
        while clock.now() < ends:
            due = sender.due(clock.now(), 9)
            for uuid in due:
                sender.deliver(uuid, worker="w")
            if not due:
                times = Delivery.objects.exclude(next_attempt_at=None).values_list("next_attempt_at", flat=True)
                if not times:
                    break
                moved(max((min(times) - clock.now()).total_seconds(), 1))
        return Delivery.objects.get()

    return until


LOST = OutcomeUnknown("no answer")


def test_it_is_entered_once_with_its_key(told, work, books):
    row = work()

    assert (row.state, row.sent_at, len(books.entries)) == ("sent", make.NOW, 1)
    assert row.result["ids"] == {"entry": books.entries[0]}
    assert row.attempts.get().key == books.entries[0]


def test_an_answer_that_is_lost_is_looked_for_and_found(told, work, books):
    books.falls.append((LOST, True))

    row = work()

    assert (row.state, len(books.entries), row.attempts.count()) == ("sent", 1, 1)
    assert row.attempts.get().outcome == "unknown"


@pytest.mark.parametrize(("resend", "state", "sends", "generation"), [
    (Resend.SAME_KEY, "sent", 2, 1), (Resend.NEW_GENERATION, "sent", 2, 2), (Resend.PERSON, "given_up", 1, 1),
])  # fmt: skip
def test_what_never_landed_goes_again_only_where_something_protects_it(
    told, work, books, resend, state, sends, generation
):
    books.resend = resend
    books.falls.append((LOST, False))

    row = work()

    assert (row.state, row.attempts.count(), row.generation) == (state, sends, generation)
    assert len(books.entries) == sends - 1
    sent = list(row.attempts.values_list("sent_at", flat=True))
    if sends == 2:  # two readings, and nothing can land late any more
        assert sent[1] - sent[0] >= timedelta(seconds=60)


def test_what_lands_late_is_not_entered_twice(told, work, moved, books):
    books.resend = Resend.SAME_KEY
    books.falls.append((LOST, False))
    sender.deliver(str(told.uuid), worker="w")
    moved(6)
    sender.deliver(str(told.uuid), worker="w")
    assert Delivery.objects.get().absent_since == clock.now()
    books.entries.append(told.attempts.get().key)

    row = work()

    assert (row.state, len(books.entries), row.attempts.count()) == ("sent", 1, 1)


@pytest.mark.parametrize(("finding", "words"), [
    (FoundForeign(detail="entry 9 of Ana"), "Somebody else did this meanwhile: entry 9 of Ana"),
    (Found(ids={}, detail="it was voided", is_failed=True), "it was voided"),
], ids=["foreign", "failed"])  # fmt: skip
def test_what_a_person_must_see_is_given_up(told, work, books, finding, words):
    books.falls.append((LOST, False))
    books.seen.append(finding)

    row = work()

    assert (row.state, row.detail, row.attempts.count()) == ("given_up", words, 1)


def test_what_reading_cannot_tell_is_asked_for_two_days_and_then_shown(told, work, books):
    books.falls.append((LOST, False))
    books.seen += [Unclear(detail="the list is cut")] * 99

    row = work(hours=72)

    assert (row.state, row.detail, row.attempts.count()) == ("given_up", "the list is cut", 1)
    assert 5 < row.looks < 20


@pytest.mark.parametrize(
    "error", [RemoteUnavailable("no"), RemoteThrottled("slow", retry_after=9), RemoteConflict("busy")]
)
def test_an_answer_that_it_was_not_done_is_looked_at_before_it_goes_again(told, work, books, error):
    """Something in front of the books may have answered for them."""
    books.falls.append((error, True))

    row = work()

    assert (row.state, len(books.entries), row.attempts.count()) == ("sent", 1, 1)


def test_a_final_no_is_believed_once_looks_agree(told, work, books):
    books.falls.append((RemoteRefused("no", user_message="The books are closed."), False))

    row = work()

    assert (row.state, row.detail, row.attempts.get().outcome) == ("given_up", "The books are closed.", "final")


def test_a_final_no_to_what_is_there_all_the_same_is_no_no(told, work, books):
    books.falls.append((RemoteRefused("exists already"), True))

    assert work().state == "sent"


def test_what_is_taken_on_is_asked_after_until_it_is_done(told, work, books):
    books.polls += [Outcome.ACCEPTED, RemoteUnavailable("away"), Outcome.APPLIED]

    row = work()

    assert (row.state, row.looks, row.attempts.count()) == ("sent", 2, 1)


@pytest.mark.parametrize(("said", "state", "words"), [
    (JobFailed("no", user_message="Their bank said no."), "given_up", "Their bank said no."),
    (Outcome.ACCEPTED, "sent", ""),
], ids=["failed", "never told"])  # fmt: skip
def test_a_job_that_fails_or_never_ends(told, work, books, said, state, words):
    """Past its deadline it is looked for, like every other unknown one."""
    books.polls.append(said)

    row = work()

    assert (row.state, row.detail, len(books.entries), row.attempts.count()) == (state, words, 1, 1)


def test_nothing_of_it_touches_the_cancellation(there, work, books):
    cancellation = make.cancellation(state="done")
    outbox.put(key="e", destination=there, kind="entry", subject=f"cancellation:{cancellation.uuid}", payload={})
    books.falls.append((LOST, False))

    row = work()
    was = (cancellation.state, cancellation.version, cancellation.trouble)
    cancellation.refresh_from_db()

    assert row.state == "given_up"
    assert (cancellation.state, cancellation.version, cancellation.trouble) == was
