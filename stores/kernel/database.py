"""A database that is away for a moment: restarted, failing over, locked by somebody else.

What is known by then (an answer of a shop, a mail handed over) must not be lost for a second's outage.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from django.db import DataError, Error, IntegrityError, NotSupportedError, ProgrammingError, connections

from stores.kernel import clock

logger = logging.getLogger(__name__)
T = TypeVar("T")
TRIES: Final = 20  # a second apart: a restart, less than what is left of a lease after the longest request


OUR_BUGS: Final = (DataError, IntegrityError, ProgrammingError, NotSupportedError)  # the same each time


def is_away(exc: BaseException) -> bool:
    """Does the error tell of the database's state, and nothing of what was asked of it?"""
    return isinstance(exc, Error) and not isinstance(exc, OUR_BUGS)


def drop_broken() -> None:
    """Close this thread's connections that broke or are too old; the next statement opens a fresh one."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:  # one inside a transaction is its owner's
            connection.close_if_unusable_or_obsolete()


def patiently(act: Callable[[], T], *, tries: int = TRIES) -> T:
    """Do it, again each second while the database is away. `act` is safe to do twice. Raises the last error.

    Not inside a transaction, which would be broken by then.
    """
    for _ in range(tries - 1):
        try:
            return act()
        except Error as exc:
            if not is_away(exc):
                raise
            logger.warning("the database is away", extra={"kind": type(exc).__name__})
            drop_broken()
            clock.wait(1.0)
    return act()


@contextmanager
def unimportant(what: str) -> Iterator[None]:
    """Bookkeeping: when the database is away it is left out, and what it is about goes on."""
    try:
        yield
    except Error as exc:
        if not is_away(exc):
            raise
        logger.warning("left out, the database is away", extra={"topic": what, "kind": type(exc).__name__})
