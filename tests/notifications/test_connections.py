"""Channels and ledgers that are connectors: a mail by Mailgun and a credit note in Xero, through the delivery machine.

Both are reached as every account is, by destination, connection and the delivery's journal, and looked for by the
judge of all connectors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMessage

from notifications import journal, outbox, sender
from notifications.models import Delivery, DeliveryAttempt, Destination
from stores.canonical.commands import AnyCommand, CreditLine, IssueCreditNote, SendMessage
from stores.connectors import registry
from stores.kernel import clock
from stores.kernel.errors import RemoteRefused
from stores.kernel.failpoints import DELIVERY_POINTS, Crash, armed
from stores.kernel.money import Money
from stores.kernel.security import vault
from stores.models import AuditEvent, Connection, ConnectionHealth, Role, ServedRole, Store, StoreRole
from stores.services import platform_client
from tests import make
from tests.stores.connectors.thin import Mailgun, Xero, base
from tests.stores.connectors.thin.vendors import MailgunVendor, XeroVendor, connected

pytestmark = pytest.mark.django_db
EUR = Money(Decimal("12.50"), "EUR")
NOTE = IssueCreditNote(
    order_id="1",
    number="C-2041",
    invoice_id="",
    issued_on=date(2026, 11, 30),
    customer_name="Ada Novak",
    customer_email="ada.novak@example.com",
    currency="EUR",
    lines=(CreditLine(title="Mug", sku="MUG", units=Decimal(1), amount=EUR, tax=Money(Decimal("2.00"), "EUR")),),
)
MAIL = SendMessage(address="ada.novak@example.com", subject="C-2041", text="Your order was cancelled.")


@dataclass
class Place:
    """One destination in one vendor's account; `done`: how often it stands there."""

    vendor: Any
    destination: Destination
    command: AnyCommand
    done: Callable[[], int]
    by_hand: Callable[[], object]

    def put(self, **words: Any) -> Delivery:
        about = {"kind": "x", "subject": "x:1", "payload": {}, "command": self.command, "key": "told:1"}
        outbox.put(destination=self.destination, **(about | words))
        return Delivery.objects.get()


@pytest.fixture(autouse=True)
def moved() -> Iterator[Callable[[float], None]]:
    with time_machine.travel(make.NOW, tick=False) as traveller:
        yield lambda seconds: traveller.shift(timedelta(seconds=seconds))


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (Mailgun, Xero):
        monkeypatch.setitem(registry._known, kind.key, kind)


def mailgun() -> Place:
    vendor = MailgunVendor()
    there = Destination.objects.create(
        connection=connected(vendor, "mailgun", "Mail"), channel="mailgun", address="team@example.com"
    )
    colleague = {"to": MAIL.address, "v:mark": "by hand"}
    return Place(vendor, there, MAIL, vendor.queued, lambda: vendor.act(asked(colleague)))


def xero() -> Place:
    vendor = XeroVendor()
    there = Destination.objects.create(connection=connected(vendor, "xero", "Books"), channel="xero", address="")
    note = {"CreditNoteNumber": NOTE.number, "Reference": "by hand", "Status": "AUTHORISED"}
    return Place(vendor, there, NOTE, lambda: len(vendor.rows), lambda: vendor.enter(note))


def asked(form: dict[str, str]) -> Any:
    return type("Asked", (), {"form": form})


@pytest.fixture(params=[mailgun, xero], ids=["mailgun", "xero"])
def place(request: pytest.FixtureRequest, db: None) -> Place:
    made: Place = request.param()
    return made


@pytest.fixture
def work(moved: Callable[[float], None]) -> Callable[..., Delivery]:
    """Sweep and deliver until nothing is due for a while; queued mail arrives in between."""

    def until(hours: float = 1.0, place: Place | None = None) -> Delivery:
        ends = clock.now() + timedelta(hours=hours)
        while clock.now() < ends:
            for uuid in sender.due(clock.now(), 9):
                sender.deliver(uuid, worker="w")
            if place and isinstance(place.vendor, MailgunVendor):
                place.vendor.becomes("delivered")
            times = [
                max(row.next_attempt_at, row.lease_until or row.next_attempt_at)
                for row in Delivery.objects.all()
                if row.next_attempt_at
            ]
            if not times:
                break
            moved(max((min(times) - clock.now()).total_seconds() + 0.001, 0))
        return Delivery.objects.get()

    return until


