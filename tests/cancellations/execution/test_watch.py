"""A worker works without its doorbell when nobody rings."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from cancellations.scheduler import sweep, watchdog
from cancellations.scheduler.watchdog import Hands, Watch
from stores.kernel import clock
from tests.make import NOW


class Now(Hands):
    """Does it at once, in this thread: the test's database is of this thread alone."""

    def take(self, task, name):
        self.run = [*getattr(self, "run", []), (task, name)]
        self._run(task, name)
        return True


@pytest.fixture
def by_hand():
    return Watch(clock.now(), Now(1))


def test_a_worker_that_saw_a_sweep_leaves_the_work_to_it(db):
    seeing = Watch(NOW)
    seeing.seen(NOW + timedelta(seconds=8))

    assert not seeing.look(NOW + timedelta(seconds=17))


def test_a_worker_that_saw_no_sweep_for_ten_seconds_does_what_is_due_itself(desk, by_hand):
    record = desk.order()
    cancellation = desk.confirm(record, desk.some(record, 1))
    for _ in range(8):
        desk.travel(11)
        by_hand.look(clock.now())

    cancellation.refresh_from_db()
    assert (cancellation.state, desk.count("refund")) == ("done", 1)


def test_what_a_sweep_may_still_ring_for_is_left_to_it(desk, by_hand, monkeypatch):
    asked = []
    monkeypatch.setattr(sweep, "due", lambda now: asked.append(now) or {})
    desk.travel(11)
    by_hand.look(clock.now())

    assert asked == [clock.now() - watchdog.MISSED]


def test_a_sweep_ends_the_work_by_hand(desk, by_hand):
    desk.travel(11)
    by_hand.look(clock.now())
    by_hand.seen(clock.now())
    record = desk.order()
    desk.confirm(record, desk.some(record, 1))
    desk.travel(5)

    assert not by_hand.look(clock.now())


def test_hands_take_nothing_twice_and_no_more_than_they_can_hold(monkeypatch):
    hands = Hands(1)
    monkeypatch.setattr(hands.pool, "submit", lambda *_work: None)

    assert [hands.take("cancellations.advance", name) for name in ("a", "a", "b", "c", "d", "e")] == [
        True, False, True, True, True, False,
    ]  # fmt: skip


def test_a_database_that_is_away_at_the_start_is_asked_again(db, monkeypatch):
    watched, answers = Watch(NOW), [OperationalError("away"), 0]
    monkeypatch.setattr(watchdog, "LOOK_EVERY_SECONDS", 0)

    def worker_started():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(watchdog.restored, "worker_started", worker_started)
    monkeypatch.setattr(watched, "look", lambda _now: watched.stopped.set())

    watched.keep()

    assert answers == []
