"""The time is the database's: a machine whose clock is wrong harms nobody (RELIABILITY 10).

Web and worker ask for it when they start and every few seconds; in between `clock.now` counts on from the answer.
"""

from __future__ import annotations

import logging
import socket
import threading
from datetime import UTC, datetime
from typing import Any, Final

from django.core.cache import cache
from django.db import Error, connection

from stores.kernel import clock, database

logger = logging.getLogger(__name__)
EVERY_SECONDS: Final = 10.0
FIRST_ANSWER_SECONDS: Final = 2.0  # a start waits this long for it, and goes on without
SLOW_SECONDS: Final = 1.0  # an answer that took longer is too loose to replace one
WRONG_SECONDS: Final = 2.0
CLOCKS: Final = "clocks"  # in the cache: {host: [seconds ahead, unix time of the note]}
NOTED_FOR_SECONDS: Final = 120.0
NOW: Final = {
    "sqlite": "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')",
    "postgresql": "SELECT clock_timestamp()",
}


def ask() -> float:
    """Learn the database's time; how many seconds our own clock is ahead of it. Raises django.db.Error."""
    before = clock.steady()
    with connection.cursor() as cursor:
        cursor.execute(NOW[connection.vendor])
        said = cursor.fetchone()[0]
    after = clock.steady()
    if after - before <= SLOW_SECONDS or not clock.is_following():
        clock.follow(_instant(said), at=(before + after) / 2)
    return clock.skew()


def _instant(said: Any) -> datetime:
    at = said if isinstance(said, datetime) else datetime.fromisoformat(said)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


class Keeper:
    """One thread a process."""

    def __init__(self) -> None:
        self.asked, self.stopped = threading.Event(), threading.Event()
        self.was_wrong = False

    def keep(self) -> None:
        while not self.stopped.is_set():
            try:
                database.drop_broken()
                self._note(ask())
            except Error:
                logger.info("the database was not asked for the time")
            finally:
                connection.close()
                self.asked.set()
            self.stopped.wait(EVERY_SECONDS)

    def _note(self, ahead: float) -> None:
        """Say it in the log when it begins, and for the page of shops as long as it lasts."""
        is_wrong = abs(ahead) > WRONG_SECONDS
        if is_wrong and not self.was_wrong:
            logger.warning("this machine's clock is wrong; the database's counts", extra={"seconds": round(ahead, 1)})
        if is_wrong or self.was_wrong:
            noted = cache.get(CLOCKS, {})
            noted[socket.gethostname()] = [ahead if is_wrong else 0, clock.now().timestamp()]
            cache.set(CLOCKS, noted, None)  # no expiry: it would go by the wrong clock
        self.was_wrong = is_wrong


def start() -> Keeper:
    """Begin to follow the database's clock. Waits shortly for the first answer: a task may come at once."""
    keeper = Keeper()
    threading.Thread(target=keeper.keep, name="timekeeper", daemon=True).start()
    keeper.asked.wait(FIRST_ANSWER_SECONDS)
    return keeper


def wrong_clocks() -> dict[str, float]:
    """Machines of this installation whose clock is wrong just now: seconds ahead of the database's, by host."""
    since = clock.now().timestamp() - NOTED_FOR_SECONDS
    return {host: ahead for host, (ahead, at) in cache.get(CLOCKS, {}).items() if ahead and at > since}
