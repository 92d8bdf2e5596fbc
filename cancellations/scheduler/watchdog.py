"""A worker that saw no sweep for 10 seconds takes what is due from the database itself.

Beat is dead then, or the broker is down or frozen: a ring would not arrive, so the worker does the work with threads
of its own until a sweep comes again. Leases keep two of them from doing the same.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from celery import current_app
from django.conf import settings
from django.db import Error

from cancellations.execution import restored
from cancellations.scheduler import sweep
from stores.kernel import clock, database

logger = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=10)
MISSED = timedelta(seconds=3)  # due for longer than this: a sweep has passed it by
TOO_SOON = timedelta(seconds=0.5)  # a quarter of the time between two sweeps
LOOK_EVERY_SECONDS = 2.0
BUSY_LOOK_SECONDS = 0.25  # while there is more to take than hands
FOR_EACH_HAND = 4  # taken at once and not yet begun: few, so that what is due first goes first


class Hands:
    """Threads that run tasks without a message. `busy`: what they have and have not finished."""

    def __init__(self, count: int) -> None:
        self.most = count * FOR_EACH_HAND
        self.pool = ThreadPoolExecutor(count, thread_name_prefix="by-hand")
        self.busy: set[tuple[str, str | int]] = set()
        self.lock = threading.Lock()

    def take(self, task: str, name: str | int) -> bool:
        """False: it is in hand already, or all hands are full."""
        with self.lock:
            if (task, name) in self.busy or len(self.busy) >= self.most:
                return False
            self.busy.add((task, name))
        self.pool.submit(self._run, task, name)
        return True

    def _run(self, task: str, name: str | int) -> None:
        try:
            database.drop_broken()
            current_app.tasks[task](name)
        except Exception:
            logger.warning("not done by hand", exc_info=True, extra={"task": task})
        finally:
            database.drop_broken()
            with self.lock:
                self.busy.discard((task, name))


class Watch:
    """One per worker process; `seen` is told of each sweep that this process ran."""

    def __init__(self, began: datetime, hands: Hands | None = None) -> None:
        self.last_sweep = began
        self.swept_at: datetime | None = None
        self.hands = hands or Hands(settings.WORKER_THREADS)
        self.stopped = threading.Event()
        self.is_by_hand = False
        self.took = 0

    def seen(self, now: datetime) -> bool:
        """False: this process has just swept; there was a pile of messages."""
        is_new = self.swept_at is None or abs(now - self.swept_at) >= TOO_SOON
        self.last_sweep, self.is_by_hand = now, False
        self.swept_at = now if is_new else self.swept_at
        return is_new

    def look(self, now: datetime) -> bool:
        """Take what sweeps have missed when none was seen for too long; whether that was so. `took`: how much."""
        self.took = 0
        if now - self.last_sweep <= PATIENCE:
            return False
        if not self.is_by_hand:
            logger.warning("no sweep seen: taking what is due from the database")
        self.is_by_hand = True
        sweep.tend(now)
        due = [(task, name) for task, names in sweep.due(now - MISSED).items() for name in names]
        self.took = sum(self.hands.take(task, name) for task, name in due)
        return True

    def keep(self) -> None:
        """Until the process ends. A database that is away is asked again."""
        pause, has_looked = 0.0, False
        while not self.stopped.wait(pause):
            pause = LOOK_EVERY_SECONDS
            try:
                database.drop_broken()
                has_looked = has_looked or restored.worker_started() >= 0
                self.look(clock.now())
                if self.took:
                    pause = BUSY_LOOK_SECONDS
            except Error:
                logger.warning("the worker's own look failed", exc_info=True)


_watch: Watch | None = None


def start() -> Watch:
    """Begin to watch in a daemon thread; called when a worker starts, before it has a broker."""
    global _watch
    _watch = Watch(clock.now())
    threading.Thread(target=_watch.keep, name="watch", daemon=True).start()
    return _watch


def seen(now: datetime) -> bool:
    return _watch.seen(now) if _watch else True
