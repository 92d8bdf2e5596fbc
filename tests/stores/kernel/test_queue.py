"""The doorbell never holds up who rings, whatever the broker does."""

from __future__ import annotations

import threading

import pytest

from stores.kernel import queue


@pytest.fixture
def bell(monkeypatch):
    made = queue.Bell()
    monkeypatch.setattr(queue, "_bell", made)
    return made


def test_a_ring_leaves_by_name(bell, monkeypatch):
    rung = []
    monkeypatch.setattr(
        queue.current_app, "send_task", lambda name, args, **how: rung.append((name, args, how["retry"]))
    )

    bell.put("stores.sync", ("a",))

    assert queue.flush(10)
    assert rung == [("stores.sync", ("a",), False)]


def test_a_frozen_broker_holds_up_nobody_and_what_waited_is_dropped(bell, monkeypatch):
    frozen, begun, rung = threading.Event(), threading.Event(), []

    def hang(name, *_args, **_how):
        rung.append(name)
        begun.set()
        frozen.wait(30)
        raise TimeoutError

    monkeypatch.setattr(queue.current_app, "send_task", hang)
    bell.put("first", ())
    assert begun.wait(10)

    for _ in range(3 * queue.MOST_WAITING):
        bell.put("more", ())

    assert bell.waiting.qsize() == queue.MOST_WAITING
    frozen.set()
    assert queue.flush(10)
    assert rung == ["first"]


def test_a_bell_that_failed_rings_again(bell, monkeypatch):
    answers, rung = [OSError("down"), None], []

    def send(name, *_args, **_how):
        if (answer := answers.pop(0)) is not None:
            raise answer
        rung.append(name)

    monkeypatch.setattr(queue.current_app, "send_task", send)
    bell.put("lost", ())
    assert queue.flush(10)
    bell.put("heard", ())
    assert queue.flush(10)

    assert rung == ["heard"]
