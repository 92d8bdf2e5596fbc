"""Whose second look comes next: all that is due, one a shop, after the work, and *behind* is said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cancellations.models import Cancellation, Step
from cancellations.scheduler import second_looks
from cancellations.selectors import second_looks as told
from stores.kernel import queue
from tests import make

NOW = make.NOW
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return make.store()


def done(shop, *, due=0.0, **fields):
    """Finished; its look has been due for so many hours."""
    at = NOW - due * HOUR
    return make.cancellation(record=make.order_record(store=shop), state="done", look_again_at=at,
                             finished_at=at - 24 * HOUR, created_at=at - 24 * HOUR, **fields)  # fmt: skip


def take(at=NOW):
    return second_looks.take_next(at)


def test_one_a_shop_at_a_time_the_longest_due_first(shop):
    late, later = done(shop, due=1), done(shop, due=2)

    assert take() == [str(later.uuid)]
    assert take() == []
    Cancellation.objects.filter(pk=later.pk).update(looking_until=None, look_again_at=NOW + HOUR)
    assert take() == [str(late.uuid)]


def test_a_look_whose_worker_died_is_taken_again(shop):
    row = done(shop)
    take()

    assert take(NOW + second_looks.LEASE) == []
    assert take(NOW + second_looks.LEASE + timedelta(microseconds=1)) == [str(row.uuid)]


def test_never_more_than_half_of_the_workers_threads(settings):
    settings.WORKER_THREADS = 4
    rows = [done(make.store(), due=hours) for hours in (1, 3, 2)]

    assert take() == [str(rows[1].uuid), str(rows[2].uuid)]
    assert take() == []


def test_work_goes_first_in_its_own_shop(shop):
    done(shop)
    other = done(make.store())
    row = make.cancellation(record=make.order_record(store=shop), state="running")
    row.steps.filter(position=1).update(next_attempt_at=NOW)

    assert take() == [str(other.uuid)]
    Step.objects.update(next_attempt_at=NOW + HOUR)
    assert len(take()) == 1


@pytest.mark.parametrize("fields", [{"look_again_at": NOW + HOUR}, {"look_again_at": None}])
def test_what_is_not_due_is_left_alone(shop, fields):
    done(shop)
    Cancellation.objects.update(**fields)

    assert take() == []


def test_more_than_a_day_used_to_hold_are_all_looked_at_at_the_pace_of_the_shop(shop, monkeypatch):
    """Each look rings for the next: nothing waits for a round."""
    rung = []
    monkeypatch.setattr(queue, "enqueue_on_commit", lambda task, uuid: rung.append(uuid))
    rows = [done(shop, due=number / 100) for number in range(30)]
    second_looks.ring_for_next(NOW)

    for uuid in rung:
        Cancellation.objects.filter(uuid=uuid).update(look_again_at=NOW + HOUR, looking_until=None)
        second_looks.ring_for_next(NOW)

    assert rung == [str(row.uuid) for row in reversed(rows)]


@pytest.mark.postgres
def test_the_question_of_every_sweep_reads_what_is_due_by_its_index(shop):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # a table of a few rows is always scanned
        plan = second_looks._due(NOW).filter(store=shop).order_by("look_again_at").values("pk")[:1].explain()

    assert "second_look_due" in plan
    assert "Seq Scan" not in plan


@pytest.mark.parametrize(("hours", "behind"), [(6, 0), (6.1, 1)])
def test_behind_is_counted_by_the_last_look_and_not_by_the_last_try(shop, hours, behind):
    row = done(shop, due=hours)
    Cancellation.objects.update(look_again_at=NOW + HOUR)  # it was tried, and the shop did not answer
    done(make.store(), due=100)

    looks = told.of_shop(shop, now=NOW)

    assert (looks.watched, looks.behind) == (1, behind)
    assert looks.since == (row.finished_at + 24 * HOUR if behind else None)


def test_the_shops_page_says_it(cast, browser_of):
    done(cast.shop_a, due=10_000)

    page = browser_of(cast.auditor_a).get(f"/shops/{cast.shop_a.uuid}").content.decode()

    assert "behind: 1 order" in page


def test_which_shops_are_busy_is_asked_once_and_by_index(settings):
    settings.WORKER_THREADS = 2
    for _ in range(5):
        done(make.store(), due=1)

    with CaptureQueriesContext(connection) as asked:
        assert len(take()) == 1

    busy = [row["sql"] for row in asked if "cancellations_step" in row["sql"]]
    assert len(busy) == 1
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN QUERY PLAN " + busy[0])
            assert "step_due" in " ".join(str(row[3]) for row in cursor.fetchall())
