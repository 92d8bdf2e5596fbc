"""A shop of the simulator behind each test, reached through the real transport; no sockets, no waiting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.world import World
from stores.kernel import clock
from tests.make import NOW
from tests.rigs.desk import Desk, desk_on
from tests.sandbox import shoplazza_spec, vendor


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Large bucket, so that no test waits for it; every exchange is checked against the vendor's schema."""
    made = World.open(tmp_path / "world.sqlite3", now=lambda: NOW)
    made.switch("limit", "plus")
    made.switch("shoplazza_limit", "wide")
    made.on_exchange(vendor.checker())
    made.watchers.append(shoplazza_spec.checker())
    yield made
    made.close()


@pytest.fixture(autouse=True)
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    seconds: list[float] = []
    monkeypatch.setattr(clock, "wait", seconds.append)
    return seconds


@pytest.fixture
def desk(request: pytest.FixtureRequest, db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A connected shop of the connector that the case names, or the module's `PLATFORM`."""
    with desk_on(getattr(request, "param", "") or request.module.PLATFORM, tmp_path, monkeypatch) as made:
        yield made
