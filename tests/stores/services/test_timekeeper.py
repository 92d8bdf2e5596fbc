"""A machine whose clock is wrong: what it stores is of the database's time, and it says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client

from cancellations.execution import leases
from stores.kernel import clock
from stores.kernel.errors import OutcomeUnknown
from stores.models import ConnectionHealth
from stores.services import timekeeper
from stores.services.circuit_breaker import RowBreaker, Seen
from stores.services.rate_limit import Ledger, RowLimiter
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
HOUR = 3600


@pytest.fixture(autouse=True)
def own_clock() -> Iterator[None]:
    yield
    clock.follow(None)
    cache.delete(timekeeper.CLOCKS)


@pytest.fixture(params=[HOUR, -HOUR], ids=["an hour ahead", "an hour behind"])
def wrong(request: pytest.FixtureRequest) -> Iterator[tuple[datetime, int]]:
    """This process's clock is wrong; the true time, and by how much."""
    true = datetime.now(UTC)
    with time_machine.travel(true + timedelta(seconds=request.param), tick=True):
        yield true, request.param


def near(at: datetime | None, true: datetime) -> bool:
    assert at
    return abs(at - true) < timedelta(seconds=60)


def test_what_is_shared_is_written_in_the_databases_time(wrong: tuple[datetime, int]) -> None:
    true, off = wrong
    store = make.store()
    assert not near(clock.now(), true)

    assert timekeeper.ask() == pytest.approx(off, abs=60)

    RowLimiter(store.connection_id, Ledger(), is_person=False).reserve(10)
    breaker = RowBreaker(store.connection_id, Seen(), store_id=store.pk)
    for _ in range(5):
        breaker.record(OutcomeUnknown("broke off"))
    step = make.cancellation(record=make.order_record(store=store), state="running").steps.get(position=1)
    type(step).objects.filter(pk=step.pk).update(next_attempt_at=clock.now())
    claimed = leases.claim(step.pk, worker="w", now=clock.now())
    health = ConnectionHealth.objects.get(connection=store.connection)
    assert claimed
    assert near(claimed.lease_until, true + timedelta(seconds=120))
    assert near(datetime.fromtimestamp(health.next_slot_at, UTC), true)
    assert near(health.breaker_open_since, true)
    assert near(health.breaker_probe_at, true)


def test_setting_the_clock_right_while_it_runs_changes_nothing(wrong: tuple[datetime, int]) -> None:
    timekeeper.ask()
    with time_machine.travel(wrong[0], tick=True):
        assert near(clock.now(), wrong[0])


def test_it_is_said_as_long_as_it_lasts(wrong: tuple[datetime, int], monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = timekeeper.Keeper()
    keeper._note(timekeeper.ask())
    assert list(timekeeper.wrong_clocks().values()) == [pytest.approx(wrong[1], abs=60)]

    keeper._note(0.1)

    assert timekeeper.wrong_clocks() == {}


def test_an_answer_that_came_late_replaces_none(wrong: tuple[datetime, int], monkeypatch: pytest.MonkeyPatch) -> None:
    timekeeper.ask()
    before = clock._told
    ticks = iter([0.0, 5.0])
    with monkeypatch.context() as slow:
        slow.setattr(clock, "steady", lambda: next(ticks, 5.0))
        timekeeper.ask()

    assert clock._told == before


def test_a_database_that_is_away_stops_no_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> float:
        raise OperationalError("away")

    monkeypatch.setattr(timekeeper, "ask", away)
    keeper = timekeeper.start()
    keeper.stopped.set()

    assert keeper.asked.is_set()
    assert not clock.is_following()


def test_the_page_of_shops_names_the_machine(client: Client) -> None:
    cache.set(timekeeper.CLOCKS, {"worker-2": [-3600.4, clock.now().timestamp()]}, None)
    owner = make.person("owner@example.com", is_owner=True)
    client.force_login(owner)

    page = client.get("/shops").content.decode()

    assert "worker-2 is 1 hr behind the database" in page