def test_it_is_done_once_and_its_receipt_names_it(place: Place, work: Callable[..., Delivery]) -> None:
    place.put()

    row = work(place=place)

    assert (row.state, place.done(), row.attempts.count()) == ("sent", 1, 1)
    assert list(row.result["ids"].values()) in (["m1@desk.example"], ["n-1"])


def test_a_lost_answer_is_looked_for_and_found_by_our_mark(place: Place, work: Callable[..., Delivery]) -> None:
    place.vendor.lose = ["after"]
    place.put()

    row = work(place=place)

    assert (row.state, place.done(), len(place.vendor.asked)) == ("sent", 1, 1)
    assert row.attempts.get().outcome == "unknown"


def test_a_lost_request_that_a_colleague_made_meanwhile_is_reported_and_not_repeated(
    place: Place, work: Callable[..., Delivery]
) -> None:
    place.vendor.lose = ["before"]
    row = place.put()
    sender.deliver(str(row.uuid), worker="w")
    place.by_hand()

    row = work(hours=72)

    assert (row.state, place.done(), len(place.vendor.asked)) == ("given_up", 1, 1)
    assert row.detail.startswith("Somebody else did this meanwhile")


def test_a_lost_request_that_nobody_made_waits_for_a_person(place: Place, work: Callable[..., Delivery]) -> None:
    place.vendor.lose = ["before"]
    place.put()

    row = work(hours=72)

    assert (row.state, place.done(), len(place.vendor.asked)) == ("given_up", 0, 1)
    assert "Send it again only after a look" in row.detail


def test_a_look_that_fails_proves_nothing(place: Place, work: Callable[..., Delivery]) -> None:
    place.vendor.lose, place.vendor.reads_fail = ["after"], 3
    place.put()

    row = work(place=place)

    assert (row.state, place.done(), len(place.vendor.asked)) == ("sent", 1, 1)


@pytest.mark.parametrize("point", DELIVERY_POINTS)
def test_a_death_at_a_boundary_loses_nothing_and_repeats_nothing(
    place: Place, work: Callable[..., Delivery], moved: Callable[[float], None], point: str
) -> None:
    """`delivery.sent`: whether it left is not known, it is nowhere to be found, and nothing but a person may repeat."""
    row = place.put()
    with armed(point), pytest.raises(Crash):
        sender.deliver(str(row.uuid), worker="w")
    moved(121)

    row = work(hours=72, place=place)

    never_left = point == "delivery.sent"
    assert (row.state, place.done()) == (("given_up", 0) if never_left else ("sent", 1))
    assert len(place.vendor.asked) == place.done()


def test_nothing_is_sent_while_the_connection_is_disconnected(
    place: Place, work: Callable[..., Delivery], monkeypatch: pytest.MonkeyPatch
) -> None:
    Connection.objects.update(state="disconnected")
    row = place.put()

    row = work(hours=0.5)
    assert (row.state, row.tries, len(place.vendor.asked)) == ("pending", 0, 0)
    assert row.detail == f"{place.destination.connection} is disconnected; this waits until it works again."

    Connection.objects.update(state="active")
    assert (work(place=place).state, place.done()) == ("sent", 1)


@pytest.mark.parametrize("boundary", ["delivery.before_intent", "delivery.intended"])
def test_a_connection_that_is_disconnected_meanwhile_is_sent_nothing(
    place: Place, work: Callable[..., Delivery], monkeypatch: pytest.MonkeyPatch, boundary: str
) -> None:
    def failpoint(passed: str) -> None:
        if passed == boundary:
            Connection.objects.update(state="disconnected")

    row = place.put()
    with monkeypatch.context() as patch:
        patch.setattr(journal.journal, "failpoint", failpoint)
        sender.deliver(str(row.uuid), worker="w")

    row.refresh_from_db()
    assert (DeliveryAttempt.objects.exclude(sent_at=None).count(), len(place.vendor.asked)) == (0, 0)
    assert (row.lease_until, row.tries) == (None, 0)

    Connection.objects.update(state="active")
    assert (work(place=place).state, place.done()) == ("sent", 1)


