"""A step acts where it says: on another account than that of the shop's orders, or nowhere while that one is away."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from unittest import mock

import pytest

from cancellations.execution import executor, waiting
from cancellations.models import Attempt, Cancellation, Step
from cancellations.scheduler import sweep
from sandbox.connections import open_shop
from sandbox.in_process import InProcess
from stores.audit import full
from stores.effects import journal
from stores.kernel import clock
from stores.models import AuditEvent, Connection, ConnectionHealth, Store
from stores.services import credentials, platform_client
from tests import make
from tests.rigs.desk import Desk

pytestmark = pytest.mark.postgres


@pytest.fixture
def second(desk: Desk) -> Connection:
    """Another way into the same world: whoever acts through it is seen by its session."""
    house = open_shop(desk.world, "shopify", "demo")
    made = make.connection("Card payments", connector="shopify", settings=house.settings)
    credentials.keep(made, house.secrets)
    platform_client.session_to(made).session.mount("https://", InProcess(desk.world))
    return made


def confirmed(desk: Desk, second: Connection) -> tuple[Cancellation, Step]:
    """A refund that is to go through the second account."""
    record = desk.order()
    cancellation = desk.confirm(record, desk.some(record, 1))
    assert cancellation.steps.get(kind="verify").connection_id == desk.store.connection_id
    cancellation.steps.filter(kind="refund").update(connection=second)
    return cancellation, cancellation.steps.get(kind="refund")


def advance() -> None:
    for uuid in sweep.due_cancellations(clock.now()):
        executor.advance(uuid)


def test_a_step_acts_through_its_own_connection_and_reads_the_order_at_its_shop(
    desk: Desk, second: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancellation, _step = confirmed(desk, second)
    opened: list[tuple[int, bool]] = []
    really = platform_client.HttpTransport

    def transport(**parts: object) -> object:
        opened.append((parts["breaker"].connection_id, parts["journal"] is not None))  # type: ignore[attr-defined]
        return really(**parts)  # type: ignore[arg-type]

    monkeypatch.setattr(platform_client, "HttpTransport", transport)

    assert desk.work(cancellation).state == "done"

    # the order is read first, by what can send nothing
    assert opened[:2] == [(desk.store.connection_id, False), (second.pk, True)]
    assert desk.count("refund") == 1


def test_what_it_is_about_to_send_names_the_account_on_the_chain(desk: Desk, second: Connection) -> None:
    """Only where it is not the shop's own: an entry without one is about the shop's."""
    cancellation, _step = confirmed(desk, second)
    desk.work(cancellation)
    record = desk.order()
    desk.work(desk.confirm(record, desk.some(record, 1)))

    told = [json.loads(event.body) for event in AuditEvent.objects.filter(kind="step.intent").order_by("pk")]

    assert [body.get("connection") for body in told] == [str(second.uuid), None]
    reports, strays = full.everything()
    assert ([report.problems for report in reports if report.problems], strays) == ([], [])


def test_a_step_waits_while_its_connection_is_disconnected_and_the_shop_works(desk: Desk, second: Connection) -> None:
    cancellation, step = confirmed(desk, second)
    Connection.objects.filter(pk=second.pk).update(state="disconnected")

    for _ in range(3):
        advance()
        desk.travel(61)

    step.refresh_from_db()
    assert Store.objects.get().state == "active"
    assert (step.state, Attempt.objects.count(), desk.count("refund")) == ("pending", 0, 0)
    assert step.detail == "Card payments is disconnected; this waits until it works again."

    Connection.objects.filter(pk=second.pk).update(state="active")

    assert desk.work(cancellation).state == "done"
    assert desk.count("refund") == 1


@pytest.mark.parametrize("boundary", ["refund.before_intent", "refund.intended"])
def test_a_connection_that_is_disconnected_meanwhile_is_sent_nothing(
    desk: Desk, second: Connection, monkeypatch: pytest.MonkeyPatch, boundary: str
) -> None:
    _cancellation, step = confirmed(desk, second)

    def failpoint(passed: str) -> None:
        if passed == boundary:
            Connection.objects.filter(pk=second.pk).update(state="disconnected")

    monkeypatch.setattr(journal, "failpoint", failpoint)

    advance()

    step.refresh_from_db()
    assert (Attempt.objects.exclude(sent_at=None).count(), desk.count("refund")) == (0, 0)
    assert (step.lease_until, step.detail) == (None, "Card payments is disconnected; this waits until it works again.")


def test_what_waits_is_woken_by_the_breaker_of_its_own_connection(desk: Desk, second: Connection) -> None:
    _cancellation, step = confirmed(desk, second)
    ConnectionHealth.objects.update(breaker_open_since=clock.now())
    Step.objects.filter(pk=step.pk).update(waits_for_shop=True, next_attempt_at=clock.now() + timedelta(minutes=9))

    ConnectionHealth.objects.filter(connection=desk.store.connection).update(breaker_open_since=None)
    assert waiting.wake() == 0
    ConnectionHealth.objects.filter(connection=second).update(breaker_open_since=None)
    assert waiting.wake() == 1


# --- a connector that this version does not know -------------------------------------------------------
def forget_connector(desk: Desk) -> None:
    Connection.objects.filter(pk=desk.store.connection_id).update(connector="yesterdays")
    Store.objects.update(platform="yesterdays")


def _sent(desk: Desk, cancellation: Cancellation) -> None:
    desk.world.fault("drop_after", on="refundCreate")
    advance()
    assert cancellation.steps.get(kind="refund").state == "unknown"


def _done(desk: Desk, cancellation: Cancellation) -> None:
    step = cancellation.steps.get(kind="refund")
    with mock.patch.object(executor.leases, "take_next", return_value=None):  # one step at a time
        while not Step.objects.filter(pk=step.pk, state="applied").exists():
            executor.step_runner.run(claimed(cancellation))


def claimed(cancellation: Cancellation) -> Step:
    executor.transitions.start_if_due(cancellation, now=clock.now())
    step = executor._next_due(cancellation)
    assert step is not None
    leased = executor.leases.claim(step.pk, worker="w", now=clock.now())
    assert leased is not None
    return leased


@pytest.mark.parametrize("until", [lambda desk, cancellation: None, _sent, _done], ids=["new", "unknown", "sent"])
def test_a_step_of_an_unknown_connector_waits_for_a_person(
    desk: Desk, until: Callable[[Desk, Cancellation], None]
) -> None:
    record = desk.order()
    cancellation = desk.confirm(record, desk.some(record, 1))
    until(desk, cancellation)
    forget_connector(desk)
    sent = desk.count("refund")

    assert desk.work(cancellation, hours=72).state == "needs_operator"

    waits = cancellation.steps.get(state="needs_person")
    assert waits.detail == "This version of Rescind does not know the system “yesterdays”."
    assert "yesterdays" in cancellation.trouble
    assert desk.count("refund") == sent


@pytest.mark.parametrize("stored", [[], "shop", 7, {"shop": None}], ids=repr)
def test_an_account_whose_row_cannot_be_read_ends_no_worker(desk: Desk, stored: object) -> None:
    record = desk.order()
    cancellation = desk.confirm(record, desk.some(record, 1))
    Connection.objects.update(settings=stored)
    desk.travel(700)

    advance()

    cancellation.refresh_from_db()
    assert cancellation.state == "needs_operator"
    assert cancellation.trouble.startswith("Nothing was sent. The connection cannot be opened as it is stored.")
    assert desk.count("refund") == 0
