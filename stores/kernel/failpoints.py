"""Named boundaries at which a process may die. Enumerated by tests and by `manage.py bench crash`.

Off unless RESCIND_FAILPOINT names one; then the process kills itself there (SIGKILL), once: the file
RESCIND_FAILPOINT_SPENT marks it as used. Tests arm a point with `armed(...)`, which raises `Crash` instead.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POINTS = (
    "before_intent",  # claimed, nothing written
    "intended",  # intent committed, sent_at empty
    "sent",  # sent_at committed, the socket not yet open
    "answered",  # the answer is read, nothing committed
    "committed",  # outcome committed, no doorbell rung
    "looking",  # in the middle of a look-up
    "polling",  # in the middle of a poll
    "between",  # before the next step is claimed
)
VERIFY_POINTS = ("before_verify", "seen", "verified")
DELIVERY_POINTS = tuple(
    f"delivery.{point}" for point in ("claimed", "before_intent", "intended", "sent", "answered", "committed")
)
KINDS = ("cancel", "edit", "refund", "void", "restock")


class Crash(BaseException):
    """Stands for a killed process in tests: not an Exception, so that nothing handles it."""


_armed: set[str] = set()


def names() -> list[str]:
    """Every boundary of every step kind."""
    effects = [f"{kind}.{point}" for kind in KINDS for point in POINTS]
    return [*effects, *(f"verify.{point}" for point in VERIFY_POINTS), *DELIVERY_POINTS]


def failpoint(name: str) -> None:
    """Die here if told to."""
    if name in _armed:
        _armed.discard(name)
        raise Crash(name)
    if os.environ.get("RESCIND_FAILPOINT") == name:
        _kill_once()


def _kill_once() -> None:
    spent = Path(os.environ["RESCIND_FAILPOINT_SPENT"])
    if not spent.exists():
        spent.touch()
        os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def armed(name: str) -> Iterator[None]:
    """In tests: the next pass over `name` raises Crash."""
    if name not in names():
        raise ValueError(f"no boundary is called {name}")
    _armed.add(name)
    try:
        yield
    finally:
        _armed.discard(name)