def test_it_waits_for_an_account_that_does_not_answer_without_using_up_its_tries(
    place: Place, work: Callable[..., Delivery]
) -> None:
    ConnectionHealth.objects.update(breaker_open_since=clock.now(), failures=9)
    place.put()

    row = work(hours=2)
    assert (row.state, row.tries, len(place.vendor.asked)) == ("pending", 0, 0)

    ConnectionHealth.objects.update(breaker_open_since=None, failures=0)
    assert (work(hours=3, place=place).state, place.done()) == ("sent", 1)


def test_a_person_hears_of_a_connection_that_stays_away(place: Place, work: Callable[..., Delivery]) -> None:
    Connection.objects.update(state="disconnected")
    place.put()

    row = work(hours=72)

    assert (row.state, row.next_attempt_at, place.done()) == ("given_up", None, 0)
    assert "is disconnected" in row.detail


def test_an_unknown_connector_is_given_up_with_words(place: Place, work: Callable[..., Delivery]) -> None:
    Connection.objects.update(connector="yesterdays")
    place.put()

    row = work()

    assert (row.state, row.detail) == (
        "given_up", "This version of Rescind does not know the system “yesterdays”."
    )  # fmt: skip


def test_a_connection_that_cannot_do_it_is_sent_nothing(place: Place, work: Callable[..., Delivery]) -> None:
    other = MAIL if place.command is NOTE else NOTE
    place.put(command=other)

    row = work(hours=3)

    assert (row.state, row.attempts.count(), len(place.vendor.asked)) == ("given_up", 0, 0)


def test_what_is_asked_is_kept_sealed_until_it_is_done(place: Place, work: Callable[..., Delivery]) -> None:
    row = place.put()
    assert b"ada" not in bytes(row.command).lower()
    assert b"ada.novak@example.com" in vault.unseal(bytes(row.command), bound_to=row.bound_to)
    assert "ada" not in repr(row.payload)

    assert bytes(work(place=place).command) == b""


def test_nothing_of_it_touches_the_cancellation(place: Place, work: Callable[..., Delivery]) -> None:
    cancellation = make.cancellation(state="done")
    place.vendor.lose = ["before"]
    place.put(subject=f"cancellation:{cancellation.uuid}", store=cancellation.store)

    row = work(hours=72)
    was = (cancellation.state, cancellation.version, cancellation.trouble)
    cancellation.refresh_from_db()

    assert (row.state, row.about) == ("given_up", cancellation.uuid)
    assert (cancellation.state, cancellation.version, cancellation.trouble) == was


@pytest.mark.parametrize("stored", [[], "shop", {"base_url": 5}], ids=repr)
def test_an_account_whose_row_cannot_be_read_is_a_persons(
    place: Place, work: Callable[..., Delivery], stored: Any
) -> None:
    place.put()
    Connection.objects.update(settings=stored)

    row = work(hours=1)

    assert row.state == "given_up"
    assert row.detail.startswith("The connection cannot be opened as it is stored.")
    assert place.done() == 0


@pytest.mark.parametrize("is_restored", [False, True])
def test_what_stays_on_its_way_for_ever_is_a_persons(
    work: Callable[..., Delivery], moved: Callable[[float], None], is_restored: bool
) -> None:
    place = mailgun()
    row = place.put()
    sender.deliver(str(row.uuid), worker="w")
    if is_restored:
        DeliveryAttempt.objects.all().delete()
        Delivery.objects.update(state="pending", first_sent_at=None, result={}, next_attempt_at=clock.now())
        outbox.look_first()
        assert work(hours=0.1).state == "accepted"
    moved(49 * 3600)

    row = work(hours=0.2)

    assert (row.state, len(place.vendor.asked)) == ("given_up", 1)


