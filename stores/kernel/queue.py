"""The doorbell: tells a worker that something is due. The database is the queue; a lost ring costs one sweep.

It is rung from a thread of its own: a broker that is down or frozen holds up that thread and never a request, a sweep
or a step. What waits there is bounded, and dropped when a ring fails: the sweep finds it.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from queue import Empty, Full, Queue
from typing import Any, Final

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)
MOST_WAITING: Final = 1000
AT_EXIT_SECONDS: Final = 1.0

Ring = tuple[str, tuple[Any, ...]]


def enqueue_on_commit(task: str, *args: Any) -> None:
    """Ring after the commit; by name, so that services never import tasks. Never raises, never waits."""
    transaction.on_commit(lambda: _bell.put(task, args), robust=True)


def flush(seconds: float) -> bool:
    """Wait until all rings have left or were dropped; False when they did not within `seconds`."""
    done = _bell.waiting.all_tasks_done
    with done:
        return done.wait_for(lambda: not _bell.waiting.unfinished_tasks, seconds)


class Bell:
    """One per process, and a new one in each fork."""

    def __init__(self) -> None:
        self.waiting: Queue[Ring] = Queue(MOST_WAITING)
        self.starting = threading.Lock()
        self.thread: threading.Thread | None = None
        self.is_dead = False  # the last ring failed: said once, not with each ring

    def put(self, task: str, args: tuple[Any, ...]) -> None:
        try:
            self.waiting.put_nowait((task, args))
        except Full:
            logger.warning("doorbell not rung: too many wait", extra={"task": task})
        with self.starting:
            if self.thread is None:
                self.thread = threading.Thread(target=self._ring_all, name="doorbell", daemon=True)
                self.thread.start()

    def _ring_all(self) -> None:
        while True:
            task, args = self.waiting.get()
            try:
                self._ring(task, args)
            finally:
                self.waiting.task_done()

    def _ring(self, task: str, args: tuple[Any, ...]) -> None:
        try:
            current_app.send_task(task, args, retry=False, ignore_result=True)
            self.is_dead = False
        except Exception as exc:  # noqa: BLE001  whatever the broker's library raises: the sweep finds what is due
            if not self.is_dead:
                logger.warning("doorbell not rung", extra={"task": task, "kind": type(exc).__name__})
            self.is_dead = True
            self._drop()

    def _drop(self) -> None:
        """Each would wait for the same dead broker; late rings are worth nothing."""
        try:
            while True:
                self.waiting.get_nowait()
                self.waiting.task_done()
        except Empty:
            return


def _anew() -> None:
    global _bell
    _bell = Bell()


_bell = Bell()
os.register_at_fork(after_in_child=_anew)
atexit.register(flush, AT_EXIT_SECONDS)  # a command that ends at once still rings
