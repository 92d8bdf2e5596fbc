"""A clock that only moves when told, in the place of stores.kernel.clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from stores.kernel import clock
from tests import make


class FrozenClock:
    def __init__(self, start: datetime) -> None:
        self.at = start.timestamp()
        self.waits: list[float] = []

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)

    def monotonic(self) -> float:
        return self.at

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.at += seconds

    def forward(self, seconds: float | timedelta) -> None:
        self.at += seconds.total_seconds() if isinstance(seconds, timedelta) else seconds


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> FrozenClock:
    made = FrozenClock(make.NOW)
    for name in ("now", "monotonic", "wait"):
        monkeypatch.setattr(clock, name, getattr(made, name))
    return made