# --- an account that shuts us out ----------------------------------------------------------------------
def test_a_401_disconnects_the_account_and_all_that_goes_there_waits(
    place: Place, mailoutbox: list[EmailMessage], django_capture_on_commit_callbacks: Any
) -> None:
    shop = books_of(place)
    place.vendor.lose = [401]
    first = place.put()
    with django_capture_on_commit_callbacks(execute=True):
        sender.deliver(str(first.uuid), worker="w")
    other = outbox_row(place, "told:2")

    sender.deliver(str(other.uuid), worker="w")

    account = account_of(place)
    assert (account.state, len(place.vendor.asked)) == ("disconnected", 1)
    for row in (first, other):
        row.refresh_from_db()
        assert (row.tries, row.detail) == (0, f"{account} is disconnected; this waits until it works again.")
    assert AuditEvent.objects.filter(kind="shop.credentials_rejected", chain__store=shop).count() == 1
    assert [mail.to for mail in mailoutbox] == [["admin@example.com"]]
    assert str(account) in mailoutbox[0].body


def test_what_was_refused_entry_goes_out_once_when_it_works_again(place: Place, work: Callable[..., Delivery]) -> None:
    place.vendor.lose = [401]
    place.put()
    work(hours=0.5)
    let_in_again(place)

    row = work(hours=1, place=place)

    assert (row.state, place.done(), len(place.vendor.asked)) == ("sent", 1, 2)


@pytest.mark.parametrize("may_enter", [True, False])
def test_a_403_disconnects_only_where_the_account_lets_nobody_in(
    place: Place, work: Callable[..., Delivery], monkeypatch: pytest.MonkeyPatch, may_enter: bool
) -> None:
    def check_access(self: Any) -> None:
        if not may_enter:
            raise RemoteRefused("403", code="403", status=403)

    monkeypatch.setattr(base.Thin, "check_access", check_access)
    place.vendor.lose = [403]
    place.put()

    row = work(hours=1)

    account = account_of(place)
    assert (account.state, row.state) == (("active", "given_up") if may_enter else ("disconnected", "unknown"))
    assert place.done() == 0


def test_a_look_that_is_shut_out_disconnects_too(place: Place, work: Callable[..., Delivery]) -> None:
    place.vendor.lose, place.vendor.reads_refuse = ["after"], 1
    place.put()
    work(hours=0.1)
    assert account_of(place).state == "disconnected"
    let_in_again(place)

    row = work(hours=1, place=place)

    assert (row.state, place.done(), len(place.vendor.asked)) == ("sent", 1, 1)


def account_of(place: Place) -> Connection:
    return Connection.objects.get(name=str(place.destination.connection))


def let_in_again(place: Place) -> None:
    Connection.objects.update(state="active")
    account = account_of(place)
    platform_client.session_to(account).session.mount(place.vendor.host, place.vendor)


def books_of(place: Place) -> Store:
    """A shop with an admin, which the account serves in another role."""
    shop = make.store("Acrylic Studio")
    make.membership(make.person("admin@example.com"), shop, Role.ADMIN)
    StoreRole.objects.create(store=shop, connection=account_of(place), role=ServedRole.BOOKS)
    return shop


def outbox_row(place: Place, key: str) -> Delivery:
    outbox.put(destination=place.destination, kind="x", subject="x:1", payload={}, command=place.command, key=key)
    return Delivery.objects.get(key=key)


# --- once more, by a person ----------------------------------------------------------------------------
def test_what_nobody_found_goes_out_once_more_by_a_persons_word(place: Place, work: Callable[..., Delivery]) -> None:
    place.vendor.lose = ["before"]
    place.put()
    row = work(hours=72)
    assert row.state == "given_up"

    assert outbox.send_again(row)
    row = work(hours=1, place=place)

    assert (row.state, place.done(), len(place.vendor.asked), row.again_at) == ("sent", 1, 2, None)
    assert len({attempt.key for attempt in row.attempts.all()}) == 2


def test_one_word_is_one_send(place: Place, work: Callable[..., Delivery]) -> None:
    """Lost again, it is in front of a person again."""
    place.vendor.lose = ["before", "before"]
    place.put()
    outbox.send_again(work(hours=72))

    row = work(hours=72)

    assert (row.state, place.done(), len(place.vendor.asked)) == ("given_up", 0, 2)


