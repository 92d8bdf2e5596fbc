"""A worker sweeps by itself when nobody else does."""

from datetime import timedelta

from cancellations.execution.watch import Watch
from tests.make import NOW


def test_a_worker_that_saw_a_sweep_leaves_it_to_the_beat(db):
    watch = Watch(NOW)
    watch.seen(NOW + timedelta(seconds=8))

    assert not watch.look(NOW + timedelta(seconds=17))


def test_a_worker_that_saw_no_sweep_for_ten_seconds_sweeps(desk, monkeypatch):
    from stores.kernel import clock, queue

    rung = []
    monkeypatch.setattr(queue, "ring", lambda task, *args: rung.append(task))
    record = desk.order()
    desk.confirm(record, desk.some(record, 1))
    rung.clear()
    watch = Watch(clock.now())
    desk.travel(11)

    assert watch.look(clock.now())
    assert "cancellations.advance" in rung
    assert not watch.look(clock.now())
