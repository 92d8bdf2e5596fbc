"""The sweep: rings for what is due or left behind, at most a hundred a tick, at a constant price."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cancellations.execution import leases
from cancellations.models import Cancellation, Step
from cancellations.scheduler import sweep
from stores.kernel import queue
from stores.models import AuditEvent
from tests import make

NOW = make.NOW
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rung(monkeypatch):
    """What was rung for: [(task, argument), ...]."""
    calls = []
    monkeypatch.setattr(queue, "enqueue_on_commit", lambda task, *args: calls.append((task, *args)))
    return calls


@pytest.fixture
def shop():
    return make.store()


def running(shop, **step):
    row = make.cancellation(record=make.order_record(store=shop), state="running")
    row.steps.filter(position=1).update(**({"next_attempt_at": NOW} | step))
    return row


def due(at=NOW):
    return sweep.due_cancellations(at)


def test_a_hold_rings_when_it_is_over_and_not_before(shop):
    row = make.cancellation(record=make.order_record(store=shop), held_until=NOW + timedelta(seconds=60))

    assert due() == []
    assert due(NOW + timedelta(seconds=60)) == [str(row.uuid)]


def test_a_due_step_rings_a_later_one_does_not(shop):
    row = running(shop)
    running(shop, next_attempt_at=NOW + timedelta(seconds=1))
    running(shop, next_attempt_at=None)

    assert due() == [str(row.uuid)]


def test_a_step_at_work_rings_once_its_worker_is_dead(shop, settings):
    lease = timedelta(seconds=settings.STEP_LEASE_SECONDS)
    row = running(shop)
    leases.claim(row.steps.get(position=1).pk, worker="w", now=NOW)

    assert due() == []
    assert due(NOW + lease) == []
    assert due(NOW + lease + timedelta(seconds=1)) == [str(row.uuid)]


@pytest.mark.parametrize("state", ["applied", "refused", "needs_person", "settled", "skipped"])
def test_a_step_nobody_can_take_does_not_ring(shop, state):
    running(shop, state=state)

    assert due() == []


def test_what_has_begun_goes_before_what_is_to_begin_and_a_hundred_are_enough(shop):
    record = make.order_record(store=shop)
    Cancellation.objects.bulk_create(_copies(shop, record, 110, state="held", held_until=NOW))
    begun = running(shop)

    found = due()

    assert len(found) == sweep.MOST == 100
    assert found[0] == str(begun.uuid)


def _copies(shop, record, count, **fields):
    """Rows of orders of their own, cheaply."""
    first = make.cancellation(record=record, state="done")
    for _ in range(count):
        seen = first.preview
        seen.pk, seen.uuid = None, make.preview(record=record, actor=first.requester).uuid
        seen = type(seen).objects.get(uuid=seen.uuid)
        order = make.order_record(store=shop)
        yield Cancellation(store=shop, order=order, preview=seen, fingerprint=first.fingerprint,
                           requester=first.requester, reason=first.reason, units=1, money_minor=0, currency="USD",
                           created_at=NOW, **fields)  # fmt: skip


def test_a_tick_rings_by_name(shop, rung):
    row = running(shop)

    counts = sweep.run(NOW)

    assert ("cancellations.advance", str(row.uuid)) in rung
    assert counts["cancellations.advance"] == 1


def test_an_approval_that_nobody_gave_expires(shop):
    late = make.cancellation(record=make.order_record(store=shop), state="awaiting_approval", expires_at=NOW)
    early = make.cancellation(record=make.order_record(store=shop), state="awaiting_approval",
                              expires_at=NOW + timedelta(hours=1))  # fmt: skip

    sweep.run(NOW + timedelta(seconds=1))

    late.refresh_from_db()
    early.refresh_from_db()
    assert (late.state, early.state) == ("expired", "awaiting_approval")
    assert AuditEvent.objects.filter(kind="cancellation.expired").count() == 1
    sweep.run(NOW + timedelta(seconds=2))
    assert AuditEvent.objects.filter(kind="cancellation.expired").count() == 1


def test_two_sweepers_are_harmless(shop, rung):
    running(shop)

    sweep.run(NOW)
    sweep.run(NOW)

    assert Step.objects.filter(state="pending").count() == Step.objects.count()


def test_fifty_due_cost_as_many_queries_as_one(shop):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            sweep.run(NOW)
        return len(seen)

    running(shop)
    queries()
    few = queries()
    for _ in range(49):
        running(shop)

    assert queries() == few