def test_what_arrived_all_the_same_is_found_and_not_repeated(place: Place, work: Callable[..., Delivery]) -> None:
    place.vendor.lose = ["after"]
    row = place.put()
    sender.deliver(str(row.uuid), worker="w")
    Delivery.objects.update(state="given_up", next_attempt_at=None)
    row.refresh_from_db()

    assert outbox.send_again(row)
    row = work(hours=1, place=place)

    assert (row.state, place.done(), len(place.vendor.asked)) == ("sent", 1, 1)


def test_what_waited_two_days_for_its_account_waits_anew(place: Place, work: Callable[..., Delivery]) -> None:
    Connection.objects.update(state="disconnected")
    place.put()
    row = work(hours=72)
    assert outbox.send_again(row)
    assert not outbox.send_again(row)  # pressed twice
    assert work(hours=1).state == "pending"

    Connection.objects.update(state="active")

    assert (work(hours=1, place=place).state, place.done()) == ("sent", 1)


# --- after a restore -----------------------------------------------------------------------------------
def test_what_was_sent_after_the_copy_was_made_is_found_first(place: Place, work: Callable[..., Delivery]) -> None:
    row = place.put()
    before = Delivery.objects.filter(pk=row.pk).values().get()
    work(place=place)
    DeliveryAttempt.objects.all().delete()
    Delivery.objects.filter(pk=row.pk).update(**before)

    assert outbox.look_first() == 1
    row = work(hours=1, place=place)

    assert (row.state, place.done(), len(place.vendor.asked)) == ("sent", 1, 1)


def test_what_was_not_sent_goes_out_after_the_look(place: Place, work: Callable[..., Delivery]) -> None:
    place.put()
    outbox.look_first()

    row = work(hours=1, place=place)

    assert (row.state, place.done(), row.must_look) == ("sent", 1, False)
    assert place.vendor.reads


def test_what_cannot_be_looked_for_asks_a_person_and_goes_by_their_word(
    place: Place, work: Callable[..., Delivery], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender.DeliveryRun, "can_find", False)
    place.put()
    outbox.look_first()

    row = work(hours=1)
    assert (row.state, place.done()) == ("given_up", 0)
    assert "may have been sent since" in row.detail

    outbox.send_again(row)
    assert (work(hours=1, place=place).state, place.done()) == ("sent", 1)


# --- what only one of them does ------------------------------------------------------------------------
def test_a_ledger_refuses_a_number_that_is_there_and_looking_tells_whose_it_is(work: Callable[..., Delivery]) -> None:
    place = xero()
    place.by_hand()
    place.put()

    row = work(hours=72)

    assert (row.state, place.done()) == ("given_up", 1)
    assert row.attempts.get().outcome == "final"


def test_a_mail_is_asked_after_until_it_has_arrived(work: Callable[..., Delivery]) -> None:
    place = mailgun()
    place.put()
    sender.deliver(str(Delivery.objects.get().uuid), worker="w")
    assert Delivery.objects.get().state == "accepted"

    assert work(place=place).state == "sent"


def test_a_mail_that_bounced_is_put_in_front_of_a_person(work: Callable[..., Delivery]) -> None:
    place = mailgun()
    place.put()
    sender.deliver(str(Delivery.objects.get().uuid), worker="w")
    place.vendor.becomes("failed")

    row = work()

    assert (row.state, place.vendor.queued()) == ("given_up", 1)


def test_a_happening_is_told_in_its_own_words_to_the_address_of_a_destination(work: Callable[..., Delivery]) -> None:
    """Without a command: what a mail would say, and what left first is what is looked for."""
    place = mailgun()
    place.vendor.lose = ["after"]
    place.put(command=None, kind="cancellation.stopped", payload={"reference": "C-2041"})

    row = work(place=place)

    (sent,) = place.vendor.asked
    assert (row.state, sent.form["to"], sent.form["subject"]) == ("sent", "team@example.com", "C-2041 needs a look")


def test_two_accounts_of_one_vendor_stay_apart(work: Callable[..., Delivery]) -> None:
    first, second = xero(), xero()
    first.put(key="a")
    outbox.put(key="b", destination=second.destination, kind="x", subject="x:1", payload={}, command=NOTE)

    for uuid in sender.due(clock.now(), 9):
        sender.deliver(uuid, worker="w")

    assert (first.done(), second.done()) == (1, 1)
