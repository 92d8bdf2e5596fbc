"""A worker that saw no sweep for 10 seconds sweeps by itself: a dead beat or a lost message delays, never stops."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from django.db import Error, close_old_connections

from cancellations.execution import restored, sweep
from stores.kernel import clock

logger = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=10)
LOOK_EVERY_SECONDS = 2.0


class Watch:
    """One per worker process; `seen` is told of each sweep that this process ran."""

    def __init__(self, began: datetime) -> None:
        self.last_sweep = began
        self.stopped = threading.Event()

    def seen(self, now: datetime) -> None:
        self.last_sweep = now

    def look(self, now: datetime) -> bool:
        """Sweep when nobody did for too long; whether it swept."""
        if now - self.last_sweep <= PATIENCE:
            return False
        self.last_sweep = now
        logger.warning("no sweep seen; sweeping from the worker")
        sweep.run(now)
        return True

    def keep(self) -> None:
        """Until the process ends. A database that is away is asked again."""
        while not self.stopped.wait(LOOK_EVERY_SECONDS):
            try:
                close_old_connections()
                self.look(clock.now())
            except Error:
                logger.warning("the worker's own sweep failed", exc_info=True)


_watch: Watch | None = None


def start() -> Watch:
    """Begin to watch in a daemon thread; called when a worker is ready."""
    global _watch
    restored.worker_started()
    _watch = Watch(clock.now())
    threading.Thread(target=_watch.keep, name="watch", daemon=True).start()
    return _watch


def seen(now: datetime) -> None:
    if _watch:
        _watch.seen(now)
